/* test_standing -- a standing broadcast: each confirmed place gets it once,
 * however often the feed is read and whoever dies meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/broadcast_world.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name
#define ASK(name) BROADCAST__REQUEST__IS_##name
#define PEOPLE 3000

static struct world *world;
static struct world_courier courier;
static char *id;
static uint8_t sms_times[PEOPLE], email_times[PEOPLE];

static int
open_world(void **state)
{
    (void)state;
    world = world_new(NULL);
    courier =
        (struct world_courier){.world = world, .name = "courier.0", .boot = 1};
    memset(sms_times, 0, sizeof(sms_times));
    memset(email_times, 0, sizeof(email_times));
    Broadcast__Content content = world_content();
    content.class_ = WORDS__CLASS__CLASS_SERVICE;
    content.action = WORLD_ACTION;
    content.audience = "signedup:" WORLD_ACTION;
    content.sms_text = "You are in: {{preferences_url}}";
    content.email_subject = "Your place at {{action}}";
    content.email_text = "{{starts}}, {{place}}";
    content.has_is_standing = content.is_standing = true;
    world_confirm(world, 0, 9); /* before it stands */
    id = world_send(world, &content);
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

static uint32_t
take(int channel, uint8_t *times)
{
    Broadcast__Lease *lease = world_try_lease(&courier, channel);
    uint32_t sent = 0;
    if (lease != NULL) {
        for (size_t i = 0; i < lease->n_numbers; i++) {
            times[lease->numbers[i]]++;
        }
        sent = world_settle(&courier, lease, STATE(ACCEPTED));
    }
    wire_free(lease);
    return sent;
}

/* Until so many have it on both channels. */
static void
send_until(uint32_t sms, uint32_t email)
{
    int64_t began = clock_boot_ms();
    while (sms > 0 || email > 0) {
        uint32_t more_sms = take(1, sms_times);
        uint32_t more_email = take(2, email_times);
        assert_true(more_sms <= sms && more_email <= email);
        sms -= more_sms;
        email -= more_email;
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
    }
}

static void
assert_each_once(uint32_t people)
{
    for (uint32_t i = 0; i < PEOPLE; i++) {
        assert_int_equal(sms_times[i], i < people);
        assert_int_equal(email_times[i], i < people);
    }
    world_assert_recount(world, id);
}

static void
each_confirmed_place_gets_it_once(void **state)
{
    (void)state;
    send_until(10, 10);
    world_confirm(world, 5, 19); /* some of them again */
    world_confirm(world, 0, 12);
    send_until(10, 10);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(take(1, sms_times), 0);
    }
    assert_each_once(20);
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(now->stage, STAGE(STANDING));
    assert_int_equal(now->channels[0]->audience, 20);
    wire_free(now);
}

static void
a_kill_while_it_follows_loses_and_repeats_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        world_confirm(world, (uint32_t)i * 50, (uint32_t)i * 50 + 49);
        if (i == 10 || i == 20) {
            world_kill(world, 0);
            world_start(world, 0);
        }
    }
    send_until(1500, 1500);
    assert_each_once(1500);
}

static void
a_paused_one_goes_on_following_and_sends_after_the_resume(void **state)
{
    (void)state;
    send_until(10, 10);
    struct world_answer paused = world_act(world, ASK(PAUSE), id);
    assert_int_equal(paused.err, ERR_NONE);
    world_forget(&paused);
    world_confirm(world, 10, 29);
    world_wait_for_count(world, id, STATE(PENDING), 20);
    assert_int_equal(take(1, sms_times), 0);
    struct world_answer resumed = world_act(world, ASK(RESUME), id);
    assert_int_equal(resumed.reply->resume->stage, STAGE(STANDING));
    world_forget(&resumed);
    send_until(20, 20);
    assert_each_once(30);
}

static void
a_stopped_one_adds_nobody_any_more(void **state)
{
    (void)state;
    send_until(10, 10);
    struct world_answer stopped = world_act(world, ASK(STOP), id);
    assert_int_equal(stopped.err, ERR_NONE);
    world_forget(&stopped);
    world_confirm(world, 10, 29);
    Broadcast__Content content = world_content();
    content.class_ = WORDS__CLASS__CLASS_SERVICE;
    content.action = WORLD_ACTION;
    content.has_is_standing = content.is_standing = true;
    free(id);
    id = world_send(world, &content); /* the next one begins at the start */
    send_until(30, 0);
    for (uint32_t i = 0; i < 30; i++) {
        assert_int_equal(sms_times[i], i < 10 ? 2 : 1);
    }
    Broadcast__Broadcast *first = world_get(world, "b1");
    assert_int_equal(first->channels[0]->audience, 10);
    wire_free(first);
}

/* As 0.2 took it; nobody makes such a one any more. Of the same length, so that
 * the packed content stays whole. */
static void
bring_the_ticket_as_0_2_did(void)
{
    static const char script[] =
        "EVAL \"local c = redis.call('HGET', KEYS[1], 'content') "
        "local d, n = string.gsub(c, '{{preferences_url}}', "
        "'here {{ticket_url}}') redis.call('HSET', KEYS[1], 'content', d) "
        "return n\" 1 {" WORLD_CAMPAIGN "}:bc:b:%s";
    char *command = mem_format(script, id);
    char *said = redis_do(world->redis, command);
    assert_string_equal(said, "1");
    free(said);
    free(command);
}

/* It sends to whoever signed up under 0.2, seen or not seen yet, and to nobody
 * whom the confirmation brings the ticket. */
static void
one_of_0_2_that_brings_the_ticket_gives_way_to_the_confirmation(void **state)
{
    (void)state;
    send_until(10, 10);
    world_kill(world, 0);
    bring_the_ticket_as_0_2_did();
    world_confirm(world, 10, 19);
    world_start(world, 0);
    send_until(10, 10);
    world_confirm(world, 20, 24);
    world_enter(world, 25, 29, WORDS__CHANNEL__CHANNEL_SMS);
    world_confirm(world, 25, 34);
    send_until(10, 5); /* five of them by the confirmation */
    world_wait_for_stage(world, id, STAGE(DONE));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(take(1, sms_times) + take(2, email_times), 0);
    }
    for (uint32_t i = 0; i < 35; i++) {
        assert_int_equal(sms_times[i], i < 30);
        assert_int_equal(email_times[i], i < 25);
    }
    Broadcast__Broadcast *now = world_get(world, id);
    assert_true(now->is_retired);
    assert_int_equal(now->channels[0]->audience, 25);
    wire_free(now);
    world_assert_recount(world, id);
}

static void
one_of_0_2_that_was_only_approved_is_not_started(void **state)
{
    (void)state;
    Broadcast__Content content = world_content();
    content.class_ = WORDS__CLASS__CLASS_SERVICE;
    content.action = WORLD_ACTION;
    content.sms_text = "You are in: {{preferences_url}}";
    content.has_is_standing = content.is_standing = true;
    struct world_answer made = world_create(world, "approved", &content);
    free(id);
    id = mem_copy_string(made.reply->create->id);
    struct world_answer approved = world_approve(
        world, id, made.reply->create->content_hash, WORLD_APPROVER);
    assert_int_equal(approved.err, ERR_NONE);
    bring_the_ticket_as_0_2_did();
    struct world_answer started = world_act(world, ASK(START), id);
    assert_int_equal(started.err, ERR_CONFLICT);
    assert_non_null(strstr(started.detail, "confirmed with its ticket"));
    world_forget(&started);
    world_forget(&approved);
    world_forget(&made);
}

static void
its_progress_is_announced_as_it_is(void **state)
{
    (void)state;
    send_until(10, 10);
    for (int64_t began = clock_boot_ms();
         world->progress == NULL ||
         world_count(world->progress, 2, STATE(ACCEPTED)) != 10;) {
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
        loop_turn(world->loop, 5);
    }
    assert_string_equal(world->progress->id, id);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON(each_confirmed_place_gets_it_once),
        ON(a_kill_while_it_follows_loses_and_repeats_nobody),
        ON(a_paused_one_goes_on_following_and_sends_after_the_resume),
        ON(a_stopped_one_adds_nobody_any_more),
        ON(one_of_0_2_that_brings_the_ticket_gives_way_to_the_confirmation),
        ON(one_of_0_2_that_was_only_approved_is_not_started),
        ON(its_progress_is_announced_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
