/* test_signing_up -- sign-ups through the real bus into the real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_rig.h"

#define CROWD 100
#define CONFIRMED WORDS__PLACE_STATE__PLACE_CONFIRMED
#define WAITLISTED WORDS__PLACE_STATE__PLACE_WAITLISTED
#define CANCELLED WORDS__PLACE_STATE__PLACE_CANCELLED
#define HELD WORDS__PLACE_STATE__PLACE_HELD
#define ASKED WORDS__PLACE_STATE__PLACE_ASKED

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

static const struct signup_rig_person ann = {.name = "Ann Smith",
                                             .phone = "07700 900123",
                                             .email = "ann@example.org",
                                             .role = "nurse",
                                             .region = "wales",
                                             .action = "rally",
                                             .consents_sms = true};

/* ---- one person ---- */

static void
a_new_supporter_is_numbered_from_0_and_confirmed(void **state)
{
    (void)state;
    assert_int_equal(signup_rig_put_action(&rig, "rally", -1), 1);
    struct signup_answer answer = signup_rig_sign_up(&rig, &ann);
    assert_int_equal(answer.err, ERR_NONE);
    const Signup__SignedUp *got = answer.reply->sign_up;
    assert_int_equal(got->number, 0);
    assert_int_equal(got->confirms_by, WORDS__CHANNEL__CHANNEL_EMAIL);
    assert_int_equal(got->role, 2);
    assert_int_equal(got->campaign_number, 1);
    assert_int_equal(got->n_places, 1);
    assert_string_equal(got->places[0]->action, "rally");
    assert_int_equal(got->places[0]->action_number, 1);
    assert_int_equal(got->places[0]->state, CONFIRMED);
    signup_rig_free(&answer);
}

/* Whoever it names, typed in whatever way: nobody is looked up. */
static void
a_known_contact_is_a_fresh_entry_like_any_other(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    assert_int_equal(signup_rig_number(&rig, &ann), 0);
    const struct signup_rig_person again[] = {
        {.name = "Ann Smith", .phone = "07700900123", .action = "rally"},
        {.name = "ann smith", .email = "ANN@EXAMPLE.ORG", .action = "rally"},
        {.name = "Mallory", .phone = "+44 (7700) 900-123", .action = "rally"},
    };
    for (unsigned i = 0; i < 2 * sizeof(again) / sizeof(again[0]); i++) {
        struct signup_rig_person person = again[i / 2];
        person.is_public = i % 2 == 0;
        struct signup_answer answer = signup_rig_sign_up(&rig, &person);
        assert_int_equal(answer.err, ERR_NONE);
        assert_int_equal(answer.reply->sign_up->number, i + 1);
        assert_int_equal(answer.reply->sign_up->places[0]->state, CONFIRMED);
        assert_int_equal(answer.reply->sign_up->role, 0);
        signup_rig_free(&answer);
    }
}

/* ---- a form's key ---- */

static void
a_key_that_comes_again_is_the_same_entry(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 1);
    struct signup_rig_person person = ann;
    person.key = "a form's key";
    for (int i = 0; i < 3; i++) {
        struct signup_answer answer = signup_rig_sign_up(&rig, &person);
        assert_int_equal(answer.reply->sign_up->number, 0);
        assert_int_equal(answer.reply->sign_up->places[0]->state, CONFIRMED);
        signup_rig_free(&answer);
    }
    person.key = "another form's";
    assert_int_equal(signup_rig_number(&rig, &person), 1);
}

static void
a_key_with_other_content_is_another_entry(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    struct signup_rig_person person = ann;
    person.key = "a form's key";
    person.is_public = true;
    assert_int_equal(signup_rig_number(&rig, &person), 0);
    person.phone = "07700 900124";
    assert_int_equal(signup_rig_number(&rig, &person), 1);
    assert_int_equal(signup_rig_number(&rig, &person), 1);
}

static void
a_key_of_33_bytes_is_refused(void **state)
{
    (void)state;
    struct signup_rig_person person = ann;
    person.action = NULL;
    person.key = "0123456789012345678901234567890123";
    struct signup_answer got = signup_rig_sign_up(&rig, &person);
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    assert_string_equal(got.field, "key");
    signup_rig_free(&got);
}

/* ---- who is written to, and how ---- */

static struct signup_answer
sign_up_by(const struct signup_rig_person *person, Words__Channel wish)
{
    struct signup_rig_request request;
    signup_rig_fill(&request, person);
    request.sign_up.has_confirm_by = wish != WORDS__CHANNEL__CHANNEL_NONE;
    request.sign_up.confirm_by = wish;
    return signup_rig_insist(&rig, &request.request);
}

static void
an_entry_is_confirmed_by_one_contact(void **state)
{
    (void)state;
    const struct {
        const char *phone, *email;
        Words__Channel wish, want;
    } rows[] = {
        {"07700900123", "a@example.org", WORDS__CHANNEL__CHANNEL_NONE,
         WORDS__CHANNEL__CHANNEL_EMAIL},
        {"07700900123", "a@example.org", WORDS__CHANNEL__CHANNEL_SMS,
         WORDS__CHANNEL__CHANNEL_SMS},
        {"07700900123", NULL, WORDS__CHANNEL__CHANNEL_EMAIL,
         WORDS__CHANNEL__CHANNEL_SMS},
        {NULL, "a@example.org", WORDS__CHANNEL__CHANNEL_SMS,
         WORDS__CHANNEL__CHANNEL_EMAIL},
        {"020 7946 0018", NULL, WORDS__CHANNEL__CHANNEL_NONE,
         WORDS__CHANNEL__CHANNEL_NONE},
        {"020 7946 0018", "a@example.org", WORDS__CHANNEL__CHANNEL_SMS,
         WORDS__CHANNEL__CHANNEL_EMAIL},
        /* Jersey, Guernsey, Man: other networks, at other prices */
        {"07797 700123", NULL, WORDS__CHANNEL__CHANNEL_NONE,
         WORDS__CHANNEL__CHANNEL_NONE},
        {"07911 123456", "a@example.org", WORDS__CHANNEL__CHANNEL_SMS,
         WORDS__CHANNEL__CHANNEL_EMAIL},
        {"07624 123456", NULL, WORDS__CHANNEL__CHANNEL_SMS,
         WORDS__CHANNEL__CHANNEL_NONE},
        {NULL, NULL, WORDS__CHANNEL__CHANNEL_NONE,
         WORDS__CHANNEL__CHANNEL_NONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got =
            sign_up_by(&(struct signup_rig_person){.name = "Ann",
                                                   .phone = rows[i].phone,
                                                   .email = rows[i].email,
                                                   .is_public = true},
                       rows[i].wish);
        if (got.err != ERR_NONE ||
            got.reply->sign_up->confirms_by != rows[i].want) {
            fail_msg("row %zu: %s", i, got.detail);
        }
        signup_rig_free(&got);
    }
}

static void
what_is_wrong_is_refused_by_field_with_a_sentence(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    (void)signup_rig_put_action(&rig, "lobby", 10);
    const struct {
        struct signup_rig_person person;
        enum err err;
        const char *detail, *field;
    } rows[] = {
        {{.name = "Ann", .action = "lobby"},
         ERR_BAD_REQUEST,
         "mobile number of the United Kingdom, or an email",
         "phone"},
        {{.name = " ", .phone = "07700900123"},
         ERR_BAD_REQUEST,
         "name",
         "name"},
        {{.name = "A\nB", .phone = "07700900123"},
         ERR_BAD_REQUEST,
         "name",
         "name"},
        {{.name = "Ann", .phone = "0207 946 0018", .action = "lobby"},
         ERR_BAD_REQUEST,
         "mobile number of the United Kingdom, or an email",
         "phone"},
        {{.name = "Ann", .phone = "070 1234 5678"},
         ERR_BAD_REQUEST,
         "personal",
         "phone"},
        {{.name = "Ann", .email = "ann"}, ERR_BAD_REQUEST, "email", "email"},
        {{.name = "Ann", .phone = "07700900123", .role = "mayor"},
         ERR_BAD_REQUEST,
         "role",
         "role"},
        {{.name = "Ann", .phone = "07700900123", .region = "mars"},
         ERR_BAD_REQUEST,
         "region",
         "region"},
        {{.name = "Ann", .phone = "07700900123", .action = "party"},
         ERR_NOT_FOUND,
         "action",
         "actions"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got = signup_rig_sign_up(&rig, &rows[i].person);
        if (got.err != rows[i].err ||
            strstr(got.detail, rows[i].detail) == NULL ||
            strcmp(got.field, rows[i].field) != 0 ||
            strcmp(got.type, "invalid-field") != 0) {
            fail_msg("row %zu: got %s, \"%s\" of %s, %s", i, err_name(got.err),
                     got.detail, got.field, got.type);
        }
        signup_rig_free(&got);
    }
    assert_int_equal(signup_rig_number(&rig, &ann), 0);
}

/* Nor by text to Jersey. */
static void
a_scarce_seat_is_not_for_whom_nobody_can_write_to(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "lobby", 10);
    const char *const phones[] = {NULL, "020 7946 0018", "07797 700123"};
    for (size_t i = 0; i < 3; i++) {
        struct signup_answer got = signup_rig_sign_up(
            &rig, &(struct signup_rig_person){.name = "Ann",
                                              .phone = phones[i],
                                              .action = "lobby",
                                              .is_public = true});
        assert_int_equal(got.err, ERR_BAD_REQUEST);
        assert_string_equal(got.field, "phone");
        assert_non_null(strstr(got.detail, "of the United Kingdom, or an"));
        signup_rig_free(&got);
    }
}

/* ---- limits ---- */

static void
a_campaign_has_256_wordings_of_consent_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < 257; i++) {
        char source[16];
        struct signup_rig_person person = {.name = "Ann",
                                           .phone = "07700900123",
                                           .consents_sms = true,
                                           .source = source};
        (void)snprintf(source, sizeof(source), "source-%d", i);
        struct signup_answer got = signup_rig_sign_up(&rig, &person);
        if (got.err != (i < 256 ? ERR_NONE : ERR_LIMIT)) {
            fail_msg("wording %d: got %s", i, err_name(got.err));
        }
        signup_rig_free(&got);
    }
}

static void
a_sign_up_names_32_actions_and_8_consents_and_no_more(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    struct signup_rig_request request;
    struct signup_rig_person person = ann;
    signup_rig_fill(&request, &person);
    char *actions[33];
    Signup__Consent *consents[9];
    for (int i = 0; i < 33; i++) {
        actions[i] = "rally";
    }
    for (int i = 0; i < 9; i++) {
        consents[i] = &request.consents[0];
    }
    request.sign_up.actions = actions;
    request.sign_up.consents = consents;
    const struct {
        size_t actions, consents;
        enum err err;
    } rows[] = {
        {32, 8, ERR_NONE}, {33, 8, ERR_BAD_REQUEST}, {32, 9, ERR_BAD_REQUEST}};
    for (size_t i = 0; i < 3; i++) {
        request.sign_up.n_actions = rows[i].actions;
        request.sign_up.n_consents = rows[i].consents;
        struct signup_answer got = signup_rig_insist(&rig, &request.request);
        assert_int_equal(got.err, rows[i].err);
        if (got.err == ERR_NONE) { /* the same action, once */
            assert_int_equal(got.reply->sign_up->n_places, 1);
        }
        signup_rig_free(&got);
    }
}

/* ---- many at once ---- */

struct crowd {
    int answers, failed, states[WORDS__PLACE_STATE__PLACE_TWIN + 1];
    int numbers[CROWD]; /* how often each was answered */
};

static void
on_crowd_answer(void *arg, enum err err, const char *detail,
                const Signup__Reply *reply)
{
    (void)detail;
    struct crowd *crowd = arg;
    crowd->answers++;
    if (err != ERR_NONE) {
        crowd->failed++;
        return;
    }
    const Signup__SignedUp *got = reply->sign_up;
    assert_in_range(got->number, 0, CROWD - 1);
    crowd->numbers[got->number]++;
    crowd->states[got->places[0]->state]++;
}

/* CROWD sign-ups at once; distinct: of how many forms. */
static struct crowd
sign_up_crowd(unsigned distinct, bool is_public)
{
    struct crowd crowd = {.answers = 0};
    for (unsigned i = 0; i < CROWD; i++) {
        struct signup_rig_request request;
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03u", i % distinct);
        signup_rig_fill(&request,
                        &(struct signup_rig_person){.name = "Ann",
                                                    .phone = phone,
                                                    .key = phone,
                                                    .is_public = is_public,
                                                    .action = "rally"});
        signup_ask(rig.peer, 0, &request.request, on_crowd_answer, &crowd);
    }
    signup_rig_wait(&rig, &crowd.answers, CROWD);
    assert_int_equal(crowd.failed, 0);
    return crowd;
}

static void
capacity_10_asked_100_times_at_once_confirms_10_and_waitlists_90(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 10);
    struct crowd crowd = sign_up_crowd(CROWD, false);
    assert_int_equal(crowd.states[CONFIRMED], 10);
    assert_int_equal(crowd.states[WAITLISTED], 90);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(crowd.numbers[i], 1); /* dense */
    }
}

static void
the_same_form_100_times_at_once_is_one_entry(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 10);
    struct crowd crowd = sign_up_crowd(1, true);
    assert_int_equal(crowd.numbers[0], CROWD);
    assert_int_equal(crowd.states[HELD], CROWD); /* all of them the same seat */
    struct signup_answer preview =
        signup_rig_preview(&rig, WORDS__CLASS__CLASS_CAMPAIGN, "all", NULL);
    assert_int_equal(preview.reply->preview->people, 1);
    signup_rig_free(&preview);
}

static void
ten_forms_ten_times_each_at_once_are_ten(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 5);
    struct crowd crowd = sign_up_crowd(10, false);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(crowd.numbers[i], i < 10 ? 10 : 0);
    }
    assert_int_equal(crowd.states[CONFIRMED], 50);
    assert_int_equal(crowd.states[WAITLISTED], 50);
}

/* ---- scarce seats ---- */

static void
expect_places(int capacity, const int *wants, size_t count)
{
    char id[16], phone[32];
    static int next = 0;
    (void)snprintf(id, sizeof(id), "scarce%d", capacity);
    (void)signup_rig_put_action(&rig, id, capacity);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(phone, sizeof(phone), "07700900%03d", next++);
        struct signup_answer got = signup_rig_sign_up(
            &rig, &(struct signup_rig_person){.name = "Ann",
                                              .phone = phone,
                                              .is_public = wants[i] >= HELD,
                                              .action = id});
        assert_int_equal(got.err, ERR_NONE);
        if ((int)got.reply->sign_up->places[0]->state != wants[i]) {
            fail_msg("capacity %d, entry %zu: got %d, want %d", capacity, i,
                     got.reply->sign_up->places[0]->state, wants[i]);
        }
        signup_rig_free(&got);
    }
}

/* Unproved: held or asked; vouched for: confirmed or waiting. */
static void
unproved_entries_hold_half_of_what_is_free_and_never_wait(void **state)
{
    (void)state;
    static const int four[] = {HELD,      HELD,  ASKED,      CONFIRMED,
                               CONFIRMED, ASKED, WAITLISTED, ASKED};
    static const int one[] = {HELD, ASKED, WAITLISTED};
    static const int two[] = {CONFIRMED, HELD, ASKED, WAITLISTED};
    static const int none[] = {ASKED, WAITLISTED};
    expect_places(4, four, 8);
    expect_places(1, one, 3);
    expect_places(2, two, 4);
    expect_places(0, none, 2);
}

static void
an_open_action_confirms_everybody_and_counts_who_is_unproved(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    for (int i = 0; i < 4; i++) {
        struct signup_rig_person person = ann;
        person.is_public = i < 3;
        (void)signup_rig_number(&rig, &person);
    }
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    list.campaign = "care";
    request.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
    request.list_actions = &list;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->list_actions->actions[0]->confirmed, 4);
    assert_int_equal(got.reply->list_actions->actions[0]->unproved, 3);
    signup_rig_free(&got);
}

/* ---- giving up a place ---- */

static struct signup_answer
cancel(unsigned number, const char *action)
{
    Signup__Cancel message = SIGNUP__CANCEL__INIT;
    message.campaign = "care";
    message.number = number;
    message.action = (char *)action;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_CANCEL;
    request.cancel = &message;
    return signup_rig_insist(&rig, &request);
}

/* Each time as the same form. */
static int
state_of(const struct signup_rig_person *who)
{
    struct signup_rig_person keyed = *who, *person = &keyed;
    keyed.key = who->name;
    struct signup_answer answer = signup_rig_sign_up(&rig, person);
    assert_int_equal(answer.err, ERR_NONE);
    int got = (int)answer.reply->sign_up->places[0]->state;
    signup_rig_free(&answer);
    return got;
}

static void
a_place_given_up_goes_to_whoever_waits_longest(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 1);
    const struct signup_rig_person bob = {
        .name = "Bob", .phone = "07700900200", .action = "rally"};
    const struct signup_rig_person cai = {
        .name = "Cai", .phone = "07700900201", .action = "rally"};
    assert_int_equal(state_of(&ann), CONFIRMED);
    assert_int_equal(state_of(&bob), WAITLISTED);
    assert_int_equal(state_of(&cai), WAITLISTED);
    for (int i = 0; i < 2; i++) { /* safe to repeat */
        struct signup_answer answer = cancel(0, "rally");
        assert_int_equal(answer.err, ERR_NONE);
        assert_int_equal(answer.reply->cancel->places[0]->state, CANCELLED);
        signup_rig_free(&answer);
    }
    assert_int_equal(state_of(&bob), CONFIRMED);
    assert_int_equal(state_of(&cai), WAITLISTED);
    assert_int_equal(state_of(&ann), CANCELLED);
    struct signup_rig_person anew = ann;
    anew.name = "Ann, who asks once more"; /* at the end of the queue */
    assert_int_equal(state_of(&anew), WAITLISTED);
    (void)signup_rig_put_action(&rig, "rally", 2);
    assert_int_equal(state_of(&cai), CONFIRMED);
    assert_int_equal(state_of(&anew), WAITLISTED);
}

/* Else it would tell what has become known of the contact since. */
static void
a_form_that_comes_again_is_told_what_it_was_told(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 4);
    struct signup_rig_person person = ann;
    person.is_public = true;
    assert_int_equal(state_of(&person), WORDS__PLACE_STATE__PLACE_HELD);
    struct signup_answer answer = cancel(0, "rally");
    assert_int_equal(answer.err, ERR_NONE);
    signup_rig_free(&answer);
    assert_int_equal(state_of(&person), WORDS__PLACE_STATE__PLACE_HELD);
    person.name = "Ann, by another form";
    assert_int_equal(state_of(&person), WORDS__PLACE_STATE__PLACE_HELD);
}

static void
a_place_that_is_not_there_cannot_be_given_up(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 1);
    (void)signup_rig_put_action(&rig, "march", 1);
    (void)signup_rig_number(&rig, &ann);
    const struct {
        unsigned number;
        const char *action;
    } rows[] = {{0, "march"}, {1, "rally"}, {9999999, "rally"}, {0, "none"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got = cancel(rows[i].number, rows[i].action);
        if (got.err != ERR_NOT_FOUND) {
            fail_msg("row %zu: got %s", i, err_name(got.err));
        }
        signup_rig_free(&got);
    }
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(a_new_supporter_is_numbered_from_0_and_confirmed),
        IN_RIG(a_known_contact_is_a_fresh_entry_like_any_other),
        IN_RIG(a_key_that_comes_again_is_the_same_entry),
        IN_RIG(a_key_with_other_content_is_another_entry),
        IN_RIG(a_key_of_33_bytes_is_refused),
        IN_RIG(an_entry_is_confirmed_by_one_contact),
        IN_RIG(what_is_wrong_is_refused_by_field_with_a_sentence),
        IN_RIG(a_scarce_seat_is_not_for_whom_nobody_can_write_to),
        IN_RIG(a_campaign_has_256_wordings_of_consent_and_no_more),
        IN_RIG(a_sign_up_names_32_actions_and_8_consents_and_no_more),
        IN_RIG(
            capacity_10_asked_100_times_at_once_confirms_10_and_waitlists_90),
        IN_RIG(the_same_form_100_times_at_once_is_one_entry),
        IN_RIG(ten_forms_ten_times_each_at_once_are_ten),
        IN_RIG(unproved_entries_hold_half_of_what_is_free_and_never_wait),
        IN_RIG(an_open_action_confirms_everybody_and_counts_who_is_unproved),
        IN_RIG(a_place_given_up_goes_to_whoever_waits_longest),
        IN_RIG(a_form_that_comes_again_is_told_what_it_was_told),
        IN_RIG(a_place_that_is_not_there_cannot_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
