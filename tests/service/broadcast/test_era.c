/* test_era -- the store has gone back in time: nothing is granted until those
 * who may have begun what it forgot have said so; real processes, a real Redis
 * whose append-only file is put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/broadcast_world.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name
#define ASK(name) BROADCAST__REQUEST__IS_##name
/* Leases of ten. */
#define ROUTES                                                                 \
    "[route.sms-a]\nchannel = sms\nprovider = outbox\nrate = 40\n"             \
    "timeout_ms = 2000\n"                                                      \
    "[broadcast]\nreport_wait_s = %d\n"

static struct world *world;
/* On two machines. */
static struct world_courier first, second;
static char *id;

static void
open_with(int report_wait_s)
{
    char *routes = mem_format(ROUTES, report_wait_s);
    struct world_options options = {.routes = routes};
    world = world_new(&options);
    free(routes);
    world->people = 40;
    first = (struct world_courier){
        .world = world, .name = "courier.0", .boot = 1, .place = 11};
    second = (struct world_courier){
        .world = world, .name = "courier.1", .boot = 1, .place = 22};
    Broadcast__Content content = world_content();
    id = world_send(world, &content);
}

static int
open_patient(void **state)
{
    (void)state;
    open_with(600);
    return 0;
}

static int
open_hasty(void **state)
{
    (void)state;
    open_with(4);
    return 0;
}

static int
close_world(void **state)
{
    (void)state;
    free(id);
    world_free(&world);
    return 0;
}

/* ---- going back ---- */

static void
run(const char *const *argv)
{
    struct process process = {0};
    char *output = temp_path(world->dir, "files.log");
    process_start(&process, output, argv);
    assert_int_equal(process_wait(&process), 0);
    free(output);
}

static void
copy_files(const char *from, const char *to)
{
    const char *const clear[] = {"rm", "-rf", to, NULL};
    const char *const copy[] = {"cp", "-r", from, to, NULL};
    run(clear);
    run(copy);
}

static void
copy_redis(void)
{
    char *aof = temp_path(world->redis->dir, "appendonlydir");
    char *copy = temp_path(world->dir, "copy");
    redis_freeze(world->redis);
    copy_files(aof, copy);
    redis_thaw(world->redis);
    free(aof);
    free(copy);
}

static void
go_back(void)
{
    char *aof = temp_path(world->redis->dir, "appendonlydir");
    char *copy = temp_path(world->dir, "copy");
    redis_kill(world->redis);
    copy_files(copy, aof);
    redis_restart(world->redis);
    free(aof);
    free(copy);
}

/* The planner forgets what it knew, too. */
static void
go_back_whole(void)
{
    world_kill(world, 0);
    go_back();
    world_start(world, 0);
}

/* ---- asking ---- */

static uint32_t
send_one(struct world_courier *courier)
{
    Broadcast__Lease *lease = world_lease(courier, 1);
    uint32_t count = (uint32_t)lease->n_numbers;
    assert_int_equal(world_settle(courier, lease, STATE(ACCEPTED)), count);
    wire_free(lease);
    return count;
}

/* Numbers are granted from 0 up. */
static uint32_t
send_some(struct world_courier *courier, uint32_t count)
{
    uint32_t sent = 0;
    while (sent < count) {
        sent += send_one(courier);
    }
    return sent;
}

static bool
is_ordered(struct world *w, void *arg)
{
    struct world_courier *courier = arg;
    (void)w;
    assert_null(world_try_lease(courier, 1));
    return courier->ordered_era != 0;
}

static void
assert_count(Words__RecipientState state, uint32_t count)
{
    Broadcast__Broadcast *now = world_get(world, id);
    uint32_t got = world_count(now, 1, state);
    wire_free(now);
    if (got != count) {
        fail_msg("%u in state %d, want %u", got, (int)state, count);
    }
    world_assert_recount(world, id);
}

/* ---- the tests ---- */

static void
nothing_is_granted_until_all_have_reported(void **state)
{
    (void)state;
    uint32_t sent = send_one(&second); /* it is of the roster */
    sent += send_one(&first);
    copy_redis();
    uint32_t lost = send_one(&first);
    go_back_whole();
    world_wait(world, is_ordered, &first);
    world_wait(world, is_ordered, &second);
    world_report_end(&second);
    for (int i = 0; i < 20; i++) {
        assert_null(world_try_lease(&second, 1));
    }
    assert_int_equal(world_report(&first, id, 0, sent + lost - 1), lost);
    assert_int_equal(world_report(&first, id, 0, sent + lost - 1), 0);
    assert_null(world_try_lease(&second, 1));
    world_report_end(&first);
    (void)send_some(&second, 40 - sent - lost);
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_count(STATE(ACCEPTED), 40 - lost);
    assert_count(STATE(IN_DOUBT), lost);
}

/* Its store alone: a failover that lost its tail. */
static void
the_planner_itself_remembers(void **state)
{
    (void)state;
    uint32_t sent = send_one(&first) + send_one(&second);
    copy_redis();
    uint32_t lost = send_one(&first);
    go_back();
    first.granted = 1; /* as if it had heard of nothing */
    world_wait(world, is_ordered, &second);
    world_report_end(&second);
    world_wait(world, is_ordered, &first);
    assert_int_equal(world_report(&first, id, sent, sent + lost - 1), lost);
    world_report_end(&first);
    (void)send_some(&second, 40 - sent - lost);
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_count(STATE(IN_DOUBT), lost);
}

/* Its lease lives again in the store, long settled. */
static void
a_lease_that_came_back_is_in_doubt(void **state)
{
    (void)state;
    uint32_t sent = send_one(&second);
    Broadcast__Lease *lease = world_lease(&first, 1);
    uint32_t lost = (uint32_t)lease->n_numbers;
    copy_redis();
    assert_int_equal(world_settle(&first, lease, STATE(ACCEPTED)), lost);
    wire_free(lease);
    lost += send_one(&first);
    go_back_whole();
    world_wait(world, is_ordered, &first);
    (void)world_report(&first, id, sent, sent + lost - 1);
    world_report_end(&first);
    world_wait(world, is_ordered, &second);
    world_report_end(&second);
    (void)send_some(&second, 40 - sent - lost);
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_count(STATE(IN_DOUBT), lost);
}

static bool
is_paused(struct world *w, void *arg)
{
    (void)arg;
    assert_null(world_try_lease(&second, 1));
    if (second.ordered_era != 0) {
        world_report_end(&second);
    }
    Broadcast__Broadcast *now = world_get(w, id);
    bool is_so = now->stage == STAGE(PAUSED);
    wire_free(now);
    return is_so;
}

static void
who_does_not_report_puts_the_rest_in_doubt(void **state)
{
    (void)state;
    uint32_t sent = send_one(&first) + send_one(&second);
    copy_redis();
    (void)send_one(&second); /* the first's machine is gone */
    go_back_whole();
    world_wait(world, is_paused, NULL);
    world_wait_for_count(world, id, STATE(IN_DOUBT), 40 - sent);
    assert_count(STATE(PENDING), 0);
    Broadcast__Broadcast *now = world_get(world, id);
    assert_non_null(strstr(now->why, "has gone back in time"));
    wire_free(now);
    /* Another is not held. */
    Broadcast__Content content = world_content();
    char *other = world_send(world, &content);
    (void)send_some(&second, 40);
    world_wait_for_stage(world, other, STAGE(DONE));
    free(other);
    /* An organiser decides. */
    struct world_answer answer = world_act(world, ASK(RESUME), id);
    assert_int_equal(answer.err, ERR_NONE);
    assert_null(answer.reply->resume->why);
    world_forget(&answer);
    world_wait_for_stage(world, id, STAGE(DONE));
}

static void
a_store_that_has_lost_nothing_holds_nothing(void **state)
{
    (void)state;
    uint32_t sent = send_one(&first) + send_one(&second);
    redis_kill(world->redis);
    redis_restart(world->redis);
    sent += send_one(&second); /* the first's machine is gone */
    world_kill(world, 0);
    world_start(world, 0);
    sent += send_one(&second);
    (void)send_some(&second, 40 - sent);
    world_wait_for_stage(world, id, STAGE(DONE));
    char *era =
        redis_do(world->redis, "HEXISTS {" WORLD_CAMPAIGN "}:bc:plan era");
    assert_string_equal(era, "0");
    free(era);
    assert_int_equal(first.ordered_era + second.ordered_era, 0);
    assert_count(STATE(ACCEPTED), 40);
}

int
main(void)
{
#define PATIENT(test)                                                          \
    cmocka_unit_test_setup_teardown(test, open_patient, close_world)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            who_does_not_report_puts_the_rest_in_doubt, open_hasty,
            close_world),
        PATIENT(nothing_is_granted_until_all_have_reported),
        PATIENT(the_planner_itself_remembers),
        PATIENT(a_lease_that_came_back_is_in_doubt),
        PATIENT(a_store_that_has_lost_nothing_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
