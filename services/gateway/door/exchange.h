/* exchange -- one HTTP request, from its arrival to its reply.
 *
 * Exactly one reply (reply.h) ends it, at once or later, and frees it. */
#ifndef GATEWAY_DOOR_EXCHANGE_H
#define GATEWAY_DOOR_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/http/http.h"
#include "common/text/text.h"
#include "services/gateway/door/route.h"

#define ID_CHARS_MAX (SLUG_SIZE - 1) /* a campaign's, action's or gate's id */
#define PARAMS_MAX 4
#define PARAM_SIZE 129           /* decoded, with its NUL; longer: 404 */
#define QUERIES_MAX 8            /* values one handler may ask for */
#define MUSTER_CAMPAIGN "muster" /* stands above all campaigns */

struct gateway;

struct staff {
    enum role role;                  /* ROLE_NOBODY: not signed in */
    char campaign[ID_CHARS_MAX + 1]; /* "muster": above all campaigns */
    char id[64];
    char name[128];
    int64_t expires_at_ms; /* of the session or token; 0: never */
    uint8_t token_hash[CRYPTO_HASH_BYTES];
};

struct exchange {
    struct gateway *gateway;
    struct http_request *request;        /* NULL once consumed */
    const struct route *route;           /* NULL: refused before it was found */
    char params[PARAMS_MAX][PARAM_SIZE]; /* in the path's order */
    const char *campaign; /* as exchange_campaign found it; NULL: not yet */
    struct staff staff;
    bool is_by_cookie; /* signed in by the session cookie */
    json_t *body;      /* read by exchange_read_json; NULL before */
    struct json_errors errors;
    void *state; /* the handler's own, freed with the exchange */
    void (*fini_state)(void *state); /* what that owns; NULL: nothing */
    char *queries[QUERIES_MAX];
    int query_count;
    void (*next)(struct exchange *x); /* the step to go on with */
    int64_t started_us;
    uint64_t trace; /* of the logs, and a problem's "instance" */
};

struct exchange *exchange_new(struct gateway *g, struct http_request *request);
/* Counts and frees it, once its request has been consumed. */
void exchange_end(struct exchange *x, int status);

/* The value of {name} in the route's path. Never NULL. */
const char *exchange_param(const struct exchange *x, const char *name);
/* The query's value, decoded; NULL when absent. Lives as long as x. */
const char *exchange_query(struct exchange *x, const char *name);
/* The query's whole number, fallback when absent; one that is none, or above
 * max, is added to x's errors. */
uint64_t exchange_query_whole(struct exchange *x, const char *name,
                              uint64_t fallback, uint64_t max);
/* The campaign it is about, as its route's scope says: {c}, or of a page of a
 * campaign the query's c; "" when there is none. */
const char *exchange_campaign(struct exchange *x);
/* A zeroed struct of the handler's own; freed with x. Once per exchange. */
void *exchange_state(struct exchange *x, size_t size);
/* The same of a state that owns things: fini frees them, not the state. */
void *exchange_state_owning(struct exchange *x, size_t size,
                            void (*fini)(void *state));
/* Reads the JSON body. False: it has replied (415, 400) and x is gone. */
MUST_CHECK bool exchange_read_json(struct exchange *x);
/* The plain form body; NULL when the content type is another. */
const char *exchange_form(struct exchange *x);
bool exchange_wants_html(const struct exchange *x);
/* True when err is ERR_NONE; else it has replied with a problem. */
MUST_CHECK bool exchange_answered(struct exchange *x, enum err err,
                                  const char *detail);

#endif
