/* test_wheel -- each item is due once, never early, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

#define START_MS 1000000
#define ITEMS 2000

struct world {
    struct loop *loop;
    struct wheel wheel;
    struct wheel_item items[ITEMS];
    int due[ITEMS];
    int again; /* the item that is set again when due, or -1 */
};

static int64_t now_ms;

static void
set_now(int64_t ms)
{
    now_ms = ms;
    clock_set_for_test(ms, ms);
}

static void
on_due(void *arg, struct wheel_item *item)
{
    struct world *world = arg;
    long i = item - world->items;
    assert_true(item->due_ms <= now_ms);
    world->due[i]++;
    if (i == world->again) {
        wheel_set(&world->wheel, item, now_ms + 100);
    }
}

static void
open_world(struct world *world)
{
    *world = (struct world){.loop = loop_new(), .again = -1};
    set_now(START_MS);
    wheel_init(&world->wheel, world->loop, on_due, world);
}

static void
close_world(struct world *world)
{
    wheel_fini(&world->wheel);
    loop_free(&world->loop);
    clock_set_for_test(-1, -1);
}

/* Lets the tick come at least once after the clock says so. */
static void
pass_to(struct world *world, int64_t ms)
{
    set_now(ms);
    for (int i = 0; i < 4; i++) {
        loop_turn(world->loop, 2 * WHEEL_TICK_MS);
    }
}

static void
items_are_due_at_their_time_and_once(void **state)
{
    (void)state;
    static struct world world;
    open_world(&world);
    for (int i = 0; i < ITEMS; i++) { /* up to 4 rounds of the wheel */
        int64_t after_ms = (int64_t)(i * 7919 % ITEMS) * 10 + 1;
        wheel_set(&world.wheel, &world.items[i], START_MS + after_ms);
    }
    for (int64_t ms = 0; ms <= 10LL * ITEMS; ms += 2500) {
        pass_to(&world, START_MS + ms);
        for (int i = 0; i < ITEMS; i++) {
            int want = world.items[i].due_ms + WHEEL_TICK_MS <= now_ms;
            if (world.due[i] < want || world.due[i] > 1) {
                fail_msg("item %d: due %d times", i, world.due[i]);
            }
        }
    }
    pass_to(&world, START_MS + 10LL * ITEMS + 100);
    assert_int_equal(world.wheel.count, 0);
    close_world(&world);
}

static void
an_item_removed_or_moved_is_not_due_at_its_old_time(void **state)
{
    (void)state;
    static struct world world;
    open_world(&world);
    wheel_set(&world.wheel, &world.items[0], START_MS + 50);
    wheel_set(&world.wheel, &world.items[1], START_MS + 50);
    wheel_set(&world.wheel, &world.items[2], START_MS + 50);
    wheel_remove(&world.wheel, &world.items[0]);
    wheel_remove(&world.wheel, &world.items[0]);
    wheel_set(&world.wheel, &world.items[1], START_MS + 9000);
    pass_to(&world, START_MS + 200);
    assert_int_equal(world.due[0] + world.due[1], 0);
    assert_int_equal(world.due[2], 1);
    pass_to(&world, START_MS + 9100);
    assert_int_equal(world.due[1], 1);
    close_world(&world);
}

static void
an_item_may_be_set_again_when_due(void **state)
{
    (void)state;
    static struct world world;
    open_world(&world);
    world.again = 3;
    wheel_set(&world.wheel, &world.items[3], START_MS - 500); /* overdue */
    pass_to(&world, START_MS + 20);
    assert_int_equal(world.due[3], 1);
    pass_to(&world, START_MS + 200);
    assert_int_equal(world.due[3], 2);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_due_at_their_time_and_once),
        cmocka_unit_test(an_item_removed_or_moved_is_not_due_at_its_old_time),
        cmocka_unit_test(an_item_may_be_set_again_when_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
