/* store -- Redis, by scripts, with a known outcome for everything.
 *
 * One pipelined connection. Commands go out in the order given (after a
 * SCRIPT FLUSH by hand, calls already on their way may be overtaken). Every one
 * has a deadline (2 s); at most STORE_IN_FLIGHT_MAX are open. The store
 * reconnects by itself (full-jitter back-off to 1 s) and answers
 * ERR_UNAVAILABLE while it is away. Outcomes:
 *
 *   ERR_NONE         committed (Redis has fsynced before it answers)
 *   ERR_UNAVAILABLE  nothing happened: not connected, LOADING, BUSY, OOM,
 *                    MISCONF, READONLY, NOAUTH, NOPERM
 *   ERR_UNKNOWN      sent and not answered: cut, silence, garbage. When the
 *                    store is ready again it has happened or never will
 *   ERR_LIMIT        too many in flight, or too much at once; nothing happened
 *   ERR_INTERNAL     Redis says our command is wrong
 *   ERR_CONFLICT…    a script's own refusal: redis.error_reply("CONFLICT …")
 *                    maps by its first word: CONFLICT, NOTFOUND, BADREQUEST,
 *                    LIMIT, GONE, FORBIDDEN; the rest is reply->string
 */
#ifndef COMMON_STORE_STORE_H
#define COMMON_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

#define STORE_DEADLINE_MS 2000
#define STORE_IN_FLIGHT_MAX 4096
#define STORE_COMMAND_BYTES_MAX ((size_t)64 << 20)
#define STORE_ARGS_MAX 8192 /* keys and arguments of one script call */

struct store;
struct store_script;

struct store_options {
    const char *endpoint; /* "unix:/path", "tcp:host:port"; copied */
    const char *user;     /* ACL user, or NULL */
    const char *password;
    bool allows_volatile; /* start on a Redis that is not durable */
};

/* Connects in the background. */
struct store *store_new(struct loop *loop, const struct store_options *);
/* Not from a callback. Open commands: ERR_UNKNOWN. */
void store_free(struct store **store);

/* Start-up: turns the loop until connected and found durable (appendonly
 * yes, appendfsync always, noeviction; seen by CONFIG GET, which the ACL user
 * must be allowed). Exits with a sentence that says what
 * to set if it is not, or if it is not there within wait_ms. */
void store_wait_ready(struct store *store, int64_t wait_ms);
/* Connected, and the last probe (every 500 ms; refused whenever a write would
 * be) was answered well and in time. */
bool store_is_ready(const struct store *store);
/* NULL when ready, else a sentence; borrowed, until the loop turns. */
const char *store_not_ready_why(const struct store *store);
int store_in_flight(const struct store *store);

enum store_type { STORE_NIL, STORE_INTEGER, STORE_STRING, STORE_ARRAY };

/* Borrowed for the call: copy what is kept. string is NUL-terminated past
 * len. On a refusal the type is STORE_STRING: the sentence. */
struct store_reply {
    enum store_type type;
    int64_t integer;
    const char *string;
    size_t len;
    const struct store_reply *items; /* STORE_ARRAY: count of them */
    size_t count;
};

typedef void store_reply_cb(void *arg, enum err err,
                            const struct store_reply *reply); /* never NULL */

/* source: Lua, borrowed for ever (an embedded lua_x[]). Called by EVALSHA;
 * after NOSCRIPT loaded and sent again. Owned by the store. */
struct store_script *store_script(struct store *store, const char *source);

struct store_call {
    struct store_script *script;
    const struct bytes *keys; /* one hash slot */
    size_t key_count;
    const struct bytes *args;
    size_t arg_count;
};

/* Exactly one call of cb, always later, also on failure and shutdown. The
 * keys and args are copied before it returns. */
void store_run(struct store *store, const struct store_call *call,
               store_reply_cb *cb, void *arg);
/* The same for one plain command, for reads: words are borrowed. */
void store_command(struct store *store, const struct bytes *words,
                   size_t word_count, store_reply_cb *cb, void *arg);

#endif
