/* ask -- asks in flight: deadlines, repeats, answers.
 *
 *   bus_ask -> dispatch -> send_to -> asks_on_answer -> finish
 *                      \-> let_wait -> dispatch, once somebody is connected
 *   on_due             half the deadline gone: elsewhere, if repeatable;
 *                      all of it: ERR_TIMEOUT, or ERR_UNAVAILABLE if unsent
 *   asks_on_link_down  again if repeatable, else ERR_UNKNOWN
 *
 * An ask lives in a slot; its id is the slot and a generation, so finding it
 * is one look and a late answer to an earlier tenant is never believed. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"
#include "wire.pb-c.h"

#define TRIES_MAX 2
#define AVOID_SILENT_MS 2000
#define AVOID_REFUSING_MS 500
#define QUEUE_RETRY_MS 5
#define SLOT_BITS 16
#define NO_SLOT UINT32_MAX

_Static_assert(BUS_ASKS_IN_FLIGHT_MAX <= 1 << SLOT_BITS, "slots fit an id");

static const char cannot_reach[] =
    "the service cannot be reached: try again in a moment";
static const char no_answer[] = "the service did not answer in time";
static const char too_much[] =
    "too much is asked at once: try again in a moment";
static const char is_gone[] =
    "the service stopped before it answered: nobody knows if it acted";

/* ---- slots ---- */

static struct ask *
take_slot(struct asks *asks)
{
    if (asks->first_free == NO_SLOT) {
        if (asks->count == BUS_ASKS_IN_FLIGHT_MAX) {
            return NULL;
        }
        if (asks->count == asks->cap) {
            asks->cap = asks->cap == 0 ? 256 : asks->cap * 2;
            asks->slots =
                mem_resize(asks->slots, asks->cap * sizeof(struct ask *));
        }
        struct ask *fresh = mem_new(sizeof(*fresh));
        fresh->slot = asks->count;
        fresh->next_free = NO_SLOT;
        asks->slots[asks->count] = fresh;
        asks->first_free = asks->count++;
    }
    struct ask *ask = asks->slots[asks->first_free];
    asks->first_free = ask->next_free;
    asks->open++;
    ask->id = ++asks->generation << SLOT_BITS | ask->slot;
    return ask;
}

static void
free_slot(struct asks *asks, struct ask *ask)
{
    ask->id = 0;
    ask->next_free = asks->first_free;
    asks->first_free = ask->slot;
    asks->open--;
}

static struct ask *
find_ask(struct asks *asks, uint64_t id)
{
    uint32_t slot = (uint32_t)(id & ((1U << SLOT_BITS) - 1));
    return slot < asks->count && asks->slots[slot]->id == id && id != 0
               ? asks->slots[slot]
               : NULL;
}

/* ---- ending ---- */

static void
finish(struct ask *ask, enum err err, const char *detail, const void *body,
       size_t len)
{
    struct bus *bus = ask->peer->bus;
    bus_answer_cb *cb = ask->cb;
    void *arg = ask->arg;
    wheel_remove(&bus->asks.wheel, &ask->due);
    ring_remove(&ask->place);
    (void)zmq_msg_close(&ask->body);
    uint64_t before = trace_enter(ask->trace);
    free_slot(&bus->asks, ask);
    cb(arg, err, detail, body, len);
    (void)trace_enter(before);
}

static void
fail(struct ask *ask, enum err err, const char *detail)
{
    if (err == ERR_TIMEOUT) {
        ask->peer->bus->stats.timed_out++;
    }
    finish(ask, err, detail, "", 0);
}

/* ---- sending ---- */

static void
pack_envelope(const struct ask *ask, int64_t now_ms, zmq_msg_t *frame)
{
    const struct bus *bus = ask->peer->bus;
    Wire__Ask envelope = WIRE__ASK__INIT;
    envelope.request_id = ask->id;
    envelope.time_left_ms = (uint32_t)(ask->deadline_ms - now_ms);
    envelope.caller = (char *)bus->name;
    envelope.has_version = true;
    envelope.version = BUS_VERSION;
    envelope.has_trace = ask->trace != 0;
    envelope.trace = ask->trace;
    envelope.has_expires_boot_ms = ask->at->is_local;
    envelope.expires_boot_ms = (uint64_t)ask->deadline_ms;
    if (zmq_msg_init_size(frame, wire__ask__get_packed_size(&envelope)) != 0) {
        abort();
    }
    (void)wire__ask__pack(&envelope, zmq_msg_data(frame));
}

static bool
may_try_again(const struct ask *ask, int64_t now_ms)
{
    return ask->tries < TRIES_MAX && now_ms < ask->deadline_ms;
}

/* When the ask is looked at next, if no answer comes. */
static int64_t
due_after_sending(const struct ask *ask, int64_t now_ms)
{
    bool may_move = ask->is_repeatable && ask->only == 0 &&
                    ask->peer->count > 1 && ask->tries < TRIES_MAX;
    return may_move ? now_ms + (ask->deadline_ms - now_ms) / 2
                    : ask->deadline_ms;
}

static bool
send_to(struct instance *instance, struct ask *ask, int64_t now_ms)
{
    zmq_msg_t frames[2];
    ask->at = instance;
    pack_envelope(ask, now_ms, &frames[0]);
    (void)zmq_msg_init(&frames[1]);
    (void)zmq_msg_copy(&frames[1], &ask->body); /* shares the bytes */
    if (!bus_socket_send(instance->dealer, frames, 2)) {
        ask->at = NULL;
        return false;
    }
    struct bus *bus = ask->peer->bus;
    bus->stats.retried += ask->tries > 0;
    ask->tries++;
    ring_add(&instance->asked, &ask->place);
    wheel_set(&bus->asks.wheel, &ask->due, due_after_sending(ask, now_ms));
    return true;
}

static void
let_wait(struct ask *ask, struct instance *is_full, int64_t now_ms)
{
    struct bus_peer *peer = ask->peer;
    int64_t until_ms = ask->deadline_ms;
    if (ask->tries == 0 && now_ms + BUS_REACH_MS < until_ms) {
        until_ms = now_ms + BUS_REACH_MS;
    }
    ring_add(&peer->waiting, &ask->place);
    wheel_set(&peer->bus->asks.wheel, &ask->due, until_ms);
    if (is_full != NULL && !timer_is_running(peer->queue_timer)) {
        timer_start(peer->queue_timer, QUEUE_RETRY_MS);
    }
}

/* Sends the ask, which is in no ring, or lets it wait for somebody. */
static void
dispatch(struct ask *ask, int64_t now_ms)
{
    struct instance *instance = NULL;
    if (now_ms < ask->deadline_ms) {
        instance = peer_choose(ask->peer, ask, now_ms);
    }
    if (instance == NULL || !send_to(instance, ask, now_ms)) {
        let_wait(ask, instance, now_ms);
    }
}

/* Repeats it at another instance that is connected; false: there is none,
 * the ask stays where it was. */
static bool
move_elsewhere(struct ask *ask, int64_t now_ms)
{
    if (!may_try_again(ask, now_ms)) {
        return false;
    }
    struct instance *was_at = ask->at;
    ask->shunned = was_at;
    struct instance *other = peer_choose(ask->peer, ask, now_ms);
    if (other == NULL) {
        return false;
    }
    ring_remove(&ask->place);
    if (send_to(other, ask, now_ms)) {
        return true;
    }
    ask->at = was_at;
    ring_add(&was_at->asked, &ask->place);
    return false;
}

/* ---- what happens to it ---- */

static void
on_due(void *arg, struct wheel_item *item)
{
    struct bus *bus = arg;
    struct ask *ask = (struct ask *)(void *)item;
    int64_t now_ms = clock_boot_ms();
    if (ask->at == NULL && ask->tries == 0) {
        fail(ask, ERR_UNAVAILABLE, cannot_reach);
        return;
    }
    if (ask->at != NULL) {
        ask->at->avoid_until_ms = now_ms + AVOID_SILENT_MS;
    }
    if (now_ms >= ask->deadline_ms) {
        fail(ask, ERR_TIMEOUT, no_answer);
    } else if (ask->at == NULL || !move_elsewhere(ask, now_ms)) {
        wheel_set(&bus->asks.wheel, &ask->due, ask->deadline_ms);
    }
}

void
asks_on_link_down(struct instance *instance)
{
    struct ring lost;
    int64_t now_ms = clock_boot_ms();
    ring_move(&instance->asked, &lost);
    while (lost.next != &lost) {
        struct ask *ask = (struct ask *)(void *)((char *)lost.next -
                                                 offsetof(struct ask, place));
        if (!ask->is_repeatable || !may_try_again(ask, now_ms)) {
            fail(ask, ERR_UNKNOWN, is_gone);
            continue;
        }
        ring_remove(&ask->place);
        ask->at = ask->shunned = NULL;
        dispatch(ask, now_ms);
    }
}

void
asks_send_waiting(struct bus_peer *peer)
{
    struct ring waiting;
    int64_t now_ms = clock_boot_ms();
    ring_move(&peer->waiting, &waiting);
    while (waiting.next != &waiting) {
        struct ask *ask = (struct ask *)(void *)((char *)waiting.next -
                                                 offsetof(struct ask, place));
        int64_t due_ms = ask->due.due_ms;
        ring_remove(&ask->place);
        dispatch(ask, now_ms);
        if (ask->at == NULL) { /* it has waited since before */
            wheel_set(&peer->bus->asks.wheel, &ask->due, due_ms);
        }
    }
}

void
asks_on_link_up(struct instance *instance)
{
    asks_send_waiting(instance->peer);
}

/* Of the answer that is being handed over. */
static const struct bus_fault no_fault = {ERR_NONE, "", "", ""};
static struct bus_fault current_fault = {ERR_NONE, "", "", ""};

const struct bus_fault *
bus_answer_fault(void)
{
    return &current_fault;
}

static struct bus_fault
fault_of(enum err err, const Wire__Answer *answer)
{
    return (struct bus_fault){
        err,
        answer->detail == NULL ? "" : answer->detail,
        answer->field == NULL ? "" : answer->field,
        answer->type == NULL ? "" : answer->type,
    };
}

static void
take_answer(struct instance *from, const Wire__Answer *answer, zmq_msg_t *body)
{
    struct bus *bus = from->peer->bus;
    struct ask *ask = find_ask(&bus->asks, answer->request_id);
    if (ask == NULL || ask->peer != from->peer) {
        bus->stats.late_answers++;
        return;
    }
    enum err err = err_from_code(answer->code);
    if (err == ERR_UNAVAILABLE && ask->at == from) {
        int64_t now_ms = clock_boot_ms();
        from->avoid_until_ms = now_ms + AVOID_REFUSING_MS;
        if (move_elsewhere(ask, now_ms)) {
            return; /* nothing happened there, so any ask may */
        }
    }
    bus->stats.answered++;
    bool has_body = err == ERR_NONE;
    current_fault = fault_of(err, answer);
    finish(ask, err, current_fault.detail, has_body ? zmq_msg_data(body) : "",
           has_body ? zmq_msg_size(body) : 0);
    current_fault = no_fault;
}

void
asks_on_answer(void *arg, zmq_msg_t *frames, int count)
{
    struct instance *instance = arg;
    Wire__Answer *answer =
        count != 2
            ? NULL
            : wire_unpack(&wire__answer__descriptor, zmq_msg_data(&frames[0]),
                          zmq_msg_size(&frames[0]), BUS_ENVELOPE_BYTES_MAX);
    if (answer == NULL) {
        instance->peer->bus->stats.malformed++;
        return;
    }
    take_answer(instance, answer, &frames[1]);
    wire_free(answer);
}

/* ---- asking ---- */

struct refusal {
    struct refusal *next;
    bus_answer_cb *cb;
    void *arg;
    enum err err;
    const char *detail;
    uint64_t trace;
};

/* Answers what was never asked, later, in the order it was asked. */
static void
refuse_ask(struct bus *bus, const struct refusal *what)
{
    struct refusal *refusal = mem_new(sizeof(*refusal));
    *refusal = *what;
    *bus->asks.last_refusal = refusal;
    bus->asks.last_refusal = &refusal->next;
    timer_start(bus->asks.refusal_timer, 0);
}

static void
on_refusals(void *arg)
{
    struct bus *bus = arg;
    struct refusal *refusal = bus->asks.refusals;
    bus->asks.refusals = NULL;
    bus->asks.last_refusal = &bus->asks.refusals;
    while (refusal != NULL) {
        struct refusal *next = refusal->next;
        uint64_t before = trace_enter(refusal->trace);
        refusal->cb(refusal->arg, refusal->err, refusal->detail, "", 0);
        (void)trace_enter(before);
        free(refusal);
        refusal = next;
    }
}

static void
fill(struct ask *ask, struct bus_peer *peer, const struct bus_ask *from,
     int64_t now_ms)
{
    int64_t deadline_ms =
        from->deadline_ms > 0 ? from->deadline_ms : BUS_DEADLINE_MS_DEFAULT;
    ask->peer = peer;
    ask->deadline_ms = now_ms + deadline_ms;
    ask->trace = from->trace != 0 ? from->trace : trace_now();
    ask->at = ask->shunned = NULL;
    ask->only = from->instance;
    ask->tries = 0;
    ask->is_repeatable = from->is_repeatable;
    ring_init(&ask->place);
    if (zmq_msg_init_size(&ask->body, from->len) != 0) {
        abort();
    }
    if (from->len > 0) {
        memcpy(zmq_msg_data(&ask->body), from->body, from->len);
    }
}

void
bus_ask(struct bus_peer *peer, const struct bus_ask *from, bus_answer_cb *cb,
        void *arg)
{
    struct bus *bus = peer->bus;
    bus->stats.asked++;
    uint64_t trace = from->trace != 0 ? from->trace : trace_now();
    if (from->len > BUS_BODY_BYTES_MAX) {
        refuse_ask(bus, &(struct refusal){NULL, cb, arg, ERR_TOO_LARGE,
                                          "the message is too large", trace});
        return;
    }
    struct ask *ask = bus->is_closing ? NULL : take_slot(&bus->asks);
    if (ask == NULL) {
        enum err err = bus->is_closing ? ERR_UNAVAILABLE : ERR_LIMIT;
        refuse_ask(bus, &(struct refusal){NULL, cb, arg, err, too_much, trace});
        return;
    }
    int64_t now_ms = clock_boot_ms();
    fill(ask, peer, from, now_ms);
    ask->cb = cb;
    ask->arg = arg;
    dispatch(ask, now_ms);
}

static void
forget(void *arg, enum err err, const char *detail, const void *body,
       size_t len)
{
    (void)arg;
    (void)err;
    (void)detail;
    (void)body;
    (void)len;
}

void
bus_forget_asks(struct bus *bus)
{
    for (uint32_t i = 0; i < bus->asks.count; i++) {
        bus->asks.slots[i]->cb = forget;
    }
    for (struct refusal *r = bus->asks.refusals; r != NULL; r = r->next) {
        r->cb = forget;
    }
}

void
asks_init(struct bus *bus)
{
    bus->asks.first_free = NO_SLOT;
    bus->asks.last_refusal = &bus->asks.refusals;
    wheel_init(&bus->asks.wheel, bus->loop, on_due, bus);
    bus->asks.refusal_timer = timer_new(bus->loop, on_refusals, bus);
}

void
asks_fini(struct bus *bus)
{
    for (uint32_t i = 0; i < bus->asks.count; i++) {
        struct ask *ask = bus->asks.slots[i];
        if (ask->id != 0 && ask->tries == 0) {
            fail(ask, ERR_UNAVAILABLE, cannot_reach);
        } else if (ask->id != 0) {
            fail(ask, ERR_UNKNOWN, "this process is stopping");
        }
    }
    while (bus->asks.refusals != NULL) {
        on_refusals(bus);
    }
    for (uint32_t i = 0; i < bus->asks.count; i++) {
        free(bus->asks.slots[i]);
    }
    free(bus->asks.slots);
    timer_free(&bus->asks.refusal_timer);
    wheel_fini(&bus->asks.wheel);
}
