/* store -- Redis, by scripts, with a known outcome for everything.
 *
 * One Redis, one that Sentinels watch over, or a Cluster: the endpoint says
 * which, and callers cannot tell. To each server one pipelined connection.
 * Commands go out in the order given; what a SCRIPT FLUSH, a moved slot or a
 * failover sends again may be overtaken. Every one has a deadline (2 s from
 * its last sending); at most STORE_IN_FLIGHT_MAX are open. The store
 * reconnects by itself (full-jitter back-off to 1 s) and answers
 * ERR_UNAVAILABLE while it is away. Outcomes:
 *
 *   ERR_NONE         committed (Redis has fsynced before it answers), and
 *                    with replicas_required so many replicas have it too
 *   ERR_UNAVAILABLE  nothing happened: not connected, LOADING, BUSY, OOM,
 *                    MISCONF, READONLY, NOAUTH, NOPERM; or CLUSTERDOWN,
 *                    TRYAGAIN, MOVED for longer than STORE_FOLLOW_MS
 *   ERR_UNKNOWN      sent and not answered: cut, silence, garbage; or written
 *                    and confirmed by too few replicas. When the store is
 *                    ready again it has happened or never will
 *   ERR_LIMIT        too many in flight, or too much at once; nothing happened
 *   ERR_INTERNAL     Redis says our command is wrong
 *   ERR_CONFLICT…    a script's own refusal: redis.error_reply("CONFLICT …")
 *                    maps by its first word: CONFLICT, NOTFOUND, BADREQUEST,
 *                    LIMIT, GONE, FORBIDDEN; the rest is reply->string
 *
 * What was answered ERR_NONE can still be lost by a failover when
 * replicas_required is 0: the new master may never have had it. */
#ifndef COMMON_STORE_STORE_H
#define COMMON_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

#define STORE_DEADLINE_MS 2000
#define STORE_FOLLOW_MS 1500 /* redirections, from the first sending on */
#define STORE_ACK_MS 500     /* how long replicas have to confirm */
#define STORE_IN_FLIGHT_MAX 4096
#define STORE_COMMAND_BYTES_MAX ((size_t)64 << 20)
#define STORE_ARGS_MAX 8192 /* keys and arguments of one script call */

struct store;
struct store_script;

struct store_options {
    const char *endpoint; /* see endpoint.h; all is copied */
    const char *user;     /* ACL user, or NULL */
    const char *password;
    const char *sentinel_user, *sentinel_password; /* or NULL */
    bool allows_volatile;  /* start on a Redis that is not durable */
    int replicas_required; /* that confirm each write before it is a yes */
};

/* Connects in the background. Exits when the endpoint cannot be read. */
struct store *store_new(struct loop *loop, const struct store_options *);
/* Not from a callback. Open commands: ERR_UNKNOWN. */
void store_free(struct store **store);

/* Start-up: turns the loop until connected and found durable (appendonly
 * yes, appendfsync always, noeviction; seen by CONFIG GET, which the ACL user
 * must be allowed). Exits with a sentence that says what
 * to set if it is not, or if it is not there within wait_ms. */
void store_wait_ready(struct store *store, int64_t wait_ms);
/* Connected to every master there is, and the last probe of each (every
 * 500 ms; refused whenever a write would be) was answered well and in time. */
bool store_is_ready(const struct store *store);
/* NULL when ready, else a sentence that names the server; borrowed, until the
 * loop turns. */
const char *store_not_ready_why(const struct store *store);
int store_in_flight(const struct store *store);
/* Rises whenever a connection was lost, or data moved to another server: what
 * is there from then on may be older than what was seen before. */
uint64_t store_breaks(const struct store *store);

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
 * after NOSCRIPT loaded and sent again. Owned by the store. With a line
 * "-- writes nothing" it is a read: with replicas_required it does not wait
 * behind what writes, may overtake what is not answered yet, and is refused if
 * it writes after all. */
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
/* The same for one plain command, for reads: words are borrowed. The second
 * word is its key, where it has one. */
void store_command(struct store *store, const struct bytes *words,
                   size_t word_count, store_reply_cb *cb, void *arg);

#endif
