/* test_batch -- what arrives in one turn goes out together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/loop/loop.h"

#define FLUSHES_MAX 64

struct world {
    struct loop *loop;
    struct batch *batch;
    size_t sizes[FLUSHES_MAX];
    size_t flush_count;
    uintptr_t next; /* the item that must come next */
    bool is_done_at_once;
};

static void
on_flush(void *arg, void **items, size_t count)
{
    struct world *world = arg;
    assert_in_range(world->flush_count, 0, FLUSHES_MAX - 1);
    world->sizes[world->flush_count++] = count;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal((uintptr_t)items[i], world->next++);
    }
    if (world->is_done_at_once) {
        batch_done(world->batch);
    }
}

static void
open_world(struct world *world, size_t item_max, size_t waiting_max)
{
    *world = (struct world){.loop = loop_new(), .next = 1};
    struct batch_options options = {item_max, waiting_max, 2};
    world->batch = batch_new(world->loop, &options, on_flush, world);
}

static void
close_world(struct world *world)
{
    batch_free(&world->batch);
    assert_null(world->batch);
    loop_turn(world->loop, 0);
    loop_free(&world->loop);
}

static void
add(struct world *world, uintptr_t from, uintptr_t to)
{
    for (uintptr_t i = from; i <= to; i++) {
        assert_true(batch_add(world->batch, (void *)i));
    }
}

static void
one_turns_items_are_flushed_together_and_later(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 100, 1000);
    add(&world, 1, 40);
    assert_int_equal(world.flush_count, 0);
    loop_turn(world.loop, 0);
    assert_int_equal(world.flush_count, 1);
    assert_int_equal(world.sizes[0], 40);
    assert_false(batch_is_idle(world.batch));
    batch_done(world.batch);
    assert_true(batch_is_idle(world.batch));
    close_world(&world);
}

static void
two_batches_are_open_and_what_waits_becomes_one(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 10, 1000);
    add(&world, 1, 25);
    loop_turn(world.loop, 0);
    assert_int_equal(world.flush_count, 2);
    add(&world, 26, 29);
    loop_turn(world.loop, 0);
    assert_int_equal(world.flush_count, 2);
    batch_done(world.batch);
    loop_turn(world.loop, 0);
    assert_int_equal(world.flush_count, 3);
    assert_int_equal(world.sizes[2], 9);
    batch_done(world.batch);
    batch_done(world.batch);
    close_world(&world);
}

static void
above_waiting_max_an_item_is_refused(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 10, 15);
    world.is_done_at_once = true;
    add(&world, 1, 15);
    assert_false(batch_add(world.batch, (void *)16));
    loop_turn(world.loop, 0);
    assert_int_equal(world.next, 16);
    add(&world, 16, 16);
    loop_turn(world.loop, 0);
    assert_int_equal(world.next, 17);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_turns_items_are_flushed_together_and_later),
        cmocka_unit_test(two_batches_are_open_and_what_waits_becomes_one),
        cmocka_unit_test(above_waiting_max_an_item_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
