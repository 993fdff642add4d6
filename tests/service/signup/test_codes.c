/* test_codes -- six digits sent to a contact prove it. */
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

#define PHONE "07700 900201"
#define EMAIL "ann@example.org"
#define STRANGE "07700 900777"
#define CODE_SIZE 7
#define MINUTE TEND_RIG_MINUTE_MS

static struct tend_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    tend_rig_open(&rig);
    (void)signup_rig_put_action(&rig.signup, "rally", -1);
    (void)tend_rig_number(&rig, &(struct tend_rig_entry){.name = "Ann",
                                                         .phone = PHONE,
                                                         .email = EMAIL});
    tend_rig_settle(&rig);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    tend_rig_close(&rig);
    return 0;
}

/* ---- asking ---- */

static enum err
make(const char *phone, const char *email)
{
    Signup__MakeCode ask = SIGNUP__MAKE_CODE__INIT;
    ask.campaign = "care";
    ask.phone = (char *)phone;
    ask.email = (char *)email;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_MAKE_CODE;
    request.make_code = &ask;
    struct signup_answer answer = signup_rig_insist(&rig.signup, &request);
    enum err err = answer.err;
    signup_rig_free(&answer);
    return err;
}

static void
make_by_phone(void)
{
    assert_int_equal(make(PHONE, NULL), ERR_NONE);
}

static struct signup_answer
try_answer(const char *phone, const char *email, const char *code)
{
    Signup__TryCode ask = SIGNUP__TRY_CODE__INIT;
    ask.campaign = "care";
    ask.phone = (char *)phone;
    ask.email = (char *)email;
    ask.code = (char *)code;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_TRY_CODE;
    request.try_code = &ask;
    return signup_rig_insist(&rig.signup, &request);
}

static enum err
try(const char *code)
{
    struct signup_answer answer = try_answer(PHONE, NULL, code);
    enum err err = answer.err;
    signup_rig_free(&answer);
    return err;
}

/* What the note says, as courier gets it; the rule when it is withheld. */
static Words__Rule
read_note(uint32_t note, Words__Channel channel, char *text, size_t size)
{
    struct signup_answer got = signup_rig_resolve(
        &rig.signup, WORDS__CLASS__CLASS_NOTE, channel, NULL, note);
    assert_int_equal(got.err, ERR_NONE);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    Words__Rule rule = contact->withheld;
    if (rule == WORDS__RULE__RULE_NONE) {
        assert_string_equal(
            contact->address,
            channel == WORDS__CHANNEL__CHANNEL_SMS ? "+447700900201" : EMAIL);
        assert_string_equal(contact->fields[1]->name, "note_text");
        (void)snprintf(text, size, "%s", contact->fields[1]->value);
    }
    signup_rig_free(&got);
    return rule;
}

/* The first six digits together. */
static void
find_code(const char *text, char code[CODE_SIZE])
{
    const char *at = text;
    while (*at != '\0' && strspn(at, "0123456789") != CODE_SIZE - 1) {
        at += strspn(at, "0123456789");
        at += *at != '\0';
    }
    assert_true(*at != '\0');
    (void)snprintf(code, CODE_SIZE, "%s", at);
}

static void
read_code(uint32_t note, char code[CODE_SIZE])
{
    char text[1000];
    assert_int_equal(
        read_note(note, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)),
        WORDS__RULE__RULE_NONE);
    find_code(text, code);
}

static void
wrong_code(const char *code, char out[CODE_SIZE])
{
    memcpy(out, code, CODE_SIZE);
    out[0] = out[0] == '1' ? '2' : '1';
}

static void
take_note(uint32_t note)
{
    tend_rig_hand_over(&rig, WORDS__CLASS__CLASS_NOTE,
                       WORDS__CHANNEL__CHANNEL_SMS, note);
}

static long
count_notes(void)
{
    return tend_rig_count(&rig, "notes");
}

/* ---- tests ---- */

static void
a_code_proves_whose_contact_it_is(void **state)
{
    (void)state;
    char text[1000], code[CODE_SIZE], last_line[64];
    make_by_phone();
    assert_int_equal(
        read_note(0, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)), 0);
    find_code(text, code);
    (void)snprintf(last_line, sizeof(last_line), "\n@127.0.0.1 #%s", code);
    assert_string_equal(text + strlen(text) - strlen(last_line), last_line);
    assert_non_null(strstr(text, "Care: your code is "));
    assert_in_range(strlen(text), 1, 160);
    struct signup_answer got = try_answer("+44 7700 900201", "", code);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->try_code->number, 0);
    assert_int_equal(got.reply->try_code->channel, WORDS__CHANNEL__CHANNEL_SMS);
    assert_in_range(got.reply->try_code->salt, 1, 0x7fff);
    signup_rig_free(&got);
}

static void
a_code_goes_by_mail_as_well(void **state)
{
    (void)state;
    char text[1000], code[CODE_SIZE];
    assert_int_equal(make(NULL, "Ann@Example.ORG"), ERR_NONE);
    assert_int_equal(
        read_note(0, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)),
        WORDS__RULE__RULE_NO_CONTACT);
    struct signup_answer got =
        signup_rig_resolve(&rig.signup, WORDS__CLASS__CLASS_NOTE,
                           WORDS__CHANNEL__CHANNEL_EMAIL, NULL, 0);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_string_equal(contact->fields[0]->name, "note_subject");
    assert_string_equal(contact->fields[0]->value, "Your code");
    find_code(contact->fields[1]->value, code);
    signup_rig_free(&got);
    got = try_answer(NULL, EMAIL, code);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->try_code->channel,
                     WORDS__CHANNEL__CHANNEL_EMAIL);
    signup_rig_free(&got);
    /* Of that contact alone. */
    assert_int_equal(try(code), ERR_NOT_FOUND);
}

static void
five_wrong_tries_end_a_code(void **state)
{
    (void)state;
    char code[CODE_SIZE], wrong[CODE_SIZE];
    make_by_phone();
    read_code(0, code);
    wrong_code(code, wrong);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(try(wrong), ERR_NOT_FOUND);
    }
    assert_int_equal(try(code), ERR_NONE);
    tend_rig_pass(&rig, MINUTE);
    make_by_phone();
    read_code(1, code);
    wrong_code(code, wrong);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(try(wrong), ERR_NOT_FOUND);
    }
    assert_int_equal(try(code), ERR_NOT_FOUND);
}

static void
what_is_no_code_costs_no_try(void **state)
{
    (void)state;
    char code[CODE_SIZE];
    make_by_phone();
    read_code(0, code);
    static const char *const typed[] = {"", "12345", "1234567", "12345a",
                                        "١٢٣٤٥٦"};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(try(typed[i % 5]), ERR_BAD_REQUEST);
    }
    char spaced[2 * CODE_SIZE];
    (void)snprintf(spaced, sizeof(spaced), " %.3s-%s\r\n", code, code + 3);
    assert_int_equal(try(spaced), ERR_NONE);
}

static void
fifteen_minutes_begin_with_the_provider(void **state)
{
    (void)state;
    char code[CODE_SIZE];
    make_by_phone();
    read_code(0, code);
    tend_rig_pass(&rig, 40 * MINUTE);
    take_note(0);
    tend_rig_pass(&rig, 14 * MINUTE);
    assert_int_equal(try(code), ERR_NONE);
    tend_rig_pass(&rig, 2 * MINUTE);
    assert_int_equal(try(code), ERR_NOT_FOUND);
}

static void
an_hour_without_a_provider_ends_a_code_and_its_note(void **state)
{
    (void)state;
    char code[CODE_SIZE], text[1000];
    make_by_phone();
    read_code(0, code);
    tend_rig_pass(&rig, 61 * MINUTE);
    assert_int_equal(try(code), ERR_NOT_FOUND);
    assert_int_equal(
        read_note(0, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)),
        WORDS__RULE__RULE_GONE);
}

/* An answer that was lost is asked for again. */
static void
a_code_is_right_again_for_a_minute(void **state)
{
    (void)state;
    char code[CODE_SIZE];
    make_by_phone();
    read_code(0, code);
    assert_int_equal(try(code), ERR_NONE);
    assert_int_equal(try(code), ERR_NONE);
    tend_rig_pass(&rig, 2 * MINUTE);
    assert_int_equal(try(code), ERR_NOT_FOUND);
}

static void
only_the_newest_code_is_good(void **state)
{
    (void)state;
    char first[CODE_SIZE], second[CODE_SIZE];
    make_by_phone();
    make_by_phone(); /* a double click is one */
    assert_int_equal(count_notes(), 1);
    read_code(0, first);
    tend_rig_pass(&rig, MINUTE);
    make_by_phone();
    read_code(1, second);
    take_note(0); /* late: of the one before */
    if (strcmp(first, second) != 0) {
        assert_int_equal(try(first), ERR_NOT_FOUND);
    }
    assert_int_equal(try(second), ERR_NONE);
}

static void
three_messages_an_hour_and_six_a_day(void **state)
{
    (void)state;
    static const struct {
        int minutes;
        long notes;
    } rows[] = {{0, 1},    {1, 2},    {2, 3},    {3, 3},    {59, 3},
                {61, 4},   {62, 5},   {63, 6},   {64, 6},   {300, 6},
                {1200, 6}, {1441, 7}, {1442, 8}, {1443, 9}, {1444, 9}};
    int now = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tend_rig_pass(&rig, (rows[i].minutes - now) * MINUTE);
        now = rows[i].minutes;
        make_by_phone();
        if (count_notes() != rows[i].notes) {
            fail_msg("after %d minutes: %ld notes, not %ld", rows[i].minutes,
                     count_notes(), rows[i].notes);
        }
    }
    /* Nobody else's limit. */
    assert_int_equal(make(NULL, EMAIL), ERR_NONE);
    assert_int_equal(count_notes(), 10);
}

/* Whatever is asked for: what the reckoning in notes/code.h rests on. */
static void
a_day_hears_twenty_wrong_tries(void **state)
{
    (void)state;
    char code[CODE_SIZE], wrong[CODE_SIZE];
    /* Begin a day, so that it is one. */
    int64_t day = TEND_RIG_DAY_MS;
    tend_rig_pass(&rig, day - clock_wall_ms() % day + MINUTE);
    (void)tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Ann", .phone = PHONE});
    for (uint32_t note = 0; note < 5; note++) {
        make_by_phone();
        assert_int_equal(count_notes(), note + 1);
        read_code(note, code);
        wrong_code(code, wrong);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(try(wrong), ERR_NOT_FOUND);
        }
        tend_rig_pass(&rig, 61 * MINUTE);
    }
    make_by_phone();
    read_code(5, code);
    assert_int_equal(try(code), ERR_NOT_FOUND);
}

/* The contact of note 0 said STOP. */
static void
say_stop(void)
{
    free(redis_do(rig.signup.redis,
                  "EVAL \"local item = redis.call('HGET', KEYS[1], '0'); "
                  "return redis.call('SADD', KEYS[2], '1' .. "
                  "string.sub(item, 30, 39))\" 2 '{care}:su:z' "
                  "'{care}:su:x'"));
    assert_int_equal(tend_rig_ask(&rig, "SCARD '{care}:su:x'"), 1);
}

static void
a_number_that_said_stop_gets_one_code_a_day(void **state)
{
    (void)state;
    char text[1000], code[CODE_SIZE];
    make_by_phone();
    say_stop();
    /* What was made before is not what it asked for since. */
    assert_int_equal(
        read_note(0, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)),
        WORDS__RULE__RULE_WITHDRAWN);
    tend_rig_pass(&rig, 60 * MINUTE);
    make_by_phone();
    assert_int_equal(count_notes(), 1);
    (void)tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Ann", .phone = PHONE});
    tend_rig_pass(&rig, 23 * 60 * MINUTE + MINUTE);
    (void)tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Ann", .phone = PHONE});
    make_by_phone();
    assert_int_equal(count_notes(), 2);
    assert_int_equal(
        read_note(1, WORDS__CHANNEL__CHANNEL_SMS, text, sizeof(text)), 0);
    assert_non_null(strstr(text, "Texts to you stay stopped"));
    find_code(text, code);
    tend_rig_pass(&rig, MINUTE);
    make_by_phone();
    assert_int_equal(count_notes(), 2);
    assert_int_equal(try(code), ERR_NONE);
    /* Mail goes by itself. */
    assert_int_equal(make(NULL, EMAIL), ERR_NONE);
}

/* ---- other notes ---- */

static void
a_note_can_carry_its_holders_link(void **state)
{
    (void)state;
    assert_int_equal(tend_rig_prove(&rig, 0, WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_YES),
                     ERR_NONE);
    assert_int_equal(tend_rig_prove(&rig, 0, WORDS__CHANNEL__CHANNEL_EMAIL,
                                    SIGNUP__PROVE_ANSWER__PROVE_OTHER_CONTACT),
                     ERR_NONE);
    assert_int_equal(count_notes(), 1);
    struct signup_answer got =
        signup_rig_resolve(&rig.signup, WORDS__CLASS__CLASS_NOTE,
                           WORDS__CHANNEL__CHANNEL_SMS, NULL, 0);
    const Signup__Contact *contact = got.reply->resolve->contacts[0];
    assert_string_equal(contact->address, "+447700900201");
    assert_non_null(strstr(contact->fields[1]->value, "{{confirm_url}}"));
    assert_true(contact->has_ticket_number);
    assert_int_equal(contact->ticket_number, 0);
    assert_in_range(contact->salt, 1, 0x7fff);
    signup_rig_free(&got);
}

/* ---- known and unknown ---- */

/* Commands and how often each ran since the last reset, but those by which the
 * jobs look round. */
static char *
count_commands(void)
{
    char *stats = redis_do(rig.signup.redis, "INFO commandstats");
    struct buf out;
    buf_init(&out, 0);
    static const char *const looks[] = {"get",
                                        "pexpire",
                                        "lrange",
                                        "zrangebyscore",
                                        "hgetall",
                                        "evalsha",
                                        "config|resetstat",
                                        "info",
                                        "auth",
                                        "time",
                                        "set",
                                        "ping"};
    for (char *line = strtok(stats, "\r\n"); line != NULL;
         line = strtok(NULL, "\r\n")) {
        char name[64];
        int calls;
        if (sscanf(line, "cmdstat_%63[^:]:calls=%d", name, &calls) != 2) {
            continue;
        }
        bool is_look = false;
        for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
            is_look |= strcmp(looks[i], name) == 0;
        }
        if (!is_look) {
            buf_printf(&out, "%s %d\n", name, calls);
        }
    }
    free(stats);
    return buf_take(&out, NULL);
}

static char *
commands_of(const char *phone)
{
    free(redis_do(rig.signup.redis, "CONFIG RESETSTAT"));
    assert_int_equal(make(phone, NULL), ERR_NONE);
    return count_commands();
}

static void
nobody_learns_who_has_a_contact(void **state)
{
    (void)state;
    tend_rig_await_answer(&rig, "EXISTS '{care}:su:th'", 1);
    char *known = commands_of(PHONE), *unknown = commands_of(STRANGE);
    assert_non_null(strstr(known, "hset"));
    assert_string_equal(known, unknown);
    free(known);
    free(unknown);
    struct signup_answer got = try_answer(STRANGE, NULL, "123456");
    struct signup_answer other = try_answer(PHONE, NULL, "123456");
    if (other.err != ERR_NONE) { /* once in a million */
        assert_int_equal(got.err, other.err);
        assert_string_equal(got.detail, other.detail);
    }
    signup_rig_free(&got);
    signup_rig_free(&other);
}

/* Whether note's event says a channel. */
static bool
is_sent(uint32_t note)
{
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SINCE;
    request.since = &since;
    struct signup_answer answer = signup_rig_insist(&rig.signup, &request);
    const Feed__Page *page = answer.reply->since;
    int channel = -1;
    for (size_t e = 0; e < page->n_entries; e++) {
        const ProtobufCBinaryData *packed = &page->entries[e]->events[0];
        Signup__Event *event =
            wire_unpack(&signup__event__descriptor, packed->data, packed->len,
                        BUS_BODY_BYTES_MAX);
        assert_non_null(event);
        if (event->is_case == SIGNUP__EVENT__IS_NOTE_MADE &&
            event->note_made->note == note) {
            assert_int_equal(event->note_made->day,
                             clock_wall_ms() / TEND_RIG_DAY_MS);
            channel = (int)event->note_made->channel;
        }
        wire_free(event);
    }
    signup_rig_free(&answer);
    assert_int_not_equal(channel, -1);
    return channel != WORDS__CHANNEL__CHANNEL_NONE;
}

/* Nothing is sent to a stranger: the event of that note names no channel. */
static void
a_code_for_nobody_goes_nowhere(void **state)
{
    (void)state;
    assert_int_equal(make(STRANGE, NULL), ERR_NONE);
    make_by_phone();
    assert_false(is_sent(0));
    assert_true(is_sent(1));
}

static void
expect_codes(uint64_t used, uint64_t held_back)
{
    Signup__GetBudgets get = SIGNUP__GET_BUDGETS__INIT;
    get.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_BUDGETS;
    request.get_budgets = &get;
    struct signup_answer got = signup_rig_insist(&rig.signup, &request);
    const Signup__Budgets *all = got.reply->get_budgets;
    const Signup__Budget *codes = all->budgets[all->n_budgets - 1];
    assert_string_equal(codes->name, "codes-day");
    assert_int_equal(codes->max, 500);
    assert_int_equal(codes->used, used);
    assert_int_equal(codes->held_back, held_back);
    assert_int_equal(codes->is_alarm, held_back > 0);
    assert_int_equal(codes->has_since_ms, held_back > 0);
    assert_int_equal(all->is_alarm, held_back > 0);
    signup_rig_free(&got);
}

/* What strangers type in must not cost a campaign without end. */
static void
a_day_has_so_many_texts_to_numbers_nobody_proved(void **state)
{
    (void)state;
    static const char last_but_one[] =
        "EVAL \"return redis.call('HSET', KEYS[1], 'day', "
        "struct.pack('>I4I4I4I6I6', "
        "math.floor(ARGV[1] / 86400000), 499, 0, 0, 0))\" 1 '{care}:su:o' %lld";
    char *command = mem_format(last_but_one, (long long)clock_wall_ms());
    free(redis_do(rig.signup.redis, command));
    free(command);
    (void)tend_rig_number(
        &rig, &(struct tend_rig_entry){.name = "Cy", .phone = STRANGE});
    make_by_phone();
    expect_codes(500, 0);
    assert_int_equal(make(STRANGE, NULL), ERR_NONE);
    assert_int_equal(make(NULL, EMAIL), ERR_NONE);
    assert_true(is_sent(0));
    assert_false(is_sent(1));
    assert_true(is_sent(2));
    expect_codes(500, 1);
    tend_rig_pass(&rig, 25 * 60 * MINUTE);
    expect_codes(0, 0);
}

static void
what_was_typed_wrong_is_refused_by_field(void **state)
{
    (void)state;
    assert_int_equal(make(NULL, NULL), ERR_BAD_REQUEST);
    assert_int_equal(make(PHONE, EMAIL), ERR_BAD_REQUEST);
    assert_int_equal(make("12", NULL), ERR_BAD_REQUEST);
    assert_int_equal(make(NULL, "no address"), ERR_BAD_REQUEST);
    assert_int_equal(count_notes(), 0);
}

/* Notes and codes are forgotten, and so is what was typed. */
static void
what_is_over_is_forgotten(void **state)
{
    (void)state;
    make_by_phone();
    assert_int_equal(make(STRANGE, NULL), ERR_NONE);
    tend_rig_pass(&rig, 26 * 60 * MINUTE);
    process_kill(&rig.signup.signup);
    signup_rig_start(&rig.signup);
    static const struct {
        const char *key;
        long left;
    } rows[] = {{"HLEN '{care}:su:z'", 0},
                {"HLEN '{care}:su:zk'", 0},
                {"ZCARD '{care}:su:zx'", 0},
                {"HLEN '{care}:su:o'", 1}, /* how many texts a day had */
                {"ZCARD '{care}:su:ox'", 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tend_rig_await_answer(&rig, rows[i].key, rows[i].left);
    }
    assert_int_equal(count_notes(), 2);
}

/* Redis never holds the code, nor whose it is. */
static void
a_code_is_kept_as_a_hash_alone(void **state)
{
    (void)state;
    char code[CODE_SIZE];
    make_by_phone();
    read_code(0, code);
    static const char *const keys[] = {"HGETALL '{care}:su:z'",
                                       "HGETALL '{care}:su:o'",
                                       "XRANGE '{care}:su:feed' - +"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char *kept = redis_do(rig.signup.redis, keys[i]);
        assert_true(kept[0] != '\0');
        assert_null(strstr(kept, code));
        assert_null(strstr(kept, "7700900201"));
        free(kept);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_proves_whose_contact_it_is),
        TEST(a_code_goes_by_mail_as_well),
        TEST(five_wrong_tries_end_a_code),
        TEST(what_is_no_code_costs_no_try),
        TEST(fifteen_minutes_begin_with_the_provider),
        TEST(an_hour_without_a_provider_ends_a_code_and_its_note),
        TEST(a_code_is_right_again_for_a_minute),
        TEST(only_the_newest_code_is_good),
        TEST(three_messages_an_hour_and_six_a_day),
        TEST(a_day_hears_twenty_wrong_tries),
        TEST(a_number_that_said_stop_gets_one_code_a_day),
        TEST(a_note_can_carry_its_holders_link),
        TEST(nobody_learns_who_has_a_contact),
        TEST(a_code_for_nobody_goes_nowhere),
        TEST(a_day_has_so_many_texts_to_numbers_nobody_proved),
        TEST(what_was_typed_wrong_is_refused_by_field),
        TEST(what_is_over_is_forgotten),
        TEST(a_code_is_kept_as_a_hash_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
