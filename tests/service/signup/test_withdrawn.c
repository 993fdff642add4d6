/* test_withdrawn -- what people withdrew stands also when Redis is put back to
 * before they did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/signup/keep/withdrawn.h"
#include "tests/support/rigs/signup_proof.h"
#include "tests/support/rigs/signup_rig.h"

#define CAMPAIGN WORDS__CLASS__CLASS_CAMPAIGN
#define SERVICE WORDS__CLASS__CLASS_SERVICE
#define SAFETY WORDS__CLASS__CLASS_SAFETY
#define CONFIRMATION WORDS__CLASS__CLASS_CONFIRMATION
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define RULE(name) WORDS__RULE__RULE_##name
#define CROWD 400 /* more than three calls of the replay */
#define KILLS 12

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", -1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

/* ---- Redis of before ---- */

static void
copy_dir(const char *from, const char *to)
{
    struct process process;
    char *output = temp_path(rig.dir, "copied");
    process_start(&process, output,
                  (const char *const[]){"cp", "-a", from, to, NULL});
    assert_int_equal(process_wait(&process), 0);
    free(output);
}

static void
save_redis(void)
{
    char *from = temp_path(rig.redis->dir, "appendonlydir");
    char *to = temp_path(rig.dir, "saved");
    redis_stop(rig.redis);
    copy_dir(from, to);
    redis_restart(rig.redis);
    free(from);
    free(to);
}

static void
put_back_redis(void)
{
    char *from = temp_path(rig.dir, "saved");
    char *to = temp_path(rig.redis->dir, "appendonlydir");
    redis_kill(rig.redis);
    struct process process;
    char *output = temp_path(rig.dir, "removed");
    process_start(&process, output,
                  (const char *const[]){"rm", "-r", to, NULL});
    assert_int_equal(process_wait(&process), 0);
    copy_dir(from, to);
    redis_restart(rig.redis);
    free(output);
    free(from);
    free(to);
}

static void
start_again(void)
{
    process_kill(&rig.signup);
    signup_rig_start(&rig);
}

/* Of before, and signup started after; or under its feet. */
enum how { STARTED, RUNNING };

static void
go_back(enum how how)
{
    if (how == STARTED) {
        process_kill(&rig.signup);
    }
    put_back_redis();
    if (how == STARTED) {
        signup_rig_start(&rig);
    }
}

/* ---- who is asked what ---- */

/* With a key: an answer that was lost makes nobody twice. */
static uint32_t
add(const char *name, const char *phone, const char *email)
{
    static unsigned forms;
    char key[16];
    (void)snprintf(key, sizeof(key), "form-%u", ++forms);
    return signup_rig_number(
        &rig, &(struct signup_rig_person){.name = name,
                                          .key = key,
                                          .phone = phone,
                                          .email = email,
                                          .action = "rally",
                                          .consents_sms = phone != NULL,
                                          .consents_email = email != NULL});
}

static void
say(const char *phone, bool is_start)
{
    Signup__StopTexts stop = SIGNUP__STOP_TEXTS__INIT;
    stop.campaign = "care";
    stop.phone = (char *)phone;
    stop.has_is_start = true;
    stop.is_start = is_start;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_STOP_TEXTS;
    request.stop_texts = &stop;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

/* By the link in a message to that contact. */
static void
turn(uint32_t number, Words__Class purpose, Words__Channel channel, bool is_off)
{
    Signup__Proof by = signup_proof_of(&rig, number, channel);
    Signup__Consent consent = SIGNUP__CONSENT__INIT;
    consent.channel = channel;
    consent.purpose = purpose;
    consent.wording = "You may send me news.";
    consent.version = "1";
    consent.source = "web";
    consent.at_ms = clock_wall_ms();
    consent.has_is_withdrawn = true;
    consent.is_withdrawn = is_off;
    Signup__SetConsent set = SIGNUP__SET_CONSENT__INIT;
    set.campaign = "care";
    set.number = number;
    set.consent = &consent;
    set.by = &by;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SET_CONSENT;
    request.set_consent = &set;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    assert_true(got.reply->set_consent->is_changed);
    signup_rig_free(&got);
}

static void
refuse_me(uint32_t number)
{
    Signup__Proof by = signup_proof_of(&rig, number, SMS);
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = "care";
    prove.by = &by;
    prove.answer = SIGNUP__PROVE_ANSWER__PROVE_NOT_ME;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PROVE;
    request.prove = &prove;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

static void
expect(Words__Class class_, Words__Channel channel, uint32_t number,
       Words__Rule want)
{
    bool is_about = class_ == SERVICE || class_ == SAFETY;
    struct signup_answer got = signup_rig_resolve(
        &rig, class_, channel, is_about ? "rally" : NULL, number);
    assert_int_equal(got.err, ERR_NONE);
    Words__Rule rule = got.reply->resolve->contacts[0]->withheld;
    if (rule != want) {
        fail_msg("class %d, channel %d, number %u: rule %d, want %d", class_,
                 channel, number, rule, want);
    }
    signup_rig_free(&got);
}

static int64_t
metric_of(const char *name)
{
    char *path = mem_format("%s/run/signup.0.admin-port", rig.dir);
    char *port = file_read(path, NULL);
    char *output = temp_path(rig.dir, "metrics");
    char *url =
        mem_format("http://127.0.0.1:%ld/metrics", strtol(port, NULL, 10));
    struct process process;
    (void)remove(output);
    process_start(&process, output,
                  (const char *const[]){"curl", "-s", url, NULL});
    assert_int_equal(process_wait(&process), 0);
    char *text = file_read(output, NULL);
    char *line = mem_format("\n%s ", name);
    const char *at = text == NULL ? NULL : strstr(text, line);
    int64_t value = at == NULL ? -1 : strtoll(at + strlen(line), NULL, 10);
    free(line);
    free(text);
    free(url);
    free(output);
    free(port);
    free(path);
    return value;
}

static char *
file_path(void)
{
    return temp_path(rig.dir, "keys/withdrawn/signup.0/care.withdrawn");
}

static off_t
file_bytes(void)
{
    char *path = file_path();
    struct stat found = {.st_size = 0};
    (void)stat(path, &found);
    free(path);
    return found.st_size;
}

static void
expect_log(const char *part, bool want)
{
    char *path = temp_path(rig.dir, "log");
    char *text = file_read(path, NULL);
    assert_int_equal(strstr(text, part) != NULL, want);
    free(text);
    free(path);
}

/* ---- withdrawn after the backup ---- */

struct people {
    uint32_t stop, news, mail, service, service_mail, other, strangers;
};

static struct people
add_people(void)
{
    struct people p;
    p.stop = add("Ann Smith", "07700900001", NULL);
    p.news = add("Bea Jones", "07700900002", NULL);
    p.mail = add("Cat Brown", NULL, "cat@example.org");
    p.service = add("Dot Green", "07700900003", NULL);
    p.service_mail = add("Eve White", NULL, "eve@example.org");
    p.other = add("Flo Black", "07700900004", "flo@example.org");
    p.strangers = signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Gus Grey",
                                          .phone = "07700900005",
                                          .action = "rally",
                                          .is_public = true});
    return p;
}

static void
withdraw(const struct people *p)
{
    say("07700900001", false);
    turn(p->news, CAMPAIGN, SMS, true);
    turn(p->mail, CAMPAIGN, EMAIL, true);
    turn(p->service, SERVICE, SMS, true);
    turn(p->service_mail, SERVICE, EMAIL, true);
    refuse_me(p->strangers);
}

static void
expect_withdrawn(const struct people *p)
{
    expect(CAMPAIGN, SMS, p->stop, RULE(WITHDRAWN));
    expect(SERVICE, SMS, p->stop, RULE(WITHDRAWN));
    expect(SAFETY, SMS, p->stop, RULE(NONE));
    expect(CAMPAIGN, SMS, p->news, RULE(WITHDRAWN));
    expect(SERVICE, SMS, p->news, RULE(NONE));
    expect(CAMPAIGN, EMAIL, p->mail, RULE(WITHDRAWN));
    expect(SERVICE, SMS, p->service, RULE(SWITCHED_OFF));
    expect(CAMPAIGN, SMS, p->service, RULE(NONE));
    expect(SERVICE, EMAIL, p->service_mail, RULE(SWITCHED_OFF));
    expect(CAMPAIGN, SMS, p->other, RULE(NONE));
    expect(CAMPAIGN, EMAIL, p->other, RULE(NONE));
}

static void
expect_all_stands(enum how how)
{
    struct people p = add_people();
    save_redis();
    withdraw(&p);
    expect_withdrawn(&p);
    go_back(how);
    expect_withdrawn(&p);
    expect(CONFIRMATION, SMS, p.strangers, RULE(NOT_ME));
    expect_log("withdrawn.replayed", true);
    expect_log("withdrawn.lost", false);
    assert_true(metric_of("muster_signup_withdrawn_replayed_total") >= 6);
    /* once more: nothing is left to be done */
    start_again();
    expect_withdrawn(&p);
    expect_log("withdrawn.replayed", false);
}

static void
what_was_withdrawn_since_stands_when_signup_starts(void **state)
{
    (void)state;
    expect_all_stands(STARTED);
}

static void
what_was_withdrawn_since_stands_when_signup_runs_on(void **state)
{
    (void)state;
    expect_all_stands(RUNNING);
}

static void
whoever_brings_the_number_next_is_told_of_a_stop(void **state)
{
    (void)state;
    save_redis();
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    say("07700900001", false);
    expect(SERVICE, SMS, ann, RULE(WITHDRAWN));
    go_back(STARTED); /* nobody knows of ann */
    expect(SERVICE, SMS, add("Bob Smith", "07700900001", NULL),
           RULE(WITHDRAWN));
}

/* ---- taken back ---- */

static void
what_was_taken_back_stays_so(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    uint32_t bea = add("Bea Jones", "07700900002", NULL);
    uint32_t cat = add("Cat Brown", "07700900003", NULL);
    uint32_t dot = add("Dot Green", "07700900004", NULL);
    say("07700900001", false);
    turn(cat, SERVICE, SMS, true);
    save_redis();
    say("07700900001", true); /* a STOP that the store knows of */
    turn(cat, SERVICE, SMS, false);
    say("07700900002", false);
    say("07700900002", true);
    turn(dot, CAMPAIGN, SMS, true);
    turn(dot, CAMPAIGN, SMS, false);
    say("07700900004", false);
    say("07700900004", true);
    say("07700900004", false);
    go_back(STARTED);
    expect(CAMPAIGN, SMS, ann, RULE(NONE));
    expect(CAMPAIGN, SMS, bea, RULE(NONE));
    expect(SERVICE, SMS, cat, RULE(NONE));
    expect(SAFETY, SMS, dot, RULE(NONE));
    expect(CAMPAIGN, SMS, dot, RULE(WITHDRAWN));
    say("07700900004", true);
    expect(CAMPAIGN, SMS, dot, RULE(NONE)); /* given before, given again */
}

/* The words of a file that nobody owns any more come after newer ones. */
static void
an_older_word_of_another_instance_changes_nothing_newer(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    uint32_t bea = add("Bea Jones", "07700900002", NULL);
    save_redis();
    say("07700900001", false);
    say("07700900001", true);
    say("07700900002", false);
    process_kill(&rig.signup);
    char *from = temp_path(rig.dir, "keys/withdrawn/signup.0");
    char *to = temp_path(rig.dir, "keys/withdrawn/signup.7");
    assert_int_equal(rename(from, to), 0);
    signup_rig_start(&rig);
    say("07700900001", false); /* in a new file of its own */
    say("07700900002", true);
    go_back(STARTED);
    expect(CAMPAIGN, SMS, ann, RULE(WITHDRAWN));
    expect(CAMPAIGN, SMS, bea, RULE(NONE));
    free(from);
    free(to);
}

/* ---- killed, lost ---- */

static void
a_stop_that_was_kept_and_not_done_is_done_at_the_next_start(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    off_t before = file_bytes();
    redis_freeze(rig.redis);
    Signup__StopTexts stop = SIGNUP__STOP_TEXTS__INIT;
    stop.campaign = "care";
    stop.phone = (char *)"07700900001";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_STOP_TEXTS;
    request.stop_texts = &stop;
    struct signup_answer got = signup_rig_ask(&rig, &request);
    assert_int_not_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
    assert_true(file_bytes() > before);
    process_kill(&rig.signup);
    redis_kill(rig.redis); /* it never read the script's call */
    redis_restart(rig.redis);
    char *known = redis_do(rig.redis, "EXISTS {care}:su:x");
    assert_int_equal(strtol(known, NULL, 10), 0);
    free(known);
    signup_rig_start(&rig);
    expect(CAMPAIGN, SMS, ann, RULE(WITHDRAWN));
}

static void
a_replay_that_is_killed_goes_on(void **state)
{
    (void)state;
    char phone[32];
    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i);
        (void)add("Ann Smith", phone, NULL);
    }
    save_redis();
    for (int i = 0; i < CROWD; i++) {
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i);
        say(phone, false);
    }
    process_kill(&rig.signup);
    put_back_redis();
    for (int i = 0; i < KILLS; i++) {
        signup_rig_start(&rig);
        int64_t until = clock_boot_ms() + i;
        while (clock_boot_ms() < until) {
            loop_turn(rig.loop, 1);
        }
        process_kill(&rig.signup);
    }
    signup_rig_start(&rig);
    for (uint32_t i = 0; i < CROWD; i++) {
        expect(CAMPAIGN, SMS, i, RULE(WITHDRAWN));
    }
}

static void
a_file_that_is_gone_is_said_with_the_time_of_its_last_word(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    say("07700900002", false);
    char *path = file_path();
    process_kill(&rig.signup);
    assert_int_equal(remove(path), 0);
    signup_rig_start(&rig);
    expect(CAMPAIGN, SMS, ann, RULE(NONE));
    expect_log("withdrawn.lost", true);
    expect_log("known_until_ms", true);
    assert_int_equal(metric_of("muster_signup_withdrawn_lost_total"), 1);
    /* and what is said from now on is known again */
    save_redis();
    say("07700900001", false);
    go_back(STARTED);
    expect(CAMPAIGN, SMS, ann, RULE(WITHDRAWN));
    free(path);
}

static void
a_file_that_was_cut_short_is_replayed_whole(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    say("07700900002", false);
    off_t one = file_bytes();
    say("07700900003", false);
    char *path = file_path();
    process_kill(&rig.signup);
    assert_int_equal(truncate(path, one), 0);
    signup_rig_start(&rig);
    expect(CAMPAIGN, SMS, ann, RULE(NONE));
    expect_log("withdrawn.lost", true);
    save_redis();
    say("07700900001", false); /* where another word stood before */
    go_back(STARTED);
    expect(CAMPAIGN, SMS, ann, RULE(WITHDRAWN));
    expect_log("withdrawn.lost", false);
    free(path);
}

/* Who says STOP has said it. */
static void
a_stop_is_done_also_where_it_cannot_be_kept(void **state)
{
    (void)state;
    uint32_t ann = add("Ann Smith", "07700900001", NULL);
    char *in_the_way = file_path();
    assert_int_equal(mkdir(in_the_way, 0700), 0);
    say("07700900001", false);
    expect(CAMPAIGN, SMS, ann, RULE(WITHDRAWN));
    expect_log("withdrawn.not_kept", true);
    assert_int_equal(metric_of("muster_signup_withdrawn_not_kept_total"), 1);
    assert_int_equal(remove(in_the_way), 0);
    free(in_the_way);
}

static void
no_name_number_or_address_stands_in_the_file(void **state)
{
    (void)state;
    struct people p = add_people();
    withdraw(&p);
    char *path = file_path();
    size_t len;
    char *bytes = file_read(path, &len);
    static const char *const parts[] = {
        "07700900001", "447700900001", "7700900", "cat@", "Ann", "example"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_null(memmem(bytes, len, parts[i], strlen(parts[i])));
    }
    assert_int_equal(len, WITHDRAWN_HEADER_BYTES + 6 * WITHDRAWN_WORD_BYTES);
    free(bytes);
    free(path);
}

/* ---- numbers ---- */

static long
people_in_store(void)
{
    char *text = redis_do(rig.redis, "HGET {care}:su:m people");
    long people = strtol(text, NULL, 10);
    free(text);
    return people;
}

static long
count_all(void)
{
    struct signup_answer got = signup_rig_preview(&rig, CAMPAIGN, "all", NULL);
    assert_int_equal(got.err, ERR_NONE);
    long people = (long)got.reply->preview->people;
    signup_rig_free(&got);
    return people;
}

static void
expect_fresh_numbers(enum how how)
{
    (void)add("Ann Smith", "07700900001", NULL);
    save_redis();
    uint32_t last = 0;
    for (int i = 0; i < 5; i++) {
        last = add("Bea Jones", "07700900002", NULL);
    }
    assert_int_equal(last, 5);
    go_back(how);
    uint32_t next = add("Cat Brown", "07700900003", NULL);
    assert_int_equal(next, 2 * SU_GIVEN_STEP);
    assert_int_equal(add("Dot Green", "07700900004", NULL), next + 1);
    expect_log("numbers.jumped", true);
    /* nobody is between them, and they are whom they are taken for */
    assert_int_equal(count_all(), 3);
    expect(CAMPAIGN, SMS, 0, RULE(NONE));
    expect(CAMPAIGN, SMS, last, RULE(SUPPRESSED));
    expect(CAMPAIGN, SMS, next - 1, RULE(SUPPRESSED));
    expect(CAMPAIGN, SMS, next, RULE(NONE));
    expect(CAMPAIGN, SMS, next + 1, RULE(NONE));
    struct record record;
    assert_true(signup_proof_record(&rig, next, &record));
    assert_string_equal(record.name, "Cat Brown");
    assert_false(signup_proof_record(&rig, last, &record));
    /* and a start on it jumps no further */
    start_again();
    assert_int_equal(add("Eve White", "07700900005", NULL), next + 2);
    assert_int_equal(people_in_store(), next + 3);
}

static void
no_number_is_given_again_when_signup_starts(void **state)
{
    (void)state;
    expect_fresh_numbers(STARTED);
}

static void
no_number_is_given_again_when_signup_runs_on(void **state)
{
    (void)state;
    expect_fresh_numbers(RUNNING);
}

/* Without a lost connection: another client of the store did it. */
static void
a_sign_up_into_a_store_that_has_gone_back_is_tried_again(void **state)
{
    (void)state;
    (void)add("Ann Smith", "07700900001", NULL);
    (void)add("Bea Jones", "07700900002", NULL);
    char *done = redis_do(rig.redis, "HSET {care}:su:m people 1");
    free(done);
    assert_int_equal(add("Cat Brown", "07700900003", NULL), 2 * SU_GIVEN_STEP);
}

static void
expect_gone_byte(const char *key, const char *at, const char *want)
{
    char *command = mem_format("--no-raw GETRANGE %s %s %s", key, at, at);
    char *got = redis_do(rig.redis, command);
    if (strncmp(got, want, strlen(want)) != 0) {
        fail_msg("%s at %s: %s, want %s", key, at, got, want);
    }
    free(got);
    free(command);
}

static void
a_jump_goes_over_the_end_of_a_chunk(void **state)
{
    (void)state;
    (void)add("Ann Smith", "07700900001", NULL);
    free(redis_do(rig.redis, "HSET {care}:su:m people 65472"));
    assert_int_equal(add("Bea Jones", "07700900002", NULL), 65472);
    assert_int_equal(add("Cat Brown", "07700900003", NULL), 65473);
    free(redis_do(rig.redis, "HSET {care}:su:m people 65473"));
    assert_int_equal(add("Dot Green", "07700900004", NULL), 69632);
    static const char second[] = "{care}:su:c:flags.1:1";
    expect_gone_byte("{care}:su:c:flags.1:0", "65535", "\"\\b\"");
    expect_gone_byte(second, "0", "\"\\b\"");
    expect_gone_byte(second, "4095", "\"\\b\"");
    expect(CAMPAIGN, SMS, 65472, RULE(NONE));
    expect(CAMPAIGN, SMS, 69632, RULE(NONE));
}

static void
starts_and_kills_jump_nowhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(add("Ann Smith", "07700900001", NULL), i);
        start_again();
    }
    redis_kill(rig.redis);
    redis_restart(rig.redis);
    assert_int_equal(add("Ann Smith", "07700900001", NULL), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_withdrawn_since_stands_when_signup_starts),
        TEST(what_was_withdrawn_since_stands_when_signup_runs_on),
        TEST(whoever_brings_the_number_next_is_told_of_a_stop),
        TEST(what_was_taken_back_stays_so),
        TEST(an_older_word_of_another_instance_changes_nothing_newer),
        TEST(a_stop_that_was_kept_and_not_done_is_done_at_the_next_start),
        TEST(a_replay_that_is_killed_goes_on),
        TEST(a_file_that_is_gone_is_said_with_the_time_of_its_last_word),
        TEST(a_file_that_was_cut_short_is_replayed_whole),
        TEST(a_stop_is_done_also_where_it_cannot_be_kept),
        TEST(no_name_number_or_address_stands_in_the_file),
        TEST(no_number_is_given_again_when_signup_starts),
        TEST(no_number_is_given_again_when_signup_runs_on),
        TEST(a_sign_up_into_a_store_that_has_gone_back_is_tried_again),
        TEST(a_jump_goes_over_the_end_of_a_chunk),
        TEST(starts_and_kills_jump_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
