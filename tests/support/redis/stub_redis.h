/* stub_redis -- a server that speaks RESP and misbehaves as told.
 *
 * Runs in a thread of its own on a unix socket, so that the store's loop
 * meets a peer that it cannot influence. */
#ifndef TESTS_SUPPORT_STUB_REDIS_H
#define TESTS_SUPPORT_STUB_REDIS_H

#include <stdbool.h>

enum stub_mode {
    STUB_GOOD,    /* greets as a durable Redis, answers scripts with PONG */
    STUB_ERROR,   /* good greeting; everything else gets the error */
    STUB_REFUSE,  /* every command gets the error */
    STUB_GARBAGE, /* answers what is not RESP */
    STUB_SILENT,  /* reads, never answers */
    STUB_CUT,     /* half an answer, then the end */
    STUB_TWICE,   /* one answer more than asked for */
    STUB_FRAGMENT /* good, one byte at a time */
};

struct stub_redis;

struct stub_redis *stub_redis_start(void);
void stub_redis_stop(struct stub_redis **stub);
/* "unix:<path>"; borrowed. */
const char *stub_redis_endpoint(const struct stub_redis *stub);
/* From the next command on. error ("OOM …") is borrowed for ever. */
void stub_redis_set(struct stub_redis *stub, enum stub_mode mode,
                    const char *error);
/* What CONFIG GET says of appendfsync; borrowed for ever. */
void stub_redis_set_fsync(struct stub_redis *stub, const char *value);
/* Whether INFO says that it still reads its files. */
void stub_redis_set_loading(struct stub_redis *stub, bool is_loading);
int stub_redis_connections(const struct stub_redis *stub); /* ever taken */

#endif
