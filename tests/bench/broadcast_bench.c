/* broadcast_bench -- how fast recipients are leased and settled, with nobody
 * handing anything over: the planner's own ceiling.
 *
 * One broadcast service, a durable Redis, 200,000 recipients, a courier with
 * IN_FLIGHT asks open that settles each lease whole. Prints recipients a
 * second; asserts that each was granted once and all are accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "tests/support/rigs/broadcast_world.h"

#define PEOPLE 200000
#define IN_FLIGHT 4
#define STATE(name) WORDS__RECIPIENT_STATE__##name

static struct world *world;
static uint8_t times[PEOPLE];
static uint64_t request_number;
static uint32_t settled, leases;

static void ask_lease(void);

static void
on_settled(void *arg, enum err err, const char *detail,
           const Broadcast__Reply *reply)
{
    (void)arg;
    (void)detail;
    assert_int_equal(err, ERR_NONE);
    settled += reply->settle->changed;
    ask_lease();
}

static void
settle(const Broadcast__Lease *lease)
{
    static Broadcast__Outcome outcomes[1000], *list[1000];
    Broadcast__Settle message = BROADCAST__SETTLE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    for (size_t i = 0; i < lease->n_numbers; i++) {
        broadcast__outcome__init(&outcomes[i]);
        outcomes[i].number = lease->numbers[i];
        outcomes[i].state = STATE(ACCEPTED);
        list[i] = &outcomes[i];
        times[lease->numbers[i]]++;
    }
    message.campaign = lease->campaign;
    message.broadcast = lease->broadcast;
    message.channel = lease->channel;
    message.lease_id = lease->lease_id;
    message.outcomes = list;
    message.n_outcomes = lease->n_numbers;
    message.is_final = true;
    request.is_case = BROADCAST__REQUEST__IS_SETTLE;
    request.settle = &message;
    broadcast_ask(world->broadcast, 1, &request, on_settled, NULL);
}

static void
on_lease(void *arg, enum err err, const char *detail,
         const Broadcast__Reply *reply)
{
    (void)arg;
    (void)detail;
    if (err == ERR_NONE && reply->lease->has_lease_id) {
        leases++;
        settle(reply->lease);
    } else {
        ask_lease();
    }
}

static void
ask_lease(void)
{
    Broadcast__AskLease ask = BROADCAST__ASK_LEASE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    if (settled == PEOPLE) {
        return;
    }
    ask.courier = "courier.0";
    ask.request_number = ++request_number;
    ask.channel = WORDS__CHANNEL__CHANNEL_SMS;
    request.is_case = BROADCAST__REQUEST__IS_LEASE;
    request.lease = &ask;
    broadcast_ask(world->broadcast, 1, &request, on_lease, NULL);
}

static void
all_are_leased_and_settled(void **state)
{
    struct world_options options = {
        .routes = "[route.sms-a]\nchannel = sms\nrate = 1000000\n"};
    Broadcast__Content content = world_content();
    (void)state;
    world = world_new(&options);
    world->people = PEOPLE;
    char *id = world_send(world, &content);
    world_wait_for_stage(world, id, BROADCAST__STAGE__SENDING);
    int64_t began = clock_boot_us();
    for (int i = 0; i < IN_FLIGHT; i++) {
        ask_lease();
    }
    while (settled < PEOPLE) {
        loop_turn(world->loop, 5);
    }
    int64_t us = clock_boot_us() - began;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        assert_int_equal(times[i], 1);
    }
    world_wait_for_stage(world, id, BROADCAST__STAGE__DONE);
    world_assert_recount(world, id);
    printf("%d recipients, %u leases: %lld recipients/s\n", PEOPLE, leases,
           (long long)PEOPLE * 1000000 / us);
    char *memory = redis_do(world->redis, "MEMORY USAGE {march}:bc:l:b1:1:0");
    printf("Redis keeps 65,536 recipients in %s bytes\n", memory);
    free(memory);
    free(id);
    world_free(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_leased_and_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
