/* caller -- whose connection it is, and how many they have. */
#include "common/http/caller.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/base.h"

void
http_callers_open(struct http_server *server)
{
    const char *proxies = server->options.proxies;
    crypto_init();
    TAILQ_INIT(&server->idle);
    TAILQ_INIT(&server->coming);
    crypto_random(&server->caller_key, sizeof(server->caller_key));
    if (proxies != NULL && !http_prefixes_read(proxies, &server->proxies)) {
        log_fatal("cannot read \"%s\": want addresses or prefixes of proxies, "
                  "such as 127.0.0.1, 10.0.0.0/8",
                  proxies);
    }
}

/* ---- counting ---- */

static uint64_t
hash_of(const struct http_server *server, const struct http_address *address)
{
    return crypto_mac64(&server->caller_key, address->bytes,
                        http_address_caller_bytes(address));
}

static struct http_caller **
find_caller(struct http_server *server, uint64_t who)
{
    struct http_caller **at = &server->callers[who % HTTP_CALLER_SLOTS];
    while (*at != NULL && (*at)->who != who) {
        at = &(*at)->next;
    }
    return at;
}

static void
join_caller(struct http_conn *conn)
{
    struct http_caller **at = find_caller(conn->server, conn->who);
    if (*at == NULL) {
        *at = mem_new(sizeof(**at));
        (*at)->who = conn->who;
        TAILQ_INIT(&(*at)->idle);
    }
    (*at)->connections++;
    conn->caller = *at;
    if (conn->phase == HTTP_IDLE) {
        http_idle_add(conn);
    }
}

void
http_caller_count(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    struct sockaddr_storage peer = {0};
    struct http_address address;
    socklen_t len = sizeof(peer);
    if (getpeername(conn->fd, (struct sockaddr *)&peer, &len) != 0 ||
        !http_address_of((struct sockaddr *)&peer, &address)) {
        return;
    }
    conn->is_loopback = http_address_is_loopback(&address);
    conn->is_proxy = server->proxies.count > 0
                         ? http_prefixes_hold(&server->proxies, &address)
                         : server->options.is_behind_proxy;
    conn->who = hash_of(server, &address);
    join_caller(conn);
}

void
http_caller_uncount(struct http_conn *conn)
{
    http_idle_remove(conn);
    if (conn->caller == NULL || --conn->caller->connections > 0) {
        return;
    }
    struct http_caller **at = find_caller(conn->server, conn->who);
    *at = conn->caller->next;
    free(conn->caller);
}

/* A proxy has everybody's connections; a rehearsal on this machine as many
 * as it plays people. */
bool
http_caller_is_over(const struct http_conn *conn)
{
    const struct http_options *o = &conn->server->options;
    bool is_exempt =
        conn->is_proxy || (conn->is_loopback && o->exempts_loopback);
    return !is_exempt && conn->caller != NULL &&
           conn->caller->connections > o->connections_per_address_max;
}

uint64_t
http_caller_forwarded(const struct http_conn *conn, const char *header)
{
    const struct http_server *server = conn->server;
    struct http_address address;
    return http_address_forwarded(header, &server->proxies, &address)
               ? hash_of(server, &address)
               : conn->who;
}

uint64_t
http_caller_of_text(const struct http_server *server, const char *address)
{
    struct http_address read;
    return http_address_read(address, strlen(address), &read)
               ? hash_of(server, &read)
               : 0;
}

/* ---- who is between requests ---- */

void
http_idle_add(struct http_conn *conn)
{
    TAILQ_INSERT_TAIL(&conn->server->idle, conn, in_idle);
    if (conn->caller != NULL) {
        TAILQ_INSERT_TAIL(&conn->caller->idle, conn, in_callers_idle);
    }
    conn->is_listed = true;
}

void
http_idle_remove(struct http_conn *conn)
{
    if (!conn->is_listed) {
        return;
    }
    TAILQ_REMOVE(&conn->server->idle, conn, in_idle);
    if (conn->caller != NULL) {
        TAILQ_REMOVE(&conn->caller->idle, conn, in_callers_idle);
    }
    conn->is_listed = false;
}

struct http_conn *
http_idle_first(const struct http_conn *conn, bool is_of_caller)
{
    struct http_conn *first;
    if (is_of_caller) {
        first = TAILQ_FIRST(&conn->caller->idle);
        return first == conn ? TAILQ_NEXT(first, in_callers_idle) : first;
    }
    first = TAILQ_FIRST(&conn->server->idle);
    return first == conn ? TAILQ_NEXT(first, in_idle) : first;
}
