/* test_lead -- two instances, one lock, a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/lead/lead.h"
#include "tests/support/redis/redis.h"

#define LOCK "{march}:xx:lock"
#define TURN_MS 5

static struct redis *redis;
static struct loop *loop;
static struct store *store;

/* One instance, and what it heard last. */
struct part {
    struct lead *lead;
    struct lead_lock *lock;
    uint64_t epoch;
    char colour[16];
    unsigned heard;
};

static void
on_heard(void *owner, const struct lead_news *news)
{
    struct part *part = owner;
    part->epoch = news->epoch;
    (void)snprintf(part->colour, sizeof(part->colour), "%s", news->fields[0]);
    part->heard++;
}

static void
join(struct part *part, const char *me)
{
    static const char *const fields[] = {"colour"};
    *part = (struct part){.epoch = 0};
    part->lead = lead_new(&(struct lead_options){.loop = loop,
                                                 .store = store,
                                                 .me = me,
                                                 .fields = fields,
                                                 .field_count = 1,
                                                 .heard = on_heard});
    part->lock = lead_join(part->lead, LOCK, part);
}

static void
turn_until(bool (*is_so)(const struct part *part), const struct part *part)
{
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!is_so(part)) {
        assert_true(clock_boot_ms() < end);
        loop_turn(loop, TURN_MS);
    }
}

static bool
has_heard(const struct part *part)
{
    return part->heard > 0;
}

static bool
leads(const struct part *part)
{
    return part->epoch != 0;
}

static bool
has_left(const struct part *part)
{
    return lead_is_idle(part->lead);
}

static void
leave(struct part *part)
{
    lead_leave(part->lead);
    turn_until(has_left, part);
    lead_free(&part->lead);
}

/* As a process that is killed: it beats no more and hands nothing over. */
static void
die(struct part *part)
{
    turn_until(has_left, part);
    lead_free(&part->lead);
}

static int
open_redis(void **state)
{
    (void)state;
    redis = redis_start(NULL);
    loop = loop_new();
    store = redis_store(redis, loop);
    return 0;
}

static int
close_redis(void **state)
{
    (void)state;
    store_free(&store);
    loop_free(&loop);
    redis_free(&redis);
    return 0;
}

static int
forget_lock(void **state)
{
    (void)state;
    free(redis_do(redis, "DEL " LOCK));
    return 0;
}

static void
one_of_two_leads_and_the_other_knows_who(void **state)
{
    struct part a, b;
    (void)state;
    join(&a, "x.0 1");
    turn_until(leads, &a);
    join(&b, "x.1 2");
    turn_until(has_heard, &b);
    assert_int_equal(a.epoch, 1);
    assert_int_equal(b.epoch, 0);
    assert_string_equal(lead_holder(b.lock), "x.0 1");
    leave(&b);
    leave(&a);
}

static void
who_leaves_hands_over_at_once_with_a_new_epoch(void **state)
{
    struct part a, b;
    (void)state;
    join(&a, "x.0 1");
    turn_until(leads, &a);
    join(&b, "x.1 2");
    turn_until(has_heard, &b);
    int64_t left_ms = clock_boot_ms();
    leave(&a);
    lead_ask(b.lock);
    turn_until(leads, &b);
    assert_true(clock_boot_ms() - left_ms < LEAD_STILL_MS);
    assert_int_equal(b.epoch, 2);
    leave(&b);
}

static void
a_beat_that_stands_still_is_succeeded(void **state)
{
    struct part a, b;
    (void)state;
    join(&a, "x.0 1");
    turn_until(leads, &a);
    join(&b, "x.1 2");
    turn_until(has_heard, &b);
    die(&a);
    turn_until(leads, &b);
    assert_int_equal(b.epoch, 2);
    leave(&b);
}

static void
an_instance_that_starts_again_succeeds_itself(void **state)
{
    struct part a, again;
    (void)state;
    join(&a, "x.0 1");
    turn_until(leads, &a);
    die(&a);
    int64_t died_ms = clock_boot_ms();
    join(&again, "x.0 3");
    turn_until(has_heard, &again);
    assert_int_equal(again.epoch, 2);
    assert_true(clock_boot_ms() - died_ms < LEAD_STILL_MS);
    leave(&again);
}

static void
the_owners_fields_come_with_each_beat(void **state)
{
    struct part a;
    (void)state;
    join(&a, "x.0 1");
    turn_until(has_heard, &a);
    assert_string_equal(a.colour, "");
    free(redis_do(redis, "HSET " LOCK " colour green"));
    a.heard = 0;
    lead_ask(a.lock);
    turn_until(has_heard, &a);
    assert_string_equal(a.colour, "green");
    leave(&a);
}

static void
two_that_ask_at_once_do_not_both_lead(void **state)
{
    struct part a, b;
    (void)state;
    join(&a, "x.0 1");
    join(&b, "x.1 2");
    turn_until(has_heard, &a);
    turn_until(has_heard, &b);
    assert_int_equal((a.epoch != 0) + (b.epoch != 0), 1);
    leave(&a);
    leave(&b);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, forget_lock, forget_lock)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON(one_of_two_leads_and_the_other_knows_who),
        ON(who_leaves_hands_over_at_once_with_a_new_epoch),
        ON(a_beat_that_stands_still_is_succeeded),
        ON(an_instance_that_starts_again_succeeds_itself),
        ON(the_owners_fields_come_with_each_beat),
        ON(two_that_ask_at_once_do_not_both_lead),
    };
    return cmocka_run_group_tests(tests, open_redis, close_redis);
}
