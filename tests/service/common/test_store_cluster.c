/* test_store_cluster -- the store on a real Cluster: three masters, three
 * replicas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/slots.h"
#include "tests/support/redis/fleet.h"
#include "tests/support/redis/tally.h"

#define OPEN 20

/* {c0} … {c5} lie on all three masters. */
static int
slot_of(const char *key)
{
    const struct bytes bytes = bytes_of_string(key);
    return store_slot_of(&bytes);
}

static int
master_of(int slot)
{
    return slot < 5461 ? 0 : slot < 10923 ? 1 : 2;
}

static struct tally *
start_tally(const struct fleet *fleet, int replicas)
{
    return tally_new(&(struct store_options){.endpoint = fleet->endpoint,
                                             .replicas_required = replicas},
                     TALLY_TAGS);
}

/* ---- */

/* With no more rights than a service has in production. */
static void
every_key_finds_its_node(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(
        redis_acl("user default on nopass ~* &* +@all", "signup", "secret"));
    struct tally *tally =
        tally_new(&(struct store_options){.endpoint = fleet->endpoint,
                                          .user = "signup",
                                          .password = "secret",
                                          .replicas_required = 1},
                  TALLY_TAGS);
    bool is_seen[FLEET_MASTERS] = {false};
    for (int i = 0; i < TALLY_TAGS; i++) {
        char *key = mem_format("{c%d}", i);
        is_seen[master_of(slot_of(key))] = true;
        free(key);
    }
    assert_true(is_seen[0] && is_seen[1] && is_seen[2]);
    tally_write_until_yes(tally, OPEN, 1000);
    tally_check(tally);
    assert_int_equal(tally->outcomes[ERR_NONE], tally->sent);
    tally_free(&tally);
    fleet_free(&fleet);
}

static void
assert_names(const struct tally *tally, const char *part)
{
    const char *why = store_not_ready_why(tally->store);
    if (why == NULL || strstr(why, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, why == NULL ? "ready" : why);
    }
}

/* The yes of the killed one is on its replica, which takes its slots over;
 * that one then has none, and is not written to before it has. */
static void
a_master_is_killed_and_no_yes_is_lost(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(NULL);
    struct tally *tally = start_tally(fleet, 1);
    tally_write_until_yes(tally, OPEN, 200);
    redis_kill(fleet->servers[1]);
    tally_write_until(tally, false);
    assert_names(tally, fleet->port_texts[1]);
    fleet_wait_for_role(fleet, 4, "master");
    tally_write(tally, OPEN, 1000);
    assert_names(tally, fleet->port_texts[4]);
    assert_names(tally, "0 of 1 replicas");
    redis_restart(fleet->servers[1]);
    tally_write_until(tally, true);
    tally_write_until_yes(tally, OPEN, 200);
    tally_check(tally);
    tally_free(&tally);
    fleet_free(&fleet);
}

/* Nobody has to bring the dead one back. */
static void
work_goes_on_at_the_successor_alone(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(NULL);
    struct tally *tally = start_tally(fleet, 0);
    tally_write_until_yes(tally, OPEN, 200);
    tally_settle(tally);
    fleet_wait_in_sync(fleet, 0, 1);
    redis_kill(fleet->servers[0]);
    tally_write_until(tally, false);
    tally_write_until(tally, true);
    tally_write_until_yes(tally, OPEN, 200);
    tally_check(tally);
    tally_free(&tally);
    fleet_free(&fleet);
}

/* Its keys go one by one, so that for a while a script would find one here
 * and not the other: it must not begin. */
static void
a_slot_that_moves_goes_unnoticed(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(NULL);
    struct tally *tally = start_tally(fleet, 1);
    int slot = slot_of("{c0}"), from = master_of(slot);
    int to = (from + 1) % FLEET_MASTERS;
    tally_write(tally, OPEN, 200);
    fleet_begin_move(fleet, slot, from, to);
    tally_write(tally, OPEN, 50);
    fleet_move_key(fleet, "{c0}:su:second", from, to);
    tally_write(tally, OPEN, 50);
    enum err err = ERR_INTERNAL; /* a plain read is told where: ASK */
    char *count = tally_ask(tally, "HLEN", "{c0}:su:second", &err);
    assert_int_equal(err, ERR_NONE);
    assert_string_not_equal(count, "0");
    free(count);
    fleet_move_keys(fleet, slot, from, to);
    tally_write(tally, OPEN, 50);
    fleet_finish_move(fleet, slot, from, to);
    tally_write(tally, OPEN, 300);
    tally_check(tally);
    assert_int_equal(tally->outcomes[ERR_NONE], tally->sent);
    tally_free(&tally);
    fleet_free(&fleet);
}

/* Longer than a caller waits: refused, and nothing happened. */
static void
a_slot_that_hangs_between_two_nodes_is_refused(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(NULL);
    struct tally *tally = start_tally(fleet, 0);
    int slot = slot_of("{c0}"), from = master_of(slot);
    int to = (from + 1) % FLEET_MASTERS;
    tally_write(tally, OPEN, 100);
    fleet_begin_move(fleet, slot, from, to);
    fleet_move_key(fleet, "{c0}:su:second", from, to);
    tally_write(tally, OPEN, 100);
    tally_settle(tally);
    assert_true(tally->outcomes[ERR_UNAVAILABLE] > 0);
    assert_int_equal(tally->outcomes[ERR_UNKNOWN], 0);
    assert_true(strncmp(tally->sentence, "TRYAGAIN", 8) == 0 ||
                strncmp(tally->sentence, "ASK", 3) == 0);
    fleet_move_keys(fleet, slot, from, to);
    fleet_finish_move(fleet, slot, from, to);
    tally_check(tally);
    tally_free(&tally);
    fleet_free(&fleet);
}

static void
one_server_of_a_cluster_is_not_taken_for_all(void **state)
{
    (void)state;
    struct fleet *fleet = fleet_start_cluster(NULL);
    struct loop *loop = loop_new();
    char *endpoint = mem_format("tcp:127.0.0.1:%d", fleet->ports[0]);
    struct store_options options = {.endpoint = endpoint};
    struct store *store = store_new(loop, &options);
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    const char *why = store_not_ready_why(store);
    while (strstr(why, "set endpoint = cluster:") == NULL) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(loop, 10);
        why = store_not_ready_why(store);
        assert_non_null(why);
    }
    store_free(&store);
    loop_free(&loop);
    free(endpoint);
    fleet_free(&fleet);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_finds_its_node),
        cmocka_unit_test(a_master_is_killed_and_no_yes_is_lost),
        cmocka_unit_test(work_goes_on_at_the_successor_alone),
        cmocka_unit_test(a_slot_that_moves_goes_unnoticed),
        cmocka_unit_test(a_slot_that_hangs_between_two_nodes_is_refused),
        cmocka_unit_test(one_server_of_a_cluster_is_not_taken_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
