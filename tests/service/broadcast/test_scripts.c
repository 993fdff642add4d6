/* test_scripts -- the scripts in a real Redis do what the plain model does.
 *
 * Thousands of random steps, each done to both; after each the ledger, the
 * counters and the stage must be the same. The simulation trusts the model;
 * this is why it may. Numbers lie scattered over a chunk, so that runs, gaps
 * and both halves of a byte are met. */
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
#include "tests/support/sim/broadcast_model.h"

#define S(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name
#define CHUNK 3
#define ROUNDS 12
#define STEPS 240
#define FAR_MS INT64_C(4102444800000) /* the year 2100: all is due */

static struct redis *redis;
static struct loop *loop;
static struct store *store;
static struct keep *keep;
static uint64_t dice;

/* One round: a broadcast in Redis and its model. */
static struct round {
    char campaign[24], id[RECORD_ID_SIZE];
    struct model model;
    uint16_t offsets[MODEL_PEOPLE_MAX]; /* of each of the model's people */
    uint64_t leases;                    /* ids given */
    bool is_refusing;                   /* the provider mostly says: not now */
} round_;

/* The newest answer, copied. */
static struct answer {
    bool is_done;
    enum err err;
    int64_t items[8];
    size_t count;
    char text[RECORD_ID_SIZE];
    struct record *record;
    uint8_t chunk[LEDGER_CHUNK_BYTES];
    size_t chunk_len;
} answer;

static uint32_t
chance(uint32_t below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (uint32_t)(dice >> 20) % below;
}

static void
on_reply(void *arg, enum err err, const struct store_reply *reply)
{
    (void)arg;
    record_free(&answer.record);
    answer = (struct answer){.is_done = true, .err = err};
    if (reply->type == STORE_INTEGER) {
        answer.items[answer.count++] = reply->integer;
    }
    for (size_t i = 0; reply->type == STORE_ARRAY && i < reply->count && i < 8;
         i++) {
        answer.items[answer.count++] = keep_number(reply, i);
        if (reply->items[i].type == STORE_STRING) {
            (void)snprintf(answer.text, sizeof(answer.text), "%s",
                           reply->items[0].string);
        }
    }
    if (reply->type == STORE_ARRAY && reply->count == 2 &&
        reply->items[0].type == STORE_ARRAY) { /* a recount */
        answer.record = record_read(round_.id, &reply->items[0]);
        struct bytes bytes = keep_bytes(&reply->items[1], CHUNK);
        memcpy(answer.chunk, bytes.data, bytes.len);
        answer.chunk_len = bytes.len;
    }
}

static void
wait_for_answer(void)
{
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!answer.is_done) {
        assert_true(clock_boot_ms() < end);
        loop_turn(loop, 5);
    }
    answer.is_done = false;
}

static struct keep_on
on(void)
{
    return (struct keep_on){.keep = keep,
                            .campaign = round_.campaign,
                            .id = round_.id,
                            .epoch = round_.model.epoch};
}

static uint32_t
number_of(uint32_t person)
{
    return CHUNK * CHUNK_NUMBERS + round_.offsets[person];
}

/* ---- setting up ---- */

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

static void
take_epoch(void)
{
    char lock[KEEP_LOCK_SIZE];
    keep_lock_key(round_.campaign, lock);
    struct bytes words[] = {bytes_of_string("HINCRBY"), bytes_of_string(lock),
                            bytes_of_string("epoch"), bytes_of_string("1")};
    store_command(store, words, 4, on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    round_.model.epoch = (uint64_t)answer.items[0];
}

static void
make_draft(void)
{
    Broadcast__Content content = BROADCAST__CONTENT__INIT;
    struct buf packed;
    struct keep_on at = on();
    content.name = "x";
    content.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    content.audience = "all";
    content.sms_text = "x";
    buf_init(&packed, 0);
    wire_pack(&content, &packed);
    keep_create(
        &at,
        &(struct keep_create){"key", "hash", bytes_of(packed.data, packed.len)},
        on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    (void)snprintf(round_.id, sizeof(round_.id), "%s", answer.text);
    buf_fini(&packed);
}

static void
go_to(uint32_t from, Broadcast__Stage to)
{
    struct keep_on at = on();
    at.epoch = 0;
    keep_stage(&at,
               &(struct keep_stage){.from = from,
                                    .to = to,
                                    .refusal = "no",
                                    .fields = {"frozen", "1:3"}},
               on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
}

static void
scatter(void)
{
    uint32_t offset = chance(200);
    for (uint32_t i = 0; i < round_.model.people; i++) {
        round_.offsets[i] = (uint16_t)offset;
        offset += 1 + (chance(3) == 0 ? chance(900) : chance(3));
        assert_true(offset < CHUNK_NUMBERS);
    }
}

static void
freeze(void)
{
    static uint8_t bits[CHUNK_NUMBERS / 8], chunk[LEDGER_CHUNK_BYTES];
    struct keep_on at = on();
    size_t len;
    memset(bits, 0, sizeof(bits));
    for (uint32_t i = 0; i < round_.model.people; i++) {
        bits[round_.offsets[i] / 8] |= (uint8_t)(1U << (round_.offsets[i] % 8));
    }
    uint32_t count = ledger_from_bits(bits, sizeof(bits), chunk, &len);
    assert_int_equal(count, round_.model.people);
    for (int again = 0; again < 2; again++) { /* the second changes nothing */
        keep_freeze(&at,
                    &(struct keep_freeze){.at = {1, CHUNK},
                                          .bytes = bytes_of(chunk, len),
                                          .count = count,
                                          .cursor = "1:3",
                                          .next = ""},
                    on_reply, NULL);
        wait_for_answer();
        assert_int_equal(answer.err, ERR_NONE);
    }
    model_freeze(&round_.model);
}

static void
begin_round(int number)
{
    memset(&round_, 0, sizeof(round_));
    dice = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) | 1;
    (void)snprintf(round_.campaign, sizeof(round_.campaign), "c%d", number);
    round_.is_refusing = number % 3 == 1;
    model_init(&round_.model, 8 + chance(round_.is_refusing ? 8 : 100),
               BUG_NONE);
    scatter();
    take_epoch();
    make_draft();
    go_to(STAGE_BIT(DRAFT), STAGE(FREEZING));
    freeze();
}

/* ---- comparing ---- */

static void
assert_same(int step)
{
    struct keep_on at = on();
    keep_recount(&at, &(struct keep_chunk){1, CHUNK + 1}, on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    const struct record *record = answer.record;
    assert_non_null(record);
    if (record->stage != round_.model.stage) {
        fail_msg("step %d: stage %d, the model says %d", step,
                 (int)record->stage, (int)round_.model.stage);
    }
    for (uint32_t i = 0; i < round_.model.people; i++) {
        unsigned got =
            ledger_get(answer.chunk, answer.chunk_len, round_.offsets[i]);
        unsigned want =
            ledger_get(round_.model.ledger, sizeof(round_.model.ledger), i);
        if (got != want) {
            fail_msg("step %d: person %u is %u, the model says %u", step, i,
                     got, want);
        }
    }
    uint32_t counted[LEDGER_STATES] = {0};
    ledger_count(answer.chunk, answer.chunk_len, counted);
    assert_memory_equal(counted, record->counts[0], sizeof(counted));
    assert_memory_equal(counted, round_.model.counts, sizeof(counted));
}

/* ---- the steps ---- */

/* Mostly one of the newest; now and then an old one, or none. */
static uint64_t
some_lease(void)
{
    uint64_t back =
        chance(4) == 0 ? chance((uint32_t)round_.leases + 2) : chance(2);
    return back > round_.leases ? round_.leases + 1 : round_.leases - back;
}

static void
step_grant(void)
{
    uint16_t people[MODEL_PEOPLE_MAX], offsets[MODEL_PEOPLE_MAX],
        granted[MODEL_PEOPLE_MAX];
    struct lease line = {.id = ++round_.leases};
    size_t count = 0;
    for (uint32_t i = chance(round_.model.people);
         i < round_.model.people && count < 20; i++) {
        if (chance(4) != 0) {
            people[count] = (uint16_t)i;
            offsets[count++] = round_.offsets[i];
        }
    }
    struct keep_on at = on();
    keep_grant(&at,
               &(struct keep_grant){.at = {1, CHUNK},
                                    .offsets = offsets,
                                    .count = count,
                                    .lease = line.id,
                                    .line = bytes_of("", 0)},
               on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    (void)model_grant(
        &round_.model,
        &(struct model_grant){round_.model.epoch, people, count, &line},
        granted);
}

static void
settle_both(struct keep_settle *settle, struct keep_outcome *outcomes)
{
    struct keep_on at = on();
    struct keep_outcome real[MODEL_PEOPLE_MAX];
    struct keep_settle model_settle_ = *settle;
    for (size_t i = 0; i < settle->count; i++) {
        real[i] = outcomes[i];
        real[i].number = number_of(outcomes[i].number);
    }
    settle->outcomes = real;
    model_settle_.outcomes = outcomes;
    keep_settle(&at, settle, on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    struct model_settled want =
        model_settle(&round_.model, round_.model.epoch, &model_settle_, 1, 1);
    assert_int_equal(answer.items[0], want.changed);
    assert_int_equal(answer.count > 1, want.is_known);
    if (want.is_known) {
        assert_int_equal(answer.items[4], want.left);
    }
}

static void
step_settle(void)
{
    static const uint8_t events[] = {EVENT_ACCEPT,   EVENT_ACCEPT, EVENT_FAIL,
                                     EVENT_WITHHOLD, EVENT_DOUBT,  EVENT_DEFER,
                                     EVENT_DEFER,    EVENT_RETURN};
    struct keep_outcome outcomes[MODEL_PEOPLE_MAX];
    bool is_final = chance(3) == 0;
    struct keep_settle settle = {.channel = 1,
                                 .lease = some_lease(),
                                 .rest = is_final ? EVENT_DOUBT : EVENT_COUNT,
                                 .fate = is_final ? KEEP_CLOSE : KEEP_STAY};
    for (uint32_t i = 0; i < round_.model.people; i++) {
        if (chance(round_.is_refusing ? 1 : 3) == 0) {
            outcomes[settle.count++] = (struct keep_outcome){
                .number = i,
                .event = round_.is_refusing && chance(8) != 0
                             ? EVENT_DEFER
                             : events[chance(sizeof(events))],
                .rule = (uint8_t)chance(6)};
        }
    }
    settle_both(&settle, outcomes);
}

static void
step_end(void)
{
    bool is_lapse = chance(3) != 0;
    struct keep_settle settle = {.channel = 1,
                                 .lease = some_lease(),
                                 .rest = is_lapse ? EVENT_LAPSE : EVENT_RETURN,
                                 .fate = is_lapse ? KEEP_LAPSE : KEEP_CLOSE};
    settle_both(&settle, NULL);
}

static void
step_retry(void)
{
    struct keep_on at = on();
    clock_set_for_test(FAR_MS, clock_boot_ms());
    keep_retry(&at, 1, on_reply, NULL);
    clock_set_for_test(-1, -1);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    model_retry(&round_.model, INT64_MAX);
}

static void
step_resolve(void)
{
    uint32_t person = chance(round_.model.people);
    uint32_t number = number_of(person);
    enum ledger_event event = chance(2) == 0 ? EVENT_TRUST : EVENT_RELEASE;
    struct keep_on at = on();
    keep_doubt(
        &at,
        &(struct keep_numbers){
            .channels = "1", .numbers = &number, .count = 1, .event = event},
        on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    model_resolve(&round_.model, person, event);
}

static void
step_pause(void)
{
    if (round_.model.stage == STAGE(SENDING)) {
        go_to(STAGE_BIT(SENDING), STAGE(PAUSED));
        model_set_stage(&round_.model, STAGE(PAUSED));
    } else if (round_.model.stage == STAGE(PAUSED)) {
        go_to(STAGE_BIT(PAUSED), STAGE(STAGE_NONE));
        model_set_stage(&round_.model, STAGE(SENDING));
    }
}

static void
step_end_broadcast(void)
{
    bool is_stop = chance(2) == 0;
    Broadcast__Stage to = is_stop ? STAGE(STAGE_STOPPED) : STAGE(STAGE_EXPIRED);
    if (round_.model.stage != STAGE(SENDING) &&
        round_.model.stage != STAGE(PAUSED)) {
        return;
    }
    go_to(STAGE_BIT(SENDING) | STAGE_BIT(PAUSED), to);
    struct keep_on at = on();
    keep_sweep(&at, &(struct keep_chunk){1, CHUNK}, on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_NONE);
    model_set_stage(&round_.model, to);
    model_sweep(&round_.model);
}

static void
step_succession(void)
{
    uint64_t before = round_.model.epoch;
    take_epoch();
    assert_int_equal(round_.model.epoch, before + 1);
}

static void
step_of_the_succeeded(void)
{
    uint16_t offset = round_.offsets[0];
    struct keep_on at = on();
    at.epoch = round_.model.epoch + 1000;
    keep_grant(&at,
               &(struct keep_grant){.at = {1, CHUNK},
                                    .offsets = &offset,
                                    .count = 1,
                                    .lease = ++round_.leases,
                                    .line = bytes_of("", 0)},
               on_reply, NULL);
    wait_for_answer();
    assert_int_equal(answer.err, ERR_GONE);
}

static void
random_steps_leave_scripts_and_model_the_same(void **state)
{
    static void (*const steps[])(void) = {
        step_grant,           step_grant,   step_grant, step_settle,
        step_settle,          step_settle,  step_end,   step_retry,
        step_pause,           step_resolve, step_retry, step_succession,
        step_of_the_succeeded};
    (void)state;
    for (int round = 1; round <= ROUNDS; round++) {
        begin_round(round);
        assert_same(0);
        for (int step = 1; step <= STEPS; step++) {
            bool is_end = step == STEPS * 3 / 4 && round % 3 == 0;
            if (is_end) {
                step_end_broadcast();
            } else {
                steps[chance(sizeof(steps) / sizeof(*steps))]();
            }
            assert_same(step);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_steps_leave_scripts_and_model_the_same),
    };
    return cmocka_run_group_tests(tests, open_redis, close_redis);
}
