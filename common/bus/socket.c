/* socket -- one ZeroMQ socket on the loop.
 *
 * Every option of libzmq whose default loses messages, waits for ever or
 * lets strangers in is set here. */
#include "common/bus/socket.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"
#include "common/bus/zap.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define QUEUE_MESSAGES_MAX 16384 /* each way, each connection */

struct bus_socket {
    void *zmq;
    struct bus *bus;
    struct bus_socket *next; /* in the bus's list */
    struct watch *watch;
    struct timer *again;
    bool is_again_due;
    bus_frames_cb *cb;
    void *arg;
    char *endpoint; /* to say what could not be done */
};

static void
set_option(struct bus_socket *s, int option, int value)
{
    if (zmq_setsockopt(s->zmq, option, &value, sizeof(value)) != 0) {
        log_fatal("zmq option %d = %d: %s", option, value, zmq_strerror(errno));
    }
}

static void
set_bytes(struct bus_socket *s, int option, const void *value, size_t len)
{
    if (zmq_setsockopt(s->zmq, option, value, len) != 0) {
        log_fatal("zmq option %d: %s", option, zmq_strerror(errno));
    }
}

static void
set_options(struct bus_socket *s, int type)
{
    static const struct {
        int option, value;
    } always[] = {
        {ZMQ_RECONNECT_IVL, 20},          {ZMQ_RECONNECT_IVL_MAX, 500},
        {ZMQ_HEARTBEAT_IVL, 1000},        {ZMQ_HEARTBEAT_TIMEOUT, 3000},
        {ZMQ_HANDSHAKE_IVL, 5000},        {ZMQ_CONNECT_TIMEOUT, 2000},
        {ZMQ_SNDHWM, QUEUE_MESSAGES_MAX}, {ZMQ_RCVHWM, QUEUE_MESSAGES_MAX},
    };
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        set_option(s, always[i].option, always[i].value);
    }
    set_option(s, ZMQ_LINGER, type == ZMQ_ROUTER ? BUS_LINGER_MS : 0);
    int64_t message_max = BUS_BODY_BYTES_MAX + BUS_ENVELOPE_BYTES_MAX;
    set_bytes(s, ZMQ_MAXMSGSIZE, &message_max, sizeof(message_max));
    if (type == ZMQ_DEALER) {
        set_option(s, ZMQ_IMMEDIATE, 1);
    }
    if (type == ZMQ_ROUTER) {
        set_option(s, ZMQ_ROUTER_MANDATORY, 1);
        set_option(s, ZMQ_ROUTER_HANDOVER, 1);
    }
}

/* ---- reading ---- */

static void
look_again(struct bus_socket *s)
{
    if (!s->is_again_due) {
        s->is_again_due = true;
        timer_start(s->again, 0);
    }
}

static void
close_frames(zmq_msg_t *frames, int count)
{
    for (int i = 0; i < count; i++) {
        (void)zmq_msg_close(&frames[i]);
    }
}

/* The rest of a message that has more frames than any of ours. */
static void
skip_frames(struct bus_socket *s)
{
    bool has_more = true;
    while (has_more) {
        zmq_msg_t frame;
        (void)zmq_msg_init(&frame);
        has_more = zmq_msg_recv(&frame, s->zmq, ZMQ_DONTWAIT) >= 0 &&
                   zmq_msg_more(&frame) != 0;
        (void)zmq_msg_close(&frame);
    }
    s->bus->stats.malformed++;
}

/* Takes one whole message (they arrive whole) and hands it on. */
static bool
read_message(struct bus_socket *s)
{
    zmq_msg_t frames[BUS_FRAMES_MAX];
    int count = 0;
    bool has_more = true;
    while (has_more && count < BUS_FRAMES_MAX) {
        (void)zmq_msg_init(&frames[count]);
        if (zmq_msg_recv(&frames[count], s->zmq, ZMQ_DONTWAIT) < 0) {
            close_frames(frames, count + 1);
            return false;
        }
        has_more = zmq_msg_more(&frames[count]) != 0;
        count++;
    }
    if (has_more) {
        skip_frames(s);
    } else {
        s->cb(s->arg, frames, count);
    }
    close_frames(frames, count);
    return true;
}

/* A receive that finds nothing has read ZMQ_EVENTS anew: the next message
 * raises the signal again. */
static void
read_within_budget(struct bus_socket *s)
{
    int budget = s->bus->budget != NULL ? s->bus->budget() : BUS_READ_BUDGET;
    for (int i = 0; i < budget; i++) {
        if (!read_message(s)) {
            return;
        }
    }
    look_again(s);
}

static void
on_again(void *arg)
{
    struct bus_socket *s = arg;
    s->is_again_due = false;
    read_within_budget(s);
}

static void
on_signal(void *arg)
{
    struct bus_socket *s = arg;
    if (!s->is_again_due) {
        read_within_budget(s);
    }
}

void
bus_socket_drain(struct bus_socket *s)
{
    while (read_message(s)) {
    }
}

static int
events_of(struct bus_socket *s)
{
    int events = 0;
    size_t size = sizeof(events);
    (void)zmq_getsockopt(s->zmq, ZMQ_EVENTS, &events, &size);
    return events;
}

static int
descriptor_of(struct bus_socket *s)
{
    int fd = -1;
    size_t size = sizeof(fd);
    if (zmq_getsockopt(s->zmq, ZMQ_FD, &fd, &size) != 0) {
        log_fatal("zmq socket without a descriptor: %s", zmq_strerror(errno));
    }
    return fd;
}

struct bus_socket *
bus_socket_next(const struct bus_socket *s)
{
    return s->next;
}

void
bus_socket_watch(struct bus_socket *s)
{
    struct pollfd signal = {descriptor_of(s), POLLIN, 0};
    if (s->is_again_due || poll(&signal, 1, 0) != 0) {
        return; /* we are about to read it anyway */
    }
    if ((events_of(s) & ZMQ_POLLIN) != 0) {
        s->bus->stats.watchdog_rescues++;
        log_warn("bus.rescue", log_str("endpoint", s->endpoint));
        look_again(s);
    }
}

/* ---- sending ---- */

static bool
send_first(struct bus_socket *s, zmq_msg_t *frame, int flags)
{
    if (zmq_msg_send(frame, s->zmq, flags) >= 0) {
        return true;
    }
    if (errno != EAGAIN) {
        return false;
    }
    (void)events_of(s); /* a new connection may wait to be taken up */
    return zmq_msg_send(frame, s->zmq, flags) >= 0;
}

bool
bus_socket_send(struct bus_socket *s, zmq_msg_t *frames, int count)
{
    bool is_sent = true;
    for (int i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);
        is_sent = i == 0 ? send_first(s, &frames[i], flags)
                         : zmq_msg_send(&frames[i], s->zmq, flags) >= 0;
        if (!is_sent) { /* libzmq has taken back the frames before it */
            close_frames(frames + i, count - i);
            break;
        }
    }
    look_again(s);
    return is_sent;
}

/* ---- opening and closing ---- */

struct bus_socket *
bus_socket_new(struct bus *bus, int type, bus_frames_cb *cb, void *arg)
{
    struct bus_socket *s = mem_new(sizeof(*s));
    *s = (struct bus_socket){.bus = bus, .cb = cb, .arg = arg};
    s->zmq = zmq_socket(bus->context, type);
    if (s->zmq == NULL) {
        log_fatal("cannot open a zmq socket: %s", zmq_strerror(errno));
    }
    set_options(s, type);
    s->again = timer_new(bus->loop, on_again, s);
    s->watch = watch_new(bus->loop, descriptor_of(s), on_signal, s);
    s->next = bus->sockets;
    bus->sockets = s;
    look_again(s);
    return s;
}

static void
leave_list(struct bus_socket *s)
{
    struct bus_socket **at = &s->bus->sockets;
    while (*at != s) {
        at = &(*at)->next;
    }
    *at = s->next;
}

void
bus_socket_free(struct bus_socket **s)
{
    if (*s == NULL) {
        return;
    }
    leave_list(*s);
    watch_free(&(*s)->watch);
    timer_free(&(*s)->again);
    (void)zmq_close((*s)->zmq);
    free((*s)->endpoint);
    free(*s);
    *s = NULL;
}

static bool
is_prefix(const char *prefix, const char *text)
{
    return strncmp(prefix, text, strlen(prefix)) == 0;
}

/* Without CURVE nobody is known, so nothing may come over a network. */
static void
check_endpoint(struct bus_socket *s, const char *endpoint)
{
    free(s->endpoint);
    s->endpoint = mem_copy_string(endpoint);
    if (is_prefix("tcp://", endpoint) && s->bus->zap == NULL &&
        !is_prefix("tcp://127.0.0.1:", endpoint)) {
        log_fatal("%s: tcp off this machine needs keys: set [curve] dir",
                  endpoint);
    }
}

void
bus_socket_bind(struct bus_socket *s, const char *endpoint)
{
    check_endpoint(s, endpoint);
    if (s->bus->zap != NULL && !is_prefix("inproc:", endpoint)) {
        const struct zap_keys *keys = zap_own_keys(s->bus->zap);
        set_option(s, ZMQ_CURVE_SERVER, 1);
        set_bytes(s, ZMQ_CURVE_SECRETKEY, keys->secret_key, ZAP_KEY_SIZE);
        set_bytes(s, ZMQ_ZAP_DOMAIN, "muster", strlen("muster"));
        set_option(s, ZMQ_ZAP_ENFORCE_DOMAIN, 1);
    }
    if (zmq_bind(s->zmq, endpoint) != 0) {
        log_fatal("cannot bind %s: %s", endpoint, zmq_strerror(errno));
    }
}

void
bus_socket_connect(struct bus_socket *s, const char *endpoint,
                   const char *peer_name)
{
    check_endpoint(s, endpoint);
    if (s->bus->zap != NULL && !is_prefix("inproc:", endpoint)) {
        const struct zap_keys *keys = zap_own_keys(s->bus->zap);
        char server_key[ZAP_KEY_SIZE];
        zap_public_of(s->bus->zap, peer_name, server_key);
        set_bytes(s, ZMQ_CURVE_SERVERKEY, server_key, ZAP_KEY_SIZE);
        set_bytes(s, ZMQ_CURVE_PUBLICKEY, keys->public_key, ZAP_KEY_SIZE);
        set_bytes(s, ZMQ_CURVE_SECRETKEY, keys->secret_key, ZAP_KEY_SIZE);
    }
    if (zmq_connect(s->zmq, endpoint) != 0) {
        log_fatal("cannot connect to %s: %s", endpoint, zmq_strerror(errno));
    }
}

void
bus_socket_subscribe(struct bus_socket *s, const char *topic)
{
    set_bytes(s, ZMQ_SUBSCRIBE, topic, strlen(topic));
}

/* ---- knowing who is connected ---- */

struct bus_socket *
bus_socket_monitor(struct bus_socket *s, bus_frames_cb *cb, void *arg)
{
    char address[64];
    (void)snprintf(address, sizeof(address), "inproc://monitor/%p", (void *)s);
    int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    if (zmq_socket_monitor(s->zmq, address, events) != 0) {
        log_fatal("cannot monitor a zmq socket: %s", zmq_strerror(errno));
    }
    struct bus_socket *monitor = bus_socket_new(s->bus, ZMQ_PAIR, cb, arg);
    bus_socket_connect(monitor, address, NULL);
    return monitor;
}

enum bus_link
bus_socket_link_event(zmq_msg_t *frames, int count)
{
    uint16_t event = 0;
    if (count >= 1 && zmq_msg_size(&frames[0]) >= sizeof(event)) {
        memcpy(&event, zmq_msg_data(&frames[0]), sizeof(event));
    }
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED     ? BUS_LINK_UP
           : event == ZMQ_EVENT_DISCONNECTED          ? BUS_LINK_DOWN
           : event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ? BUS_LINK_DENIED
                                                      : BUS_LINK_OTHER;
}
