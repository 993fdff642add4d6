/* test_tend -- what time, and the providers, do to entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/tend_rig.h"

static struct tend_rig rig;
/* Action 1 has no capacity, action 2 has four seats; both are over within two
 * days. */
#define RALLY "rally"
#define TABLE "table"
#define SEATS 4

static int
open_rig(void **state)
{
    (void)state;
    tend_rig_open(&rig);
    assert_int_equal(signup_rig_put_action(&rig.signup, RALLY, -1), 1);
    assert_int_equal(signup_rig_put_action(&rig.signup, TABLE, SEATS), 2);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    tend_rig_close(&rig);
    return 0;
}

static const struct tend_rig_entry ann = {
    .name = "Ann Smith", .phone = "07700 900101", .actions = {RALLY}};

static void
take_mail(uint32_t number)
{
    tend_rig_hand_over(&rig, WORDS__CLASS__CLASS_CONFIRMATION,
                       WORDS__CHANNEL__CHANNEL_EMAIL, number);
}

static struct tend_rig_entry
at_table(int who, char phone[32], char email[48])
{
    (void)snprintf(phone, 32, "07700900%03d", who);
    (void)snprintf(email, 48, "p%d@example.org", who);
    return (struct tend_rig_entry){
        .name = "Person", .email = email, .actions = {TABLE}};
}

static unsigned
enter_table(int who, bool is_vouched)
{
    char phone[32], email[48];
    struct tend_rig_entry entry = at_table(who, phone, email);
    entry.is_vouched = is_vouched;
    return tend_rig_number(&rig, &entry);
}

/* How many Folded events the feed has; *last: the last one. */
static int
count_folded(Signup__Folded *last)
{
    *last = (Signup__Folded)SIGNUP__FOLDED__INIT;
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SINCE;
    request.since = &since;
    struct signup_answer answer = signup_rig_insist(&rig.signup, &request);
    const Feed__Page *page = answer.reply->since;
    int count = 0;
    for (size_t e = 0; e < page->n_entries; e++) {
        for (size_t i = 0; i < page->entries[e]->n_events; i++) {
            const ProtobufCBinaryData *packed = &page->entries[e]->events[i];
            Signup__Event *event =
                wire_unpack(&signup__event__descriptor, packed->data,
                            packed->len, BUS_BODY_BYTES_MAX);
            assert_non_null(event);
            if (event->is_case == SIGNUP__EVENT__IS_FOLDED) {
                count++;
                *last = *event->folded;
            }
            wire_free(event);
        }
    }
    signup_rig_free(&answer);
    return count;
}

/* ---- twins ---- */

static void
two_equal_forms_count_once(void **state)
{
    (void)state;
    unsigned first = tend_rig_number(&rig, &ann);
    struct tend_rig_entry again = ann;
    again.name = "ann  SMITH";
    again.phone = "+44 7700 900101";
    unsigned second = tend_rig_number(&rig, &again);
    assert_int_not_equal(first, second);
    tend_rig_await(&rig, "twins:1", 1);
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 1);
    assert_int_equal(tend_rig_count(&rig, "unproved:1"), 1);
    Signup__Folded folded;
    assert_int_equal(count_folded(&folded), 1);
    assert_int_equal(folded.number, second);
    assert_true(folded.has_into);
    assert_int_equal(folded.into, first);
}

static void
another_name_or_another_contact_is_somebody_else(void **state)
{
    (void)state;
    (void)tend_rig_number(&rig, &ann);
    struct tend_rig_entry bob = ann;
    bob.name = "Bob Smith";
    (void)tend_rig_number(&rig, &bob);
    struct tend_rig_entry far = ann;
    far.phone = "07700 900102";
    (void)tend_rig_number(&rig, &far);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 3);
    assert_int_equal(tend_rig_count(&rig, "twins:1"), 0);
}

static void
a_twin_counts_when_the_first_gives_its_place_up(void **state)
{
    (void)state;
    unsigned first = tend_rig_number(&rig, &ann);
    unsigned second = tend_rig_number(&rig, &ann);
    tend_rig_await(&rig, "twins:1", 1);
    tend_rig_cancel(&rig, first, RALLY);
    tend_rig_await(&rig, "confirmed:1", 1);
    assert_int_equal(tend_rig_count(&rig, "twins:1"), 0);
    tend_rig_cancel(&rig, second, RALLY);
    tend_rig_await(&rig, "confirmed:1", 0);
}

static void
a_twin_holds_no_second_seat(void **state)
{
    (void)state;
    struct tend_rig_entry at_table = ann;
    at_table.actions[0] = TABLE;
    for (int i = 0; i < 5; i++) {
        (void)tend_rig_number(&rig, &at_table);
        tend_rig_settle(&rig);
    }
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    assert_int_equal(
        tend_rig_count(&rig, "twins:2") + tend_rig_count(&rig, "asked:2"), 4);
}

/* Whose entry is found to be a twin keeps its seat for as long as any other:
 * what is left tells nobody that the contact is known. */
static void
expect_next_at_table(int who, const char *state)
{
    char phone[32], email[48];
    struct tend_rig_entry entry = at_table(who, phone, email);
    long before = tend_rig_count(&rig, state);
    (void)tend_rig_number(&rig, &entry);
    assert_int_equal(tend_rig_count(&rig, state), before + 1);
}

static void
a_seat_that_a_twin_held_is_not_given_on_before_its_time(void **state)
{
    (void)state;
    (void)enter_table(0, true); /* known: three seats are free, one for holds */
    unsigned twin = enter_table(0, false);
    tend_rig_await(&rig, "twins:2", 1);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 0);
    assert_int_equal(tend_rig_count(&rig, "twins-held:2"), 1);
    expect_next_at_table(1, "asked:2"); /* as if she were not known */
    take_mail(twin);
    tend_rig_pass(&rig, 31 * TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "twins-held:2", 0);
    assert_int_equal(tend_rig_count(&rig, "twins:2"), 0);
    expect_next_at_table(2, "held:2");
}

/* A seat that is held for her is hers when she is proved. */
static void
a_twin_that_is_proved_has_the_seat_that_was_held(void **state)
{
    (void)state;
    for (int i = 0; i < SEATS - 1; i++) {
        (void)enter_table(10 + i, true);
    }
    unsigned first = enter_table(0, false);
    (void)enter_table(20, true); /* waits: the last one is held */
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    unsigned second = enter_table(0, false);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_prove(&rig, second, WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_YES),
                     ERR_NONE);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "confirmed:2"), SEATS);
    assert_int_equal(tend_rig_count(&rig, "waitlisted:2"), 1);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 0);
    assert_int_equal(tend_rig_count(&rig, "twins-held:2"), 0);
    (void)first;
}

static Words__PlaceState
state_shown(uint32_t number)
{
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = "care";
    get.number = number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_SUPPORTER;
    request.get_supporter = &get;
    struct signup_answer got = signup_rig_insist(&rig.signup, &request);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->get_supporter->n_places, 1);
    Words__PlaceState state = got.reply->get_supporter->places[0]->state;
    signup_rig_free(&got);
    return state;
}

/* On her ticket's page stands what it said before. */
static void
a_twin_is_shown_the_place_it_had(void **state)
{
    (void)state;
    unsigned seated = enter_table(0, true);
    unsigned twins[] = {enter_table(0, true), enter_table(0, false)};
    for (int i = 1; i < SEATS; i++) {
        (void)enter_table(10 + i, true);
    }
    (void)enter_table(20, true);
    (void)enter_table(1, true);
    unsigned waits = enter_table(1, true);
    tend_rig_settle(&rig);
    assert_int_equal(state_shown(seated), WORDS__PLACE_STATE__PLACE_CONFIRMED);
    assert_int_equal(state_shown(twins[0]),
                     WORDS__PLACE_STATE__PLACE_CONFIRMED);
    assert_int_equal(state_shown(twins[1]), WORDS__PLACE_STATE__PLACE_HELD);
    assert_int_equal(state_shown(waits), WORDS__PLACE_STATE__PLACE_WAITLISTED);
    assert_int_equal(tend_rig_count(&rig, "twins-waiting:2"), 1);
}

/* Vouched for twice, she waits once; and when the one that waits is given up,
 * the other waits from when it was made. */
static void
who_waits_twice_waits_once(void **state)
{
    (void)state;
    unsigned seated = 0;
    for (int i = 0; i < SEATS; i++) {
        seated = enter_table(10 + i, true);
    }
    unsigned first = enter_table(0, true);
    (void)enter_table(0, true);
    (void)enter_table(1, true);
    tend_rig_await(&rig, "twins-waiting:2", 1);
    assert_int_equal(tend_rig_count(&rig, "waitlisted:2"), 2);
    assert_int_equal(tend_rig_ask(&rig, "ZCARD '{care}:su:w:2'"), 2);
    tend_rig_cancel(&rig, first, TABLE);
    tend_rig_await(&rig, "twins-waiting:2", 0);
    assert_int_equal(tend_rig_count(&rig, "waitlisted:2"), 2);
    tend_rig_cancel(&rig, seated, TABLE);
    tend_rig_await(&rig, "waitlisted:2", 1);
    /* The third of those entries still waits. */
    char *command = mem_format("ZSCORE '{care}:su:w:2' %u", first + 2);
    assert_true(tend_rig_ask(&rig, command) > 0);
    free(command);
}

/* What an organisation's server answers for is not undone by a stranger who
 * was first. */
static void
who_is_vouched_for_is_nobodys_twin(void **state)
{
    (void)state;
    unsigned stranger = tend_rig_number(&rig, &ann);
    struct tend_rig_entry vouched = ann;
    vouched.is_vouched = true;
    unsigned real = tend_rig_number(&rig, &vouched);
    tend_rig_await(&rig, "twins:1", 1);
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 1);
    assert_int_equal(tend_rig_count(&rig, "unproved:1"), 0);
    Signup__Folded folded;
    assert_int_equal(count_folded(&folded), 1);
    assert_int_equal(folded.number, stranger);
    assert_int_equal(folded.into, real);
}

/* ---- what goes ---- */

static bool
is_gone(uint32_t number)
{
    char *command = mem_format("LINDEX '{care}:su:r:0' %u", number);
    char *record = redis_do(rig.signup.redis, command);
    bool is_empty = record[0] == '\0';
    free(record);
    free(command);
    return is_empty;
}

static long
count_index(void)
{
    return tend_rig_ask(
        &rig, "EVAL \"local n = 0; for _, k in ipairs(redis.call('KEYS', "
              "'{care}:su:n:*')) do n = n + redis.call('HLEN', k) end; return "
              "n\" 0");
}

static void
what_was_never_written_to_goes_after_a_day(void **state)
{
    (void)state;
    struct tend_rig_entry both = ann;
    both.email = "ann@example.org";
    both.actions[1] = TABLE;
    unsigned number = tend_rig_number(&rig, &both);
    tend_rig_settle(&rig);
    assert_int_equal(count_index(), 2);
    tend_rig_pass(&rig, TEND_RIG_DAY_MS - 60 * TEND_RIG_MINUTE_MS);
    tend_rig_settle(&rig);
    assert_false(is_gone(number));
    tend_rig_pass(&rig, 61 * TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "confirmed:1", 0);
    tend_rig_settle(&rig);
    assert_true(is_gone(number));
    assert_int_equal(tend_rig_count(&rig, "held:2"), 0);
    assert_int_equal(tend_rig_count(&rig, "cancelled:1"), 0);
    assert_int_equal(count_index(), 0);
    struct signup_answer got =
        signup_rig_resolve(&rig.signup, WORDS__CLASS__CLASS_SAFETY,
                           WORDS__CHANNEL__CHANNEL_EMAIL, RALLY, number);
    assert_null(got.reply->resolve->contacts[0]->address);
    signup_rig_free(&got);
}

static void
what_was_written_to_goes_a_week_after_its_last_action(void **state)
{
    (void)state;
    struct tend_rig_entry mailed = ann;
    mailed.email = "ann@example.org";
    unsigned number = tend_rig_number(&rig, &mailed);
    take_mail(number);
    tend_rig_pass(&rig, 7 * TEND_RIG_DAY_MS);
    tend_rig_settle(&rig);
    assert_false(is_gone(number));
    tend_rig_pass(&rig, 2 * TEND_RIG_DAY_MS + TEND_RIG_MINUTE_MS);
    tend_rig_await_answer(&rig, "ZCARD '{care}:su:due'", 0);
    assert_true(is_gone(number));
    /* It was there: the action's count stays. */
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 1);
    assert_int_equal(count_index(), 0);
}

static void
who_cannot_be_written_to_stays_until_the_action_is_over(void **state)
{
    (void)state;
    unsigned nothing = tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Cy", .actions = {RALLY}});
    unsigned landline = tend_rig_number(
        &rig, &(struct tend_rig_entry){
                  .name = "Di", .phone = "020 7946 0018", .actions = {RALLY}});
    tend_rig_pass(&rig, 5 * TEND_RIG_DAY_MS);
    tend_rig_settle(&rig);
    assert_false(is_gone(nothing));
    assert_false(is_gone(landline));
    tend_rig_pass(&rig, 5 * TEND_RIG_DAY_MS);
    tend_rig_await_answer(&rig, "ZCARD '{care}:su:due'", 0);
    assert_true(is_gone(nothing));
    assert_true(is_gone(landline));
}

static void
who_is_vouched_for_does_not_go(void **state)
{
    (void)state;
    struct tend_rig_entry vouched = ann;
    vouched.is_vouched = true;
    unsigned number = tend_rig_number(&rig, &vouched);
    tend_rig_pass(&rig, 30 * TEND_RIG_DAY_MS);
    tend_rig_settle(&rig);
    assert_false(is_gone(number));
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 1);
}

/* The twin of one that goes takes its place. */
static void
a_twin_counts_when_the_first_goes(void **state)
{
    (void)state;
    struct tend_rig_entry mailed = ann;
    mailed.email = "ann@example.org";
    (void)tend_rig_number(&rig, &mailed);
    tend_rig_pass(&rig, TEND_RIG_DAY_MS / 2);
    unsigned second = tend_rig_number(&rig, &mailed);
    tend_rig_await(&rig, "twins:1", 1);
    tend_rig_pass(&rig, TEND_RIG_DAY_MS / 2 + TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "twins:1", 0);
    tend_rig_await(&rig, "confirmed:1", 1);
    assert_false(is_gone(second));
    Signup__Folded folded;
    assert_int_equal(count_folded(&folded), 2);
    assert_int_equal(folded.number, second);
    assert_false(folded.has_into);
}

static void
what_is_proved_stays_and_not_me_goes_at_once(void **state)
{
    (void)state;
    struct tend_rig_entry mailed = ann, other = ann;
    mailed.email = "ann@example.org";
    other.email = "bob@example.org";
    other.phone = "07700 900102";
    unsigned proved = tend_rig_number(&rig, &mailed);
    unsigned refused = tend_rig_number(&rig, &other);
    assert_int_equal(tend_rig_prove(&rig, proved, WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_YES),
                     ERR_NONE);
    assert_int_equal(tend_rig_prove(&rig, refused,
                                    WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_NOT_ME),
                     ERR_NONE);
    tend_rig_await(&rig, "confirmed:1", 1);
    tend_rig_settle(&rig);
    assert_true(is_gone(refused));
    tend_rig_pass(&rig, 30 * TEND_RIG_DAY_MS);
    tend_rig_settle(&rig);
    assert_false(is_gone(proved));
    assert_int_equal(tend_rig_ask(&rig, "ZCARD '{care}:su:due'"), 0);
}

/* What she typed a week later counts with her from the start. */
static void
an_entry_is_the_twin_of_who_is_proved(void **state)
{
    (void)state;
    struct tend_rig_entry mailed = ann;
    mailed.email = "ann@example.org";
    unsigned proved = tend_rig_number(&rig, &mailed);
    assert_int_equal(tend_rig_prove(&rig, proved, WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_YES),
                     ERR_NONE);
    unsigned again = tend_rig_number(&rig, &mailed);
    tend_rig_await(&rig, "twins:1", 1);
    assert_int_equal(tend_rig_count(&rig, "confirmed:1"), 1);
    Signup__Folded folded;
    assert_int_equal(count_folded(&folded), 1);
    assert_int_equal(folded.number, again);
    assert_int_equal(folded.into, proved);
}

/* ---- seats ---- */

static void
a_stranger_cannot_empty_a_roundtable(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        (void)enter_table(i, false);
    }
    assert_int_equal(tend_rig_count(&rig, "held:2"), SEATS / 2);
    assert_int_equal(tend_rig_count(&rig, "asked:2"), 50 - SEATS / 2);
    (void)enter_table(60, true);
    (void)enter_table(61, true);
    assert_int_equal(tend_rig_count(&rig, "confirmed:2"), 2);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "held:2"), SEATS / 2);
}

static void
a_held_seat_ends_half_an_hour_after_its_message(void **state)
{
    (void)state;
    unsigned number = enter_table(0, false);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    /* Not while no provider has the message. */
    tend_rig_pass(&rig, 40 * TEND_RIG_MINUTE_MS);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    take_mail(number);
    tend_rig_pass(&rig, 29 * TEND_RIG_MINUTE_MS);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    tend_rig_pass(&rig, 2 * TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "held:2", 0);
    assert_int_equal(tend_rig_count(&rig, "asked:2"), 1);
}

static void
pass_minutes(int minutes)
{
    tend_rig_pass(&rig, minutes * TEND_RIG_MINUTE_MS);
}

/* After so many minutes more it is held still, and two later it is not. */
static void
expect_end_of_hold(int minutes)
{
    pass_minutes(minutes - 1);
    tend_rig_settle(&rig);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 1);
    pass_minutes(2);
    tend_rig_await(&rig, "held:2", 0);
    assert_int_equal(tend_rig_count(&rig, "asked:2"), 1);
}

static void
a_held_seat_ends_after_two_hours_when_nothing_is_known(void **state)
{
    (void)state;
    (void)enter_table(0, false);
    expect_end_of_hold(120);
}

static void
a_held_seat_ends_half_an_hour_after_it_was_typed_when_refused(void **state)
{
    (void)state;
    unsigned number = enter_table(0, false);
    pass_minutes(10);
    tend_rig_refuse(&rig, WORDS__CHANNEL__CHANNEL_EMAIL, number);
    expect_end_of_hold(20);
}

static void
a_held_seat_ends_at_once_when_refused_later(void **state)
{
    (void)state;
    unsigned number = enter_table(0, false);
    pass_minutes(45);
    tend_rig_refuse(&rig, WORDS__CHANNEL__CHANNEL_EMAIL, number);
    tend_rig_await(&rig, "held:2", 0);
}

/* Whoever gets it late has half an hour all the same. */
static void
a_message_that_was_taken_late_has_its_time(void **state)
{
    (void)state;
    unsigned number = enter_table(0, false);
    pass_minutes(110);
    take_mail(number);
    expect_end_of_hold(30);
}

static void
whoever_waits_gets_a_seat_that_was_held(void **state)
{
    (void)state;
    unsigned stranger = enter_table(0, false);
    for (int i = 0; i < SEATS; i++) {
        (void)enter_table(10 + i, true);
    }
    assert_int_equal(tend_rig_count(&rig, "confirmed:2"), SEATS - 1);
    assert_int_equal(tend_rig_count(&rig, "waitlisted:2"), 1);
    take_mail(stranger);
    tend_rig_pass(&rig, 31 * TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "confirmed:2", SEATS);
    assert_int_equal(tend_rig_count(&rig, "waitlisted:2"), 0);
    assert_int_equal(tend_rig_count(&rig, "asked:2"), 1);
}

/* ---- at any moment ---- */

static uint32_t seed;

static unsigned
draw(unsigned below)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

/* In one look, since the jobs go on meanwhile: the seats taken; -1: a counter
 * says other than its column; -2: than what twins had. */
static const char seats_taken[] =
    "EVAL \"local m, taken = '{care}:su:m', 0; local function count(name) "
    "return tonumber(redis.call('HGET', m, name .. ':2') or 0) end; for "
    "letter, name in pairs({c = 'confirmed', w = 'waitlisted', o = 'offered', "
    "h = 'held', a = 'asked', t = 'twins'}) do local n = count(name); if n ~= "
    "redis.call('BITCOUNT', '{care}:su:c:' .. letter .. '2:0') then return -1 "
    "end; if letter == 'c' or letter == 'o' or letter == 'h' then taken = "
    "taken + n end end; if count('twins-held') + count('twins-waiting') ~= "
    "redis.call('HLEN', '{care}:su:ty:2') or count('waitlisted') ~= "
    "redis.call('ZCARD', '{care}:su:w:2') then return -2 end; return taken + "
    "count('twins-held')\" 0";

static void
expect_seats_add_up(int step)
{
    long taken = tend_rig_ask(&rig, seats_taken);
    if (taken > SEATS || taken < 0) {
        fail_msg("step %d: %ld of %d seats", step, taken, SEATS);
    }
}

#define STEPS 80
#define VOUCHED_FROM 6 /* who of those is vouched for */
static int who_is[STEPS];

/* Of the entries that are one person's, at most one has a seat or waits. */
static void
expect_one_of_each(unsigned people)
{
    int count[2 * VOUCHED_FROM] = {0};
    for (unsigned i = 0; i < people; i++) {
        char *command = mem_format(
            "EVAL \"local at = ARGV[1] + 7 - 2 * (ARGV[1] %% 8); return "
            "redis.call('GETBIT', '{care}:su:c:c2:0', at) + "
            "redis.call('GETBIT', '{care}:su:c:w2:0', at)\" 0 %u",
            i);
        count[who_is[i]] += (int)tend_rig_ask(&rig, command);
        free(command);
    }
    for (int who = 0; who < 2 * VOUCHED_FROM; who++) {
        if (count[who] > 1) {
            fail_msg("person %d counts %d times", who, count[who]);
        }
    }
}

static void
enter_one(unsigned *people, int who, bool is_vouched)
{
    char phone[32], email[48], key[32];
    struct tend_rig_entry entry = at_table(who, phone, email);
    entry.is_vouched = is_vouched;
    /* Asked again after a kill it is the same one. */
    (void)snprintf(key, sizeof(key), "a-key-of-entry-%u", *people);
    entry.key = key;
    assert_int_equal(tend_rig_number(&rig, &entry), *people);
    who_is[(*people)++] = who;
}

/* Each step, whatever came before; a kill in the midst of it. */
static void
take_step(unsigned *people)
{
    switch (draw(11)) {
    case 0:
    case 1:
    case 2:
        enter_one(people, (int)draw(VOUCHED_FROM), false);
        break;
    case 3:
    case 10:
        enter_one(people, VOUCHED_FROM + (int)draw(6), true);
        break;
    case 4:
        if (*people > 0) {
            tend_rig_cancel(&rig, draw(*people), TABLE);
        }
        break;
    case 5:
        if (*people > 0) {
            take_mail(draw(*people));
        }
        break;
    case 6:
    case 7:
        if (*people > 0) { /* any of them, whatever became of it */
            (void)tend_rig_prove(&rig, draw(*people),
                                 WORDS__CHANNEL__CHANNEL_EMAIL,
                                 SIGNUP__PROVE_ANSWER__PROVE_YES);
        }
        break;
    case 8:
        tend_rig_pass(&rig, 20 * TEND_RIG_MINUTE_MS);
        break;
    default:
        process_kill(&rig.signup.signup);
        signup_rig_start(&rig.signup);
        break;
    }
}

static void
held_and_taken_seats_are_never_more_than_there_are(void **state)
{
    (void)state;
    const char *wanted = getenv("MUSTER_SEED");
    seed = wanted == NULL ? 4711 : (uint32_t)strtoul(wanted, NULL, 10);
    unsigned people = 0;
    for (int step = 0; step < STEPS; step++) {
        take_step(&people);
        expect_seats_add_up(step);
    }
    tend_rig_settle(&rig);
    expect_seats_add_up(-1);
    expect_one_of_each(people);
    tend_rig_pass(&rig, 2 * TEND_RIG_DAY_MS);
    tend_rig_settle(&rig);
    expect_seats_add_up(-2);
    assert_int_equal(tend_rig_count(&rig, "held:2"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_equal_forms_count_once),
        TEST(another_name_or_another_contact_is_somebody_else),
        TEST(a_twin_counts_when_the_first_gives_its_place_up),
        TEST(a_twin_holds_no_second_seat),
        TEST(a_seat_that_a_twin_held_is_not_given_on_before_its_time),
        TEST(a_twin_that_is_proved_has_the_seat_that_was_held),
        TEST(a_twin_is_shown_the_place_it_had),
        TEST(who_waits_twice_waits_once),
        TEST(who_is_vouched_for_is_nobodys_twin),
        TEST(what_was_never_written_to_goes_after_a_day),
        TEST(what_was_written_to_goes_a_week_after_its_last_action),
        TEST(who_cannot_be_written_to_stays_until_the_action_is_over),
        TEST(who_is_vouched_for_does_not_go),
        TEST(a_twin_counts_when_the_first_goes),
        TEST(what_is_proved_stays_and_not_me_goes_at_once),
        TEST(an_entry_is_the_twin_of_who_is_proved),
        TEST(a_stranger_cannot_empty_a_roundtable),
        TEST(a_held_seat_ends_half_an_hour_after_its_message),
        TEST(a_held_seat_ends_after_two_hours_when_nothing_is_known),
        TEST(a_held_seat_ends_half_an_hour_after_it_was_typed_when_refused),
        TEST(a_held_seat_ends_at_once_when_refused_later),
        TEST(a_message_that_was_taken_late_has_its_time),
        TEST(whoever_waits_gets_a_seat_that_was_held),
        TEST(held_and_taken_seats_are_never_more_than_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
