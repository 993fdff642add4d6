/* test_formats -- what an older version kept is read and brought up; what a
 * newer one kept is refused before anything is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/broadcast/keep/record.h"
#include "services/broadcast/keep/store_ledger.h"
#include "tests/support/redis/redis.h"

#define STAGE(name) BROADCAST__STAGE__##name
#define CAMPAIGN "march"
#define RECORD "{" CAMPAIGN "}:bc:b:b1"

static struct redis *redis;
static struct loop *loop;
static struct store *store;
static struct keep *keep;

static struct answer {
    bool is_done;
    enum err err;
    int64_t integer;
    char sentence[128];
    struct record *record; /* owned; of an answer of fields */
} answer;

static const struct keep_on *
on(void)
{
    static struct keep_on at;
    at = (struct keep_on){.keep = keep, .campaign = CAMPAIGN, .id = "b1"};
    return &at;
}

static void
on_reply(void *arg, enum err err, const struct store_reply *reply)
{
    (void)arg;
    record_free(&answer.record);
    answer =
        (struct answer){.is_done = true, .err = err, .integer = reply->integer};
    if (reply->type == STORE_STRING) {
        (void)snprintf(answer.sentence, sizeof(answer.sentence), "%s",
                       reply->string);
    } else if (reply->type == STORE_ARRAY) {
        answer.record = record_read("b1", reply);
    }
}

static enum err
wait_for_answer(void)
{
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!answer.is_done) {
        assert_true(clock_boot_ms() < end);
        loop_turn(loop, 5);
    }
    answer.is_done = false;
    return answer.err;
}

static enum err
set_stage(uint32_t from, Broadcast__Stage to)
{
    keep_stage(
        on(),
        &(struct keep_stage){.from = from, .to = to, .refusal = "not now"},
        on_reply, NULL);
    return wait_for_answer();
}

static void
assert_said(const char *command, const char *want)
{
    char *said = redis_do(redis, command);
    assert_string_equal(said, want);
    free(said);
}

static void
tell(const char *command)
{
    free(redis_do(redis, command));
}

static int
open_redis(void **state)
{
    (void)state;
    crypto_init();
    redis = redis_start(NULL);
    loop = loop_new();
    store = redis_store(redis, loop);
    keep = keep_new(store);
    return 0;
}

static int
close_redis(void **state)
{
    (void)state;
    record_free(&answer.record);
    store_free(&store);
    keep_free(&keep);
    loop_free(&loop);
    redis_free(&redis);
    return 0;
}

/* A draft, b1, in an empty Redis. */
static int
make_draft(void **state)
{
    Broadcast__Content content = BROADCAST__CONTENT__INIT;
    struct buf packed;
    (void)state;
    tell("FLUSHALL");
    content.name = content.audience = content.sms_text = "x";
    content.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    buf_init(&packed, 0);
    wire_pack(&content, &packed);
    struct keep_create create = {"key", "hash",
                                 bytes_of(packed.data, packed.len)};
    keep_create(on(), &create, on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_NONE);
    buf_fini(&packed);
    return 0;
}

static void
a_stage_is_kept_by_its_name(void **state)
{
    (void)state;
    assert_said("HGET " RECORD " stage", "draft");
    assert_int_equal(set_stage(STAGE_BIT(DRAFT), STAGE(SENDING)), ERR_NONE);
    assert_int_equal(set_stage(STAGE_BIT(DRAFT), STAGE(PAUSED)), ERR_CONFLICT);
    assert_string_equal(answer.sentence, "not now");
}

static void
what_0_1_kept_as_numbers_is_understood(void **state)
{
    (void)state;
    tell("HSET " RECORD " stage 5 resume_to 9");
    keep_read(on(), on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_NONE);
    assert_non_null(answer.record);
    assert_int_equal(answer.record->stage, STAGE(PAUSED));
    assert_int_equal(answer.record->resume_to, STAGE(STANDING));
    assert_int_equal(set_stage(STAGE_BIT(PAUSED), STAGE(STAGE_NONE)), ERR_NONE);
    assert_int_equal(answer.record->stage, STAGE(STANDING));
    assert_said("HGET " RECORD " stage", "standing");
}

static void
a_campaign_of_0_1_is_brought_up_once(void **state)
{
    (void)state;
    tell("HSET " RECORD " stage 5 resume_to 4");
    tell("SADD {" CAMPAIGN "}:bc:active b1");
    tell("DEL {" CAMPAIGN "}:bc:meta");
    keep_open(on(), on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_NONE);
    assert_int_equal(answer.integer, 1);
    assert_said("HGET " RECORD " stage", "paused");
    assert_said("HGET " RECORD " resume_to", "sending");
    assert_said("HGET {" CAMPAIGN "}:bc:plan active", "1");
    keep_open(on(), on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_NONE);
    assert_int_equal(answer.integer, KEEP_FORMAT);
}

static void
a_campaign_of_a_newer_version_is_refused_in_words(void **state)
{
    (void)state;
    tell("HSET {" CAMPAIGN "}:bc:meta format 99");
    keep_open(on(), on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_LIMIT);
    assert_non_null(strstr(answer.sentence, "format 99"));
    assert_said("HGET {" CAMPAIGN "}:bc:meta format", "99");
}

/* As a later version may keep it. */
static void
a_stage_that_is_not_known_is_refused_and_kept(void **state)
{
    (void)state;
    tell("HSET " RECORD " stage scheduled");
    char *before = redis_do(redis, "HGETALL " RECORD);
    assert_int_equal(set_stage(UINT32_MAX, STAGE(STAGE_STOPPED)), ERR_CONFLICT);
    assert_non_null(strstr(answer.sentence, "does not know"));
    uint16_t offset = 0;
    keep_grant(on(),
               &(struct keep_grant){.at = {1, 0},
                                    .offsets = &offset,
                                    .count = 1,
                                    .lease = 1,
                                    .line = bytes_of("", 0)},
               on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_CONFLICT);
    keep_read(on(), on_reply, NULL);
    assert_int_equal(wait_for_answer(), ERR_NONE);
    assert_null(answer.record);
    assert_said("HGETALL " RECORD, before);
    free(before);
}

/* Somebody has seen more than this Redis, put back from before, knows of. */
static void
a_revision_is_above_what_anybody_has_seen(void **state)
{
    (void)state;
    assert_int_equal(set_stage(UINT32_MAX, STAGE(SENDING)), ERR_NONE);
    char *seen = redis_do(redis, "HGET " RECORD " rev"),
         *plan = redis_do(redis, "HGET {" CAMPAIGN "}:bc:plan rev");
    tell("HSET " RECORD " rev 0");
    tell("HSET {" CAMPAIGN "}:bc:plan rev 0");
    assert_int_equal(set_stage(UINT32_MAX, STAGE(STAGE_STOPPED)), ERR_NONE);
    char *now = redis_do(redis, "HGET " RECORD " rev"),
         *now_plan = redis_do(redis, "HGET {" CAMPAIGN "}:bc:plan rev");
    assert_true(strtoull(now, NULL, 10) > strtoull(seen, NULL, 10));
    assert_true(strtoull(now_plan, NULL, 10) > strtoull(plan, NULL, 10));
    free(seen);
    free(plan);
    free(now);
    free(now_plan);
}

static void
starts_are_counted_on_where_0_1_left_off(void **state)
{
    (void)state;
    tell("SET {muster}:bc:starts 4000000000"); /* beyond the clock */
    for (int64_t want = 4000000001; want < 4000000003; want++) {
        keep_start_number(keep, on_reply, NULL);
        assert_int_equal(wait_for_answer(), ERR_NONE);
        assert_int_equal(answer.integer, want);
    }
    /* So 0.1, which counts there, does not start on this. */
    char *refused = redis_do(redis, "INCR {muster}:bc:starts");
    assert_non_null(strstr(refused, "not an integer"));
    free(refused);
}

static void
a_start_counts_at_least_the_time_in_seconds(void **state)
{
    int64_t now_s = clock_wall_ms() / 1000;
    (void)state;
    tell("HSET {muster}:bc:meta starts 41");
    for (int64_t least = now_s; least < now_s + 2; least++) {
        keep_start_number(keep, on_reply, NULL);
        assert_int_equal(wait_for_answer(), ERR_NONE);
        assert_true(answer.integer >= least);
    }
}

#define ON(test) cmocka_unit_test_setup(test, make_draft)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_stage_is_kept_by_its_name),
        ON(what_0_1_kept_as_numbers_is_understood),
        ON(a_campaign_of_0_1_is_brought_up_once),
        ON(a_campaign_of_a_newer_version_is_refused_in_words),
        ON(a_stage_that_is_not_known_is_refused_and_kept),
        ON(a_revision_is_above_what_anybody_has_seen),
        ON(starts_are_counted_on_where_0_1_left_off),
        ON(a_start_counts_at_least_the_time_in_seconds),
    };
    return cmocka_run_group_tests(tests, open_redis, close_redis);
}
