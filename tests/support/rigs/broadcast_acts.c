/* broadcast_acts -- what an organiser and a courier do in a broadcast_world.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "tests/support/rigs/broadcast_world.h"

#define TURN_MS 2

/* ---- asking ---- */

static void
on_answer(void *arg, enum err err, const char *detail,
          const Broadcast__Reply *reply)
{
    struct world_answer *answer = arg;
    answer->is_done = true;
    answer->err = err;
    (void)snprintf(answer->detail, sizeof(answer->detail), "%s",
                   detail == NULL ? "" : detail);
    (void)snprintf(answer->field, sizeof(answer->field), "%s",
                   bus_answer_fault()->field);
    if (reply != NULL) {
        struct buf packed;
        buf_init(&packed, 0);
        wire_pack(reply, &packed);
        answer->reply = wire_unpack(&broadcast__reply__descriptor, packed.data,
                                    packed.len, BUS_BODY_BYTES_MAX);
        buf_fini(&packed);
    }
}

void
world_ask_later(struct world *world, int instance,
                const Broadcast__Request *request, struct world_answer *answer)
{
    *answer = (struct world_answer){0};
    broadcast_ask(world->broadcast, instance, request, on_answer, answer);
}

struct world_answer
world_ask(struct world *world, int instance, const Broadcast__Request *request)
{
    struct world_answer answer;
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    do { /* a process that is starting */
        world_ask_later(world, instance, request, &answer);
        while (!answer.is_done) {
            loop_turn(world->loop, TURN_MS);
        }
    } while ((answer.err == ERR_UNAVAILABLE || answer.err == ERR_TIMEOUT) &&
             clock_boot_ms() < end);
    return answer;
}

void
world_forget(struct world_answer *answer)
{
    wire_free(answer->reply);
    answer->reply = NULL;
}

/* Owned by the caller: wire_free. */
static void *
copy_message(const void *message)
{
    const ProtobufCMessage *base = message;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(message, &packed);
    void *copy = wire_unpack(base->descriptor, packed.data, packed.len,
                             BUS_BODY_BYTES_MAX);
    buf_fini(&packed);
    return copy;
}

static void
assert_good(const struct world_answer *answer, const char *what)
{
    if (answer->err != ERR_NONE) {
        fail_msg("%s: %s (%s)", what, err_name(answer->err), answer->detail);
    }
}

/* ---- an organiser's ---- */

Broadcast__Content
world_content(void)
{
    Broadcast__Content content = BROADCAST__CONTENT__INIT;
    content.name = "Route changed";
    content.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    content.audience = "all";
    content.sms_text = "{{first_name}}, turn left.";
    return content;
}

struct world_answer
world_create(struct world *world, const char *key, Broadcast__Content *content)
{
    Broadcast__Create create = BROADCAST__CREATE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    create.campaign = WORLD_CAMPAIGN;
    create.content = content;
    create.idempotency_key = (char *)(uintptr_t)key;
    create.staff = WORLD_MAKER;
    request.is_case = BROADCAST__REQUEST__IS_CREATE;
    request.create = &create;
    return world_ask(world, 0, &request);
}

struct world_answer
world_act(struct world *world, Broadcast__Request__IsCase what, const char *id)
{
    Broadcast__Act act = BROADCAST__ACT__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    act.campaign = WORLD_CAMPAIGN;
    act.id = (char *)(uintptr_t)id;
    act.staff = WORLD_APPROVER;
    request.is_case = what;
    request.start = &act; /* a member of the oneof like the others */
    return world_ask(world, 0, &request);
}

struct world_answer
world_approve(struct world *world, const char *id, const char *hash,
              const char *staff)
{
    Broadcast__Approve approve = BROADCAST__APPROVE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    approve.campaign = WORLD_CAMPAIGN;
    approve.id = (char *)(uintptr_t)id;
    approve.staff = (char *)(uintptr_t)staff;
    approve.content_hash = (char *)(uintptr_t)hash;
    request.is_case = BROADCAST__REQUEST__IS_APPROVE;
    request.approve = &approve;
    return world_ask(world, 0, &request);
}

char *
world_send(struct world *world, Broadcast__Content *content)
{
    static int keys;
    char key[24];
    (void)snprintf(key, sizeof(key), "sent-%d", keys++);
    struct world_answer answer = world_create(world, key, content);
    assert_good(&answer, "create");
    char *id = mem_copy_string(answer.reply->create->id);
    struct world_answer approved = world_approve(
        world, id, answer.reply->create->content_hash, WORLD_APPROVER);
    assert_good(&approved, "approve");
    struct world_answer started =
        world_act(world, BROADCAST__REQUEST__IS_START, id);
    assert_good(&started, "start");
    world_forget(&answer);
    world_forget(&approved);
    world_forget(&started);
    return id;
}

static struct world_answer
ask_get(struct world *world, const char *id)
{
    Broadcast__Get get = BROADCAST__GET__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    get.campaign = WORLD_CAMPAIGN;
    get.id = (char *)(uintptr_t)id;
    request.is_case = BROADCAST__REQUEST__IS_GET;
    request.get = &get;
    return world_ask(world, 0, &request);
}

Broadcast__Broadcast *
world_get(struct world *world, const char *id)
{
    struct world_answer answer = ask_get(world, id);
    assert_good(&answer, "get");
    Broadcast__Broadcast *broadcast = copy_message(answer.reply->get);
    world_forget(&answer);
    return broadcast;
}

uint32_t
world_count(const Broadcast__Broadcast *broadcast, int channel,
            Words__RecipientState state)
{
    for (size_t i = 0; i < broadcast->n_channels; i++) {
        const Broadcast__ChannelProgress *progress = broadcast->channels[i];
        for (size_t j = 0; j < progress->n_counts; j++) {
            if ((int)progress->channel == channel &&
                progress->counts[j]->state == state) {
                return progress->counts[j]->count;
            }
        }
    }
    return 0;
}

void
world_assert_recount(struct world *world, const char *id)
{
    struct world_answer answer =
        world_act(world, BROADCAST__REQUEST__IS_RECOUNT, id);
    assert_good(&answer, "recount");
    assert_true(answer.reply->recount->is_equal);
    world_forget(&answer);
}

static bool
is_there(struct world *world, void *id)
{
    struct world_answer answer = ask_get(world, id);
    world_forget(&answer);
    return answer.err == ERR_NONE;
}

void
world_wait_for(struct world *world, const char *id)
{
    world_wait(world, is_there, (void *)(uintptr_t)id);
}

struct waiting {
    const char *id;
    Broadcast__Stage stage;
    Words__RecipientState state;
    uint32_t count;
};

static bool
is_in_stage(struct world *world, void *arg)
{
    struct waiting *waiting = arg;
    Broadcast__Broadcast *broadcast = world_get(world, waiting->id);
    bool is_so = broadcast->stage == waiting->stage;
    wire_free(broadcast);
    return is_so;
}

void
world_wait_for_stage(struct world *world, const char *id,
                     Broadcast__Stage stage)
{
    struct waiting waiting = {.id = id, .stage = stage};
    world_wait(world, is_in_stage, &waiting);
}

static bool
has_count(struct world *world, void *arg)
{
    struct waiting *waiting = arg;
    Broadcast__Broadcast *broadcast = world_get(world, waiting->id);
    bool is_so = world_count(broadcast, 1, waiting->state) == waiting->count;
    wire_free(broadcast);
    return is_so;
}

void
world_wait_for_count(struct world *world, const char *id,
                     Words__RecipientState state, uint32_t count)
{
    struct waiting waiting = {.id = id, .state = state, .count = count};
    world_wait(world, has_count, &waiting);
}

/* ---- a courier's ---- */

static void
note_fences(struct world_courier *courier, const Broadcast__Lease *answer)
{
    for (size_t i = 0; i < answer->n_fences; i++) {
        const Broadcast__Fence *fence = answer->fences[i];
        bool is_here = strcmp(fence->campaign, WORLD_CAMPAIGN) == 0;
        if (is_here && courier->granted == 0) {
            courier->era = fence->era;
        }
        if (is_here && fence->era == courier->era &&
            fence->granted > courier->granted) {
            courier->granted = fence->granted;
        }
    }
    if (answer->report != NULL) {
        courier->ordered_era = answer->report->era;
    }
}

static Broadcast__Lease *
take_lease(struct world_courier *courier, struct world_answer *answer)
{
    Broadcast__Lease *lease = NULL;
    if (answer->err == ERR_NONE && answer->reply->lease->has_lease_id) {
        lease = copy_message(answer->reply->lease);
        if (courier->held_count < 16) {
            courier->held[courier->held_count++] = lease->lease_id;
        }
    }
    if (answer->err == ERR_NONE) {
        note_fences(courier, answer->reply->lease);
    }
    world_forget(answer);
    return lease;
}

Broadcast__Lease *
world_try_lease(struct world_courier *courier, int channel)
{
    Broadcast__AskLease ask = BROADCAST__ASK_LEASE__INIT;
    Broadcast__Fence fence = BROADCAST__FENCE__INIT, *fences[] = {&fence};
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    ask.courier = (char *)(uintptr_t)courier->name;
    ask.request_number = ++courier->request;
    ask.channel = (Words__Channel)channel;
    ask.has_boot = ask.has_done_below = true;
    ask.boot = courier->boot;
    ask.held = courier->held;
    ask.n_held = courier->held_count;
    ask.done_below = courier->request;
    ask.has_place = courier->place != 0;
    ask.place = courier->place;
    fence.campaign = WORLD_CAMPAIGN;
    fence.era = courier->era;
    fence.granted = courier->granted;
    ask.n_fences = courier->granted != 0;
    ask.fences = fences;
    request.is_case = BROADCAST__REQUEST__IS_LEASE;
    request.lease = &ask;
    struct world_answer answer =
        world_ask(courier->world, courier->instance, &request);
    return take_lease(courier, &answer);
}

struct leasing {
    struct world_courier *courier;
    int channel;
    Broadcast__Lease *lease;
};

static bool
has_lease(struct world *world, void *arg)
{
    struct leasing *leasing = arg;
    (void)world;
    leasing->lease = world_try_lease(leasing->courier, leasing->channel);
    return leasing->lease != NULL;
}

Broadcast__Lease *
world_lease(struct world_courier *courier, int channel)
{
    struct leasing leasing = {courier, channel, NULL};
    world_wait(courier->world, has_lease, &leasing);
    return leasing.lease;
}

static void
drop_held(struct world_courier *courier, uint64_t lease)
{
    for (size_t i = 0; i < courier->held_count; i++) {
        if (courier->held[i] == lease) {
            courier->held[i] = courier->held[--courier->held_count];
        }
    }
}

struct world_answer
world_settle_some(struct world_courier *courier, const Broadcast__Lease *lease,
                  const struct world_outcome *outcomes, size_t count,
                  bool is_final)
{
    Broadcast__Outcome *all = mem_new_array(count + 1, sizeof(*all));
    Broadcast__Outcome **list = mem_new_array(count + 1, sizeof(*list));
    Broadcast__Settle settle = BROADCAST__SETTLE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    for (size_t i = 0; i < count; i++) {
        broadcast__outcome__init(&all[i]);
        all[i].number = outcomes[i].number;
        all[i].state = outcomes[i].state;
        all[i].has_is_begun_before = courier->says_begun_before;
        all[i].is_begun_before = courier->says_begun_before;
        list[i] = &all[i];
    }
    settle.campaign = lease->campaign;
    settle.broadcast = lease->broadcast;
    settle.channel = lease->channel;
    settle.lease_id = lease->lease_id;
    settle.outcomes = list;
    settle.n_outcomes = count;
    settle.is_final = is_final;
    request.is_case = BROADCAST__REQUEST__IS_SETTLE;
    request.settle = &settle;
    struct world_answer answer = world_ask(courier->world, 0, &request);
    if (is_final) {
        drop_held(courier, lease->lease_id);
    }
    free(list);
    free(all);
    return answer;
}

uint32_t
world_settle(struct world_courier *courier, const Broadcast__Lease *lease,
             Words__RecipientState state)
{
    struct world_outcome *outcomes =
        mem_new_array(lease->n_numbers + 1, sizeof(*outcomes));
    for (size_t i = 0; i < lease->n_numbers; i++) {
        outcomes[i] = (struct world_outcome){lease->numbers[i], state};
    }
    struct world_answer answer =
        world_settle_some(courier, lease, outcomes, lease->n_numbers, true);
    assert_good(&answer, "settle");
    uint32_t changed = answer.reply->settle->changed;
    world_forget(&answer);
    free(outcomes);
    return changed;
}

/* ---- what a courier has begun ---- */

static uint32_t
tell_report(struct world_courier *courier, Broadcast__Report *report)
{
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    report->campaign = WORLD_CAMPAIGN;
    report->era = courier->ordered_era;
    report->place = courier->place;
    request.is_case = BROADCAST__REQUEST__IS_REPORT;
    request.report = report;
    struct world_answer answer = world_ask(courier->world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    uint32_t changed = answer.reply->report->changed;
    world_forget(&answer);
    return changed;
}

uint32_t
world_report(struct world_courier *courier, const char *id, uint32_t first,
             uint32_t last)
{
    Broadcast__Report report = BROADCAST__REPORT__INIT;
    uint8_t bits[64] = {0};
    for (uint32_t i = first; i <= last; i++) {
        bits[i / 8] |= (uint8_t)(1u << i % 8);
    }
    report.broadcast = (char *)(uintptr_t)id;
    report.has_channel = report.has_chunk = report.has_bits = true;
    report.channel = WORDS__CHANNEL__CHANNEL_SMS;
    report.bits.data = bits;
    report.bits.len = sizeof(bits);
    return tell_report(courier, &report);
}

void
world_report_end(struct world_courier *courier)
{
    Broadcast__Report report = BROADCAST__REPORT__INIT;
    report.is_last = true;
    (void)tell_report(courier, &report);
    courier->era = courier->ordered_era;
    courier->granted = 0;
    courier->ordered_era = 0;
}
