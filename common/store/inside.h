/* inside -- what the files of the store share, and their map.
 *
 *   store.c      the store itself: is it ready, and if not why
 *   command.c    a command: to which node, its answer, what is refused
 *   follow.c     answers that say "not here" or "not now": sent again
 *   acks.c       replicas_required: answers wait for their batch's WAIT
 *   script.c     the two ways in: a script's call, a plain command
 *   node.c       one server: connect, lose, connect again
 *   greet.c      what is said on a new connection, and the probe
 *   fixed.c sentinel.c cluster.c   the routes: which node has this slot
 *   scout.c      asks Sentinels, or nodes of a Cluster, where the data is
 *   slots.c endpoint.c   pure: a key's slot; what the setting says
 *   dial.c link.c reply.c   hiredis: connecting, bytes, answers
 *
 * A command goes store_run -> store_dispatch -> route -> node -> link, and
 * its answer link -> on_answer -> (follow) -> (acks) -> cb. */
#ifndef COMMON_STORE_INSIDE_H
#define COMMON_STORE_INSIDE_H

#include "common/store/endpoint.h"
#include "common/store/link.h"
#include "common/store/node.h"
#include "common/store/store.h"

#define STORE_SHA_SIZE 41
#define STORE_NO_SLOT (-1) /* of a command without a key: any node */

struct store_script {
    struct store_script *next;
    struct store *store;
    const char *source;       /* borrowed for ever */
    char sha[STORE_SHA_SIZE]; /* "" until Redis has told it */
    size_t number;            /* from 0, in the order they were made */
    bool is_read;             /* it says that it writes nothing */
};

struct store_command {
    struct store_link_call call; /* first */
    struct store *store;
    struct store_node *node; /* it was sent to; NULL: never sent */
    store_reply_cb *cb;
    void *arg;
    uint64_t trace;              /* entered again for cb */
    struct store_script *script; /* NULL: a plain command */
    char *formatted;             /* kept while it may be sent again */
    size_t formatted_len;
    int slot;                 /* of its first key, or STORE_NO_SLOT */
    int64_t until_ms;         /* it may be sent again; 0: not sent yet */
    struct store_node *asked; /* ASK: this node once, not the route's */
    int tries;
    bool is_read;               /* may go by the connection for reads */
    bool is_ours;               /* not counted in flight */
    struct store_batch *batch;  /* its answer waits for this, or NULL */
    struct redisReply *held;    /* that answer */
    struct store_command *next; /* among the refused, held or waiting */
    enum err refused_with;
};

/* Commands in their order. */
struct store_queue {
    struct store_command *first, **last;
    int count;
};

/* How to find the node: one for each kind of endpoint. A route makes nodes by
 * store_node_at and keeps store->is_placed and store->why_not. */
struct store_route {
    void (*start)(struct store *store);
    void (*stop)(struct store *store);   /* asks nobody any more */
    void (*finish)(struct store *store); /* frees what it has */
    /* NULL: not known. */
    struct store_node *(*find)(struct store *store, int slot);
    /* node was lost or is no master: look again where the data is. */
    void (*doubt)(struct store *store, struct store_node *node);
    /* Slot is at node from now on. NULL: there are no slots. */
    void (*moved)(struct store *store, int slot, struct store_node *node);
};
extern const struct store_route store_route_fixed;
extern const struct store_route store_route_sentinel;
extern const struct store_route store_route_cluster;

struct store {
    struct loop *loop;
    struct store_endpoint endpoint;
    char *user, *password, *sentinel_user, *sentinel_password;
    bool allows_volatile;
    int replicas_required;

    const struct store_route *route;
    void *routing;            /* the route's own */
    bool is_placed;           /* the route knows every node it needs */
    char why_not[256];        /* not placed, as a sentence */
    struct store_node *nodes; /* never freed before the store */

    struct store_script *scripts, *probe;
    size_t script_count;

    uint64_t breaks; /* see store_breaks */
    int in_flight;   /* sent, not ours */
    struct store_queue refused, waiting;
    struct timer *refused_timer, *waiting_timer;

    /* Where a command's words stand while it is formatted. */
    const char *words[STORE_ARGS_MAX + 4];
    size_t word_lens[STORE_ARGS_MAX + 4];
};

/* ---- store.c ---- */

void store_say_why_not(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- command.c ---- */

void store_queue_init(struct store_queue *queue);
void store_queue_add(struct store_queue *queue, struct store_command *command);
/* All of them, in their order; queue is empty then. */
struct store_command *store_queue_take(struct store_queue *queue);
/* Formatted: to its node, or refused. */
void store_dispatch(struct store_command *command);
/* Answers later with err; owns command. */
void store_refuse(struct store_command *command, enum err err);
void store_on_refused(void *arg); /* the refused timer */
/* Answers now with reply, which is freed. Owns command. */
void store_answer(struct store_command *command, struct redisReply *reply);
/* Answers now with ERR_UNKNOWN. Owns command. */
void store_answer_unknown(struct store_command *command, const char *sentence);
/* One of our own, by node: not limited, not counted, link must be open. */
void store_send_own(struct store_node *node, const char *const *words,
                    int count, store_reply_cb *cb, void *arg);

/* ---- follow.c ---- */

/* True: reply says that nothing happened and the command was sent again, or
 * waits to be. reply is only read. */
bool store_follow(struct store_command *command,
                  const struct redisReply *reply);
/* Tries again, in a moment, until its time is over. */
void store_wait_a_moment(struct store_command *command);
void store_on_waiting(void *arg); /* the waiting timer */

/* ---- script.c ---- */

/* Loads it at node, unless that is under way. */
void store_script_load(struct store_node *node, struct store_script *script);

#endif
