/* serve -- requests and replies.
 *
 * A request holds where its reply goes, its body and how long its asker
 * still waits. Requests are recycled; nothing is allocated in the steady
 * state but what libzmq allocates for the body. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"
#include "wire.pb-c.h"

#define ROUTE_BYTES_MAX 32
#define DETAIL_SIZE 360
#define FIELD_SIZE 48

_Static_assert(DETAIL_SIZE + FIELD_SIZE + SLUG_SIZE + 32 <=
                   BUS_ENVELOPE_BYTES_MAX,
               "what an answer says fits its envelope");

struct bus_request {
    struct ring place; /* in bus->requests; first: found by cast */
    struct bus *bus;   /* NULL: the bus is no more */
    struct bus_request *next_spare;
    zmq_msg_t body;
    uint64_t id, trace;
    int64_t deadline_ms;
    size_t route_len;
    char route[ROUTE_BYTES_MAX], caller[BUS_NAME_SIZE];
};

/* ---- replying ---- */

/* What it says goes into the envelope, a sentence too long is cut. */
static char *
cut_to(char *room, size_t size, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        return NULL;
    }
    (void)snprintf(room, size, "%s", text);
    return room;
}

static void
pack_answer(uint64_t id, const struct bus_fault *fault, zmq_msg_t *frame)
{
    Wire__Answer answer = WIRE__ANSWER__INIT;
    char detail[DETAIL_SIZE], field[FIELD_SIZE], type[SLUG_SIZE];
    answer.request_id = id;
    answer.code = (uint32_t)fault->err;
    answer.detail = cut_to(detail, sizeof(detail), fault->detail);
    answer.field = cut_to(field, sizeof(field), fault->field);
    answer.type = cut_to(type, sizeof(type), fault->type);
    if (zmq_msg_init_size(frame, wire__answer__get_packed_size(&answer)) != 0) {
        abort();
    }
    (void)wire__answer__pack(&answer, zmq_msg_data(frame));
}

static void
init_frame(zmq_msg_t *frame, const void *bytes, size_t len)
{
    if (zmq_msg_init_size(frame, len) != 0) {
        abort();
    }
    if (len > 0) {
        memcpy(zmq_msg_data(frame), bytes, len);
    }
}

static void
free_request(struct bus_request *request)
{
    struct bus *bus = request->bus;
    (void)zmq_msg_close(&request->body);
    if (bus == NULL) {
        free(request);
        return;
    }
    ring_remove(&request->place);
    bus->request_count--;
    request->next_spare = bus->spare_requests;
    bus->spare_requests = request;
}

static void
answer(struct bus_request *request, const struct bus_fault *fault,
       struct bytes body)
{
    struct bus *bus = request->bus;
    if (bus != NULL) {
        zmq_msg_t frames[3];
        init_frame(&frames[0], request->route, request->route_len);
        pack_answer(request->id, fault, &frames[1]);
        init_frame(&frames[2], body.data, body.len);
        bool is_sent = bus_socket_send(bus->router, frames, 3);
        bus->stats.unclaimed += !is_sent;
    }
    free_request(request);
}

void
bus_refuse(struct bus_request *request, const struct bus_fault *fault)
{
    assert(fault->err != ERR_NONE);
    answer(request, fault, bytes_of("", 0));
}

void
bus_reply(struct bus_request *request, enum err err, const char *detail,
          const void *body, size_t len)
{
    struct bus_fault fault = {.err = err, .detail = detail};
    if (len > BUS_BODY_BYTES_MAX) {
        log_error("bus.reply_too_large", log_int("bytes", (int64_t)len));
        fault.err = ERR_INTERNAL;
        fault.detail = "the answer is too large";
    }
    answer(request, &fault, bytes_of(body, fault.err == ERR_NONE ? len : 0));
}

/* ---- taking ---- */

/* With CURVE the body frame says whose key it was. NULL: deny. */
static const char *
caller_of(struct bus *bus, const Wire__Ask *ask, zmq_msg_t *body)
{
    if (bus->zap == NULL) {
        return ask->caller == NULL ? "" : ask->caller;
    }
    const char *name = zmq_msg_gets(body, "User-Id");
    return name == NULL || name[0] == '\0' ? NULL : name;
}

static int64_t
deadline_of(const Wire__Ask *ask, int64_t now_ms)
{
    int64_t deadline_ms = now_ms + ask->time_left_ms;
    bool is_earlier = ask->has_expires_boot_ms &&
                      ask->expires_boot_ms < (uint64_t)deadline_ms;
    return is_earlier ? (int64_t)ask->expires_boot_ms : deadline_ms;
}

static struct bus_request *
new_request(struct bus *bus)
{
    struct bus_request *request = bus->spare_requests;
    if (request == NULL) {
        request = mem_new(sizeof(*request));
        request->bus = bus;
    } else {
        bus->spare_requests = request->next_spare;
    }
    ring_add(&bus->requests, &request->place);
    bus->request_count++;
    return request;
}

/* True: it has been answered. */
static bool
refuse_request(struct bus_request *request, const Wire__Ask *ask)
{
    struct bus *bus = request->bus;
    const char *why = NULL;
    if (ask->version != BUS_VERSION) {
        why = ask->version < BUS_VERSION
                  ? "the asker is of an older version than this service: stop "
                    "it, and start the same version everywhere"
                  : "the asker is of a newer version than this service: stop "
                    "this service, and start the same version everywhere";
        log_warn("bus.other_version", log_str("caller", request->caller),
                 log_int("version", ask->version));
    } else if (bus->is_draining || bus->request_count > BUS_OPEN_REQUESTS_MAX) {
        why = "this instance takes nothing now: try again";
    }
    if (why != NULL) {
        bus->stats.refused++;
        bus_reply(request, ERR_UNAVAILABLE, why, "", 0);
    }
    return why != NULL;
}

static void
take_request(struct bus *bus, zmq_msg_t *frames, const Wire__Ask *ask,
             int64_t now_ms)
{
    const char *caller = caller_of(bus, ask, &frames[2]);
    if (caller == NULL || strlen(caller) >= BUS_NAME_SIZE ||
        zmq_msg_size(&frames[0]) > ROUTE_BYTES_MAX) {
        bus->stats.malformed++;
        return;
    }
    struct bus_request *request = new_request(bus);
    memcpy(request->caller, caller, strlen(caller) + 1);
    request->id = ask->request_id;
    request->trace = ask->trace;
    request->deadline_ms = deadline_of(ask, now_ms);
    request->route_len = zmq_msg_size(&frames[0]);
    memcpy(request->route, zmq_msg_data(&frames[0]), request->route_len);
    (void)zmq_msg_init(&request->body);
    (void)zmq_msg_move(&request->body, &frames[2]);
    if (refuse_request(request, ask)) {
        return;
    }
    bus->stats.served++;
    uint64_t before = trace_enter(ask->trace);
    bus->serve(bus->serve_arg, request);
    (void)trace_enter(before);
}

static void
on_ask(void *arg, zmq_msg_t *frames, int count)
{
    struct bus *bus = arg;
    Wire__Ask *ask =
        count != 3
            ? NULL
            : wire_unpack(&wire__ask__descriptor, zmq_msg_data(&frames[1]),
                          zmq_msg_size(&frames[1]), BUS_ENVELOPE_BYTES_MAX);
    int64_t now_ms = clock_boot_ms();
    if (ask == NULL) {
        bus->stats.malformed++;
    } else if (deadline_of(ask, now_ms) <= now_ms) {
        bus->stats.expired++;
    } else {
        take_request(bus, frames, ask, now_ms);
    }
    wire_free(ask);
}

void
bus_serve(struct bus *bus, const char *endpoint, bus_serve_cb *cb, void *arg)
{
    assert(bus->router == NULL);
    bus->serve = cb;
    bus->serve_arg = arg;
    bus->router = bus_socket_new(bus, ZMQ_ROUTER, on_ask, bus);
    bus_socket_bind(bus->router, endpoint);
}

void
bus_stop_serving(struct bus *bus)
{
    bus->is_draining = true;
}

int
bus_open_requests(const struct bus *bus)
{
    return bus->request_count;
}

const void *
bus_request_body(const struct bus_request *request, size_t *len_out)
{
    zmq_msg_t *body = (zmq_msg_t *)&request->body;
    *len_out = zmq_msg_size(body);
    return zmq_msg_data(body);
}

int64_t
bus_request_time_left_ms(const struct bus_request *request)
{
    int64_t left_ms = request->deadline_ms - clock_boot_ms();
    return left_ms > 0 ? left_ms : 0;
}

const char *
bus_request_caller(const struct bus_request *request)
{
    return request->caller;
}

uint64_t
bus_request_trace(const struct bus_request *request)
{
    return request->trace;
}

void
serve_free(struct bus *bus)
{
    while (bus->requests.next != &bus->requests) {
        struct bus_request *open =
            (struct bus_request *)(void *)bus->requests.next;
        ring_remove(&open->place);
        open->bus = NULL;
    }
    while (bus->spare_requests != NULL) {
        struct bus_request *next = bus->spare_requests->next_spare;
        free(bus->spare_requests);
        bus->spare_requests = next;
    }
    bus_socket_free(&bus->router);
}
