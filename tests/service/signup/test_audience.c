/* test_audience -- previews, freezes and the last look, on a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/rigs/signup_rig.h"

#define CAMPAIGN WORDS__CLASS__CLASS_CAMPAIGN
#define SERVICE WORDS__CLASS__CLASS_SERVICE
#define SAFETY WORDS__CLASS__CLASS_SAFETY
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL

static struct signup_rig rig;

/* 0 to 3, in a campaign with the actions rally (of two places) and march. */
static const struct signup_rig_person people[] = {
    {.name = "Ann Smith",
     .phone = "07700900001",
     .email = "ann@example.org",
     .role = "nurse",
     .region = "wales",
     .action = "rally",
     .consents_sms = true,
     .consents_email = true},
    {.name = "Dr Bob Jones",
     .phone = "07700900002",
     .role = "care-worker",
     .region = "north-west",
     .action = "rally",
     .consents_sms = true},
    {.name = "Cai Evans", .email = "cai@example.org", .action = "rally"},
    {.name = "Dee Ray", .phone = "07700900004", .role = "family"},
};

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", 2);
    (void)signup_rig_put_action(&rig, "march", -1);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(signup_rig_number(&rig, &people[i]), i);
    }
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

/* ---- previewing ---- */

static unsigned
excluded(const Signup__ChannelCount *channel, Words__Rule rule)
{
    for (size_t i = 0; i < channel->n_excluded; i++) {
        if (channel->excluded[i]->rule == rule) {
            return channel->excluded[i]->count;
        }
    }
    return 0;
}

/* A seat that is held is a seat: what is said to those who come is said to her
 * too, but nothing that asks her to do more. */
static void
who_holds_a_seat_is_signed_up(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "table", 2);
    (void)signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Eve Hold",
                                          .email = "e@example.org",
                                          .action = "table",
                                          .consents_email = true,
                                          .is_public = true});
    (void)signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Flo Asks",
                                          .email = "f@example.org",
                                          .action = "table",
                                          .is_public = true});
    const struct {
        Words__Class class_;
        unsigned eligible; /* by mail */
    } rows[] = {{SERVICE, 1}, {WORDS__CLASS__CLASS_SAFETY, 1}, {CAMPAIGN, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got =
            signup_rig_preview(&rig, rows[i].class_, "signedup:table",
                               rows[i].class_ == CAMPAIGN ? NULL : "table");
        const Signup__Previewed *preview = got.reply->preview;
        assert_int_equal(preview->people, 1);
        assert_int_equal(preview->channels[1]->eligible, rows[i].eligible);
        assert_int_equal(
            excluded(preview->channels[1], WORDS__RULE__RULE_NOT_PROVED),
            1 - rows[i].eligible);
        signup_rig_free(&got);
    }
}

static void
a_preview_counts_who_matches_each_term(void **state)
{
    (void)state;
    const struct {
        const char *query;
        unsigned people;
    } rows[] = {
        {"all", 4},
        {"role:nurse", 1},
        {"role:nurse,care-worker", 2},
        {"-role:nurse,care-worker", 2},
        {"region:wales", 1},
        {"signedup:rally", 2},
        {"waitlisted:rally", 1},
        {"signedup:rally,march", 2},
        {"signedup:march", 0},
        {"-signedup:rally -waitlisted:rally", 1},
        {"consent:sms", 2},
        {"consent:email", 1},
        {"consent:sms,email -role:nurse", 1},
        {"format:plain", 4},
        {"format:easy-read", 0},
        {"-all", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got =
            signup_rig_preview(&rig, CAMPAIGN, rows[i].query, NULL);
        if (got.err != ERR_NONE) {
            fail_msg("%s: %s", rows[i].query, got.detail);
        }
        if (got.reply->preview->people != rows[i].people) {
            fail_msg("%s: got %u, want %u", rows[i].query,
                     got.reply->preview->people, rows[i].people);
        }
        signup_rig_free(&got);
    }
}

static void
a_preview_says_whom_each_rule_leaves_out(void **state)
{
    (void)state;
    struct signup_answer got = signup_rig_preview(&rig, CAMPAIGN, "all", NULL);
    const Signup__ChannelCount *sms = got.reply->preview->channels[0],
                               *email = got.reply->preview->channels[1];
    assert_int_equal(sms->channel, SMS);
    assert_int_equal(sms->eligible, 2);
    assert_int_equal(excluded(sms, WORDS__RULE__RULE_NO_CONTACT), 1);
    assert_int_equal(excluded(sms, WORDS__RULE__RULE_NO_CONSENT), 1);
    assert_int_equal(email->channel, EMAIL);
    assert_int_equal(email->eligible, 1);
    assert_int_equal(excluded(email, WORDS__RULE__RULE_NO_CONTACT), 2);
    assert_int_equal(excluded(email, WORDS__RULE__RULE_NO_CONSENT), 1);
    signup_rig_free(&got);
    got = signup_rig_preview(&rig, SERVICE, "all", "rally");
    sms = got.reply->preview->channels[0];
    assert_int_equal(sms->eligible, 2);
    assert_int_equal(excluded(sms, WORDS__RULE__RULE_NO_CONTACT), 1);
    assert_int_equal(excluded(sms, WORDS__RULE__RULE_NOT_SIGNED_UP), 1);
    signup_rig_free(&got);
}

/* What is cached is asked about each time: a change shows at once. */
static void
a_preview_is_fresh_after_every_change(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03u", 100 + i);
        (void)signup_rig_number(
            &rig, &(struct signup_rig_person){
                      .name = "Eve", .phone = phone, .role = "nurse"});
        struct signup_answer got =
            signup_rig_preview(&rig, CAMPAIGN, "role:nurse", NULL);
        assert_int_equal(got.reply->preview->people, 2 + i);
        signup_rig_free(&got);
    }
}

static void
a_wrong_query_is_refused_and_says_which_term(void **state)
{
    (void)state;
    const struct {
        Words__Class class_;
        const char *query, *action;
        enum err err;
        const char *detail;
    } rows[] = {
        {CAMPAIGN, "rol:nurse", NULL, ERR_BAD_REQUEST, "term 1, \"rol:nurse\""},
        {CAMPAIGN, "all role:mayor", NULL, ERR_BAD_REQUEST, "care-worker"},
        {CAMPAIGN, "signedup:party", NULL, ERR_NOT_FOUND, "party"},
        {SERVICE, "all", NULL, ERR_BAD_REQUEST, "about an action"},
        {SAFETY, "all", "party", ERR_NOT_FOUND, "party"},
        {CAMPAIGN, "", NULL, ERR_BAD_REQUEST, "empty"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got = signup_rig_preview(
            &rig, rows[i].class_, rows[i].query, rows[i].action);
        if (got.err != rows[i].err ||
            strstr(got.detail, rows[i].detail) == NULL) {
            fail_msg("row %zu: got %s, \"%s\"", i, err_name(got.err),
                     got.detail);
        }
        signup_rig_free(&got);
    }
}

/* ---- freezing and measuring ---- */

static struct signup_answer
freeze(const char *query, Words__Channel channel, uint32_t chunk)
{
    Signup__Freeze message = SIGNUP__FREEZE__INIT;
    message.campaign = "care";
    message.query = (char *)query;
    message.class_ = CAMPAIGN;
    message.channel = channel;
    message.chunk = chunk;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_FREEZE;
    request.freeze = &message;
    return signup_rig_insist(&rig, &request);
}

static void
a_freeze_has_a_bit_for_each_who_may_be_sent_to(void **state)
{
    (void)state;
    struct signup_answer got = freeze("all", SMS, 0);
    assert_int_equal(got.reply->freeze->count, 2);
    assert_true(got.reply->freeze->is_last);
    assert_int_equal(got.reply->freeze->bits.len, 1);
    assert_int_equal(got.reply->freeze->bits.data[0], 0x03);
    signup_rig_free(&got);
    got = freeze("-role:nurse", SMS, 0);
    assert_int_equal(got.reply->freeze->bits.data[0], 0x02);
    signup_rig_free(&got);
    got = freeze("all", SMS, 1);
    assert_int_equal(got.reply->freeze->count, 0);
    assert_true(got.reply->freeze->is_last);
    signup_rig_free(&got);
    got = freeze("all", SMS, 4000000000U);
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    signup_rig_free(&got);
}

static struct signup_answer
measure(const char *text)
{
    Signup__Field field = SIGNUP__FIELD__INIT, *fields = &field;
    field.name = "campaign";
    field.value = "Care";
    Signup__Measure message = SIGNUP__MEASURE__INIT;
    message.campaign = "care";
    message.query = "all";
    message.class_ = CAMPAIGN;
    message.sms_text = (char *)text;
    message.n_fields = 1;
    message.fields = &fields;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_MEASURE;
    request.measure = &message;
    return signup_rig_insist(&rig, &request);
}

static void
a_measure_counts_parts_of_the_merged_text(void **state)
{
    (void)state;
    struct signup_answer got =
        measure("Dear {{first_name}}, join {{campaign}}");
    assert_int_equal(got.err, ERR_NONE);
    const Signup__Measured *m = got.reply->measure;
    assert_true(m->is_last);
    assert_int_equal(m->messages, 2);
    assert_int_equal(m->parts, 2);
    assert_int_equal(m->parts_max, 1);
    assert_int_equal(m->ucs2, 0);
    assert_int_equal(m->n_examples, 2);
    assert_string_equal(m->examples[0], "Dear Ann, join Care");
    assert_string_equal(m->examples[1], "Dear Bob, join Care");
    signup_rig_free(&got);
    got = measure("ŵ {{campaign}}");
    assert_int_equal(got.reply->measure->messages, 2);
    assert_int_equal(got.reply->measure->ucs2, 2);
    signup_rig_free(&got);
    got = measure("Dear {{nobody}}");
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    assert_non_null(strstr(got.detail, "nobody"));
    signup_rig_free(&got);
}

/* ---- the last look ---- */

static void
a_resolve_gives_the_contact_of_whoever_may_be_sent_to(void **state)
{
    (void)state;
    struct signup_answer got = signup_rig_resolve(&rig, CAMPAIGN, SMS, NULL, 1);
    assert_int_equal(got.err, ERR_NONE);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_int_equal(contact->number, 1);
    assert_string_equal(contact->address, "+447700900002");
    assert_string_equal(contact->name, "Dr Bob Jones");
    assert_string_equal(contact->first_name, "Bob");
    assert_int_equal(contact->role, 1);
    assert_false(contact->has_withheld);
    signup_rig_free(&got);
}

static void
expect_rule(Words__Class class_, Words__Channel channel, const char *action,
            uint32_t number, Words__Rule want)
{
    struct signup_answer got =
        signup_rig_resolve(&rig, class_, channel, action, number);
    assert_int_equal(got.err, ERR_NONE);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_int_equal(contact->withheld, want);
    assert_int_equal(contact->address == NULL, want != WORDS__RULE__RULE_NONE);
    signup_rig_free(&got);
}

static void
a_resolve_withholds_with_the_rule(void **state)
{
    (void)state;
    expect_rule(CAMPAIGN, SMS, NULL, 3, WORDS__RULE__RULE_NO_CONSENT);
    expect_rule(CAMPAIGN, EMAIL, NULL, 1, WORDS__RULE__RULE_NO_CONTACT);
    expect_rule(SERVICE, SMS, "rally", 3, WORDS__RULE__RULE_NOT_SIGNED_UP);
    expect_rule(SERVICE, SMS, "rally", 1, WORDS__RULE__RULE_NONE);
    expect_rule(SERVICE, EMAIL, "rally", 2, WORDS__RULE__RULE_NONE);
    expect_rule(SERVICE, SMS, "march", 1, WORDS__RULE__RULE_NOT_SIGNED_UP);
    expect_rule(CAMPAIGN, SMS, NULL, 12345, WORDS__RULE__RULE_SUPPRESSED);
}

static void
a_withdrawn_consent_counts_at_the_next_resolve(void **state)
{
    (void)state;
    struct signup_answer set = signup_rig_consent(&rig, 1, SMS, true);
    assert_true(set.reply->set_consent->is_changed);
    signup_rig_free(&set);
    expect_rule(CAMPAIGN, SMS, NULL, 1, WORDS__RULE__RULE_WITHDRAWN);
    /* News alone: what one signed up for still comes. */
    expect_rule(SERVICE, SMS, "rally", 1, WORDS__RULE__RULE_NONE);
    expect_rule(SAFETY, SMS, "rally", 1, WORDS__RULE__RULE_NONE);
    set = signup_rig_consent(&rig, 1, SMS, true); /* safe to repeat */
    assert_false(set.reply->set_consent->is_changed);
    signup_rig_free(&set);
    set = signup_rig_consent(&rig, 1, SMS, false); /* by nobody's link */
    assert_int_equal(set.err, ERR_FORBIDDEN);
    signup_rig_free(&set);
    expect_rule(CAMPAIGN, SMS, NULL, 1, WORDS__RULE__RULE_WITHDRAWN);
}

static void
who_shares_a_phone_has_a_switch_of_her_own(void **state)
{
    (void)state;
    unsigned number = signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Zed Smith",
                                          .phone = "07700900001",
                                          .email = "zed@example.org",
                                          .consents_sms = true});
    assert_int_equal(number, 4);
    expect_rule(CAMPAIGN, SMS, NULL, 0, WORDS__RULE__RULE_NONE);
    struct signup_answer set = signup_rig_consent(&rig, number, SMS, true);
    signup_rig_free(&set);
    expect_rule(CAMPAIGN, SMS, NULL, number, WORDS__RULE__RULE_WITHDRAWN);
    expect_rule(CAMPAIGN, SMS, NULL, 0, WORDS__RULE__RULE_NONE);
    expect_rule(CAMPAIGN, EMAIL, NULL, 0, WORDS__RULE__RULE_NONE);
}

/* What a person said is not undone by whoever brings the contact again: no
 * list, no server, no form. */
static void
no_new_entry_undoes_a_withdrawal(void **state)
{
    (void)state;
    struct signup_answer set = signup_rig_consent(&rig, 1, SMS, true);
    signup_rig_free(&set);
    static const char *const sources[] = {"import", "api", "web"};
    for (unsigned i = 0; i < 3; i++) {
        struct signup_rig_person again = people[1];
        again.source = sources[i];
        again.is_public = i == 2;
        assert_int_equal(signup_rig_number(&rig, &again), 4 + i);
        expect_rule(CAMPAIGN, SMS, NULL, 1, WORDS__RULE__RULE_WITHDRAWN);
        expect_rule(CAMPAIGN, SMS, NULL, 4 + i, WORDS__RULE__RULE_WITHDRAWN);
    }
}

/* ---- chunks ---- */

/* As if 65,530 had signed up before: the next go to the end of their list of
 * records. */
static void
pretend_people(void)
{
    free(redis_do(rig.redis, "HSET {care}:su:m people 65530"));
    for (int i = 0; i < 65530 % 64; i++) {
        free(redis_do(rig.redis, "RPUSH {care}:su:r:1023 x"));
    }
}

struct crowd {
    int answers, failed;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct crowd *crowd = arg;
    crowd->answers++;
    crowd->failed += err != ERR_NONE;
}

#define CROSSING 200

/* In batches, and each to the march; every other one to the rally, full. */
static void
sign_up_across(void)
{
    struct crowd crowd = {0, 0};
    for (int i = 0; i < CROSSING; i++) {
        struct signup_rig_request request;
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03d", 100 + i);
        signup_rig_fill(&request, &(struct signup_rig_person){
                                      .name = "Ann",
                                      .phone = phone,
                                      .action = i % 2 == 0 ? "march" : "rally",
                                      .consents_sms = true});
        signup_ask(rig.peer, 0, &request.request, on_answer, &crowd);
    }
    signup_rig_wait(&rig, &crowd.answers, CROSSING);
    assert_int_equal(crowd.failed, 0);
}

static unsigned
people_of(const char *query)
{
    struct signup_answer got = signup_rig_preview(&rig, CAMPAIGN, query, NULL);
    assert_int_equal(got.err, ERR_NONE);
    unsigned count = got.reply->preview->people;
    signup_rig_free(&got);
    return count;
}

static void
numbers_cross_from_one_chunk_into_the_next(void **state)
{
    (void)state;
    pretend_people();
    sign_up_across();
    assert_int_equal(people_of("all"), 65530 + CROSSING);
    assert_int_equal(people_of("signedup:march"), CROSSING / 2);
    assert_int_equal(people_of("waitlisted:rally"), CROSSING / 2 + 1);
    assert_int_equal(people_of("signedup:rally"), 2);
    struct signup_answer first = freeze("consent:sms", SMS, 0),
                         second = freeze("consent:sms", SMS, 1);
    assert_false(first.reply->freeze->is_last);
    assert_true(second.reply->freeze->is_last);
    assert_int_equal(first.reply->freeze->count, 2 + 6);
    assert_int_equal(second.reply->freeze->count, CROSSING - 6);
    signup_rig_free(&first);
    signup_rig_free(&second);
    bool is_seen[CROSSING] = {false};
    for (uint32_t i = 0; i < CROSSING; i++) {
        struct signup_answer got =
            signup_rig_resolve(&rig, CAMPAIGN, SMS, NULL, 65530 + i);
        const Signup__Contact *contact = got.reply->resolve->contacts[0];
        assert_non_null(contact->address);
        long which = strtol(contact->address + strlen("+447700900"), NULL, 10);
        assert_in_range(which, 100, 100 + CROSSING - 1);
        assert_false(is_seen[which - 100]);
        is_seen[which - 100] = true;
        signup_rig_free(&got);
    }
}

/* ---- one supporter ---- */

static void
a_supporter_is_shown_without_contact_details(void **state)
{
    (void)state;
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_SUPPORTER;
    request.get_supporter = &get;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    const Signup__Supporter *s = got.reply->get_supporter;
    assert_string_equal(s->name, "Ann Smith");
    assert_string_equal(s->phone_hint, "…001");
    assert_string_equal(s->email_hint, "a…@example.org");
    assert_string_equal(s->role, "nurse");
    assert_string_equal(s->region, "wales");
    assert_int_equal(s->n_places, 1);
    assert_string_equal(s->places[0]->action, "rally");
    assert_int_equal(s->n_consents, 2);
    assert_string_equal(s->consents[0]->wording, "You may send me news.");
    assert_false(s->consents[0]->is_withdrawn);
    signup_rig_free(&got);
    get.number = 4;
    got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NOT_FOUND);
    signup_rig_free(&got);
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(who_holds_a_seat_is_signed_up),
        IN_RIG(a_preview_counts_who_matches_each_term),
        IN_RIG(a_preview_says_whom_each_rule_leaves_out),
        IN_RIG(a_preview_is_fresh_after_every_change),
        IN_RIG(a_wrong_query_is_refused_and_says_which_term),
        IN_RIG(a_freeze_has_a_bit_for_each_who_may_be_sent_to),
        IN_RIG(a_measure_counts_parts_of_the_merged_text),
        IN_RIG(a_resolve_gives_the_contact_of_whoever_may_be_sent_to),
        IN_RIG(a_resolve_withholds_with_the_rule),
        IN_RIG(a_withdrawn_consent_counts_at_the_next_resolve),
        IN_RIG(who_shares_a_phone_has_a_switch_of_her_own),
        IN_RIG(no_new_entry_undoes_a_withdrawal),
        IN_RIG(numbers_cross_from_one_chunk_into_the_next),
        IN_RIG(a_supporter_is_shown_without_contact_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
