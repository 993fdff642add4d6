/* test_merging -- staff join two supporters and part them again, on the real
 * service and Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_proof.h"
#include "tests/support/rigs/signup_rig.h"

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", -1);
    (void)signup_rig_put_action(&rig, "hall", 2);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

static struct signup_answer
merge(uint32_t number, uint32_t into)
{
    Signup__Merge merge = SIGNUP__MERGE__INIT;
    merge.campaign = "care";
    merge.number = number;
    merge.into = into;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_MERGE;
    request.merge = &merge;
    return signup_rig_insist(&rig, &request);
}

static struct signup_answer
split(uint32_t number)
{
    Signup__Split split = SIGNUP__SPLIT__INIT;
    split.campaign = "care";
    split.number = number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SPLIT;
    request.split = &split;
    return signup_rig_insist(&rig, &request);
}

static void
expect(struct signup_answer answer, bool is_changed)
{
    if (answer.err != ERR_NONE) {
        fail_msg("%s: %s", err_name(answer.err), answer.detail);
    }
    assert_int_equal(answer.reply->merge->is_changed, is_changed);
    signup_rig_free(&answer);
}

static void
expect_refused(struct signup_answer answer, enum err want)
{
    assert_int_equal(answer.err, want);
    signup_rig_free(&answer);
}

static uint32_t
vouch(const char *name, const char *phone, const char *email,
      const char *action)
{
    return signup_rig_number(&rig, &(struct signup_rig_person){
                                       .name = name,
                                       .phone = phone,
                                       .email = email,
                                       .action = action,
                                       .role = email == NULL ? NULL : "nurse",
                                       .consents_sms = true});
}

/* All that is kept of the campaign's people, but for what counts events and
 * changes, and the nonces of records. */
static char *
everything(void)
{
    const char *commands[] = {
        ("HMGET {care}:su:m confirmed:1 confirmed:2 waitlisted:2 cancelled:1 "
         "held:2 unproved:1 people"),
        "GET {care}:su:c:c1:0",
        "GET {care}:su:c:c2:0",
        "GET {care}:su:c:w2:0",
        "GET {care}:su:c:role:0",
        "GET {care}:su:c:flags:0",
        "GET {care}:su:c:flags.1:0",
        "ZRANGE {care}:su:w:2 0 -1",
        "ZRANGE {care}:su:due 0 -1",
        "HGETALL {care}:su:f",
    };
    struct buf all;
    buf_init(&all, 0);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        char *text = redis_do(rig.redis, commands[i]);
        buf_printf(&all, "%s: ", commands[i]);
        for (const char *c = text; *c != '\0'; c++) {
            buf_printf(&all, *c >= ' ' && *c < 0x7f ? "%c" : "\\%02x",
                       (unsigned char)*c);
        }
        buf_add_byte(&all, '\n');
        free(text);
    }
    char *text = mem_copy_string(buf_string(&all));
    buf_fini(&all);
    return text;
}

static void
expect_same(char *before)
{
    char *after = everything();
    assert_string_equal(after, before);
    free(after);
    free(before);
}

/* What a record says, but for salts: those of a contact that was lent. */
static void
expect_record(uint32_t number, const struct record *want)
{
    struct record got;
    assert_true(signup_proof_record(&rig, number, &got));
    assert_string_equal(got.name, want->name);
    assert_true(got.phone == want->phone);
    assert_string_equal(got.email, want->email);
    assert_int_equal(got.given_count, want->given_count);
    assert_int_equal(got.is_merged, want->is_merged);
    assert_int_equal(got.hidden_count, want->hidden_count);
    assert_int_equal(got.moved_count, want->moved_count);
}

static struct record
record_of(uint32_t number)
{
    struct record record;
    assert_true(signup_proof_record(&rig, number, &record));
    return record;
}

static struct signup_answer
get(uint32_t number)
{
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = "care";
    get.number = number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_SUPPORTER;
    request.get_supporter = &get;
    return signup_rig_insist(&rig, &request);
}

static void
places_follow_and_a_split_gives_them_back_exactly(void **state)
{
    (void)state;
    uint32_t amy = vouch("Amy Jones", "07700900001", NULL, "rally");
    uint32_t again = vouch("A Jones", NULL, "amy@example.org", "hall");
    (void)vouch("Tom Hill", "07700900003", NULL, "hall");
    char *before = everything();
    struct record was[] = {record_of(amy), record_of(again)};
    expect(merge(again, amy), true);
    expect(merge(again, amy), false);
    struct signup_answer got = get(amy);
    assert_int_equal(got.reply->get_supporter->n_places, 2);
    assert_string_equal(got.reply->get_supporter->email_hint, "a…@example.org");
    assert_string_equal(got.reply->get_supporter->role, "nurse");
    signup_rig_free(&got);
    got = get(again); /* follows */
    assert_int_equal(got.reply->get_supporter->number, amy);
    signup_rig_free(&got);
    expect(split(again), true);
    expect(split(again), false);
    expect_same(before);
    expect_record(amy, &was[0]);
    expect_record(again, &was[1]);
}

/* What nobody has proved comes with the merge unproved, and goes again. */
static void
a_contact_that_waits_for_its_proof_goes_with_the_split(void **state)
{
    (void)state;
    uint32_t amy = vouch("Amy Jones", "07700900001", NULL, "rally");
    struct record was = record_of(amy);
    uint32_t typed = signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Amy Jones",
                                          .email = "amy@example.org",
                                          .phone = "07700900001",
                                          .action = "rally",
                                          .is_public = true});
    expect(merge(typed, amy), true);
    struct record record = record_of(amy);
    assert_string_equal(record.email, "amy@example.org");
    assert_int_equal(record.proved_at_ms[1], 0);
    assert_int_equal(record.hidden_count, 1); /* the rally, from that mail */
    struct signup_answer got =
        signup_rig_resolve(&rig, WORDS__CLASS__CLASS_SERVICE,
                           WORDS__CHANNEL__CHANNEL_EMAIL, "rally", amy);
    assert_int_equal(got.reply->resolve->contacts[0]->withheld,
                     WORDS__RULE__RULE_NO_CONTACT);
    signup_rig_free(&got);
    expect(split(typed), true);
    expect_record(amy, &was);
}

static void
a_seat_that_both_had_is_given_on_and_the_split_one_waits(void **state)
{
    (void)state;
    uint32_t amy = vouch("Amy Jones", "07700900001", NULL, "hall");
    uint32_t again = vouch("Amy Jones", "07700900002", NULL, "hall");
    uint32_t tom = vouch("Tom Hill", "07700900003", NULL, "hall");
    expect(merge(again, amy), true);
    struct signup_answer got = get(tom);
    assert_int_equal(got.reply->get_supporter->places[0]->state,
                     WORDS__PLACE_STATE__PLACE_CONFIRMED);
    signup_rig_free(&got);
    expect(split(again), true);
    got = get(again);
    assert_int_equal(got.reply->get_supporter->places[0]->state,
                     WORDS__PLACE_STATE__PLACE_WAITLISTED);
    signup_rig_free(&got);
    got = get(amy);
    assert_int_equal(got.reply->get_supporter->places[0]->state,
                     WORDS__PLACE_STATE__PLACE_CONFIRMED);
    signup_rig_free(&got);
    char *count = redis_do(rig.redis, "HGET {care}:su:m confirmed:2");
    assert_string_equal(count, "2");
    free(count);
}

static void
merges_of_merges_come_apart_in_turn(void **state)
{
    (void)state;
    uint32_t a = vouch("Amy Jones", "07700900001", NULL, "rally");
    uint32_t b = vouch("Amy Jones", "07700900002", NULL, "hall");
    uint32_t c = vouch("Amy Jones", "07700900003", NULL, "rally");
    char *before = everything();
    expect(merge(a, b), true);
    char *between = everything();
    expect(merge(b, c), true);
    struct signup_answer got = get(a);
    assert_int_equal(got.reply->get_supporter->number, c);
    assert_int_equal(got.reply->get_supporter->n_places, 2);
    signup_rig_free(&got);
    expect_refused(split(a), ERR_CONFLICT);
    expect_refused(merge(a, c), ERR_CONFLICT);
    expect_refused(merge(c, b), ERR_CONFLICT);
    expect(split(b), true);
    expect_same(between);
    expect(split(a), true);
    expect_same(before);
}

static void
an_opt_out_is_not_lifted_by_a_merge(void **state)
{
    (void)state;
    uint32_t amy = vouch("Amy Jones", "07700900001", NULL, "rally");
    uint32_t again = vouch("Amy Jones", "07700900001", NULL, "hall");
    struct signup_answer got =
        signup_rig_consent(&rig, again, WORDS__CHANNEL__CHANNEL_SMS, true);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
    expect(merge(again, amy), true);
    got = signup_rig_resolve(&rig, WORDS__CLASS__CLASS_CAMPAIGN,
                             WORDS__CHANNEL__CHANNEL_SMS, NULL, amy);
    assert_int_equal(got.reply->resolve->contacts[0]->withheld,
                     WORDS__RULE__RULE_WITHDRAWN);
    signup_rig_free(&got);
}

static void
what_cannot_be_merged_is_refused(void **state)
{
    (void)state;
    uint32_t amy = vouch("Amy Jones", "07700900001", NULL, "rally");
    uint32_t entry = signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Amy Jones",
                                          .phone = "07700900001",
                                          .action = "hall",
                                          .is_public = true});
    expect_refused(merge(amy, amy), ERR_CONFLICT);
    expect_refused(merge(amy, 99), ERR_NOT_FOUND);
    expect_refused(merge(99, amy), ERR_NOT_FOUND);
    expect_refused(split(99), ERR_NOT_FOUND);
    expect_refused(merge(1U << 30, amy), ERR_NOT_FOUND);
    expect_refused(merge(amy, entry), ERR_CONFLICT);
    /* the other way round it can, and is what it was before */
    expect(merge(entry, amy), true);
    expect(split(entry), true);
    struct signup_answer got = get(entry);
    assert_int_equal(got.reply->get_supporter->n_places, 1);
    assert_int_equal(got.reply->get_supporter->places[0]->state,
                     WORDS__PLACE_STATE__PLACE_HELD);
    signup_rig_free(&got);
    char *due = redis_do(rig.redis, "ZCARD {care}:su:due");
    assert_string_equal(due, "1");
    free(due);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(places_follow_and_a_split_gives_them_back_exactly),
        TEST(a_seat_that_both_had_is_given_on_and_the_split_one_waits),
        TEST(a_contact_that_waits_for_its_proof_goes_with_the_split),
        TEST(merges_of_merges_come_apart_in_turn),
        TEST(an_opt_out_is_not_lifted_by_a_merge),
        TEST(what_cannot_be_merged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
