/* test_consent -- news, what one signed up for, STOP; and how much those are
 * written to whom nobody proved, on a real Redis. */
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
#define CONFIRMATION WORDS__CLASS__CLASS_CONFIRMATION
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define RULE(name) WORDS__RULE__RULE_##name
#define ANN 0

static struct signup_rig rig;

static const struct signup_rig_person ann = {.name = "Ann Smith",
                                             .phone = "07700900001",
                                             .email = "ann@example.org",
                                             .action = "rally",
                                             .consents_sms = true,
                                             .consents_email = true};

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", -1);
    (void)signup_rig_put_action(&rig, "march", -1);
    assert_int_equal(signup_rig_number(&rig, &ann), ANN);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

/* ---- asking ---- */

struct look {
    Words__Class class_;
    Words__Channel channel;
    const char *broadcast;
};

static struct signup_answer
look_at(const struct look *look, uint32_t number)
{
    bool is_about = look->class_ == SERVICE || look->class_ == SAFETY;
    Signup__Resolve resolve = SIGNUP__RESOLVE__INIT;
    resolve.campaign = "care";
    resolve.class_ = look->class_;
    resolve.channel = look->channel;
    resolve.action = is_about ? "rally" : NULL;
    resolve.broadcast = (char *)look->broadcast;
    resolve.n_numbers = 1;
    resolve.numbers = &number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_RESOLVE;
    request.resolve = &resolve;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    return got;
}

static Words__Rule
rule_of(const struct look *look, uint32_t number)
{
    struct signup_answer got = look_at(look, number);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    Words__Rule rule = contact->withheld;
    assert_int_equal(contact->address == NULL, rule != RULE(NONE));
    assert_int_equal(contact->name == NULL, rule != RULE(NONE));
    signup_rig_free(&got);
    return rule;
}

static void
expect(Words__Class class_, Words__Channel channel, uint32_t number,
       Words__Rule want)
{
    const struct look look = {class_, channel, "b1"};
    Words__Rule got = rule_of(&look, number);
    if (got != want) {
        fail_msg("class %d, channel %d, number %u: rule %d, want %d", class_,
                 channel, number, got, want);
    }
}

/* As the link in a message to that contact says it. */
static Signup__Proof
proof_of(uint32_t number, Words__Channel channel)
{
    struct signup_answer got =
        look_at(&(struct look){SAFETY, channel, "b1"}, number);
    Signup__Proof proof = SIGNUP__PROOF__INIT;
    proof.number = number;
    proof.channel = channel;
    proof.salt = got.reply->resolve->contacts[0]->salt;
    assert_true(proof.salt > 0);
    signup_rig_free(&got);
    return proof;
}

struct turn {
    Words__Class purpose;
    Words__Channel channel;
    bool is_off;
    Signup__Proof *by;
};

static enum err
turn(uint32_t number, const struct turn *turn, bool *is_changed)
{
    Signup__Consent consent = SIGNUP__CONSENT__INIT;
    consent.channel = turn->channel;
    consent.purpose = turn->purpose;
    consent.wording = "You may send me news.";
    consent.version = "1";
    consent.source = "web";
    consent.at_ms = clock_wall_ms();
    consent.has_is_withdrawn = true;
    consent.is_withdrawn = turn->is_off;
    Signup__SetConsent set = SIGNUP__SET_CONSENT__INIT;
    set.campaign = "care";
    set.number = number;
    set.consent = &consent;
    set.by = turn->by;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SET_CONSENT;
    request.set_consent = &set;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    enum err err = got.err;
    *is_changed = err == ERR_NONE && got.reply->set_consent->is_changed;
    signup_rig_free(&got);
    return err;
}

static void
expect_turn(uint32_t number, const struct turn *t, enum err want)
{
    bool is_changed;
    enum err got = turn(number, t, &is_changed);
    if (got != want || is_changed != (want == ERR_NONE)) {
        fail_msg("purpose %d, channel %d, off %d: %s, changed %d; want %s",
                 t->purpose, t->channel, t->is_off, err_name(got), is_changed,
                 err_name(want));
    }
}

static enum err
say(const char *phone, Signup__Proof *by, bool is_start, bool *is_changed)
{
    Signup__StopTexts stop = SIGNUP__STOP_TEXTS__INIT;
    stop.campaign = "care";
    stop.phone = (char *)phone;
    stop.by = by;
    stop.has_is_start = true;
    stop.is_start = is_start;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_STOP_TEXTS;
    request.stop_texts = &stop;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    enum err err = got.err;
    *is_changed = err == ERR_NONE && got.reply->stop_texts->is_changed;
    signup_rig_free(&got);
    return err;
}

static void
expect_said(const char *phone, bool is_start, bool want)
{
    bool is_changed;
    assert_int_equal(say(phone, NULL, is_start, &is_changed), ERR_NONE);
    assert_int_equal(is_changed, want);
}

/* An entry of the public form, by whoever. */
static uint32_t
enter(const char *name, const char *phone, const char *email)
{
    return signup_rig_number(&rig,
                             &(struct signup_rig_person){.name = name,
                                                         .phone = phone,
                                                         .email = email,
                                                         .action = "rally",
                                                         .consents_sms = true,
                                                         .is_public = true});
}

/* ---- switches ---- */

static void
no_news_does_not_silence_ones_own_booking(void **state)
{
    (void)state;
    for (int channel = SMS; channel <= EMAIL; channel++) {
        Words__Channel c = (Words__Channel)channel;
        expect(CAMPAIGN, c, ANN, RULE(NONE));
        expect_turn(ANN, &(struct turn){CAMPAIGN, c, true, NULL}, ERR_NONE);
        expect(CAMPAIGN, c, ANN, RULE(WITHDRAWN));
        expect(SERVICE, c, ANN, RULE(NONE));
        expect(SAFETY, c, ANN, RULE(NONE));
        expect(CONFIRMATION, c, ANN, RULE(NONE));
    }
}

static void
each_switch_has_its_own_effect(void **state)
{
    (void)state;
    expect_turn(ANN, &(struct turn){SERVICE, EMAIL, true, NULL}, ERR_NONE);
    expect(SERVICE, EMAIL, ANN, RULE(SWITCHED_OFF));
    expect(SERVICE, SMS, ANN, RULE(NONE));
    expect(CAMPAIGN, EMAIL, ANN, RULE(NONE));
    expect(SAFETY, EMAIL, ANN, RULE(NONE));
    bool is_changed; /* safe to repeat */
    assert_int_equal(
        turn(ANN, &(struct turn){SERVICE, EMAIL, true, NULL}, &is_changed),
        ERR_NONE);
    assert_false(is_changed);
}

static void
what_was_switched_off_comes_back_from_that_contact_alone(void **state)
{
    (void)state;
    Signup__Proof sms = proof_of(ANN, SMS), email = proof_of(ANN, EMAIL),
                  wrong = sms, old = sms;
    wrong.salt = sms.salt == 1 ? 2 : sms.salt - 1;
    old.salt = 0;
    const Words__Class purposes[] = {CAMPAIGN, SERVICE};
    for (int i = 0; i < 2; i++) {
        Words__Class p = purposes[i];
        expect_turn(ANN, &(struct turn){p, SMS, true, &email}, ERR_NONE);
        const struct turn no[] = {{p, SMS, false, NULL},
                                  {p, SMS, false, &email}};
        for (int n = 0; n < 2; n++) {
            expect_turn(ANN, &no[n], ERR_FORBIDDEN);
        }
        expect_turn(ANN, &(struct turn){p, SMS, false, &wrong}, ERR_NOT_FOUND);
        expect_turn(ANN, &(struct turn){p, SMS, false, &old}, ERR_NOT_FOUND);
        expect(p, SMS, ANN, i == 0 ? RULE(WITHDRAWN) : RULE(SWITCHED_OFF));
        expect_turn(ANN, &(struct turn){p, SMS, false, &sms}, ERR_NONE);
        expect(p, SMS, ANN, RULE(NONE));
    }
}

/* Whoever holds a shared contact speaks for each of it, and for nobody else. */
static void
a_link_opens_whoever_has_that_contact(void **state)
{
    (void)state;
    struct signup_rig_person other = ann;
    other.name = "Bob Smith";
    other.email = "bob@example.org";
    uint32_t bob = signup_rig_number(&rig, &other);
    Signup__Proof sms = proof_of(ANN, SMS), email = proof_of(ANN, EMAIL);
    expect_turn(bob, &(struct turn){CAMPAIGN, SMS, true, &sms}, ERR_NONE);
    expect(CAMPAIGN, SMS, ANN, RULE(NONE)); /* each has a switch of her own */
    expect_turn(bob, &(struct turn){CAMPAIGN, EMAIL, true, &email},
                ERR_NOT_FOUND);
}

/* ---- STOP ---- */

static void
stop_is_the_numbers(void **state)
{
    (void)state;
    uint32_t bob = enter("Bob Smith", "07700 900001", NULL);
    expect_said("07700900001", false, true);
    expect_said("+44 7700 900001", false, false);
    uint32_t later = enter("Mallory", "07700900001", NULL);
    const uint32_t all[] = {ANN, bob, later};
    for (int i = 0; i < 3; i++) {
        expect(CAMPAIGN, SMS, all[i], RULE(WITHDRAWN));
        expect(SERVICE, SMS, all[i], RULE(WITHDRAWN));
        expect(SAFETY, SMS, all[i], RULE(NONE));
        expect(CONFIRMATION, SMS, all[i], RULE(NONE));
    }
    expect(CAMPAIGN, EMAIL, ANN, RULE(NONE));
    expect(SERVICE, EMAIL, ANN, RULE(NONE));
    expect_said("07700900001", true, true);
    expect_said("07700900001", true, false);
    expect(CAMPAIGN, SMS, ANN, RULE(NONE));
    expect(SERVICE, SMS, later, RULE(NONE));
}

/* Nor does a switch, by whomever: STOP is undone by START. */
static void
no_switch_lifts_a_stop(void **state)
{
    (void)state;
    Signup__Proof sms = proof_of(ANN, SMS);
    expect_said("07700900001", false, true);
    expect_turn(ANN, &(struct turn){CAMPAIGN, SMS, true, &sms}, ERR_NONE);
    expect_turn(ANN, &(struct turn){CAMPAIGN, SMS, false, &sms}, ERR_NONE);
    expect(CAMPAIGN, SMS, ANN, RULE(WITHDRAWN));
}

static void
texts_begin_again_from_that_number_alone(void **state)
{
    (void)state;
    Signup__Proof sms = proof_of(ANN, SMS), email = proof_of(ANN, EMAIL),
                  wrong = sms;
    wrong.salt = sms.salt == 1 ? 2 : sms.salt - 1;
    bool is_changed;
    expect_said("07700900001", false, true);
    assert_int_equal(say(NULL, &email, true, &is_changed), ERR_FORBIDDEN);
    assert_int_equal(say(NULL, &wrong, true, &is_changed), ERR_NOT_FOUND);
    assert_int_equal(say(NULL, NULL, true, &is_changed), ERR_BAD_REQUEST);
    expect(SERVICE, SMS, ANN, RULE(WITHDRAWN));
    assert_int_equal(say(NULL, &sms, true, &is_changed), ERR_NONE);
    assert_true(is_changed);
    expect(SERVICE, SMS, ANN, RULE(NONE));
}

static int64_t
notes_made(void)
{
    char *text = redis_do(rig.redis, "HLEN {care}:su:z");
    int64_t count = strtoll(text, NULL, 10);
    free(text);
    return count;
}

static void
who_stops_is_told_once_and_a_strangers_number_never(void **state)
{
    (void)state;
    expect_said("07700900001", false, true);
    expect_said("07700900001", false, false);
    assert_int_equal(notes_made(), 1);
    expect_said("07700900888", false, true); /* nobody's: typed wrong? */
    assert_int_equal(notes_made(), 1);
    struct signup_answer got =
        look_at(&(struct look){WORDS__CLASS__CLASS_NOTE, SMS, "n"}, 0);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_string_equal(contact->address, "+447700900001");
    assert_non_null(strstr(contact->fields[1]->value, "START"));
    signup_rig_free(&got);
}

/* ---- the unproved ---- */

static void
a_ticked_box_counts_once_the_contact_is_proved(void **state)
{
    (void)state;
    uint32_t bob = enter("Bob", "07700900002", "bob@example.org");
    /* Confirmed by mail: the number is not used at all. */
    expect(CAMPAIGN, SMS, bob, RULE(NO_CONTACT));
    expect(SERVICE, SMS, bob, RULE(NO_CONTACT));
    expect(CAMPAIGN, EMAIL, bob, RULE(NO_CONSENT));
    uint32_t cai = enter("Cai", "07700900003", NULL);
    expect(CAMPAIGN, SMS, cai, RULE(NOT_PROVED));
    expect(SERVICE, SMS, cai, RULE(NONE));
}

static Words__Rule
rule_in(Words__Class class_, const char *broadcast, uint32_t number)
{
    return rule_of(&(struct look){class_, SMS, broadcast}, number);
}

static void
an_entry_gets_six_messages_each_counted_once(void **state)
{
    (void)state;
    uint32_t bob = enter("Bob", "07700900002", NULL);
    assert_int_equal(rule_in(CONFIRMATION, "c", bob), RULE(NONE));
    char id[8];
    for (int i = 1; i <= 7; i++) {
        (void)snprintf(id, sizeof(id), "b%d", i);
        Words__Rule want = i <= 5 ? RULE(NONE) : RULE(BUDGET);
        assert_int_equal(rule_in(SERVICE, id, bob), want);
        assert_int_equal(rule_in(SERVICE, id, bob), want); /* asked again */
    }
    assert_int_equal(rule_in(SERVICE, "b1", bob), RULE(NONE));
    assert_int_equal(rule_in(CONFIRMATION, "c", bob), RULE(NONE));
    assert_int_equal(rule_in(SAFETY, "s1", bob), RULE(NONE));
    assert_int_equal(rule_in(SERVICE, "b6", ANN), RULE(NONE));
}

static struct signup_answer
budgets(void)
{
    Signup__GetBudgets get = SIGNUP__GET_BUDGETS__INIT;
    get.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_BUDGETS;
    request.get_budgets = &get;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    return got;
}

static void
expect_budget(const char *name, uint64_t used, uint64_t held_back)
{
    struct signup_answer got = budgets();
    for (size_t i = 0; i < got.reply->get_budgets->n_budgets; i++) {
        const Signup__Budget *b = got.reply->get_budgets->budgets[i];
        if (strcmp(b->name, name) == 0 &&
            (b->used != used || b->held_back != held_back)) {
            fail_msg("%s: used %d, held back %d", name, (int)b->used,
                     (int)b->held_back);
        }
        assert_int_equal(b->has_since_ms, b->held_back > 0);
        assert_int_equal(b->is_alarm, b->held_back > 0);
    }
    signup_rig_free(&got);
}

static bool
is_alarm(void)
{
    struct signup_answer got = budgets();
    bool is = got.reply->get_budgets->is_alarm;
    signup_rig_free(&got);
    return is;
}

/* However often a number is typed, by mail and by text. */
static void
a_contact_gets_three_confirmations_an_hour(void **state)
{
    (void)state;
    static const char *const names[] = {"A", "B", "C", "D", "E"};
    assert_false(is_alarm());
    for (int i = 0; i < 5; i++) {
        uint32_t number = enter(names[i], "07700900777", NULL);
        assert_int_equal(rule_in(CONFIRMATION, "c", number),
                         i < 3 ? RULE(NONE) : RULE(BUDGET));
    }
    for (int i = 0; i < 4; i++) {
        uint32_t number = enter(names[i], NULL, "x@example.org");
        assert_int_equal(
            rule_of(&(struct look){CONFIRMATION, EMAIL, "c"}, number),
            i < 3 ? RULE(NONE) : RULE(BUDGET));
    }
    for (int i = 0; i < 5; i++) { /* vouched for: not limited here */
        struct signup_rig_person vouched = {.name = names[i],
                                            .phone = "07700900779"};
        assert_int_equal(
            rule_in(CONFIRMATION, "c", signup_rig_number(&rig, &vouched)),
            RULE(NONE));
    }
    uint32_t other = enter("F", "07700900778", NULL);
    assert_int_equal(rule_in(CONFIRMATION, "c", other), RULE(NONE));
    expect_budget("contact-hour", 3, 3);
    assert_true(is_alarm());
}

/* A stranger's hundred names for one number: six get the gate change. */
static void
of_one_broadcast_a_contact_gets_six_at_most(void **state)
{
    (void)state;
    int sent = 0;
    for (int i = 0; i < 10; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "N%d", i);
        uint32_t number = enter(name, "07700900777", NULL);
        sent += rule_in(SERVICE, "b1", number) == RULE(NONE);
    }
    assert_int_equal(sent, 6);
}

static void
a_thousand_numbers_that_nobody_confirms_stop(void **state)
{
    (void)state;
    uint32_t number = 0;
    for (int i = 0; i < 22; i++) {
        char phone[16];
        (void)snprintf(phone, sizeof(phone), "07400123%03d", i);
        number = enter("Somebody", phone, NULL);
        assert_int_equal(rule_in(CONFIRMATION, "c", number),
                         i < 20 ? RULE(NONE) : RULE(BUDGET));
    }
    expect_budget("block", 20, 2);
    number = enter("Somebody", "07400124001", NULL);
    assert_int_equal(rule_in(CONFIRMATION, "c", number), RULE(NONE));
    /* Of 20, two are proved: one in ten. the bit of FLAG_SMS_PROVED
     * of numbers 2 and 3. */
    free(redis_do(rig.redis, "SETBIT {care}:su:c:flags.1:0 23 1"));
    free(redis_do(rig.redis, "SETBIT {care}:su:c:flags.1:0 31 1"));
    number = enter("Somebody", "07400123500", NULL);
    assert_int_equal(rule_in(CONFIRMATION, "c", number), RULE(NONE));
}

/* A number of elsewhere is rung; were it taken for one to text, the budget
 * would stop it. */
static void
texts_go_to_the_campaigns_own_country(void **state)
{
    (void)state;
    static const struct {
        const char *phone;
        bool is_home;
    } rows[] = {{"07400123456", true},
                {"07797712345", false},
                {"07781112345", false},
                {"07624212345", false},
                {"07700900123", true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t number = enter("Somebody", rows[i].phone, NULL);
        assert_int_equal(rule_in(CONFIRMATION, "c", number),
                         rows[i].is_home ? RULE(NONE) : RULE(NO_CONTACT));
        if (!rows[i].is_home) { /* FLAG_SMS_CONTACT */
            char command[64];
            (void)snprintf(command, sizeof(command),
                           "SETBIT {care}:su:c:flags:0 %u 1",
                           (unsigned)number * 8 + 7);
            free(redis_do(rig.redis, command));
            assert_int_equal(rule_in(CONFIRMATION, "c", number), RULE(BUDGET));
        }
    }
    expect_budget("country", 0, 3);
}

static int
open_poor_rig(void **state)
{
    assert_int_equal(setenv("MUSTER_BUDGETS_TEXTS_DAY_POUNDS", "1", 1), 0);
    assert_int_equal(setenv("MUSTER_BUDGETS_TEXT_COST_MICROS", "400000", 1), 0);
    int failed = open_rig(state);
    (void)unsetenv("MUSTER_BUDGETS_TEXTS_DAY_POUNDS");
    (void)unsetenv("MUSTER_BUDGETS_TEXT_COST_MICROS");
    return failed;
}

static void
a_days_money_is_hard(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        char phone[16];
        (void)snprintf(phone, sizeof(phone), "0770090050%d", i);
        uint32_t number = enter("Somebody", phone, NULL);
        assert_int_equal(rule_in(CONFIRMATION, "c", number),
                         i < 2 ? RULE(NONE) : RULE(BUDGET));
    }
    uint32_t mail = enter("Somebody", NULL, "free@example.org");
    assert_int_equal(rule_of(&(struct look){CONFIRMATION, EMAIL, "c"}, mail),
                     RULE(NONE));
    expect_budget("pence-day", 80, 2);
}

/* ---- a confirmation's own words ---- */

static void
a_confirmation_names_what_was_asked_for(void **state)
{
    (void)state;
    struct signup_answer got =
        look_at(&(struct look){CONFIRMATION, SMS, "c"}, ANN);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_int_equal(contact->n_fields, 1);
    assert_string_equal(contact->fields[0]->name, "actions");
    assert_non_null(strstr(contact->fields[0]->value, "An action ("));
    assert_null(strstr(contact->fields[0]->value, "), "));
    signup_rig_free(&got);
}

/* ---- whom to ring ---- */

static void
who_cannot_be_written_to_is_rung(void **state)
{
    (void)state;
    (void)enter("Landline", "020 7946 0123", NULL);
    (void)enter("Nothing", NULL, NULL);
    (void)enter("Mobile", "07700900005", NULL);
    Signup__ListCalls list = SIGNUP__LIST_CALLS__INIT;
    list.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_LIST_CALLS;
    request.list_calls = &list;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    const Signup__Calls *calls = got.reply->list_calls;
    assert_int_equal(calls->n_calls, 2);
    assert_false(calls->has_next);
    assert_string_equal(calls->calls[0]->name, "Landline");
    assert_string_equal(calls->calls[0]->phone, "+442079460123");
    assert_int_equal(calls->calls[0]->n_places, 1);
    assert_string_equal(calls->calls[1]->name, "Nothing");
    assert_null(calls->calls[1]->phone);
    signup_rig_free(&got);
    expect(SAFETY, SMS, 1, RULE(NO_CONTACT)); /* a landline is never texted */
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(no_news_does_not_silence_ones_own_booking),
        IN_RIG(each_switch_has_its_own_effect),
        IN_RIG(what_was_switched_off_comes_back_from_that_contact_alone),
        IN_RIG(a_link_opens_whoever_has_that_contact),
        IN_RIG(stop_is_the_numbers),
        IN_RIG(no_switch_lifts_a_stop),
        IN_RIG(texts_begin_again_from_that_number_alone),
        IN_RIG(who_stops_is_told_once_and_a_strangers_number_never),
        IN_RIG(a_ticked_box_counts_once_the_contact_is_proved),
        IN_RIG(an_entry_gets_six_messages_each_counted_once),
        IN_RIG(a_contact_gets_three_confirmations_an_hour),
        IN_RIG(of_one_broadcast_a_contact_gets_six_at_most),
        IN_RIG(a_thousand_numbers_that_nobody_confirms_stop),
        IN_RIG(texts_go_to_the_campaigns_own_country),
        cmocka_unit_test_setup_teardown(a_days_money_is_hard, open_poor_rig,
                                        close_rig),
        IN_RIG(a_confirmation_names_what_was_asked_for),
        IN_RIG(who_cannot_be_written_to_is_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
