/* link -- one connection to Redis: bytes, order, deadlines.
 *
 * For the store alone. Uses hiredis' connection, formatter and reader but
 * not its async context: that one has no deadlines, frees itself, and
 * aborts on an answer that nobody asked for. */
#ifndef COMMON_STORE_LINK_H
#define COMMON_STORE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "common/loop/loop.h"
#include "common/store/endpoint.h"

struct redisReply;
struct store_link;

/* One command on its way; embedded in what its owner knows of it. */
struct store_link_call {
    struct store_link_call *next;
    int64_t deadline_ms; /* on the boot clock */
    /* Exactly once. reply NULL: cut off, outcome unknown. Else it is owned by
     * the callee: freeReplyObject. */
    void (*done)(struct store_link_call *call, struct redisReply *reply);
};

struct store_link_owner {
    void (*opened)(void *arg);
    /* Once, and nothing after it. The owner then closes the link. */
    void (*lost)(void *arg, const char *why);
    /* NULL, or: what was subscribed to has said something. */
    void (*heard)(void *arg);
    void *arg;
};

/* Starts to connect. owner is copied, called from the loop alone. */
struct store_link *store_link_open(struct loop *loop,
                                   const struct store_place *place,
                                   const struct store_link_owner *owner);
/* Every call still open is done with NULL. */
void store_link_close(struct store_link **link);
/* formatted is copied. Only while open and not lost. */
void store_link_send(struct store_link *link, struct store_link_call *call,
                     const char *formatted, size_t len);
/* Has lost called, soon; why is copied. */
void store_link_break(struct store_link *link, const char *why);

#endif
