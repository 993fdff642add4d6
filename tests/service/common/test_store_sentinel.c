/* test_store_sentinel -- the store on a real master with a replica, alone and
 * under three Sentinels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/redis/fleet.h"
#include "tests/support/redis/tally.h"

#define OPEN 20
#define DEMOTED_MS 1500 /* until that is noticed: a probe every 500 */

static struct tally *
start_tally(const struct fleet *fleet, int replicas)
{
    return tally_new(&(struct store_options){.endpoint = fleet->endpoint,
                                             .replicas_required = replicas},
                     1);
}

static void
tear_down(struct fleet *fleet, struct tally *tally)
{
    tally_free(&tally);
    fleet_free(&fleet);
}

static void
assert_why(const struct tally *tally, const char *part)
{
    const char *why = store_not_ready_why(tally->store);
    if (why == NULL || strstr(why, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, why == NULL ? "ready" : why);
    }
}

/* ---- Sentinels ---- */

static void
a_killed_master_is_followed_and_no_yes_is_lost(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_sentinels();
    struct tally *tally = start_tally(fleet, 1);
    tally_write_until_yes(tally, OPEN, 200);
    redis_kill(fleet->servers[0]);
    tally_write_until(tally, false);
    fleet_wait_for_role(fleet, 1, "master");
    tally_write(tally, OPEN, 300);
    redis_restart(fleet->servers[0]);
    tally_write_until(tally, true);
    tally_write_until_yes(tally, OPEN, 200);
    tally_check(tally);
    tear_down(fleet, tally);
}

/* Nobody has to bring the dead one back. */
static void
work_goes_on_at_the_successor_alone(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_sentinels();
    struct tally *tally = start_tally(fleet, 0);
    tally_write_until_yes(tally, OPEN, 200);
    tally_settle(tally);
    fleet_wait_in_sync(fleet, 0, 1);
    redis_kill(fleet->servers[0]);
    tally_write_until(tally, false);
    tally_write_until(tally, true);
    tally_write_until_yes(tally, OPEN, 200);
    tally_check(tally);
    tear_down(fleet, tally);
}

/* A change that was wished for: the old master lives on, and for some seconds
 * still believes that it is one. */
static void
a_change_of_masters_under_load_loses_no_yes(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_sentinels();
    struct tally *tally = start_tally(fleet, 1);
    tally_write_until_yes(tally, OPEN, 200);
    char *line = mem_format("redis-cli -p %d SENTINEL FAILOVER m >/dev/null",
                            fleet->sentinel_ports[1]);
    assert_int_equal(system(line), 0); // NOLINT(cert-env33-c): our own words
    free(line);
    tally_write_until(tally, false);
    fleet_wait_for_role(fleet, 1, "master");
    tally_write(tally, OPEN, 200);
    /* The Sentinels do the same, 8 s later. */
    fleet_follow(fleet, 0, 1);
    tally_write_until(tally, true);
    tally_write_until_yes(tally, OPEN, 200);
    tally_check(tally);
    tear_down(fleet, tally);
}

static void
a_silent_sentinel_is_passed_over(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_sentinels();
    fleet_freeze_sentinel(fleet, 0);
    struct tally *tally = start_tally(fleet, 0);
    tally_write(tally, OPEN, 100);
    tally_check(tally);
    assert_int_equal(tally->outcomes[ERR_NONE], tally->sent);
    tear_down(fleet, tally);
}

static void
sentinels_that_do_not_know_the_name_are_said(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_sentinels();
    struct loop *loop = loop_new();
    char *endpoint =
        mem_format("sentinel:other@127.0.0.1:%d", fleet->sentinel_ports[0]);
    struct store_options options = {.endpoint = endpoint};
    struct store *store = store_new(loop, &options);
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (strstr(store_not_ready_why(store), "No such master") == NULL) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(loop, 10);
    }
    assert_non_null(strstr(store_not_ready_why(store), "master of other"));
    store_free(&store);
    loop_free(&loop);
    free(endpoint);
    fleet_free(&fleet);
}

/* ---- a demoted master, which would even take writes ---- */

static void
a_demoted_master_is_noticed_and_not_written_to(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_pair(NULL);
    struct tally *tally = start_tally(fleet, 1); /* so the other has all */
    tally_write_until_yes(tally, OPEN, 100);
    tally_settle(tally);
    free(fleet_do(fleet, 0, "CONFIG SET replica-read-only no"));
    free(fleet_do(fleet, 1, "REPLICAOF NO ONE"));
    fleet_follow(fleet, 0, 1);
    int64_t begin_ms = clock_boot_ms();
    while (store_is_ready(tally->store)) {
        assert_true(clock_boot_ms() < begin_ms + DEMOTED_MS);
        loop_turn(tally->loop, 10);
    }
    assert_why(tally, "it is a replica");
    int yes = tally->outcomes[ERR_NONE];
    tally_write(tally, OPEN, 300);
    tally_settle(tally);
    assert_int_equal(tally->outcomes[ERR_NONE], yes);
    fleet_wait_in_sync(fleet, 1, 1); /* in the middle of it, it is empty */
    free(fleet_do(fleet, 0, "REPLICAOF NO ONE"));
    fleet_follow(fleet, 1, 0);
    tally_write_until(tally, true);
    tally_check(tally);
    tear_down(fleet, tally);
}

/* ---- replicas that are required ---- */

static void
a_yes_has_its_replica(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_pair(NULL);
    struct tally *tally = start_tally(fleet, 1);
    tally_write_until_yes(tally, OPEN, 200);
    redis_kill(fleet->servers[0]);
    tally_settle(tally);
    free(fleet_do(fleet, 1, "REPLICAOF NO ONE"));
    free(fleet->endpoint);
    fleet->endpoint = mem_format("tcp:127.0.0.1:%d", fleet->ports[1]);
    /* The replica is read, by the same tally. */
    store_free(&tally->store);
    tally->store = store_new(
        tally->loop, &(struct store_options){.endpoint = fleet->endpoint});
    store_wait_ready(tally->store, PROCESS_WAIT_MS);
    assert_true(tally->outcomes[ERR_NONE] > 0);
    tally_check(tally);
    tear_down(fleet, tally);
}

static void
a_paused_replica_makes_it_unknown_and_then_refused(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_pair(NULL);
    struct tally *tally = start_tally(fleet, 1);
    tally_write_until_yes(tally, OPEN, 100);
    tally_settle(tally);
    redis_freeze(fleet->servers[1]);
    int yes = tally->outcomes[ERR_NONE];
    tally_write(tally, OPEN, 10);
    enum err err = ERR_INTERNAL; /* a read does not stand behind the WAIT */
    int64_t begin_ms = clock_boot_ms();
    free(tally_ask(tally, "HLEN", "{c0}:su:first", &err));
    assert_int_equal(err, ERR_NONE);
    assert_true(clock_boot_ms() < begin_ms + STORE_ACK_MS / 2);
    tally_settle(tally);
    assert_int_equal(tally->outcomes[ERR_NONE], yes);
    assert_true(tally->outcomes[ERR_UNKNOWN] >= OPEN);
    assert_non_null(strstr(tally->sentence, "required"));
    assert_why(tally, "0 of 1 replicas have confirmed");
    int unknown = tally->outcomes[ERR_UNKNOWN];
    tally_write(tally, OPEN, 300);
    tally_settle(tally);
    assert_int_equal(tally->outcomes[ERR_UNKNOWN], unknown);
    redis_thaw(fleet->servers[1]);
    tally_write_until(tally, true);
    tally_check(tally);
    tear_down(fleet, tally);
}

/* A repeat that finds it done says yes, and so must know that it is safe. */
static void
a_yes_that_wrote_nothing_waits_too(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_pair(NULL);
    struct tally *tally = start_tally(fleet, 1);
    struct store_script *once = store_script(
        tally->store, "return redis.call('SETNX', KEYS[1], ARGV[1])");
    redis_freeze(fleet->servers[1]);
    /* By somebody else, so that this connection has written nothing. */
    free(fleet_do(fleet, 0, "SETNX {c0}:su:once 1"));
    tally->script = once;
    tally_write(tally, 1, 1);
    tally_settle(tally);
    assert_int_equal(tally->outcomes[ERR_UNKNOWN], 1);
    redis_thaw(fleet->servers[1]);
    tear_down(fleet, tally);
}

struct asked {
    int answers;
    enum err err;
};

static void
on_answer(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    (void)reply;
    asked->answers++;
    asked->err = err;
}

static enum err
run_script(struct tally *tally, const char *source)
{
    struct asked asked = {.answers = 0};
    const struct bytes key = bytes_of_string("{c0}:su:m");
    const struct store_call call = {.script =
                                        store_script(tally->store, source),
                                    .keys = &key,
                                    .key_count = 1};
    store_run(tally->store, &call, on_answer, &asked);
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (asked.answers == 0) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(tally->loop, 10);
    }
    return asked.err;
}

/* What says that it writes nothing is held to it. */
static void
a_script_that_reads_goes_on_without_replicas(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_pair(NULL);
    struct tally *tally = start_tally(fleet, 1);
    redis_kill(fleet->servers[1]);
    tally_write_until(tally, false);
    assert_int_equal(run_script(tally, "-- read --\n-- writes nothing\n"
                                       "return redis.call('GET', KEYS[1])"),
                     ERR_NONE);
    assert_int_equal(run_script(tally, "-- read --\n"
                                       "return redis.call('GET', KEYS[1])"),
                     ERR_UNAVAILABLE);
    assert_int_equal(run_script(tally, "-- liar --\n-- writes nothing\n"
                                       "return redis.call('INCR', KEYS[1])"),
                     ERR_INTERNAL);
    tally_settle(tally);
    tear_down(fleet, tally);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_master_is_followed_and_no_yes_is_lost),
        cmocka_unit_test(work_goes_on_at_the_successor_alone),
        cmocka_unit_test(a_change_of_masters_under_load_loses_no_yes),
        cmocka_unit_test(a_silent_sentinel_is_passed_over),
        cmocka_unit_test(sentinels_that_do_not_know_the_name_are_said),
        cmocka_unit_test(a_demoted_master_is_noticed_and_not_written_to),
        cmocka_unit_test(a_yes_has_its_replica),
        cmocka_unit_test(a_paused_replica_makes_it_unknown_and_then_refused),
        cmocka_unit_test(a_yes_that_wrote_nothing_waits_too),
        cmocka_unit_test(a_script_that_reads_goes_on_without_replicas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
