/* test_feed -- a follower applies each entry once, in order, whatever fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

#define PAGE_ENTRIES_MAX 3
#define WAIT_MS 10000

/* An owner with entries seq 2, 4, 6 … and a follower that sums them. */
struct world {
    struct loop *loop;
    struct feed_follower *f;
    uint64_t end;      /* the owner's */
    uint64_t expected; /* the seq that must be applied next */
    int applied, asked;
    int early_pages; /* so many are read before the owner's commit */
    unsigned random;
    bool is_later, is_flaky, is_descending;
    const Feed__Entry *in_hand;
    bool is_asked;
    uint64_t after;
};

static bool
fails_now(struct world *world)
{
    world->random = world->random * 1103515245 + 12345;
    return world->is_flaky && (world->random >> 16) % 3 == 0;
}

static void
send_page(void *arg)
{
    struct world *world = arg;
    Feed__Page page = FEED__PAGE__INIT;
    Feed__Entry entries[PAGE_ENTRIES_MAX], *pointers[PAGE_ENTRIES_MAX];
    if (fails_now(world)) {
        feed_page_failed(world->f);
        return;
    }
    uint64_t seq = world->after - world->after % 2;
    uint64_t end = world->early_pages-- > 0 ? 0 : world->end;
    while (seq < end && page.n_entries < PAGE_ENTRIES_MAX) {
        seq += 2;
        feed__entry__init(&entries[page.n_entries]);
        entries[page.n_entries].seq = world->is_descending ? 1000 - seq : seq;
        pointers[page.n_entries] = &entries[page.n_entries];
        page.n_entries++;
    }
    page.end = end;
    page.entries = pointers;
    feed_page(world->f, &page);
}

static void
on_asked(void *arg, struct feed_follower *f, const char *campaign,
         uint64_t after)
{
    struct world *world = arg;
    assert_string_equal(campaign, "roundtables");
    world->asked++;
    world->after = after;
    if (world->early_pages > 0) { /* told of the commit meanwhile */
        feed_follower_hear(f, world->end);
    }
    loop_defer(world->loop, send_page, world);
}

static void
finish_apply(void *arg)
{
    struct world *world = arg;
    if (fails_now(world)) {
        feed_applied(world->f, ERR_UNAVAILABLE);
        return;
    }
    assert_int_equal(world->in_hand->seq, world->expected);
    world->expected += 2;
    world->applied++;
    feed_applied(world->f, ERR_NONE);
}

static void
on_apply(void *arg, struct feed_follower *f, const Feed__Entry *entry)
{
    struct world *world = arg;
    (void)f;
    world->in_hand = entry;
    if (world->is_later) {
        loop_defer(world->loop, finish_apply, world);
    } else {
        finish_apply(world);
    }
}

static void
open_world(struct world *world, uint64_t cursor, int64_t poll_ms)
{
    world->loop = loop_new();
    world->expected = cursor + 2;
    world->f = feed_follower_new(world->loop, &(struct feed_options){
                                                  .campaign = "roundtables",
                                                  .cursor = cursor,
                                                  .poll_ms = poll_ms,
                                                  .ask = on_asked,
                                                  .apply = on_apply,
                                                  .arg = world,
                                              });
}

static void
close_world(struct world *world)
{
    feed_follower_free(&world->f);
    assert_null(world->f);
    loop_free(&world->loop);
}

static void
wait_for_cursor(struct world *world, uint64_t cursor)
{
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (feed_follower_cursor(world->f) < cursor &&
           clock_boot_ms() < until_ms) {
        loop_turn(world->loop, 10);
    }
    assert_int_equal(feed_follower_cursor(world->f), cursor);
}

static void
a_follower_catches_up_from_its_cursor_over_many_pages(void **state)
{
    (void)state;
    struct world world = {.end = 40, .is_later = true};
    open_world(&world, 10, 60000);
    wait_for_cursor(&world, 40);
    assert_int_equal(world.applied, 15);
    close_world(&world);
}

static void
applying_may_end_at_once(void **state)
{
    (void)state;
    struct world world = {.end = 40};
    open_world(&world, 0, 60000);
    wait_for_cursor(&world, 40);
    assert_int_equal(world.applied, 20);
    close_world(&world);
}

static void
every_entry_is_applied_once_though_asks_and_applies_fail(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 3; seed++) {
        struct world world = {.end = 30,
                              .is_later = seed % 2 == 0,
                              .is_flaky = true,
                              .random = seed};
        open_world(&world, 0, 50);
        wait_for_cursor(&world, 30);
        assert_int_equal(world.applied, 15);
        close_world(&world);
    }
}

static void
hearing_of_a_new_end_asks_without_waiting_for_the_poll(void **state)
{
    (void)state;
    struct world world = {.end = 2, .is_later = true};
    open_world(&world, 0, 3600000);
    wait_for_cursor(&world, 2);
    world.end = 6;
    feed_follower_hear(world.f, 6);
    feed_follower_hear(world.f, 6);
    wait_for_cursor(&world, 6);
    int asked = world.asked;
    feed_follower_hear(world.f, 6); /* nothing new */
    loop_turn(world.loop, 0);
    assert_int_equal(world.asked, asked);
    close_world(&world);
}

static void
an_end_heard_while_the_page_was_on_its_way_is_asked_for_at_once(void **state)
{
    (void)state;
    struct world world = {.end = 4, .early_pages = 1};
    open_world(&world, 0, 10 * WAIT_MS);
    wait_for_cursor(&world, 4);
    assert_in_range(world.asked, 2, 3);
    close_world(&world);
}

static void
what_was_never_heard_of_is_found_by_the_poll(void **state)
{
    (void)state;
    struct world world = {.end = 2};
    open_world(&world, 0, 10);
    wait_for_cursor(&world, 2);
    world.end = 8;
    wait_for_cursor(&world, 8);
    close_world(&world);
}

static void
a_page_out_of_order_is_refused_whole(void **state)
{
    (void)state;
    struct world world = {.end = 6, .is_descending = true};
    open_world(&world, 0, 10);
    while (world.asked < 3) {
        loop_turn(world.loop, 10);
    }
    assert_int_equal(world.applied, 0);
    world.is_descending = false;
    wait_for_cursor(&world, 6);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_follower_catches_up_from_its_cursor_over_many_pages),
        cmocka_unit_test(applying_may_end_at_once),
        cmocka_unit_test(
            every_entry_is_applied_once_though_asks_and_applies_fail),
        cmocka_unit_test(
            hearing_of_a_new_end_asks_without_waiting_for_the_poll),
        cmocka_unit_test(
            an_end_heard_while_the_page_was_on_its_way_is_asked_for_at_once),
        cmocka_unit_test(what_was_never_heard_of_is_found_by_the_poll),
        cmocka_unit_test(a_page_out_of_order_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
