/* gateway -- the only door: who may enter, JSON <-> protobuf, live push.
 *
 * One request, read top to bottom:
 *
 *  1. http.c hands it over; routes.c finds its row {method, path, roles, act,
 *     handler}, or answers 404 or 405. No row, no entry.
 *  2. auth.c: a row that is not public needs a token (Bearer, or the session
 *     cookie and no sign of another site): 401; its role and campaign must
 *     be in the row: 403.
 *  3. The handler reads the body (body.c), asks a service through its typed
 *     stub (common/client), and on the answer replies (reply.c, problem.c).
 *     A privileged act is written to the audit log first (audit.c).
 *  4. Exactly one reply ends the exchange and frees it.
 *
 *  signup_api.c broadcast_api.c checkin_api.c  JSON in, protobuf out, back
 *  live.c      announcements -> server-sent events, newest only
 *  staff_api.c staff, sessions, tokens, audit    store.c  their keys
 *  limits.c    per address and per login          static.c files
 *  outbox.c    what the outbox providers wrote    pages/  HTML (pages.h) */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/crypto.h"
#include "common/err.h"
#include "common/http.h"
#include "common/json.h"
#include "common/service.h"
#include "common/sse.h"
#include "common/worker.h"

#define ID_CHARS_MAX 40 /* a campaign's, action's or gate's id */
#define PARAMS_MAX 4
#define TOKEN_TEXT_SIZE 128

/* A bit each, so that a row can name several. Who holds a wider role may do
 * what the narrower may: rows say so, nothing is implied. */
enum role {
    ROLE_NOBODY = 1, /* public */
    ROLE_STEWARD = 2,
    ROLE_COORDINATOR = 4,
    ROLE_APPROVER = 8,
    ROLE_ORGANISER = 16,
    ROLE_ADMIN = 32,
};

struct staff {
    enum role role;                  /* ROLE_NOBODY: not signed in */
    char campaign[ID_CHARS_MAX + 1]; /* "muster": above all campaigns */
    char id[64];
    char name[128];
    int64_t expires_at_ms; /* of the session or token; 0: never */
    uint8_t token_hash[CRYPTO_HASH_BYTES];
};

struct gateway {
    struct service service;
    struct http_server *http;
    struct bus_peer *signup, *broadcast, *checkin;
    struct sse_hub *hub;
    struct worker *worker;
    struct limits *limits;
    struct audit *audit;
    struct store_api *store; /* NULL without a store: staff routes say 503 */
    struct files *files;
    struct outbox *outbox;
    const char *public_url, *keys_dir; /* borrowed */
    struct crypto_key token_key;
    struct crypto_key link_key; /* common/link.h; loaded at the start */
    int open_exchanges;
    struct metric *requests, *request_ms;
};

struct route;

/* One HTTP request, from its arrival to its reply. */
struct exchange {
    struct gateway *gateway;
    struct http_request *request; /* NULL once consumed */
    const struct route *route;
    char params[PARAMS_MAX][ID_CHARS_MAX * 2 + 1]; /* in the path's order */
    int param_count;
    struct staff staff;
    json_t *body; /* read by exchange_read_json; NULL before */
    struct json_errors errors;
    void *state; /* the handler's own, freed with the exchange */
    void (*next)(struct exchange *x); /* the step after an audit record */
    int64_t started_us;
};

/* ---- exchange.c ---- */

/* The value of {name} in the route's path. Never NULL. */
const char *exchange_param(const struct exchange *x, const char *name);
/* The query's value, decoded; NULL when absent. Lives as long as x. */
const char *exchange_query(struct exchange *x, const char *name);
/* A zeroed struct of the handler's own; freed with x. Once per exchange. */
void *exchange_state(struct exchange *x, size_t size);
/* Reads the JSON body. False: it has replied (415, 400) and x is gone. */
MUST_CHECK bool exchange_read_json(struct exchange *x);
/* The plain form body; NULL when the content type is another. */
const char *exchange_form(struct exchange *x);
bool exchange_wants_html(const struct exchange *x);
/* True when err is ERR_NONE; else it has replied with a problem. */
MUST_CHECK bool exchange_answered(struct exchange *x, enum err err,
                                  const char *detail);

/* ---- reply.c, problem.c: each ends the exchange ---- */

void reply_json(struct exchange *x, int status, json_t *body); /* takes body */
void reply_html(struct exchange *x, int status, const struct buf *html);
void reply_bytes(struct exchange *x, const struct http_answer *answer);
void reply_empty(struct exchange *x);                          /* 204 */
void reply_redirect(struct exchange *x, const char *location); /* 303 */
void reply_problem(struct exchange *x, int status, const char *detail);
void reply_err(struct exchange *x, enum err err, const char *detail);
void reply_errors(struct exchange *x); /* 400 with x->errors */
/* With one more header, such as a cookie; NULL name: none. */
void reply_json_with(struct exchange *x, int status, json_t *body,
                     struct http_header header);

/* ---- routes.c ---- */

void gateway_on_request(void *arg, struct http_request *request);
void gateway_on_refused(void *arg, struct http_request *request, int status,
                        const char *why);
/* One line a route: method, path, roles, act. */
void routes_print(struct buf *to);

/* ---- start and stop (start.c) ---- */

/* The whole program: main's body, so that others can link it. */
int gateway_main(int argc, char **argv);

#endif
