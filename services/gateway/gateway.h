/* gateway -- the only door: who may enter, JSON <-> protobuf, live push.
 *
 * One request, read top to bottom:
 *
 *  1. http.c hands it over to enter.c; routes.c has its row {method, path,
 *     roles, scope, act, handler}, or it is 404 or 405. No row, no entry.
 *  2. staff/auth.c: a row that is not public needs a token (Bearer, or the
 *     session cookie and no sign of another site): 401; its role must be in
 *     the row, and what the row's scope names must be its campaign's: 403.
 *  3. The handler reads the body, asks a service through its typed stub
 *     (common/client), and on the answer replies (door/reply.h). A privileged
 *     act is written to the audit log first (staff/audit.c).
 *  4. Exactly one reply ends the exchange (door/exchange.h) and frees it.
 *
 *  door/   an exchange and its reply, limits per address and login, files
 *  staff/  who is who: sessions, tokens, the audit log
 *  keep/   what of that is in Redis, and its scripts
 *  entry/  what a sign-up form and its page carry, signed or sealed: pure
 *  api/    JSON in, protobuf out, back (api.h): a room for each service that
 *          answers;
 *          live/: announcements -> server-sent events, newest only
 *  pages/  HTML, a room for each page (pages.h); web/: what needs JavaScript
 *
 * Calls go down that list from the top: routes, enter and start know all,
 * the door knows nobody. How a problem is drawn for a person is handed in at
 * start. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/http/http.h"
#include "common/http/sse.h"
#include "common/loop/loop.h"
#include "common/service/service.h"

struct audit;
struct consents;
struct files;
struct limits;
struct tickets;

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
    struct crypto_key form_key, slip_key, typed_key, once_key; /* entry/ */
    struct crypto_key page_key; /* of what pages give a browser to keep */
    uint8_t bootstrap_hash[CRYPTO_HASH_BYTES];
    /* Appends a page that says what went wrong, for a person. */
    void (*draw_problem)(struct buf *to, const char *title, const char *detail);
    bool has_unknown_proxy; /* has been seen, and said */
    bool is_outbox_only;    /* no route leads out of this machine */
    bool provider_stops;    /* a route of texts keeps STOPs of its own */
    int open_exchanges;
    struct metric *requests[4], *request_ms;    /* by status: 2xx … 5xx */
    struct metric *wrong_codes, *refused_codes; /* door/guesses.h */
    struct metric *leaks;                       /* staff/leak.h */
};

#endif
