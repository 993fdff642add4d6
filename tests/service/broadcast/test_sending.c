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
#include "tests/support/broadcast_world.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            everybody_gets_it_once_and_then_it_is_done, open_world,
            close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
