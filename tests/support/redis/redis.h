/* redis -- a private, durable redis-server for one test.
 *
 * On a unix socket in its own temp directory: appendonly yes, appendfsync
 * always, noeviction. It dies with the test. */
#ifndef TESTS_SUPPORT_REDIS_H
#define TESTS_SUPPORT_REDIS_H

#include <stdbool.h>

#include "common/loop/loop.h"
#include "common/store/store.h"
#include "tests/support/process/process.h"

struct redis_options {
    const char *acl;          /* text of an ACL file, or NULL */
    const char *const *extra; /* more arguments, NULL-terminated, or NULL */
    bool is_volatile;         /* no append-only file */
};

struct redis {
    struct process process;
    char *dir;      /* holds all below */
    char *socket;   /* path */
    char *endpoint; /* "unix:<socket>", for store_options */
    char *output;   /* what redis-server printed */
    struct redis_options options;
};

/* Starts it and waits until it answers. options may be NULL; what it points
 * to is borrowed. */
struct redis *redis_start(const struct redis_options *options);
void redis_kill(struct redis *redis);    /* -9 */
void redis_stop(struct redis *redis);    /* SIGTERM, and waits */
void redis_restart(struct redis *redis); /* after kill or stop: same data */
void redis_freeze(struct redis *redis);  /* SIGSTOP */
void redis_thaw(struct redis *redis);    /* SIGCONT */
/* Kills it and removes its directory. */
void redis_free(struct redis **redis);

#define REDIS_DEFAULT_OFF "user default off resetpass ~* &* +@all"
/* For options.acl: the first line, then the service's user with that password,
 * as it is in production. Borrowed, until the next call. */
const char *redis_acl(const char *first, const char *service,
                      const char *password);

/* One command over a connection of its own, as the default user; the reply
 * as text (arrays: one item a line), owned by the caller. */
char *redis_do(struct redis *redis, const char *command);

/* A store on it, ready. */
struct store *redis_store(struct redis *redis, struct loop *loop);

#endif
