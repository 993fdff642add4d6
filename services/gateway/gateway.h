/* gateway -- the only door: who may enter, JSON <-> protobuf, live push.
 *
 * One request, read top to bottom:
 *
 *  1. http.c hands it over; door/routes.c finds its row {method, path, roles,
 *     act, handler}, or answers 404 or 405. No row, no entry.
 *  2. staff/auth.c: a row that is not public needs a token (Bearer, or the
 *     session cookie and no sign of another site): 401; its role and campaign
 *     must be in the row: 403.
 *  3. The handler reads the body, asks a service through its typed stub
 *     (common/client), and on the answer replies (door/reply.c). A privileged
 *     act is written to the audit log first (staff/audit.c).
 *  4. Exactly one reply ends the exchange (door/exchange.c) and frees it.
 *
 *  door/   routes, exchange, reply, limits per address and login, files
 *  staff/  who is who: sessions, tokens, the audit log, and their keys
 *  api/    JSON in, protobuf out, back: signup_api.c broadcast_api.c
 *          checkin_api.c; live.c: announcements -> server-sent events, newest
 *          only; outbox.c: what the outbox providers wrote
 *  pages/  HTML (pages.h); web/: what needs JavaScript */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/http/http.h"
#include "common/http/sse.h"
#include "common/loop/loop.h"
#include "common/service/service.h"
#include "common/text/text.h"

#define ID_CHARS_MAX 40 /* a campaign's, action's or gate's id */
#define PARAMS_MAX 4
#define PARAM_SIZE 129           /* decoded, with its NUL; longer: 404 */
#define QUERIES_MAX 8            /* values one handler may ask for */
#define MUSTER_CAMPAIGN "muster" /* stands above all campaigns */

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
    struct timer *live_timer;
    struct worker *worker;
    struct limits *limits;
    struct audit *audit;
    struct tickets *tickets;
    struct consents *consents;
    struct files *files;
    const char *public_url, *outbox_dir; /* borrowed; outbox_dir: or NULL */
    struct crypto_key token_key, audit_key, link_key;
    uint8_t bootstrap_hash[CRYPTO_HASH_BYTES];
    int open_exchanges;
    struct metric *requests[4], *request_ms; /* by status: 2xx … 5xx */
};

struct route;

/* One HTTP request, from its arrival to its reply. */
struct exchange {
    struct gateway *gateway;
    struct http_request *request; /* NULL once consumed */
    const struct route *route;
    char params[PARAMS_MAX][PARAM_SIZE]; /* in the path's order */
    struct staff staff;
    bool is_by_cookie; /* signed in by the session cookie */
    json_t *body;      /* read by exchange_read_json; NULL before */
    struct json_errors errors;
    void *state; /* the handler's own, freed with the exchange */
    char *queries[QUERIES_MAX];
    int query_count;
    void (*next)(struct exchange *x); /* the step to go on with */
    int64_t started_us;
    uint64_t trace; /* of the logs, and a problem's "instance" */
};

/* ---- exchange.c ---- */

/* The value of {name} in the route's path. Never NULL. */
const char *exchange_param(const struct exchange *x, const char *name);
/* The query's value, decoded; NULL when absent. Lives as long as x. */
const char *exchange_query(struct exchange *x, const char *name);
/* The campaign it is about: {c}, or the query's c; "" when there is none. */
const char *exchange_campaign(struct exchange *x);
/* A zeroed struct of the handler's own; freed with x. Once per exchange. */
void *exchange_state(struct exchange *x, size_t size);
/* Reads the JSON body. False: it has replied (415, 400) and x is gone. */
MUST_CHECK bool exchange_read_json(struct exchange *x);
/* The plain form body; NULL when the content type is another. */
const char *exchange_form(struct exchange *x);
bool exchange_wants_html(const struct exchange *x);
struct exchange *exchange_new(struct gateway *g, struct http_request *request);
/* Counts and frees it, once its request has been consumed. */
void exchange_end(struct exchange *x, int status);
/* True when err is ERR_NONE; else it has replied with a problem. */
MUST_CHECK bool exchange_answered(struct exchange *x, enum err err,
                                  const char *detail);

/* ---- reply.c: each ends the exchange ---- */

void reply_json(struct exchange *x, int status, json_t *body); /* takes body */
/* The same with one more header, such as a cookie. */
void reply_json_with(struct exchange *x, int status, json_t *body,
                     struct http_header header);
void reply_html(struct exchange *x, int status, const struct buf *html);
void reply_bytes(struct exchange *x, const struct http_answer *answer);
void reply_empty(struct exchange *x);                          /* 204 */
void reply_redirect(struct exchange *x, const char *location); /* 303 */
void reply_problem(struct exchange *x, int status, const char *detail);
void reply_err(struct exchange *x, enum err err, const char *detail);
void reply_errors(struct exchange *x); /* 400 with x->errors */
/* 405, or 204 to OPTIONS; methods: "GET, HEAD". */
void reply_allowed(struct exchange *x, const char *methods);

#endif
