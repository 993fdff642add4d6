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
    assert_true(got->is_new);
    assert_int_equal(got->role, 2);
    assert_int_equal(got->campaign_number, 1);
    assert_int_equal(got->n_places, 1);
    assert_string_equal(got->places[0]->action, "rally");
    assert_int_equal(got->places[0]->action_number, 1);
    assert_int_equal(got->places[0]->state, CONFIRMED);
    signup_rig_free(&answer);
}

/* Typed another way, with one contact or both: the same place. */
static void
the_same_person_again_is_the_same_supporter(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 1);
    assert_int_equal(signup_rig_number(&rig, &ann), 0);
    const struct signup_rig_person again[] = {
        {.name = "ann smith", .phone = "+44 (7700) 900-123", .action = "rally"},
        {.name = "A Smith", .email = "ANN@EXAMPLE.ORG", .action = "rally"},
        {.name = "Ann Smith",
         .phone = "07700900123",
         .email = "ann@example.org",
         .action = "rally"},
        {.name = "Ann", .phone = "07700900123", .email = "other@example.org"},
    };
    for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
        struct signup_answer answer = signup_rig_sign_up(&rig, &again[i]);
        if (answer.err != ERR_NONE || answer.reply->sign_up->is_new ||
            answer.reply->sign_up->number != 0) {
            fail_msg("row %zu: a new supporter, or %s", i, answer.detail);
        }
        if (again[i].action != NULL) {
            assert_int_equal(answer.reply->sign_up->places[0]->state,
                             CONFIRMED);
        }
        signup_rig_free(&answer);
    }
}

static void
a_family_may_share_a_phone(void **state)
{
    (void)state;
    const struct signup_rig_person family[] = {
        {.name = "Ann Smith", .phone = "07700900123", .email = "a@example.org"},
        {.name = "Bob Smith", .phone = "07700900123", .email = "b@example.org"},
        {.name = "Cai Smith", .phone = "07700900123", .email = "c@example.org"},
    };
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(signup_rig_number(&rig, &family[i]), i);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(signup_rig_number(&rig, &family[i]), i);
    }
}

static void
a_contact_that_was_missing_is_added_and_finds_the_supporter(void **state)
{
    (void)state;
    struct signup_rig_person person = {.name = "Ann Smith",
                                       .phone = "07700900123"};
    assert_int_equal(signup_rig_number(&rig, &person), 0);
    person.email = "ann@example.org";
    assert_int_equal(signup_rig_number(&rig, &person), 0);
    person.phone = NULL;
    assert_int_equal(signup_rig_number(&rig, &person), 0);
}

static void
what_is_wrong_is_refused_by_field_with_a_sentence(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    const struct {
        struct signup_rig_person person;
        enum err err;
        const char *detail, *field;
    } rows[] = {
        {{.name = "Ann"},
         ERR_BAD_REQUEST,
         "mobile number or an email",
         "phone"},
        {{.name = "Ann", .phone = "", .email = ""},
         ERR_BAD_REQUEST,
         "mobile number or an email",
         "phone"},
        {{.name = " ", .phone = "07700900123"},
         ERR_BAD_REQUEST,
         "name",
         "name"},
        {{.name = "A\nB", .phone = "07700900123"},
         ERR_BAD_REQUEST,
         "name",
         "name"},
        {{.name = "Ann", .phone = "0207 946 0000"},
         ERR_BAD_REQUEST,
         "landline",
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

/* ---- limits ---- */

static void
a_phone_is_shared_by_32_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < 33; i++) {
        char name[8], email[32];
        memset(name, 'a' + i % 26, 4);
        memset(name + 4, 'a' + i / 26, 3);
        name[7] = '\0';
        (void)snprintf(email, sizeof(email), "p%d@example.org", i);
        struct signup_answer got = signup_rig_sign_up(
            &rig, &(struct signup_rig_person){
                      .name = name, .phone = "07700900123", .email = email});
        if (got.err != (i < 32 ? ERR_NONE : ERR_LIMIT)) {
            fail_msg("person %d: got %s", i, err_name(got.err));
        }
        if (i < 32) {
            assert_int_equal(got.reply->sign_up->number, i);
        }
        signup_rig_free(&got);
    }
}

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
    int answers, confirmed, waitlisted, new_people, failed;
    bool has_number[CROWD];
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
    crowd->new_people += got->is_new;
    crowd->has_number[got->number % CROWD] = true;
    crowd->confirmed += got->places[0]->state == CONFIRMED;
    crowd->waitlisted += got->places[0]->state == WAITLISTED;
}

/* CROWD sign-ups at once; distinct: of how many people. */
static struct crowd
sign_up_crowd(unsigned distinct)
{
    struct crowd crowd = {.answers = 0};
    for (unsigned i = 0; i < CROWD; i++) {
        struct signup_rig_request request;
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03u", i % distinct);
        signup_rig_fill(&request,
                        &(struct signup_rig_person){
                            .name = "Ann", .phone = phone, .action = "rally"});
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
    struct crowd crowd = sign_up_crowd(CROWD);
    assert_int_equal(crowd.confirmed, 10);
    assert_int_equal(crowd.waitlisted, 90);
    assert_int_equal(crowd.new_people, CROWD);
    for (int i = 0; i < CROWD; i++) {
        assert_true(crowd.has_number[i]); /* dense */
    }
}

static void
the_same_sign_up_100_times_at_once_is_one_supporter(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 10);
    struct crowd crowd = sign_up_crowd(1);
    assert_int_equal(crowd.new_people, 1);
    assert_int_equal(crowd.confirmed, CROWD); /* all of them the same place */
    struct signup_answer preview =
        signup_rig_preview(&rig, WORDS__CLASS__CLASS_CAMPAIGN, "all", NULL);
    assert_int_equal(preview.reply->preview->people, 1);
    signup_rig_free(&preview);
}

static void
ten_people_ten_times_each_at_once_are_ten(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", 5);
    struct crowd crowd = sign_up_crowd(10);
    assert_int_equal(crowd.new_people, 10);
    assert_int_equal(crowd.confirmed, 50);
    assert_int_equal(crowd.waitlisted, 50);
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

static int
state_of(const struct signup_rig_person *person)
{
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
    assert_int_equal(state_of(&ann), WAITLISTED); /* at the end of the queue */
    (void)signup_rig_put_action(&rig, "rally", 2);
    assert_int_equal(state_of(&cai), CONFIRMED);
    assert_int_equal(state_of(&ann), WAITLISTED);
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
        IN_RIG(the_same_person_again_is_the_same_supporter),
        IN_RIG(a_family_may_share_a_phone),
        IN_RIG(a_contact_that_was_missing_is_added_and_finds_the_supporter),
        IN_RIG(what_is_wrong_is_refused_by_field_with_a_sentence),
        IN_RIG(a_phone_is_shared_by_32_and_no_more),
        IN_RIG(a_campaign_has_256_wordings_of_consent_and_no_more),
        IN_RIG(a_sign_up_names_32_actions_and_8_consents_and_no_more),
        IN_RIG(
            capacity_10_asked_100_times_at_once_confirms_10_and_waitlists_90),
        IN_RIG(the_same_sign_up_100_times_at_once_is_one_supporter),
        IN_RIG(ten_people_ten_times_each_at_once_are_ten),
        IN_RIG(a_place_given_up_goes_to_whoever_waits_longest),
        IN_RIG(a_place_that_is_not_there_cannot_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
