/* test_ledger -- what may follow what, and four bits a recipient. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/broadcast/keep/ledger.h"

#define S(name) WORDS__RECIPIENT_STATE__##name

static void
only_pending_is_ever_granted(void **state)
{
    (void)state;
    for (unsigned s = 0; s < LEDGER_STATES; s++) {
        unsigned want = s == S(PENDING) ? S(LEASED) : LEDGER_REFUSED;
        assert_int_equal(ledger_next(s, EVENT_GRANT), want);
    }
}

/* The one thing that must never be: sent, and sent again. */
static void
what_was_taken_or_ended_never_becomes_sendable_again(void **state)
{
    static const unsigned ends[] = {S(ACCEPTED),   S(DELIVERED), S(FAILED),
                                    S(WITHHELD),   S(STOPPED),   S(EXPIRED),
                                    S(SUPERSEDED), S(NOT_IN_IT)};
    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        for (unsigned e = EVENT_GRANT; e < EVENT_COUNT; e++) {
            unsigned after = ledger_next(ends[i], (enum ledger_event)e);
            if (after == S(PENDING) || after == S(LEASED) ||
                after == S(DEFERRED)) {
                fail_msg("state %u, event %u leads to %u", ends[i], e, after);
            }
        }
    }
}

static void
what_is_in_doubt_moves_only_by_somebody_who_knows(void **state)
{
    (void)state;
    for (unsigned e = 0; e < EVENT_COUNT; e++) {
        bool is_known = (e >= EVENT_LATE_ACCEPT && e <= EVENT_LATE_RETURN &&
                         e != EVENT_LATE_DOUBT) ||
                        e == EVENT_TRUST || e == EVENT_RELEASE;
        unsigned after = ledger_next(S(IN_DOUBT), (enum ledger_event)e);
        assert_int_equal(after != LEDGER_REFUSED, is_known);
    }
}

static void
a_lapse_never_makes_anything_pending(void **state)
{
    (void)state;
    for (unsigned s = 0; s < LEDGER_STATES; s++) {
        unsigned after = ledger_next(s, EVENT_LAPSE);
        assert_int_equal(after, s == S(LEASED) ? S(IN_DOUBT) : LEDGER_REFUSED);
    }
}

static void
a_stopped_or_expired_broadcast_keeps_nothing_to_send(void **state)
{
    (void)state;
    assert_int_equal(ledger_close(S(PENDING), BROADCAST__STAGE__STAGE_STOPPED),
                     S(STOPPED));
    assert_int_equal(ledger_close(S(DEFERRED), BROADCAST__STAGE__STAGE_EXPIRED),
                     S(EXPIRED));
    assert_int_equal(ledger_close(S(ACCEPTED), BROADCAST__STAGE__STAGE_STOPPED),
                     S(ACCEPTED));
    assert_int_equal(ledger_close(S(PENDING), BROADCAST__STAGE__PAUSED),
                     S(PENDING));
}

static void
the_table_handed_to_the_scripts_says_what_the_function_says(void **state)
{
    uint8_t table[LEDGER_TABLE_BYTES];
    (void)state;
    ledger_table(table);
    for (unsigned e = 0; e < EVENT_COUNT; e++) {
        for (unsigned s = 0; s < LEDGER_ROW_STATES; s++) {
            assert_int_equal(table[e * LEDGER_ROW_STATES + s],
                             ledger_next(s, (enum ledger_event)e));
        }
    }
}

static void
each_live_settle_has_its_late_twin(void **state)
{
    (void)state;
    assert_int_equal(EVENT_ACCEPT + LEDGER_LATE, EVENT_LATE_ACCEPT);
    assert_int_equal(EVENT_FAIL + LEDGER_LATE, EVENT_LATE_FAIL);
    assert_int_equal(EVENT_WITHHOLD + LEDGER_LATE, EVENT_LATE_WITHHOLD);
    assert_int_equal(EVENT_DOUBT + LEDGER_LATE, EVENT_LATE_DOUBT);
    assert_int_equal(EVENT_DEFER + LEDGER_LATE, EVENT_LATE_DEFER);
    assert_int_equal(EVENT_RETURN + LEDGER_LATE, EVENT_LATE_RETURN);
}

static void
only_six_states_are_outcomes(void **state)
{
    (void)state;
    for (int s = -1; s < 20; s++) {
        bool is_outcome = s == S(PENDING) || s == S(DEFERRED) ||
                          s == S(ACCEPTED) || s == S(FAILED) ||
                          s == S(WITHHELD) || s == S(IN_DOUBT);
        enum ledger_event event =
            ledger_outcome_event((Words__RecipientState)s);
        assert_int_equal(event != EVENT_COUNT, is_outcome);
    }
}

static void
neighbours_in_one_byte_do_not_touch_each_other(void **state)
{
    uint8_t bytes[4] = {0};
    (void)state;
    ledger_put(bytes, 2, S(STOPPED));
    ledger_put(bytes, 3, S(PENDING));
    ledger_put(bytes, 2, S(LEASED));
    assert_int_equal(ledger_get(bytes, 4, 2), S(LEASED));
    assert_int_equal(ledger_get(bytes, 4, 3), S(PENDING));
    assert_int_equal(ledger_get(bytes, 4, 1), S(NOT_IN_IT));
    assert_int_equal(ledger_get(bytes, 4, 8), S(NOT_IN_IT)); /* past it */
    assert_int_equal(ledger_get(bytes, 4, 65535), S(NOT_IN_IT));
}

static void
bits_become_pending_and_are_counted_and_found(void **state)
{
    static uint8_t chunk[LEDGER_CHUNK_BYTES];
    static uint8_t bits[CHUNK_NUMBERS / 8 + 9];
    uint32_t counts[LEDGER_STATES] = {0}, offsets[3];
    struct ledger_found found = {.offsets = offsets, .max = 3};
    size_t len;
    (void)state;
    memset(bits + CHUNK_NUMBERS / 8, 0xff, 9); /* past the chunk */
    bits[0] = 0x81;
    bits[100] = 0x02;
    bits[8191] = 0x80;
    uint32_t count = ledger_from_bits(bits, sizeof(bits), chunk, &len);
    assert_int_equal(count, 4);
    assert_int_equal(len, LEDGER_CHUNK_BYTES);
    ledger_count(chunk, len, counts);
    assert_int_equal(counts[S(PENDING)], 4);
    assert_int_equal(counts[S(NOT_IN_IT)], 0);
    ledger_find(bytes_of(chunk, len), S(PENDING), 0, &found);
    assert_int_equal(found.count, 3);
    assert_int_equal(offsets[0], 0);
    assert_int_equal(offsets[1], 7);
    assert_int_equal(offsets[2], 801);
    assert_int_equal(found.next, 65535);
    ledger_find(bytes_of(chunk, len), S(PENDING), found.next, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(offsets[0], 65535);
    assert_int_equal(found.next, CHUNK_NUMBERS);
}

static void
a_sparse_chunk_is_stored_no_longer_than_its_last_recipient(void **state)
{
    static uint8_t chunk[LEDGER_CHUNK_BYTES];
    const uint8_t bits[8192] = {0x10};
    size_t len;
    (void)state;
    assert_int_equal(ledger_from_bits(bits, sizeof(bits), chunk, &len), 1);
    assert_int_equal(len, 3);
    assert_int_equal(ledger_from_bits(bits, 0, chunk, &len), 0);
    assert_int_equal(len, 0);
}

/* ---- what the protos say and rows.txt repeats ---- */

static void
every_stage_has_a_name_and_every_state_a_place(void **state)
{
#define ONE_STAGE(number, name) BROADCAST__STAGE__##number,
    static const int named[] = {STAGE_NAMES_TABLE(ONE_STAGE)};
    const ProtobufCEnumDescriptor *stages = &broadcast__stage__descriptor;
    const ProtobufCEnumDescriptor *states = &words__recipient_state__descriptor;
    (void)state;
    assert_int_equal(stages->values[0].value, BROADCAST__STAGE__STAGE_NONE);
    assert_int_equal(sizeof(named) / sizeof(*named), stages->n_values - 1);
    for (unsigned i = 1; i < stages->n_values; i++) {
        assert_int_equal(named[i - 1], stages->values[i].value);
    }
    assert_int_equal(states->values[states->n_values - 1].value + 1,
                     LEDGER_STATES);
    assert_true(LEDGER_STATES <= LEDGER_ROW_STATES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_pending_is_ever_granted),
        cmocka_unit_test(what_was_taken_or_ended_never_becomes_sendable_again),
        cmocka_unit_test(what_is_in_doubt_moves_only_by_somebody_who_knows),
        cmocka_unit_test(a_lapse_never_makes_anything_pending),
        cmocka_unit_test(a_stopped_or_expired_broadcast_keeps_nothing_to_send),
        cmocka_unit_test(
            the_table_handed_to_the_scripts_says_what_the_function_says),
        cmocka_unit_test(each_live_settle_has_its_late_twin),
        cmocka_unit_test(only_six_states_are_outcomes),
        cmocka_unit_test(neighbours_in_one_byte_do_not_touch_each_other),
        cmocka_unit_test(bits_become_pending_and_are_counted_and_found),
        cmocka_unit_test(
            a_sparse_chunk_is_stored_no_longer_than_its_last_recipient),
        cmocka_unit_test(every_stage_has_a_name_and_every_state_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
