/* test_sending -- a broadcast from its draft to its last recipient, through
 * real processes and a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/broadcast_world.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name
#define ASK(name) BROADCAST__REQUEST__IS_##name

static struct world *world;
static struct world_courier courier;

static int
open_world(void **state)
{
    (void)state;
    world = world_new(NULL);
    courier =
        (struct world_courier){.world = world, .name = "courier.0", .boot = 1};
    return 0;
}

static int
close_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

/* Leases and accepts until the broadcast is done; each number once. */
static uint32_t
send_all(const char *id, int channel, uint8_t *times)
{
    uint32_t sent = 0;
    for (;;) {
        Broadcast__Lease *lease = world_try_lease(&courier, channel);
        if (lease != NULL) {
            assert_string_equal(lease->broadcast, id);
            for (size_t i = 0; i < lease->n_numbers; i++) {
                times[lease->numbers[i]]++;
            }
            sent += world_settle(&courier, lease, STATE(ACCEPTED));
            wire_free(lease);
            continue;
        }
        Broadcast__Broadcast *now = world_get(world, id);
        bool is_done = world_count(now, channel, STATE(PENDING)) == 0 &&
                       now->stage != STAGE(FREEZING);
        wire_free(now);
        if (is_done) {
            return sent;
        }
    }
}

static void
everybody_gets_it_once_and_then_it_is_done(void **state)
{
    (void)state;
    uint8_t times[70000] = {0};
    world->people = 70000; /* two chunks */
    world->step = 7;
    Broadcast__Content content = world_content();
    char *id = world_send(world, &content);
    uint32_t sent = send_all(id, 1, times);
    assert_int_equal(sent, 10000);
    for (uint32_t i = 0; i < 70000; i++) {
        assert_int_equal(times[i], i % 7 == 0);
    }
    world_wait_for_stage(world, id, STAGE(DONE));
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(world_count(now, 1, STATE(ACCEPTED)), 10000);
    assert_int_equal(now->channels[0]->audience, 10000);
    assert_true(now->has_ended_at_ms);
    wire_free(now);
    world_assert_recount(world, id);
    free(id);
}

/* ---- what it costs Redis ---- */

/* Every command from now on is kept in Redis' slow log. */
static void
log_commands(void)
{
    free(redis_do(world->redis, "CONFIG SET slowlog-max-len 100000"));
    free(redis_do(world->redis, "CONFIG SET slowlog-log-slower-than 0"));
    free(redis_do(world->redis, "SLOWLOG RESET"));
}

/* How often since, in scripts too. */
static int
count_commands(const char *verb, const char *key)
{
    char *log = redis_do(world->redis, "SLOWLOG GET 100000");
    char *wanted = mem_format("%s\n{" WORLD_CAMPAIGN "}:bc:%s\n", verb, key);
    int count = 0;
    for (const char *at = log; (at = strstr(at, wanted)) != NULL; at++) {
        count++;
    }
    free(wanted);
    free(log);
    return count;
}

/* How often a start reads the record that it starts. */
static int
count_reads_of_start(const char *idempotency_key)
{
    Broadcast__Content content = world_content();
    struct world_answer made = world_create(world, idempotency_key, &content);
    const Broadcast__Broadcast *draft = made.reply->create;
    struct world_answer approved =
        world_approve(world, draft->id, draft->content_hash, WORLD_APPROVER);
    log_commands();
    struct world_answer started = world_act(world, ASK(START), draft->id);
    assert_int_equal(started.err, ERR_NONE);
    assert_int_equal(started.reply->start->stage, STAGE(FREEZING));
    char *key = mem_format("b:%s", draft->id);
    int reads = count_commands("HGETALL", key);
    free(key);
    world_forget(&started);
    world_forget(&approved);
    world_forget(&made);
    return reads;
}

/* Once by the flow, and once by the script that starts it, whose answer is
 * shown. A beat of the planner's reads all again, but not each time. */
static void
a_start_reads_its_record_once(void **state)
{
    (void)state;
    world->freezes_until_silent = 0;
    int least = count_reads_of_start("first");
    int second = count_reads_of_start("second");
    int third = count_reads_of_start("third");
    least = second < least ? second : least;
    least = third < least ? third : least;
    assert_int_equal(least, 2);
}

static bool
is_frozen(struct world *w, void *id)
{
    char *command = mem_format("HGET {" WORLD_CAMPAIGN "}:bc:b:%s frozen",
                               (const char *)id);
    char *cursor = redis_do(w->redis, command);
    bool is_so = cursor[0] == '\0';
    free(command);
    free(cursor);
    return is_so;
}

static void
freezing_reads_the_record_no_more_for_each_chunk(void **state)
{
    (void)state;
    enum { CHUNKS = 60 };
    Broadcast__Content content = world_content();
    world->people = CHUNKS * 65536;
    world->step = 65536;
    log_commands();
    char *id = world_send(world, &content);
    world_wait(world, is_frozen, id);
    /* Each chunk's script answers with the record. */
    assert_in_range(count_commands("HGETALL", "b:b1"), CHUNKS, CHUNKS * 4 / 3);
    assert_in_range(count_commands("SMEMBERS", "active"), 0, CHUNKS / 3);
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(now->channels[0]->audience, CHUNKS);
    wire_free(now);
    free(id);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            everybody_gets_it_once_and_then_it_is_done, open_world,
            close_world),
        cmocka_unit_test_setup_teardown(a_start_reads_its_record_once,
                                        open_world, close_world),
        cmocka_unit_test_setup_teardown(
            freezing_reads_the_record_no_more_for_each_chunk, open_world,
            close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
