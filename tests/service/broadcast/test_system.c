/* test_system -- what the system sends by itself: the campaign's confirmation
 * and each day's notes. Nobody makes, approves or stops them; everybody gets
 * theirs once, whoever dies meanwhile; who has it is told in the feed. */
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
#define CONFIRMATION WORDS__CLASS__CLASS_CONFIRMATION
#define NOTE WORDS__CLASS__CLASS_NOTE
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define NONE WORDS__CHANNEL__CHANNEL_NONE
#define DAY_MS (24 * 3600 * INT64_C(1000))
#define NUMBERS 70000

static struct world *world;
static struct world_courier courier;
static bool asks_both;               /* one instance, then the other */
static uint8_t times[2][2][NUMBERS]; /* confirmations, notes; channel */

static int
open_world(void **state)
{
    (void)state;
    world = world_new(NULL);
    courier =
        (struct world_courier){.world = world, .name = "courier.0", .boot = 1};
    memset(times, 0, sizeof(times));
    return 0;
}

static int
close_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

static uint32_t
today(void)
{
    return (uint32_t)(clock_wall_ms() / DAY_MS);
}

/* ---- a courier's ---- */

static void
note_lease(const Broadcast__Lease *lease)
{
    for (size_t i = 0; i < lease->n_numbers; i++) {
        assert_true(lease->numbers[i] < NUMBERS);
        times[lease->class_ == NOTE][lease->channel - 1][lease->numbers[i]]++;
    }
}

/* One lease of each channel, if there is one; returns how many got it. */
static uint32_t
take(void)
{
    uint32_t sent = 0;
    if (asks_both) {
        courier.instance = courier.instance == 1 ? 2 : 1;
    }
    for (int channel = 1; channel <= 2; channel++) {
        Broadcast__Lease *lease = world_try_lease(&courier, channel);
        if (lease != NULL) {
            note_lease(lease);
            sent += world_settle(&courier, lease, STATE(ACCEPTED));
        }
        wire_free(lease);
    }
    return sent;
}

static void
send_until(uint32_t count)
{
    int64_t began = clock_boot_ms();
    while (count > 0) {
        uint32_t sent = take();
        assert_true(sent <= count);
        count -= sent;
        began = sent > 0 ? clock_boot_ms() : began;
        assert_true(clock_boot_ms() - began < PROCESS_WAIT_MS);
        loop_turn(world->loop, 1);
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(take(), 0);
    }
}

static void
assert_once(const uint8_t *got, uint32_t first, uint32_t last)
{
    for (uint32_t i = 0; i < NUMBERS; i++) {
        if (got[i] != (i >= first && i <= last)) {
            fail_msg("%u was sent to %u times", i, got[i]);
        }
    }
}

/* ---- the confirmation ---- */

static void
the_confirmation_is_there_by_itself(void **state)
{
    (void)state;
    world_wait_for(world, "b0");
    Broadcast__Broadcast *b = world_get(world, "b0");
    assert_int_equal(b->content->class_, CONFIRMATION);
    assert_int_equal(b->stage, STAGE(STANDING));
    assert_true(b->content->is_system);
    assert_string_equal(b->made_by, "muster");
    assert_non_null(strstr(b->content->sms_text, "{{confirm_url}}"));
    assert_non_null(strstr(b->content->email_text, "{{confirm_url}}"));
    assert_non_null(strstr(b->content->email_text, "{{not_me_url}}"));
    assert_non_null(strstr(b->content->email_text, "{{ticket_url}}"));
    assert_non_null(b->content->email_subject);
    assert_int_equal(b->n_channels, 2);
    wire_free(b);
}

static void
an_entry_is_confirmed_once_and_on_its_channel_alone(void **state)
{
    (void)state;
    world_confirm(world, 0, 999); /* places alone: those of before */
    world_enter(world, 10, 19, SMS);
    world_enter(world, 20, 24, EMAIL);
    world_enter(world, 15, 19, SMS); /* again */
    world_enter(world, 30, 39, NONE);
    send_until(15);
    assert_once(times[0][0], 10, 19);
    assert_once(times[0][1], 20, 24);
    Broadcast__Broadcast *b = world_get(world, "b0");
    assert_int_equal(b->channels[0]->audience, 10);
    assert_int_equal(b->channels[1]->audience, 5);
    wire_free(b);
    world_assert_recount(world, "b0");
}

static void
assert_template(const Broadcast__Lease *lease, const char *words)
{
    Broadcast__GetTemplate get = BROADCAST__GET_TEMPLATE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    get.campaign = lease->campaign;
    get.broadcast = lease->broadcast;
    get.version = lease->template_version;
    request.is_case = ASK(TEMPLATE);
    request.template_ = &get;
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    assert_non_null(strstr(answer.reply->template_->content->sms_text, words));
    world_forget(&answer);
}

/* The version of what the next entry is told, whose words those must be. */
static uint32_t
confirm_one(uint32_t number, const char *words)
{
    world_enter(world, number, number, SMS);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(lease->class_, CONFIRMATION);
    assert_int_equal(lease->numbers[0], number);
    assert_template(lease, words);
    uint32_t version = lease->template_version;
    assert_int_equal(world_settle(&courier, lease, STATE(ACCEPTED)), 1);
    wire_free(lease);
    return version;
}

struct words {
    const char *words;
};

static bool
has_words(struct world *w, void *arg)
{
    struct words *wanted = arg;
    Broadcast__Broadcast *b = world_get(w, "b0");
    bool has = strstr(b->content->sms_text, wanted->words) != NULL;
    wire_free(b);
    return has;
}

static void
new_words_are_said_from_then_on(void **state)
{
    struct words mine = {"Come in"}, built_in = {"signed up for"};
    (void)state;
    uint32_t before = confirm_one(0, built_in.words);
    world->confirmation_sms = "Come in: {{confirm_url}}";
    world_put(world);
    world_wait(world, has_words, &mine); /* though nobody is to be told */
    assert_int_not_equal(confirm_one(1, mine.words), before);
    world_kill(world, 0);
    world_start(world, 0);
    (void)confirm_one(2, mine.words);
    world->confirmation_sms = ""; /* as if none were said */
    world_put(world);
    world_wait(world, has_words, &built_in);
    (void)confirm_one(3, built_in.words);
    world_assert_recount(world, "b0");
}

/* ---- nobody's business ---- */

static void
assert_forbidden(struct world_answer answer, const char *what)
{
    if (answer.err != ERR_FORBIDDEN ||
        strstr(answer.detail, "by itself") == NULL ||
        strstr(answer.detail, "words with the campaign") == NULL) {
        fail_msg("%s: %s (%s)", what, err_name(answer.err), answer.detail);
    }
    world_forget(&answer);
}

static void
assert_nobody_may(const char *id)
{
    static const struct {
        Broadcast__Request__IsCase act;
        const char *name;
    } acts[] = {{ASK(START), "start"},
                {ASK(PAUSE), "pause"},
                {ASK(RESUME), "resume"},
                {ASK(STOP), "stop"}};
    Broadcast__MakeForecast make = BROADCAST__MAKE_FORECAST__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    Broadcast__Broadcast *before = world_get(world, id);
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
        assert_forbidden(world_act(world, acts[i].act, id), acts[i].name);
    }
    assert_forbidden(world_approve(world, id, before->content_hash, "bob"),
                     "approve");
    make.campaign = WORLD_CAMPAIGN;
    make.id = (char *)(uintptr_t)id;
    request.is_case = ASK(FORECAST);
    request.forecast = &make;
    assert_forbidden(world_ask(world, 0, &request), "forecast");
    Broadcast__Broadcast *after = world_get(world, id);
    assert_int_equal(after->stage, STAGE(STANDING));
    assert_string_equal(after->content_hash, before->content_hash);
    wire_free(after);
    wire_free(before);
}

static void
nobody_makes_approves_pauses_or_stops_them(void **state)
{
    static const Words__Class classes[] = {CONFIRMATION, NOTE};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        Broadcast__Content content = world_content();
        content.class_ = classes[i];
        struct world_answer answer = world_create(world, "k", &content);
        assert_int_equal(answer.err, ERR_BAD_REQUEST);
        assert_string_equal(answer.field, "class");
        assert_non_null(strstr(answer.detail, "change the campaign"));
        world_forget(&answer);
    }
    Broadcast__Content content = world_content();
    content.has_is_system = content.is_system = true;
    struct world_answer answer = world_create(world, "k", &content);
    assert_int_equal(answer.err, ERR_BAD_REQUEST);
    assert_string_equal(answer.field, "is_system");
    world_forget(&answer);
    world_note(world, today(), 0, 0, SMS);
    world_wait_for(world, "b1");
    world_wait_for(world, "b0");
    assert_nobody_may("b0");
    assert_nobody_may("b1");
}

/* ---- notes ---- */

static void
a_days_notes_are_one_broadcast_and_each_goes_once(void **state)
{
    (void)state;
    world_note(world, today(), 65530, 65534, SMS);
    world_note(world, today(), 65535, 65541, SMS); /* over the chunk's end */
    world_note(world, today() + 1, 65542, 65545, SMS);
    world_note(world, today() + 1, 65546, 65547, EMAIL);
    world_note(world, today() + 1, 65548, 65549, NONE); /* for nobody */
    world_note(world, today(), 65535, 65541, SMS);      /* again */
    send_until(18);
    assert_once(times[1][0], 65530, 65545);
    assert_once(times[1][1], 65546, 65547);
    Broadcast__Broadcast *first = world_get(world, "b1");
    Broadcast__Broadcast *second = world_get(world, "b2");
    assert_int_equal(first->content->class_, NOTE);
    assert_true(first->content->is_system);
    assert_string_equal(first->content->sms_text, "{{note_text}}");
    assert_string_equal(first->content->email_subject, "{{note_subject}}");
    assert_int_equal(first->stage, STAGE(STANDING));
    assert_int_equal(first->channels[0]->audience, 12);
    assert_int_equal(second->channels[0]->audience, 4);
    assert_int_equal(second->channels[1]->audience, 2);
    assert_string_not_equal(first->content->name, second->content->name);
    wire_free(first);
    wire_free(second);
    world_assert_recount(world, "b1");
    world_assert_recount(world, "b2");
}

static void
a_days_notes_end_and_do_not_stay_open(void **state)
{
    (void)state;
    world_note(world, today(), 0, 4, SMS);
    send_until(5);
    free(redis_do(world->redis, "HSET {march}:bc:b:b1 expires_at 1"));
    world_wait_for_stage(world, "b1", STAGE(DONE));
    /* What is followed too late for its day counts, and is not sent. */
    world_note(world, today() - 10, 5, 9, SMS);
    world_wait_for(world, "b2");
    world_wait_for_stage(world, "b2", STAGE(STAGE_EXPIRED));
    world_wait_for_count(world, "b2", STATE(EXPIRED), 5);
    world_note(world, today() - 10, 10, 11, SMS);
    world_wait_for_count(world, "b2", STATE(EXPIRED), 7);
    assert_int_equal(take(), 0);
    /* A late one of a day that is done goes out all the same. */
    free(redis_do(world->redis, "HSET {march}:bc:b:b1 expires_at 0"));
    world_note(world, today(), 12, 12, SMS);
    send_until(1);
    world_wait_for_stage(world, "b1", STAGE(DONE));
    world_assert_recount(world, "b1");
    world_assert_recount(world, "b2");
    char *open = redis_do(world->redis, "SMEMBERS {march}:bc:active");
    assert_string_equal(open, "b0");
    free(open);
}

/* ---- who has it ---- */

struct told {
    Words__Class class_;
    Words__Channel channel;
    uint32_t numbers[64];
    size_t count, refused;
};

static void
read_event(const ProtobufCBinaryData *packed, struct told *told)
{
    Broadcast__Event *event = wire_unpack(&broadcast__event__descriptor,
                                          packed->data, packed->len, 65536);
    assert_non_null(event);
    if (event->is_case == BROADCAST__EVENT__IS_HANDED_OVER) {
        const Broadcast__HandedOver *handed = event->handed_over;
        told->class_ = handed->class_;
        told->channel = handed->channel;
        assert_true(event->has_at_ms && event->at_ms > 0);
        if (handed->is_refused) {
            told->refused += handed->n_numbers;
            wire_free(event);
            return;
        }
        for (size_t i = 0; i < handed->n_numbers; i++) {
            told->numbers[told->count++] = handed->numbers[i];
        }
    }
    wire_free(event);
}

/* All that was told after `after`; returns where the feed ends. */
static uint64_t
read_told(uint64_t after, struct told *told)
{
    Feed__Since since = FEED__SINCE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    since.campaign = WORLD_CAMPAIGN;
    since.after = after;
    request.is_case = ASK(SINCE);
    request.since = &since;
    *told = (struct told){0};
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    const Feed__Page *page = answer.reply->since;
    for (size_t i = 0; i < page->n_entries; i++) {
        read_event(&page->entries[i]->events[0], told);
    }
    uint64_t end = page->end;
    world_forget(&answer);
    return end;
}

static uint64_t
assert_told(uint64_t after, Words__Class class_, uint32_t first, uint32_t last)
{
    struct told told;
    uint64_t end = read_told(after, &told);
    assert_int_equal(told.count, last - first + 1);
    assert_int_equal(told.class_, class_);
    assert_int_equal(told.channel, SMS);
    for (uint32_t i = 0; i < told.count; i++) {
        assert_int_equal(told.numbers[i], first + i);
    }
    return end;
}

static void
settle_halves(const Broadcast__Lease *lease, bool is_final)
{
    struct world_outcome outcomes[64];
    for (size_t i = 0; i < lease->n_numbers; i++) {
        outcomes[i] = (struct world_outcome){
            lease->numbers[i],
            i < lease->n_numbers / 2 ? STATE(ACCEPTED) : STATE(WITHHELD)};
    }
    struct world_answer answer = world_settle_some(&courier, lease, outcomes,
                                                   lease->n_numbers, is_final);
    assert_int_equal(answer.err, ERR_NONE);
    world_forget(&answer);
}

static void
what_a_provider_has_taken_is_told_live_and_late(void **state)
{
    struct told told;
    (void)state;
    world_wait_for(world, "b0");
    world_enter(world, 0, 299, SMS); /* more than a byte of varint */
    world_wait_for_count(world, "b0", STATE(PENDING), 300);
    uint64_t end = read_told(0, &told);
    assert_int_equal(told.count, 0);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_true(lease->n_numbers > 200);
    assert_int_equal(world_settle(&courier, lease, STATE(FAILED)),
                     lease->n_numbers);
    end = read_told(end, &told); /* nobody has it, nor will */
    assert_int_equal(told.count, 0);
    assert_int_equal(told.refused, lease->n_numbers);
    assert_int_equal(told.class_, WORDS__CLASS__CLASS_CONFIRMATION);
    wire_free(lease);

    world_note(world, today(), 1000, 1009, SMS);
    lease = world_lease(&courier, 1);
    assert_int_equal(lease->class_, NOTE);
    settle_halves(lease, true);
    end = assert_told(end, NOTE, 1000, 1004);
    settle_halves(lease, true); /* again changes nothing */
    assert_int_equal(read_told(end, &told), end);
    wire_free(lease);

    world_note(world, today(), 1010, 1019, SMS); /* late: it lapses first */
    lease = world_lease(&courier, 1);
    world_wait_for_count(world, "b1", STATE(IN_DOUBT), 10);
    settle_halves(lease, true);
    (void)assert_told(end, NOTE, 1010, 1014);
    wire_free(lease);
    world_assert_recount(world, "b1");
}

static void
by_hand_it_is_told_too_and_of_organisers_never(void **state)
{
    Broadcast__ResolveDoubt resolve = BROADCAST__RESOLVE_DOUBT__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    struct told told;
    uint32_t number = 7;
    (void)state;
    world_enter(world, 7, 7, SMS);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(world_settle(&courier, lease, STATE(IN_DOUBT)), 1);
    wire_free(lease);
    uint64_t end = read_told(0, &told);
    assert_int_equal(told.count, 0);
    resolve.campaign = WORLD_CAMPAIGN;
    resolve.id = "b0";
    resolve.staff = WORLD_MAKER;
    resolve.channel = SMS;
    resolve.numbers = &number;
    resolve.n_numbers = 1;
    resolve.state = STATE(ACCEPTED);
    request.is_case = ASK(RESOLVE_DOUBT);
    request.resolve_doubt = &resolve;
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    world_forget(&answer);
    end = assert_told(end, CONFIRMATION, 7, 7);
    Broadcast__Content content = world_content();
    char *id = world_send(world, &content);
    lease = world_lease(&courier, 1);
    assert_int_equal(world_settle(&courier, lease, STATE(ACCEPTED)),
                     lease->n_numbers);
    (void)read_told(end, &told);
    assert_int_equal(told.count, 0);
    wire_free(lease);
    free(id);
}

/* ---- rules ---- */

static void
each_rule_that_withholds_is_counted_by_its_name(void **state)
{
    Broadcast__Settle settle = BROADCAST__SETTLE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    Broadcast__Outcome outcomes[WORDS__RULE__RULE_BUDGET + 1], *list[16];
    (void)state;
    world_enter(world, 0, WORDS__RULE__RULE_BUDGET, SMS);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(lease->n_numbers, WORDS__RULE__RULE_BUDGET + 1);
    for (int rule = 0; rule <= WORDS__RULE__RULE_BUDGET; rule++) {
        broadcast__outcome__init(&outcomes[rule]);
        outcomes[rule].number = (uint32_t)rule;
        outcomes[rule].state = STATE(WITHHELD);
        outcomes[rule].has_rule = true;
        outcomes[rule].rule = (Words__Rule)rule;
        list[rule] = &outcomes[rule];
    }
    settle.campaign = lease->campaign;
    settle.broadcast = lease->broadcast;
    settle.channel = lease->channel;
    settle.lease_id = lease->lease_id;
    settle.outcomes = list;
    settle.n_outcomes = lease->n_numbers;
    settle.is_final = true;
    request.is_case = ASK(SETTLE);
    request.settle = &settle;
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    world_forget(&answer);
    Broadcast__Broadcast *b = world_get(world, "b0");
    assert_int_equal(b->channels[0]->n_withheld, WORDS__RULE__RULE_BUDGET + 1);
    for (size_t i = 0; i < b->channels[0]->n_withheld; i++) {
        assert_int_equal(b->channels[0]->withheld[i]->rule, i);
        assert_int_equal(b->channels[0]->withheld[i]->count, 1);
    }
    wire_free(b);
    wire_free(lease);
}

/* ---- kills, and what is idle ---- */

static void
kill_and_start(void)
{
    world_kill(world, 0);
    world_start(world, 0);
}

/* Killed while it makes, follows, grants and settles: at no step is anybody
 * lost or written to twice. A lease that is out is held by its courier. */
static void
a_kill_at_any_step_loses_and_repeats_nobody(void **state)
{
    enum { ROUNDS = 24, EACH = 40 };
    uint32_t sent = 0;
    (void)state;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t first = i * EACH, last = first + EACH - 1;
        world_enter(world, first, last, i % 2 == 0 ? SMS : EMAIL);
        if (i % 6 == 0) {
            kill_and_start();
        }
        world_note(world, today() + i % 2, first, last, SMS);
        if (i % 6 == 2) {
            kill_and_start();
        }
        if (i % 6 == 4) { /* between a grant and its settle */
            Broadcast__Lease *lease = world_lease(&courier, 1);
            note_lease(lease);
            kill_and_start();
            sent += world_settle(&courier, lease, STATE(ACCEPTED));
            wire_free(lease);
        }
        sent += take();
    }
    send_until(2 * ROUNDS * EACH - sent);
    for (uint32_t i = 0; i < ROUNDS * EACH; i++) {
        assert_int_equal(times[0][i / EACH % 2][i], 1);
        assert_int_equal(times[1][0][i], 1);
    }
    for (int i = 0; i < 3; i++) {
        char id[4];
        (void)snprintf(id, sizeof(id), "b%d", i);
        world_assert_recount(world, id);
    }
}

/* Another instance takes over with the feed's cursor. */
static void
the_next_planner_goes_on_where_the_last_was(void **state)
{
    (void)state;
    world_free(&world);
    world = world_new(&(struct world_options){.instances = 2});
    courier.world = world;
    asks_both = true;
    world_enter(world, 0, 9, SMS);
    send_until(10);
    asks_both = false;
    world_enter(world, 10, 19, SMS);
    world_kill(world, 0);
    courier.instance = 2;
    world_note(world, today(), 0, 4, SMS);
    world_enter(world, 20, 29, SMS);
    send_until(25);
    world_start(world, 0);
    world_kill(world, 1);
    courier.instance = 1;
    world_enter(world, 30, 39, SMS);
    send_until(10);
    assert_once(times[0][0], 0, 39);
    assert_once(times[1][0], 0, 4);
    world_assert_recount(world, "b0");
    world_assert_recount(world, "b1");
}

static bool
is_said(struct world *w, void *want)
{
    char *said = redis_do(w->redis, "HGET {march}:bc:plan active");
    bool is_so = strcmp(said, want) == 0;
    free(said);
    return is_so;
}

/* Else each instance with a campaign would keep back its share of the routes
 * from those that have something to send. */
static void
with_nothing_to_send_it_asks_for_no_share_of_the_routes(void **state)
{
    (void)state;
    world_wait_for(world, "b0");
    world_wait(world, is_said, "0");
    world_enter(world, 0, 9, SMS);
    world_wait(world, is_said, "1");
    send_until(10);
    world_wait(world, is_said, "0");
}

/* ---- a code behind a million ---- */

static void
a_code_goes_out_while_a_million_wait(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    world->people = 1000000;
    world->approval_above = 2000000;
    content.has_expires_at_ms = true;
    content.expires_at_ms = clock_wall_ms() + 10 * DAY_MS;
    char *id = world_send(world, &content);
    world_wait_for_stage(world, id, STAGE(SENDING));
    for (uint32_t code = 0; code < 5; code++) {
        uint32_t before = 0;
        int64_t asked_ms = clock_boot_ms();
        world_note(world, today(), code, code, SMS);
        for (bool is_out = false; !is_out;) {
            Broadcast__Lease *lease = world_lease(&courier, 1);
            is_out = lease->class_ == NOTE;
            before += is_out ? 0 : (uint32_t)lease->n_numbers;
            (void)world_settle(&courier, lease, STATE(ACCEPTED));
            wire_free(lease);
        }
        print_message("code %u: %lld ms, behind %u messages\n", code,
                      (long long)(clock_boot_ms() - asked_ms), before);
        assert_true(before < 20000); /* two per cent of the backlog */
    }
    world_assert_recount(world, id);
    free(id);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON(the_confirmation_is_there_by_itself),
        ON(an_entry_is_confirmed_once_and_on_its_channel_alone),
        ON(new_words_are_said_from_then_on),
        ON(nobody_makes_approves_pauses_or_stops_them),
        ON(a_days_notes_are_one_broadcast_and_each_goes_once),
        ON(a_days_notes_end_and_do_not_stay_open),
        ON(what_a_provider_has_taken_is_told_live_and_late),
        ON(by_hand_it_is_told_too_and_of_organisers_never),
        ON(each_rule_that_withholds_is_counted_by_its_name),
        ON(a_kill_at_any_step_loses_and_repeats_nobody),
        ON(the_next_planner_goes_on_where_the_last_was),
        ON(with_nothing_to_send_it_asks_for_no_share_of_the_routes),
        ON(a_code_goes_out_while_a_million_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
