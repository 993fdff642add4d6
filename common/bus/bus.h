/* bus -- ask and announce between processes, over ZeroMQ.
 *
 * The bus carries work and never owns it: losing any message loses nothing.
 * One bus per process, for its whole life; never used across fork.
 *   ask       bus_ask -> DEALER -> ROUTER -> on_ask -> bus_reply -> on_answer
 *   announce  bus_announce -> PUB -> SUB -> on_news (may be lost)
 *
 * An asker knows a service by name and has one DEALER for each of its
 * endpoints, so it can choose: round the connected instances, or one by
 * number. After a time-out (or a peer's disappearance) the ask goes once to
 * another instance if the caller said it is safe to repeat.
 *
 * With CURVE (tcp), a peer is known by its key's name and only keys listed
 * in the key directory are let in (ZAP, default deny). */
#ifndef COMMON_BUS_BUS_H
#define COMMON_BUS_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/bus/fault.h"
#include "common/bus/feed.h"
#include "common/loop/loop.h"

#define BUS_VERSION 2 /* of envelope and requests; others are refused */
#define BUS_BODY_BYTES_MAX ((size_t)1024 * 1024)
#define BUS_ASKS_IN_FLIGHT_MAX 65536 /* per process; more: ERR_LIMIT */
#define BUS_OPEN_REQUESTS_MAX 65536  /* more are refused: ERR_UNAVAILABLE */
#define BUS_DEADLINE_MS_DEFAULT 3000
#define BUS_REACH_MS 300 /* an ask waits so long for any instance */
#define BUS_TOPIC_BYTES_MAX 180
#define BUS_ENDPOINTS_MAX 16 /* per service */

struct bus;
struct bus_peer;
struct bus_request;

struct bus_options {
    const char *name;      /* this instance, "signup.0"; borrowed */
    const char *curve_dir; /* NULL: no CURVE. Holds <name>.secret, own key
                              pair, and <name>.public for each peer let in;
                              see bus_make_keys */
};

/* Starts no thread but libzmq's; with curve_dir exits when a key is missing
 * or unreadable (start-up only). */
struct bus *bus_new(struct loop *loop, const struct bus_options *options);
/* What is open is answered: ERR_UNAVAILABLE, or ERR_UNKNOWN when sent.
 * Requests not yet replied to may be replied to later, to nobody. */
void bus_free(struct bus **bus);

/* Drops what is open without a call: at the end, when nobody waits. */
void bus_forget_asks(struct bus *bus);

/* ---- asking ---- */

/* endpoints: "ipc:///run/x.ask,tcp://host:port", one per instance, in
 * instance order; instance i is proved by the key of "<service>.<i>" when
 * CURVE is on, and tcp off this machine is refused when it is not (exits;
 * start-up only). Copied. Owned by the bus. */
struct bus_peer *bus_connect(struct bus *bus, const char *service,
                             const char *endpoints);
int bus_peer_instances(const struct bus_peer *peer);

struct bus_ask {
    const void *body; /* packed; copied before bus_ask returns */
    size_t len;
    int64_t deadline_ms; /* from now; 0: BUS_DEADLINE_MS_DEFAULT */
    bool is_repeatable;  /* may be sent once more: elsewhere after half the
                            deadline, or when the instance has gone */
    int instance;        /* 1..n: that one only; 0: any */
    uint64_t trace;      /* 0: the one entered now, see trace.h */
};

/* body is borrowed for the call, empty unless err is ERR_NONE; detail is a
 * sentence or "". ERR_TIMEOUT: outcome unknown. ERR_UNKNOWN: the same, known
 * sooner: the instance that was asked has gone. ERR_UNAVAILABLE: nothing
 * happened: no instance could be reached within BUS_REACH_MS, or it refused.
 * ERR_TOO_LARGE: not sent. */
typedef void bus_answer_cb(void *arg, enum err err, const char *detail,
                           const void *body, size_t len);

/* Exactly one call of cb, always later, also on failure and shutdown. */
void bus_ask(struct bus_peer *peer, const struct bus_ask *ask,
             bus_answer_cb *cb, void *arg);

/* ---- answering ---- */

/* request is owned by the callee until bus_reply. */
typedef void bus_serve_cb(void *arg, struct bus_request *request);

/* Binds; exits with a sentence when it cannot (start-up only). */
void bus_serve(struct bus *bus, const char *endpoint, bus_serve_cb *cb,
               void *arg);
/* From now on new asks are refused with ERR_UNAVAILABLE (drain). */
void bus_stop_serving(struct bus *bus);
int bus_open_requests(const struct bus *bus); /* taken, not yet answered */

const void *bus_request_body(const struct bus_request *request,
                             size_t *len_out);
int64_t bus_request_time_left_ms(const struct bus_request *request);
/* The asker's instance name, "gateway.0". Proved by CURVE when it is on;
 * else what the asker says. Never NULL. */
const char *bus_request_caller(const struct bus_request *request);
uint64_t bus_request_trace(const struct bus_request *request);

/* Consumes request. detail: a sentence that says what to do, or NULL; body
 * is ignored unless err is ERR_NONE. See also bus_refuse. */
void bus_reply(struct bus_request *request, enum err err, const char *detail,
               const void *body, size_t len);

/* ---- announcing ---- */

/* Binds the PUB side; start-up only. Then anyone may announce. */
void bus_publish_at(struct bus *bus, const char *endpoint);
/* May be lost. body is the newest whole state, never a delta. */
void bus_announce(struct bus *bus, const char *topic, const void *body,
                  size_t len);

typedef void bus_news_cb(void *arg, const char *topic, const void *body,
                         size_t len);
struct bus_source { /* as for bus_connect; borrowed for the call */
    const char *service, *endpoints;
};
/* topic is a prefix. Lasts as long as bus. */
void bus_follow(struct bus *bus, const struct bus_source *source,
                const char *topic, bus_news_cb *cb, void *arg);

/* ---- keys ---- */

/* Writes <dir>/<name>.secret (0600) and <name>.public; exits when it cannot.
 * Peers on other machines get the .public file alone. */
void bus_make_keys(const char *dir, const char *name);

/* ---- for tests and metrics ---- */

struct bus_stats {
    uint64_t asked, answered, timed_out, retried, served, late_answers;
    uint64_t expired;   /* asks dropped: their asker no longer waits */
    uint64_t refused;   /* asks refused: draining, or too many are open */
    uint64_t unclaimed; /* answers whose asker was gone */
    uint64_t malformed; /* messages that were not ours; dropped */
    uint64_t watchdog_rescues; /* the 1 s watchdog found unread mail: 0 */
};
const struct bus_stats *bus_stats(const struct bus *bus);
/* Reads at most budget() messages of a socket at a time. */
void bus_set_budget_for_test(struct bus *bus, int (*budget)(void));

#endif
