/* test_leases -- what becomes of leases when answers, planners, couriers and
 * time are lost; real processes, a real Redis. */
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

static struct world *world;
static struct world_courier courier;
static char *id;

static void
open_with(const struct world_options *options)
{
    world = world_new(options);
    world->people = 40;
    courier =
        (struct world_courier){.world = world, .name = "courier.0", .boot = 1};
    Broadcast__Content content = world_content();
    id = world_send(world, &content);
}

static int
open_one(void **state)
{
    (void)state;
    open_with(NULL);
    return 0;
}

static int
open_two(void **state)
{
    (void)state;
    struct world_options options = {.instances = 2};
    open_with(&options);
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

static void
assert_counts(Words__RecipientState state, uint32_t count)
{
    Broadcast__Broadcast *now = world_get(world, id);
    uint32_t got = world_count(now, 1, state);
    wire_free(now);
    if (got != count) {
        fail_msg("%u in state %d, want %u", got, (int)state, count);
    }
    world_assert_recount(world, id);
}

/* The same ask again: same courier, boot and request number. */
static Broadcast__Lease *
ask_again(struct world_courier *as)
{
    as->request--;
    return world_try_lease(as, 1);
}

static void
asking_again_gives_the_same_lease_until_it_is_settled(void **state)
{
    (void)state;
    Broadcast__Lease *first = world_lease(&courier, 1);
    assert_int_equal(first->n_numbers, 40);
    assert_true(first->time_left_ms > 0 && first->time_left_ms < 1000);
    assert_true(first->settle_within_ms > first->time_left_ms + 300);
    assert_string_equal(first->route, "sms-a");
    for (int i = 0; i < 3; i++) {
        Broadcast__Lease *again = ask_again(&courier);
        assert_non_null(again);
        assert_true(again->lease_id == first->lease_id);
        assert_int_equal(again->n_numbers, 40);
        assert_memory_equal(again->numbers, first->numbers,
                            40 * sizeof(uint32_t));
        wire_free(again);
    }
    assert_counts(STATE(LEASED), 40);
    assert_int_equal(world_settle(&courier, first, STATE(ACCEPTED)), 40);
    assert_null(ask_again(&courier));
    wire_free(first);
    assert_counts(STATE(ACCEPTED), 40);
}

static void
of_a_lease_settled_in_part_the_rest_is_given_again(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    struct world_outcome outcomes[] = {{0, STATE(ACCEPTED)},
                                       {39, STATE(FAILED)}};
    struct world_answer answer =
        world_settle_some(&courier, lease, outcomes, 2, false);
    assert_int_equal(answer.reply->settle->changed, 2);
    world_forget(&answer);
    Broadcast__Lease *again = ask_again(&courier);
    assert_int_equal(again->n_numbers, 38);
    assert_int_equal(again->numbers[0], 1);
    wire_free(again);
    /* What a final settle does not name may have been sent. */
    answer = world_settle_some(&courier, lease, outcomes, 2, true);
    assert_int_equal(answer.reply->settle->changed, 38);
    world_forget(&answer);
    wire_free(lease);
    assert_counts(STATE(IN_DOUBT), 38);
    assert_counts(STATE(FAILED), 1);
}

static void
settling_again_changes_nothing(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    struct world_outcome same[] = {
        {5, STATE(ACCEPTED)}, {5, STATE(ACCEPTED)}, {70, STATE(ACCEPTED)}};
    for (int i = 0; i < 3; i++) {
        struct world_answer answer =
            world_settle_some(&courier, lease, same, 3, false);
        assert_int_equal(answer.err, ERR_NONE);
        assert_int_equal(answer.reply->settle->changed, i == 0);
        world_forget(&answer);
    }
    assert_int_equal(world_settle(&courier, lease, STATE(FAILED)), 39);
    assert_int_equal(world_settle(&courier, lease, STATE(FAILED)), 0);
    wire_free(lease);
    assert_counts(STATE(ACCEPTED), 1);
    assert_counts(STATE(FAILED), 39);
}

static void
what_was_never_begun_is_granted_again_and_to_nobody_else_meanwhile(void **state)
{
    (void)state;
    struct world_courier other = {
        .world = world, .name = "courier.1", .boot = 1};
    Broadcast__Lease *lease = world_lease(&courier, 1);
    for (int i = 0; i < 5; i++) {
        assert_null(world_try_lease(&other, 1));
    }
    assert_int_equal(world_settle(&courier, lease, STATE(PENDING)), 40);
    wire_free(lease);
    uint32_t sent = 0;
    while (sent < 40) {
        lease = world_lease(&other, 1);
        sent += world_settle(&other, lease, STATE(ACCEPTED));
        wire_free(lease);
    }
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_counts(STATE(ACCEPTED), 40);
}

/* The answer was lost, and the courier has gone on to its next ask. */
static void
a_lease_that_never_arrived_is_pending_again_at_once(void **state)
{
    (void)state;
    Broadcast__Lease *lost = world_lease(&courier, 1);
    courier.held_count = 0;
    Broadcast__Lease *next = world_lease(&courier, 1);
    assert_true(next->lease_id != lost->lease_id);
    assert_counts(STATE(IN_DOUBT), 0);
    /* Whatever comes of the lost one changes nothing. */
    assert_int_equal(world_settle(&courier, lost, STATE(FAILED)), 0);
    assert_int_equal(world_settle(&courier, next, STATE(ACCEPTED)),
                     next->n_numbers);
    wire_free(lost);
    wire_free(next);
    assert_counts(STATE(FAILED), 0);
}

static void
a_courier_in_a_new_life_gives_back_what_its_journal_does_not_hold(void **state)
{
    (void)state;
    Broadcast__Lease *old = world_lease(&courier, 1);
    struct world_courier reborn = {
        .world = world, .name = "courier.0", .boot = 2};
    Broadcast__Lease *lease = world_lease(&reborn, 1);
    assert_true(lease->n_numbers > 0);
    assert_int_equal(world_settle(&courier, old, STATE(ACCEPTED)), 0);
    wire_free(old);
    wire_free(lease);
    assert_counts(STATE(IN_DOUBT), 0);
}

static void
a_lease_that_runs_out_is_in_doubt_and_never_sent_again(void **state)
{
    (void)state;
    struct world_courier other = {
        .world = world, .name = "courier.1", .boot = 1};
    wire_free(world_lease(&courier, 1));
    world_wait_for_count(world, id, STATE(IN_DOUBT), 40);
    assert_null(world_try_lease(&other, 1));
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_counts(STATE(IN_DOUBT), 40);
}

static void
late_truth_from_a_lapsed_lease_is_welcome(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    world_wait_for_count(world, id, STATE(IN_DOUBT), 40);
    struct world_outcome outcomes[] = {{0, STATE(ACCEPTED)},
                                       {1, STATE(FAILED)},
                                       {2, STATE(IN_DOUBT)},
                                       {3, STATE(PENDING)}};
    struct world_answer answer =
        world_settle_some(&courier, lease, outcomes, 4, false);
    assert_int_equal(answer.reply->settle->changed, 3);
    world_forget(&answer);
    assert_counts(STATE(ACCEPTED), 1);
    assert_counts(STATE(IN_DOUBT), 37);
    /* What was never begun goes out after all: it was done, and is not. */
    Broadcast__Lease *again = world_lease(&courier, 1);
    assert_int_equal(again->n_numbers, 1);
    assert_int_equal(again->numbers[0], 3);
    world_settle(&courier, again, STATE(ACCEPTED));
    world_settle(&courier, lease, STATE(PENDING));
    wire_free(again);
    wire_free(lease);
    world_wait_for_count(world, id, STATE(PENDING), 36);
    assert_counts(STATE(IN_DOUBT), 1);
}

static void
deferred_recipients_come_again_and_are_granted_again(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    world_settle(&courier, lease, STATE(DEFERRED));
    wire_free(lease);
    assert_counts(STATE(DEFERRED), 40);
    uint32_t sent = 0;
    while (sent < 40) {
        lease = world_lease(&courier, 1);
        sent += world_settle(&courier, lease, STATE(ACCEPTED));
        wire_free(lease);
    }
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_counts(STATE(ACCEPTED), 40);
}

/* ---- deaths ---- */

static void
a_planner_killed_with_leases_out_forgets_none(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    world_kill(world, 0);
    world_start(world, 0);
    Broadcast__Lease *again = NULL;
    for (int64_t began = clock_boot_ms(); again == NULL;) {
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
        again = ask_again(&courier);
    }
    assert_true(again->lease_id == lease->lease_id);
    assert_int_equal(again->n_numbers, 40);
    /* The new planner cannot know when it was granted: begin nothing. */
    assert_int_equal(again->time_left_ms, 0);
    assert_int_equal(world_settle(&courier, lease, STATE(ACCEPTED)), 40);
    world_wait_for_stage(world, id, STAGE(DONE));
    wire_free(lease);
    wire_free(again);
    assert_counts(STATE(ACCEPTED), 40);
}

static void
redis_killed_and_back_loses_nothing(void **state)
{
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    redis_kill(world->redis);
    redis_restart(world->redis);
    assert_int_equal(world_settle(&courier, lease, STATE(ACCEPTED)), 40);
    wire_free(lease);
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_counts(STATE(ACCEPTED), 40);
}

/* The planner has beaten again since: what was news to it is read. */
static bool
has_beaten(struct world *w, void *arg)
{
    const long *before = arg;
    char *beat = redis_do(w->redis, "HGET {" WORLD_CAMPAIGN "}:bc:plan beat");
    bool is_so = strtol(beat, NULL, 10) > *before + 1;
    free(beat);
    return is_so;
}

static void
asks_during_an_outage_of_redis_lose_no_work(void **state)
{
    (void)state;
    uint32_t sent = 0;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    world_settle(&courier, lease, STATE(PENDING));
    wire_free(lease);
    char *beat = redis_do(world->redis, "HGET {march}:bc:plan beat");
    long before = strtol(beat, NULL, 10);
    world_wait(world, has_beaten, &before);
    free(beat);
    redis_kill(world->redis);
    Broadcast__AskLease ask = BROADCAST__ASK_LEASE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    ask.courier = "courier.9";
    ask.channel = WORDS__CHANNEL__CHANNEL_SMS;
    request.is_case = ASK(LEASE);
    request.lease = &ask;
    int64_t began = clock_boot_ms(); /* long enough for all timers to fire */
    while (clock_boot_ms() - began < 700) {
        struct world_answer answer;
        ask.request_number++;
        world_ask_later(world, 1, &request, &answer);
        while (!answer.is_done) {
            loop_turn(world->loop, 2);
        }
        world_forget(&answer);
    }
    redis_restart(world->redis);
    while (sent < 40) {
        lease = world_lease(&courier, 1);
        sent += world_settle(&courier, lease, STATE(ACCEPTED));
        wire_free(lease);
    }
    assert_counts(STATE(ACCEPTED), 40);
}

static void
the_other_instance_takes_over_within_seconds(void **state)
{
    (void)state;
    int64_t began = clock_boot_ms();
    courier.instance = 1;
    Broadcast__Lease *lease = NULL;
    while (lease == NULL) { /* either may have become the planner */
        courier.instance = 3 - courier.instance;
        lease = world_try_lease(&courier, 1);
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
    }
    world_kill(world, courier.instance - 1);
    courier.instance = 3 - courier.instance;
    world_settle(&courier, lease, STATE(PENDING));
    Broadcast__Lease *next = world_lease(&courier, 1);
    assert_true(next->epoch > lease->epoch);
    world_settle(&courier, next, STATE(ACCEPTED));
    wire_free(lease);
    wire_free(next);
    assert_counts(STATE(IN_DOUBT), 0);
}

static void
an_instance_that_ends_hands_over_at_once(void **state)
{
    (void)state;
    uint32_t sent = 0;
    int turns = 0;
    for (int64_t began = clock_boot_ms(); sent < 40; turns++) {
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
        courier.instance = 1 + turns % 2;
        Broadcast__Lease *lease = world_try_lease(&courier, 1);
        if (lease != NULL && lease->epoch == 1) {
            world_settle(&courier, lease, STATE(PENDING));
            world_stop(world, courier.instance - 1);
            world_start(world, courier.instance - 1);
        } else if (lease != NULL) {
            sent += world_settle(&courier, lease, STATE(ACCEPTED));
        }
        wire_free(lease);
    }
    assert_counts(STATE(ACCEPTED), 40);
}

/* Asks and settles go to either instance in turn; one of them plans. */
static void
a_courier_may_ask_and_settle_anywhere(void **state)
{
    (void)state;
    uint32_t sent = 0;
    uint8_t times[40] = {0};
    for (int64_t began = clock_boot_ms(); sent < 40;) {
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
        courier.instance = 0;
        Broadcast__Lease *lease = world_try_lease(&courier, 1);
        for (size_t i = 0; lease != NULL && i < lease->n_numbers; i += 2) {
            struct world_outcome two[] = {
                {lease->numbers[i], STATE(ACCEPTED)},
                {lease->numbers[i + 1], STATE(ACCEPTED)}};
            size_t count = i + 1 < lease->n_numbers ? 2 : 1;
            struct world_answer answer = world_settle_some(
                &courier, lease, two, count, i + 2 >= lease->n_numbers);
            sent += answer.reply->settle->changed;
            times[lease->numbers[i]]++;
            world_forget(&answer);
        }
        wire_free(lease);
    }
    for (int i = 0; i < 40; i += 2) {
        assert_int_equal(times[i], 1);
    }
    world_wait_for_stage(world, id, STAGE(DONE));
    assert_counts(STATE(ACCEPTED), 40);
}

/* As a backup that was put back has it: couriers may hold leases since, and
 * their ids must not be given again. */
static void
ids_of_leases_go_by_the_time_though_starts_are_counted_again(void **state)
{
    uint64_t now_s = (uint64_t)clock_wall_ms() / 1000;
    (void)state;
    world_stop(world, 0);
    free(redis_do(world->redis, "HSET {muster}:bc:meta starts 0"));
    world_start(world, 0);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_true(lease->lease_id >> 32 >= now_s);
    wire_free(lease);
}

/* ---- sent to again, by hand ---- */

static void
release(uint32_t *numbers, size_t count)
{
    Broadcast__ResolveDoubt resolve = BROADCAST__RESOLVE_DOUBT__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    resolve.campaign = WORLD_CAMPAIGN;
    resolve.id = id;
    resolve.staff = WORLD_MAKER;
    resolve.channel = WORDS__CHANNEL__CHANNEL_SMS;
    resolve.numbers = numbers;
    resolve.n_numbers = count;
    resolve.state = STATE(PENDING);
    request.is_case = ASK(RESOLVE_DOUBT);
    request.resolve_doubt = &resolve;
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    world_forget(&answer);
}

/* The next lease, which must be of these numbers, each wished for. */
static Broadcast__Lease *
lease_wished(const uint32_t *numbers, size_t count)
{
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(lease->n_numbers, count);
    assert_int_equal(lease->n_again, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(lease->numbers[i], numbers[i]);
        assert_int_equal(lease->again[i]->number, numbers[i]);
        assert_true(lease->again[i]->wish > 1700000000u);
    }
    return lease;
}

static bool
has_wishes(void)
{
    char *command = mem_format("EXISTS {" WORLD_CAMPAIGN "}:bc:a:%s:1", id);
    char *answer = redis_do(world->redis, command);
    bool has = answer[0] == '1';
    free(answer);
    free(command);
    return has;
}

/* All but 3 and 7 have it; those are in doubt. */
static void
leave_two_in_doubt(void)
{
    struct world_outcome outcomes[40];
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(lease->n_again, 0);
    assert_true(lease->made_at_ms > 1700000000000);
    for (uint32_t i = 0; i < 40; i++) {
        outcomes[i] = (struct world_outcome){
            .number = i,
            .state = i == 3 || i == 7 ? STATE(IN_DOUBT) : STATE(ACCEPTED)};
    }
    struct world_answer answer =
        world_settle_some(&courier, lease, outcomes, 40, true);
    assert_int_equal(answer.reply->settle->changed, 40);
    world_forget(&answer);
    wire_free(lease);
    assert_false(has_wishes());
}

static void
a_wish_to_send_again_is_granted_until_there_is_an_outcome(void **state)
{
    static uint32_t two[] = {3, 7};
    (void)state;
    leave_two_in_doubt();
    release(two, 2);
    Broadcast__Lease *lease = lease_wished(two, 2);
    Broadcast__Lease *same = ask_again(&courier);
    assert_int_equal(same->n_again, 2);
    assert_int_equal(same->again[1]->number, 7);
    uint32_t wish = same->again[1]->wish;
    wire_free(same);
    (void)world_settle(&courier, lease, STATE(PENDING)); /* never begun */
    wire_free(lease);
    lease = lease_wished(two, 2);
    assert_int_equal(lease->again[1]->wish, wish); /* no new one */
    struct world_outcome outcomes[] = {{.number = 3, .state = STATE(ACCEPTED)},
                                       {.number = 7, .state = STATE(IN_DOUBT)}};
    struct world_answer answer =
        world_settle_some(&courier, lease, outcomes, 2, true);
    world_forget(&answer);
    wire_free(lease);
    release(two, 2); /* 3 is accepted: it stays so */
    lease = lease_wished(&two[1], 1);
    assert_true(lease->again[0]->wish > wish); /* though within a second */
    (void)world_settle(&courier, lease, STATE(ACCEPTED));
    wire_free(lease);
    assert_false(has_wishes());
    assert_counts(STATE(ACCEPTED), 40);
}

static void
a_stop_ends_the_wishes_with_it(void **state)
{
    static uint32_t two[] = {3, 7};
    (void)state;
    leave_two_in_doubt();
    release(two, 2);
    assert_true(has_wishes());
    struct world_answer answer = world_act(world, ASK(STOP), id);
    assert_int_equal(answer.err, ERR_NONE);
    world_forget(&answer);
    world_wait_for_count(world, id, STATE(STOPPED), 2);
    assert_false(has_wishes());
}

static void
what_was_begun_before_is_in_doubt_and_no_word_about_the_route(void **state)
{
    struct world_outcome outcomes[40];
    uint32_t ten[10];
    (void)state;
    Broadcast__Lease *lease = world_lease(&courier, 1);
    for (uint32_t i = 0; i < 40; i++) {
        outcomes[i] = (struct world_outcome){i, STATE(IN_DOUBT)};
        ten[i % 10] = 10 + i % 10;
    }
    courier.says_begun_before = true;
    struct world_answer answer =
        world_settle_some(&courier, lease, outcomes, 40, true);
    assert_int_equal(answer.reply->settle->changed, 40);
    world_forget(&answer);
    wire_free(lease);
    assert_counts(STATE(IN_DOUBT), 40);
    release(ten, 10);
    wire_free(lease_wished(ten, 10)); /* an open circuit would grant one */
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, open_one, close_world)
#define TWO(test) cmocka_unit_test_setup_teardown(test, open_two, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ONE(asking_again_gives_the_same_lease_until_it_is_settled),
        ONE(of_a_lease_settled_in_part_the_rest_is_given_again),
        ONE(settling_again_changes_nothing),
        ONE(what_was_never_begun_is_granted_again_and_to_nobody_else_meanwhile),
        ONE(a_lease_that_never_arrived_is_pending_again_at_once),
        ONE(a_courier_in_a_new_life_gives_back_what_its_journal_does_not_hold),
        ONE(a_lease_that_runs_out_is_in_doubt_and_never_sent_again),
        ONE(late_truth_from_a_lapsed_lease_is_welcome),
        ONE(deferred_recipients_come_again_and_are_granted_again),
        ONE(a_planner_killed_with_leases_out_forgets_none),
        ONE(redis_killed_and_back_loses_nothing),
        ONE(asks_during_an_outage_of_redis_lose_no_work),
        ONE(ids_of_leases_go_by_the_time_though_starts_are_counted_again),
        ONE(a_wish_to_send_again_is_granted_until_there_is_an_outcome),
        ONE(a_stop_ends_the_wishes_with_it),
        ONE(what_was_begun_before_is_in_doubt_and_no_word_about_the_route),
        TWO(the_other_instance_takes_over_within_seconds),
        TWO(a_courier_may_ask_and_settle_anywhere),
        TWO(an_instance_that_ends_hands_over_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
