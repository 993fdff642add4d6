/* parts -- what the bus's own files share; see bus.h.
 *
 * A file calls those below it:
 *
 *   bus.c         the bus itself, the watchdog
 *   connect.c     links to the instances of a service
 *   ask.c         asks in flight: deadlines, repeats, answers
 *   peer.c        which instance is asked next
 *   serve.c       requests and replies
 *   news.c        announcing and following
 *   socket.c      one ZeroMQ socket on the loop
 *   zap.c         keys, and who is let in */
#ifndef COMMON_BUS_PARTS_H
#define COMMON_BUS_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "common/bus/bus.h"
#include "common/bus/socket.h"
#include "common/loop/loop.h"

#define BUS_NAME_SIZE 64
#define BUS_ENVELOPE_BYTES_MAX 512

struct ask {
    struct wheel_item due; /* first: the wheel hands it back */
    struct ring place;     /* in an instance's asked, or its peer's waiting */
    uint64_t id;           /* 0: this slot is free */
    struct bus_peer *peer;
    bus_answer_cb *cb;
    void *arg;
    zmq_msg_t body;
    int64_t deadline_ms;
    uint64_t trace;
    struct instance *at;      /* where it was sent; NULL: waiting */
    struct instance *shunned; /* not there again */
    int only;                 /* 1..n; 0: any */
    int tries;
    bool is_repeatable;
    uint32_t slot, next_free;
};

struct asks {
    struct ask **slots;
    uint32_t count, cap, first_free, open;
    uint64_t generation;
    struct wheel wheel;
    struct refusal *refusals; /* answers owed to asks never made, in order */
    struct refusal **last_refusal;
    struct timer *refusal_timer;
};

struct instance {
    struct bus_peer *peer;
    struct bus_socket *dealer, *monitor;
    struct ring asked;
    char name[BUS_NAME_SIZE];
    bool is_connected, is_local;
    int64_t avoid_until_ms; /* it timed out or refused just now */
};

struct bus_peer {
    struct bus *bus;
    struct bus_peer *next;
    char *service;
    struct instance instances[BUS_ENDPOINTS_MAX];
    int count, turn;
    struct ring waiting;       /* asks for which nobody is connected */
    struct timer *queue_timer; /* connected, but its queue was full */
};

struct follower {
    struct follower *next;
    struct bus_socket *sub;
    bus_news_cb *cb;
    void *arg;
};

struct bus {
    struct loop *loop;
    char name[BUS_NAME_SIZE];
    void *context;
    struct zap *zap; /* NULL: no CURVE */
    struct timer *watchdog;
    struct bus_stats stats;
    uint64_t malformed_logged;
    int (*budget)(void);
    struct bus_socket *sockets; /* all of them, for the watchdog */
    struct asks asks;
    struct bus_peer *peers;
    struct bus_socket *router, *pub;
    bus_serve_cb *serve;
    void *serve_arg;
    struct ring requests; /* open */
    int request_count;
    struct bus_request *spare_requests;
    bool is_draining, is_closing;
    struct follower *followers;
};

/* ask.c */
void asks_init(struct bus *bus);
void asks_fini(struct bus *bus); /* answers them all */
void asks_on_link_up(struct instance *instance);
void asks_on_link_down(struct instance *instance);
bus_frames_cb asks_on_answer; /* arg: the instance */
void asks_send_waiting(struct bus_peer *peer);

/* peer.c: the next instance to ask, or NULL. */
struct instance *peer_choose(struct bus_peer *peer, const struct ask *ask,
                             int64_t now_ms);

/* connect.c */
void peers_free(struct bus *bus);
/* Calls each with one endpoint of the comma-separated list and its number. */
void bus_each_endpoint(const char *endpoints,
                       void (*each)(void *arg, const char *endpoint, int i),
                       void *arg);

/* serve.c, news.c */
void serve_free(struct bus *bus);
void news_free(struct bus *bus);

#endif
