/* node -- one server of the store, and the way to it.
 *
 *   away -> (retry timer) -> opening -> greeting (greet.c) -> up
 *     ^------------- lost: all that was sent is unknown -----/
 *
 * With replicas_required a second node of the same place, reads, has the
 * connection that waits for no replica. For the store alone. */
#ifndef COMMON_STORE_NODE_H
#define COMMON_STORE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/loop/loop.h"
#include "common/store/endpoint.h"
#include "common/store/link.h"

#define STORE_PROBE_EVERY_MS 500
#define STORE_PROBE_LATE_MS 1000 /* an unanswered probe: not ready */
#define STORE_RETRY_MS_FIRST 50
#define STORE_RETRY_MS_MAX 1000
#define STORE_ID_SIZE 64
#define STORE_SCRIPTS_MAX 256 /* of one store */

struct redisReply;
struct store;
struct store_batch;
struct store_command;

enum store_state {
    STORE_AWAY,     /* waiting for the retry timer, or not wanted */
    STORE_OPENING,  /* connecting */
    STORE_GREETING, /* who are you, are you durable, learn our scripts */
    STORE_UP
};

struct store_node {
    struct store_node *next;
    struct store *store;
    struct store_place place;
    char name[STORE_NAME_SIZE];
    struct store_node *reads; /* NULL: reads go here too */
    bool is_for_reads;
    bool is_wanted; /* the route sends here; else it is not opened again */

    enum store_state state;
    struct store_link *link; /* NULL when away */
    struct timer *retry_timer;
    struct backoff backoff;
    char why_not[256];     /* not ready, as a sentence; "" */
    bool is_never_durable; /* found so: waiting will not help */
    int greetings_open;    /* answers missing before the next step */
    int64_t unready_since_ms;

    struct timer *probe_timer;
    int64_t probe_sent_ms; /* 0: none on its way */
    bool is_probe_good;
    bool says_replica; /* its last INFO did */
    bool is_replica;   /* nothing is written to it */

    /* The connection lost last, to be killed at the next greeting. */
    int64_t own_id, lost_id;
    char run_id[STORE_ID_SIZE], lost_run_id[STORE_ID_SIZE];

    bool is_loading[STORE_SCRIPTS_MAX]; /* by the script's number */
    int in_flight;

    /* acks.c: what is sent in this turn, and whether replicas follow. */
    struct store_batch *batch;
    struct timer *batch_timer;
    bool is_short; /* of replicas that acknowledge: nothing is written */
};

/* The node at a place, made and opened when there is none yet. */
struct store_node *store_node_at(struct store *store,
                                 const struct store_place *place);
/* Opens it (again), and its reads. */
void store_node_want(struct store_node *node);
/* It is not opened again. is_now: what it carries is unknown; else it may
 * still answer. */
void store_node_leave(struct store_node *node, bool is_now);
/* Answers what is open: ERR_UNKNOWN. */
void store_node_close(struct store_node *node);
void store_node_free(struct store_node **node);

/* Up, probed in time, and its reads as well. */
bool store_node_is_ready(const struct store_node *node);
/* Borrowed, until the loop turns; "" when nothing is known. */
const char *store_node_why_not(const struct store_node *node);
/* Whether command may be sent there now. */
bool store_node_takes(const struct store_node *node,
                      const struct store_command *command);
void store_node_say(struct store_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- greet.c ---- */

/* The link is open: greet, then probe; ends in STORE_UP or a broken link. */
void store_greet(struct store_node *node);
/* Sends the probe, now and every STORE_PROBE_EVERY_MS. */
void store_probe(void *node);
void store_forget_link(struct store_node *node); /* it was lost */
/* Something said READONLY. */
void store_note_replica(struct store_node *node);

/* ---- acks.c ---- */

/* A new connection: it is short until a WAIT has counted. */
void store_acks_begin(struct store_node *node);
/* command is about to be sent: its answer will wait, where it has to. */
void store_acks_join(struct store_node *node, struct store_command *command);
/* True: the answer is kept until the batch has its replicas. */
bool store_acks_hold(struct store_command *command, struct redisReply *reply);
/* Behind the probe: whether there are enough replicas. */
void store_acks_probe(struct store_node *node);
void store_acks_close(struct store_node *node); /* its link is gone */
void store_acks_send(void *node);               /* the batch timer */

#endif
