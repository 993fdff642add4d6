/* test_freed -- who waited is told that a place has become free. */
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

#define TABLE "table" /* action 1, of one seat */
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define SMS WORDS__CHANNEL__CHANNEL_SMS

static struct tend_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    tend_rig_open(&rig);
    assert_int_equal(signup_rig_put_action(&rig.signup, TABLE, 1), 1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    tend_rig_close(&rig);
    return 0;
}

/* ---- people ---- */

static unsigned
enter_as(const struct tend_rig_entry *entry)
{
    struct tend_rig_entry vouched = *entry;
    vouched.is_vouched = true;
    vouched.actions[0] = TABLE;
    return tend_rig_number(&rig, &vouched);
}

/* Vouched for, with a mail address. */
static unsigned
enter(int who)
{
    char name[48], email[48];
    (void)snprintf(name, sizeof(name), "Person%c Jones", 'a' + who);
    (void)snprintf(email, sizeof(email), "p%d@example.org", who);
    return enter_as(&(struct tend_rig_entry){.name = name, .email = email});
}

static void
stop_texts(const char *phone)
{
    Signup__StopTexts stop = SIGNUP__STOP_TEXTS__INIT;
    stop.campaign = "care";
    stop.phone = (char *)phone;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_STOP_TEXTS;
    request.stop_texts = &stop;
    struct signup_answer got = signup_rig_insist(&rig.signup, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

static void
merge(uint32_t number, uint32_t into)
{
    Signup__Merge merge = SIGNUP__MERGE__INIT;
    merge.campaign = "care";
    merge.number = number;
    merge.into = into;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_MERGE;
    request.merge = &merge;
    struct signup_answer got = signup_rig_insist(&rig.signup, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

/* ---- the job ---- */

/* Somebody else tends from now on, and does nothing. */
static void
hold_jobs(void)
{
    free(redis_do(rig.signup.redis, "SET '{care}:su:th' another"));
}

static void
let_jobs_go(void)
{
    free(redis_do(rig.signup.redis, "DEL '{care}:su:th'"));
}

static void
expect_notes(long count)
{
    tend_rig_await_answer(&rig, "LLEN '{care}:su:pf'", 0);
    assert_int_equal(tend_rig_ask(&rig, "HLEN '{care}:su:zp'"), count);
}

/* As courier gets it. */
struct want {
    Words__Channel channel;
    Words__Rule rule;
    const char *address, *says;
};

static void
expect_note(uint32_t note, const struct want *want)
{
    struct signup_answer got = signup_rig_resolve(
        &rig.signup, WORDS__CLASS__CLASS_NOTE, want->channel, NULL, note);
    assert_int_equal(got.err, ERR_NONE);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_int_equal(contact->withheld, want->rule);
    if (want->rule == WORDS__RULE__RULE_NONE) {
        assert_string_equal(contact->address, want->address);
        if (strstr(contact->fields[1]->value, want->says) == NULL) {
            fail_msg("\"%s\" is not in \"%s\"", want->says,
                     contact->fields[1]->value);
        }
    }
    signup_rig_free(&got);
}

static void
who_waited_is_told_by_the_link_to_her_ticket(void **state)
{
    (void)state;
    unsigned first = enter(0), second = enter(1);
    (void)enter(2);
    expect_notes(0);
    tend_rig_cancel(&rig, first, TABLE);
    tend_rig_await(&rig, "confirmed:1", 1);
    expect_notes(1);
    expect_note(0,
                &(struct want){EMAIL, WORDS__RULE__RULE_NONE, "p1@example.org",
                               ": Personb, a place has become free for you "
                               "at An action ("});
    expect_note(0,
                &(struct want){EMAIL, WORDS__RULE__RULE_NONE, "p1@example.org",
                               "). Your ticket: {{confirm_url}} If you"});
    tend_rig_cancel(&rig, second, TABLE);
    tend_rig_await_answer(&rig, "HLEN '{care}:su:z'", 2);
    expect_note(1, &(struct want){EMAIL, WORDS__RULE__RULE_NONE,
                                  "p2@example.org", "Personc"});
}

static void
a_larger_capacity_tells_each_of_them_once(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        (void)enter(i);
    }
    (void)signup_rig_put_action(&rig.signup, TABLE, 5);
    (void)signup_rig_put_action(&rig.signup, TABLE, 5);
    tend_rig_await(&rig, "confirmed:1", 5);
    expect_notes(4);
    for (uint32_t i = 0; i < 4; i++) {
        char email[48];
        (void)snprintf(email, sizeof(email), "p%u@example.org", i + 1);
        expect_note(
            i, &(struct want){EMAIL, WORDS__RULE__RULE_NONE, email, "free"});
    }
}

/* As the end of a stranger's hold. */
static void
a_seat_that_was_held_is_told_of_too(void **state)
{
    (void)state;
    unsigned stranger = tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Stranger",
                                       .email = "stranger@example.org",
                                       .actions = {TABLE}});
    (void)enter(1);
    tend_rig_hand_over(&rig, WORDS__CLASS__CLASS_CONFIRMATION, EMAIL, stranger);
    tend_rig_pass(&rig, 31 * TEND_RIG_MINUTE_MS);
    tend_rig_await(&rig, "confirmed:1", 1);
    expect_notes(1);
}

static void
who_has_no_mail_is_told_by_text_and_nobody_after_stop(void **state)
{
    (void)state;
    unsigned first = enter(0);
    unsigned texted = enter_as(
        &(struct tend_rig_entry){.name = "Ann Smith", .phone = "07700 900101"});
    (void)enter_as(
        &(struct tend_rig_entry){.name = "Bob Brown", .phone = "07700 900102"});
    stop_texts("07700900102"); /* which is told: note 0 */
    tend_rig_cancel(&rig, first, TABLE);
    expect_notes(1);
    expect_note(1, &(struct want){SMS, WORDS__RULE__RULE_NONE, "+447700900101",
                                  ": Ann, a place"});
    stop_texts("07700900101"); /* before courier has it */
    expect_note(1,
                &(struct want){SMS, WORDS__RULE__RULE_WITHDRAWN, NULL, NULL});
    tend_rig_cancel(&rig, texted, TABLE);
    tend_rig_await(&rig, "confirmed:1", 1);
    expect_notes(1);
}

static void
whose_place_is_lost_again_is_told_nothing(void **state)
{
    (void)state;
    unsigned first = enter(0), second = enter(1), third = enter(2);
    hold_jobs();
    tend_rig_cancel(&rig, first, TABLE);
    tend_rig_cancel(&rig, second, TABLE);
    let_jobs_go();
    expect_notes(1);
    expect_note(0, &(struct want){EMAIL, WORDS__RULE__RULE_NONE,
                                  "p2@example.org", "free"});
    tend_rig_cancel(&rig, third, TABLE); /* before courier has it */
    expect_note(
        0, &(struct want){EMAIL, WORDS__RULE__RULE_NOT_SIGNED_UP, NULL, NULL});
}

static void
who_was_merged_meanwhile_is_told_as_whom_she_is_part_of(void **state)
{
    (void)state;
    unsigned first = enter(0), second = enter(1);
    unsigned other = enter_as(&(struct tend_rig_entry){
        .name = "Another Jones", .email = "other@example.org"});
    tend_rig_cancel(&rig, other, TABLE);
    hold_jobs();
    tend_rig_cancel(&rig, first, TABLE);
    merge(second, other);
    let_jobs_go();
    expect_notes(1);
    expect_note(0, &(struct want){EMAIL, WORDS__RULE__RULE_NONE,
                                  "other@example.org", "Another"});
    /* Or between the note and courier: whom it was made for has gone. */
    unsigned fourth = enter(4), fifth = enter(5);
    tend_rig_cancel(&rig, other, TABLE);
    tend_rig_await_answer(&rig, "HLEN '{care}:su:z'", 2);
    merge(fourth, fifth);
    expect_note(1, &(struct want){EMAIL, WORDS__RULE__RULE_NONE,
                                  "p4@example.org", "Persone"});
}

/* ---- at any moment ---- */

#define WAITING 12

static void
a_kill_at_any_moment_tells_each_once(void **state)
{
    (void)state;
    unsigned numbers[WAITING + 1];
    for (int i = 0; i <= WAITING; i++) {
        numbers[i] = enter(i);
    }
    for (int i = 0; i < WAITING; i++) {
        tend_rig_cancel(&rig, numbers[i], TABLE);
        for (int turns = 0; turns < i; turns++) { /* later and later */
            loop_turn(rig.signup.loop, 10);
        }
        process_kill(&rig.signup.signup);
        let_jobs_go(); /* not only after its hold has run out */
        signup_rig_start(&rig.signup);
        tend_rig_await_answer(&rig, "LLEN '{care}:su:pf'", 0);
    }
    expect_notes(WAITING);
    for (uint32_t i = 0; i < WAITING; i++) {
        char email[48];
        (void)snprintf(email, sizeof(email), "p%u@example.org", i + 1);
        bool is_last = i + 1 == WAITING;
        expect_note(i, &(struct want){EMAIL,
                                      is_last ? WORDS__RULE__RULE_NONE
                                              : WORDS__RULE__RULE_NOT_SIGNED_UP,
                                      email, "free"});
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_waited_is_told_by_the_link_to_her_ticket),
        TEST(a_larger_capacity_tells_each_of_them_once),
        TEST(a_seat_that_was_held_is_told_of_too),
        TEST(who_has_no_mail_is_told_by_text_and_nobody_after_stop),
        TEST(whose_place_is_lost_again_is_told_nothing),
        TEST(who_was_merged_meanwhile_is_told_as_whom_she_is_part_of),
        TEST(a_kill_at_any_moment_tells_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
