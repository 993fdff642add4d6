/* test_bus_flood -- a million asks both ways, and nothing is left unread.
 *
 * ZMQ_FD is edge-triggered and a send eats its signal: two buses ask each
 * other from inside their callbacks, each socket read in random small
 * portions. A stall is 100 ms in which nothing moves while something is
 * open; nobody asks meanwhile, so that nothing but the bus itself can end it.
 * A machine on which more wants to run than it has processors can hold up our
 * threads for as long: such a stall is not counted, and a run with a counted
 * one is made again, since a bus that stalls does so every time.
 * MUSTER_LONG=1: ten million.
 * alone: it measures pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "tests/support/process/process.h"

#define ASKS_EACH_WAY 500000
#define ASKS_EACH_WAY_LONG 5000000
#define RUNS_MAX 3
#define WINDOW 2000
#define STALL_MS 100
#define TURN_MS 5
#define WAIT_MS 20000
#define BODY_BYTES_MAX 200

struct side {
    struct flood *flood;
    struct bus *bus;
    struct bus_peer *peer;
    uint64_t asked, answered, served;
};

struct flood {
    struct loop *loop;
    struct side sides[2];
    uint64_t total;
};

static uint64_t seed = 88172645463325252ULL;

static uint32_t
next_random(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 11) % below;
}

static int
random_budget(void)
{
    return (int)next_random(300) + 1;
}

static void ask_some(struct side *side, uint32_t count);

static void
on_answer(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct side *side = arg;
    (void)detail;
    if (err != ERR_NONE || len < sizeof(uint64_t)) {
        fail_msg("ask %llu: %s", (unsigned long long)side->answered,
                 err_name(err));
    }
    uint64_t number;
    memcpy(&number, body, sizeof(number));
    assert_int_equal(number, side->answered); /* in order, none twice */
    side->answered++;
    ask_some(side, next_random(3));
}

static void
ask_some(struct side *side, uint32_t count)
{
    static char body[BODY_BYTES_MAX];
    for (uint32_t i = 0; i < count && side->asked < side->flood->total &&
                         side->asked - side->answered < WINDOW;
         i++) {
        memcpy(body, &side->asked, sizeof(side->asked));
        side->asked++;
        size_t len = sizeof(uint64_t) + next_random(BODY_BYTES_MAX - 8);
        bus_ask(
            side->peer,
            &(struct bus_ask){.body = body, .len = len, .deadline_ms = 60000},
            on_answer, side);
    }
}

static void
on_request(void *arg, struct bus_request *request)
{
    struct side *side = arg;
    size_t len;
    const void *body = bus_request_body(request, &len);
    side->served++;
    if (next_random(4) == 0) {
        ask_some(side, next_random(3)); /* a send before the reply */
    }
    bus_reply(request, ERR_NONE, NULL, body, len);
}

static void
open_side(struct flood *flood, int n, const char *dir)
{
    struct side *side = &flood->sides[n];
    char *mine = mem_format("ipc://%s/%d", dir, n);
    char *other = mem_format("ipc://%s/%d", dir, 1 - n);
    side->flood = flood;
    side->bus = bus_new(flood->loop, &(struct bus_options){.name = "flood.0"});
    bus_set_budget_for_test(side->bus, random_budget);
    bus_serve(side->bus, mine, on_request, side);
    side->peer = bus_connect(side->bus, "flood", other);
    free(mine);
    free(other);
}

static uint64_t
progress(const struct flood *flood)
{
    return flood->sides[0].answered + flood->sides[0].served +
           flood->sides[1].answered + flood->sides[1].served;
}

/* A stalled bus sleeps: then no more runs than what looks. */
static bool
is_machine_busy(void)
{
    int running = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (file != NULL) {
        if (fscanf(file, "%*f %*f %*f %d/", &running) != 1) {
            running = 0;
        }
        (void)fclose(file);
    }
    return running > (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Waits for the next progress; whether that took STALL_MS for no reason but
 * the bus. */
static bool
is_stalled(struct flood *flood, uint64_t before)
{
    int64_t began_ms = clock_boot_ms();
    bool is_excused = false;
    while (progress(flood) == before) {
        assert_true(clock_boot_ms() - began_ms < WAIT_MS);
        loop_turn(flood->loop, TURN_MS);
        is_excused = is_excused || is_machine_busy();
    }
    return clock_boot_ms() - began_ms > STALL_MS && !is_excused;
}

/* Returns how often nothing moved for STALL_MS. */
static int
run(struct flood *flood)
{
    int stalls = 0;
    while (flood->sides[0].answered < flood->total ||
           flood->sides[1].answered < flood->total) {
        uint64_t before = progress(flood);
        for (int n = 0; n < 2; n++) {
            ask_some(&flood->sides[n], 10);
        }
        loop_turn(flood->loop, TURN_MS);
        if (progress(flood) == before) {
            stalls += is_stalled(flood, before) && before > 0;
        }
    }
    return stalls;
}

/* One run of them all: how often it stalled. */
static int
flood_both_ways(uint64_t total)
{
    struct flood flood = {.loop = loop_new(), .total = total};
    char *dir = temp_dir_new();
    open_side(&flood, 0, dir);
    open_side(&flood, 1, dir);
    int64_t from_us = clock_boot_us();
    int stalls = run(&flood);
    int64_t took_us = clock_boot_us() - from_us;
    print_message("%llu asks, %lld ms, %d stalls\n",
                  (unsigned long long)total * 2, (long long)(took_us / 1000),
                  stalls);
    for (int n = 0; n < 2; n++) {
        const struct bus_stats *stats = bus_stats(flood.sides[n].bus);
        assert_int_equal(stats->watchdog_rescues, 0);
        assert_int_equal(stats->timed_out + stats->late_answers, 0);
        assert_int_equal(flood.sides[n].served, total);
    }
    bus_free(&flood.sides[0].bus);
    bus_free(&flood.sides[1].bus);
    loop_free(&flood.loop);
    temp_dir_remove(&dir);
    return stalls;
}

static void
a_million_asks_both_ways_never_stall(void **state)
{
    (void)state;
    bool is_long = getenv("MUSTER_LONG") != NULL;
    int stalls = -1;
    for (int i = 0; i < RUNS_MAX && stalls != 0; i++) {
        stalls = flood_both_ways(is_long ? ASKS_EACH_WAY_LONG : ASKS_EACH_WAY);
    }
    assert_int_equal(stalls, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_asks_both_ways_never_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
