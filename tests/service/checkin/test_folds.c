/* test_folds -- numbers that signup found to be one person count as one, and
 * apart again when that is undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/checkin_rig.h"

#define CAMPAIGN "folds"
#define GATES "north west river"

static struct checkin_rig *rig;
static struct rig_campaign *folds;
static uint32_t actions; /* so far: each test has its own */

static int
open_rig(void **state)
{
    (void)state;
    rig = checkin_rig_new(1);
    folds = rig_put_campaign(rig, CAMPAIGN);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    checkin_rig_free(&rig);
    return 0;
}

/* ---- verbs ---- */

struct place_of_test {
    char id[16];
    uint32_t action;
    uint32_t first; /* of the numbers that the test may use: 16 */
};

static struct place_of_test
begin(void)
{
    actions++;
    struct place_of_test here = {.action = actions, .first = actions * 16};
    (void)snprintf(here.id, sizeof(here.id), "a%u", here.action);
    rig_put_action(rig, folds, here.id, here.action, GATES);
    rig_wait_for_feed(rig);
    return here;
}

static struct rig_answer
scan(const struct place_of_test *here, uint32_t who, const char *gate,
     Checkin__MarkKind kind)
{
    static int scans;
    char id[32];
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    char *code = rig_code(rig, folds->number, here->action, here->first + who);
    (void)snprintf(id, sizeof(id), "scan-%08d", ++scans);
    mark.campaign = CAMPAIGN;
    mark.action = (char *)here->id;
    mark.gate = (char *)gate;
    mark.kind = kind;
    mark.code = code;
    mark.scan_id = id;
    mark.device = "north-1";
    mark.has_at_ms = true; /* each later than the one before */
    mark.at_ms = clock_wall_ms() - 60000 + scans;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    struct rig_answer answer = rig_ask(rig, 0, &request);
    if (answer.err != ERR_NONE) {
        fail_msg("%u is not marked: %s", who, answer.detail);
    }
    free(code);
    return answer;
}

static void
assert_scan(const struct place_of_test *here, uint32_t who, bool is_first,
            bool was_present)
{
    struct rig_answer answer =
        scan(here, who, "north", CHECKIN__MARK_KIND__ARRIVED);
    assert_int_equal(answer.reply->mark->is_first, is_first);
    assert_int_equal(answer.reply->mark->was_present, was_present);
    rig_answer_clear(&answer);
}

static void
arrive(const struct place_of_test *here, uint32_t who, const char *gate)
{
    struct rig_answer answer =
        scan(here, who, gate, CHECKIN__MARK_KIND__ARRIVED);
    rig_answer_clear(&answer);
}

static void
leave(const struct place_of_test *here, uint32_t who)
{
    struct rig_answer answer =
        scan(here, who, "north", CHECKIN__MARK_KIND__LEFT);
    rig_answer_clear(&answer);
}

static void
place(const struct place_of_test *here, uint32_t who, uint32_t role,
      Words__PlaceState state)
{
    uint32_t number = here->first + who;
    rig_place(rig, folds,
              &(struct rig_places){here->action, number, number, role, state});
    rig_wait_for_feed(rig);
}

static void
fold(const struct place_of_test *here, uint32_t who, uint32_t into)
{
    rig_fold(rig, folds, here->first + who,
             into == RIG_NOBODY ? into : here->first + into);
    rig_wait_for_feed(rig);
}

struct want {
    uint32_t signed_up, arrived, inside;
};

static void
assert_counts(const struct place_of_test *here, struct want want)
{
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, here->id);
    if (got->signed_up != want.signed_up || got->arrived != want.arrived ||
        got->inside != want.inside) {
        fail_msg("got %u signed up, %u arrived, %u inside; want %u, %u, %u",
                 got->signed_up, got->arrived, got->inside, want.signed_up,
                 want.arrived, want.inside);
    }
    wire_free(got);
}

static bool
is_present(const struct place_of_test *here, uint32_t who)
{
    Checkin__GetPresent get = CHECKIN__GET_PRESENT__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    uint32_t number = here->first + who;
    get.campaign = CAMPAIGN;
    get.action = (char *)here->id;
    request.is_case = CHECKIN__REQUEST__IS_PRESENT;
    request.present = &get;
    struct rig_answer answer = rig_ask(rig, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    const ProtobufCBinaryData *bits = &answer.reply->present->bits;
    bool is_set = number / 8 < bits->len &&
                  (bits->data[number / 8] >> number % 8 & 1) != 0;
    rig_answer_clear(&answer);
    return is_set;
}

#define CONFIRMED WORDS__PLACE_STATE__PLACE_CONFIRMED

/* ---- tests ---- */

static void
a_slip_and_its_twin_scanned_count_once(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, CONFIRMED);
    place(&here, 1, 1, WORDS__PLACE_STATE__PLACE_TWIN);
    fold(&here, 1, 0);
    assert_scan(&here, 1, true, false);
    assert_scan(&here, 0, false, true);
    assert_counts(&here, (struct want){1, 1, 1});
    assert_true(is_present(&here, 0));
    assert_false(is_present(&here, 1));
    leave(&here, 1);
    assert_counts(&here, (struct want){1, 1, 0});
    assert_false(is_present(&here, 0));
}

static void
who_was_scanned_twice_before_counts_once_after(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, CONFIRMED);
    place(&here, 1, 2, CONFIRMED);
    arrive(&here, 1, "west");
    arrive(&here, 0, "north");
    assert_counts(&here, (struct want){2, 2, 2});
    fold(&here, 1, 0);
    assert_counts(&here, (struct want){1, 1, 1});
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_int_equal(got->gates[0]->inside, 1); /* where she was seen last */
    assert_int_equal(got->gates[0]->arrived, 0);
    assert_int_equal(got->gates[1]->inside, 0);
    assert_int_equal(got->gates[1]->arrived, 1); /* where she came first */
    assert_int_equal(got->roles[0]->inside, 1);
    assert_int_equal(got->roles[1]->inside, 0);
    assert_int_equal(got->roles[1]->signed_up, 0);
    assert_int_equal(got->n_roles, 2);
    wire_free(got);
}

/* Whoever watches has seen more than this Redis, put back from before, knows
 * of; what it says next must not be taken for old. */
static void
a_revision_is_above_what_anybody_has_seen(void **state)
{
    char command[96];
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, CONFIRMED);
    place(&here, 1, 2, CONFIRMED);
    arrive(&here, 0, "north");
    Checkin__Attendance *seen = rig_attendance(rig, 0, CAMPAIGN, here.id);
    (void)snprintf(command, sizeof(command), "HSET {%s}:ci:%u:n v 0", CAMPAIGN,
                   (unsigned)here.action);
    char *said = redis_do(rig->redis, command);
    assert_string_equal(said, "0"); /* the field was there */
    arrive(&here, 1, "north");
    Checkin__Attendance *is = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_true(is->revision > seen->revision);
    free(said);
    wire_free(seen);
    wire_free(is);
}

static void
undoing_restores_exactly_what_was(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, CONFIRMED);
    place(&here, 1, 2, CONFIRMED);
    arrive(&here, 0, "north");
    arrive(&here, 1, "west");
    leave(&here, 1);
    Checkin__Attendance *was = rig_attendance(rig, 0, CAMPAIGN, here.id);
    fold(&here, 1, 0);
    assert_counts(&here, (struct want){1, 1, 0}); /* she left, as 1 */
    fold(&here, 1, RIG_NOBODY);
    Checkin__Attendance *is = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_true(is->revision > was->revision);
    is->revision = was->revision;
    is->as_of_ms = was->as_of_ms;
    struct buf a, b;
    buf_init(&a, 0);
    buf_init(&b, 0);
    wire_pack(was, &a);
    wire_pack(is, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    assert_true(is_present(&here, 0));
    assert_false(is_present(&here, 1));
    buf_fini(&a);
    buf_fini(&b);
    wire_free(was);
    wire_free(is);
    fold(&here, 1, 0);
    assert_counts(&here, (struct want){1, 1, 0});
}

static void
saying_it_again_changes_nothing(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, CONFIRMED);
    arrive(&here, 1, "north");
    fold(&here, 1, 0);
    Checkin__Attendance *was = rig_attendance(rig, 0, CAMPAIGN, here.id);
    fold(&here, 1, 0);
    fold(&here, 0, RIG_NOBODY);
    fold(&here, 0, 0);
    Checkin__Attendance *is = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_int_equal(was->revision, is->revision);
    wire_free(was);
    wire_free(is);
}

/* signup folds all anew; checkin does not rely on it. */
static void
a_chain_counts_as_its_end_and_a_circle_as_the_last_word(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    for (uint32_t who = 0; who < 4; who++) {
        place(&here, who, 1, CONFIRMED);
        arrive(&here, who, "north");
    }
    fold(&here, 3, 2);
    fold(&here, 2, 1);
    fold(&here, 1, 0);
    assert_counts(&here, (struct want){1, 1, 1});
    assert_true(is_present(&here, 0));
    fold(&here, 0, 3); /* 3 is nobody's part then: 0, with 1, 2 below it */
    assert_counts(&here, (struct want){1, 1, 1});
    assert_true(is_present(&here, 3));
    assert_false(is_present(&here, 0));
    fold(&here, 0, RIG_NOBODY);
    assert_counts(&here, (struct want){2, 2, 2});
    assert_true(is_present(&here, 0));
    assert_true(is_present(&here, 3));
}

static void
held_asked_and_twin_places_are_not_counted(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    place(&here, 0, 1, WORDS__PLACE_STATE__PLACE_HELD);
    place(&here, 1, 1, WORDS__PLACE_STATE__PLACE_ASKED);
    place(&here, 2, 1, WORDS__PLACE_STATE__PLACE_TWIN);
    assert_counts(&here, (struct want){0, 0, 0});
    fold(&here, 2, 0);
    assert_counts(&here, (struct want){0, 0, 0});
    place(&here, 0, 1, CONFIRMED);
    assert_counts(&here, (struct want){1, 0, 0});
    place(&here, 2, 1, CONFIRMED);
    assert_counts(&here, (struct want){1, 0, 0});
    place(&here, 0, 1, WORDS__PLACE_STATE__PLACE_CANCELLED);
    assert_counts(&here, (struct want){1, 0, 0});
    place(&here, 2, 1, WORDS__PLACE_STATE__PLACE_NONE);
    assert_counts(&here, (struct want){0, 0, 0});
}

static void
who_says_no_role_counts_under_that_of_whom_was_folded(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    arrive(&here, 0, "north");
    place(&here, 1, 2, CONFIRMED);
    fold(&here, 1, 0);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_int_equal(got->n_roles, 2);
    assert_int_equal(got->roles[1]->inside, 1);
    wire_free(got);
    place(&here, 0, 1, CONFIRMED);
    got = rig_attendance(rig, 0, CAMPAIGN, here.id);
    assert_int_equal(got->roles[0]->inside, 1);
    assert_int_equal(got->roles[1]->inside, 0);
    assert_int_equal(got->signed_up, 1);
    wire_free(got);
}

/* One person typed 500 forms, and was scanned with ten of them. */
#define ENTRIES 500
#define UNDONE 10

static void
many_entries_of_one_person_count_once(void **state)
{
    (void)state;
    struct place_of_test here = begin();
    uint32_t first = here.first = 100000, last = first + ENTRIES - 1;
    rig_place(rig, folds,
              &(struct rig_places){here.action, first, last, 1, CONFIRMED});
    for (uint32_t who = 0; who < ENTRIES; who += 50) {
        arrive(&here, who, "north");
    }
    for (uint32_t number = first + 1; number <= last; number++) {
        rig_fold(rig, folds, number, first);
    }
    rig_wait_for_feed(rig);
    assert_counts(&here, (struct want){1, 1, 1});
    assert_scan(&here, ENTRIES - 1, false, true);
    for (uint32_t who = 50; who < 50 * UNDONE; who += 50) {
        rig_fold(rig, folds, first + who, RIG_NOBODY);
    }
    rig_wait_for_feed(rig);
    assert_counts(&here, (struct want){UNDONE, UNDONE, UNDONE});
    char *there = redis_do(rig->redis, "EXISTS '{folds}:ci:f'");
    assert_int_not_equal(atoi(there), 0); /* the other tests' */
    free(there);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_and_its_twin_scanned_count_once),
        cmocka_unit_test(who_was_scanned_twice_before_counts_once_after),
        cmocka_unit_test(a_revision_is_above_what_anybody_has_seen),
        cmocka_unit_test(undoing_restores_exactly_what_was),
        cmocka_unit_test(saying_it_again_changes_nothing),
        cmocka_unit_test(
            a_chain_counts_as_its_end_and_a_circle_as_the_last_word),
        cmocka_unit_test(held_asked_and_twin_places_are_not_counted),
        cmocka_unit_test(who_says_no_role_counts_under_that_of_whom_was_folded),
        cmocka_unit_test(many_entries_of_one_person_count_once),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
