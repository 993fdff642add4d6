/* dial -- see dial.h.
 *
 *   start -> (look up) -> on_resolved -> on_step: the next address
 *                                          ^           |
 *                                          \--- on_writable: refused
 *
 * libevent calls back for a lookup even after it was given up: a dial that is
 * stopped meanwhile lives on until then. */
#include "common/store/dial.h"

#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/base.h"

#define WHY_SIZE 160
#define LOOKUP_SECONDS "1"
#define LOOKUPS "2"

struct store_dial {
    struct loop *loop;
    struct store_place place;
    store_dial_cb *cb;
    void *arg;
    struct timer *step;
    struct evdns_base *dns; /* NULL: nothing to look up */
    struct evdns_getaddrinfo_request *lookup;
    struct evutil_addrinfo *all, *next; /* addresses */
    redisContext *redis;                /* connecting */
    struct event *writable;
    bool is_looking_up, is_stopped;
    char why[WHY_SIZE];
};

static void
forget_connection(struct store_dial *dial)
{
    if (dial->writable != NULL) {
        event_free(dial->writable);
        dial->writable = NULL;
    }
    if (dial->redis != NULL) {
        redisFree(dial->redis);
        dial->redis = NULL;
    }
}

static void
free_dial(struct store_dial *dial)
{
    if (dial->all != NULL) {
        evutil_freeaddrinfo(dial->all);
    }
    if (dial->dns != NULL) {
        evdns_base_free(dial->dns, 0);
    }
    free(dial);
}

static void
fail(struct store_dial *dial)
{
    dial->cb(dial->arg, NULL, dial->why);
}

/* ---- connecting ---- */

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct store_dial *dial = arg;
    int error = 0;
    socklen_t len = sizeof(error);
    (void)what;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0) {
        error = errno;
    }
    if (error != 0) {
        (void)snprintf(dial->why, WHY_SIZE, "%s", strerror(error));
        forget_connection(dial);
        timer_start(dial->step, 0);
        return;
    }
    redisContext *redis = dial->redis;
    dial->redis = NULL;
    forget_connection(dial);
    dial->cb(dial->arg, redis, NULL);
}

/* False: refused at once; why says so. */
static bool
connect_to(struct store_dial *dial, const char *address, int port)
{
    dial->redis = port == 0 ? redisConnectUnixNonBlock(address)
                            : redisConnectNonBlock(address, port);
    if (dial->redis == NULL || dial->redis->err != 0) {
        (void)snprintf(dial->why, WHY_SIZE, "%s",
                       dial->redis == NULL ? "no memory" : dial->redis->errstr);
        forget_connection(dial);
        return false;
    }
    dial->writable = event_new(loop_base(dial->loop), dial->redis->fd, EV_WRITE,
                               on_writable, dial);
    (void)event_add(dial->writable, NULL);
    return true;
}

/* "": not an address of the Internet. */
static void
write_address(const struct evutil_addrinfo *info, char text[INET6_ADDRSTRLEN])
{
    const void *address = NULL;
    text[0] = '\0';
    if (info->ai_family == AF_INET) {
        address = &((struct sockaddr_in *)(void *)info->ai_addr)->sin_addr;
    } else if (info->ai_family == AF_INET6) {
        address = &((struct sockaddr_in6 *)(void *)info->ai_addr)->sin6_addr;
    }
    if (address != NULL) {
        (void)evutil_inet_ntop(info->ai_family, address, text,
                               INET6_ADDRSTRLEN);
    }
}

static void
on_step(void *arg)
{
    struct store_dial *dial = arg;
    while (dial->next != NULL) {
        char address[INET6_ADDRSTRLEN];
        write_address(dial->next, address);
        dial->next = dial->next->ai_next;
        if (address[0] != '\0' && connect_to(dial, address, dial->place.port)) {
            return;
        }
    }
    fail(dial);
}

static void
on_direct(void *arg)
{
    struct store_dial *dial = arg;
    if (!connect_to(dial, dial->place.host, dial->place.port)) {
        fail(dial);
    }
}

/* ---- looking up ---- */

static void
on_resolved(int result, struct evutil_addrinfo *all, void *arg)
{
    struct store_dial *dial = arg;
    dial->is_looking_up = false;
    dial->lookup = NULL;
    dial->all = dial->next = all;
    if (dial->is_stopped) {
        free_dial(dial);
        return;
    }
    (void)snprintf(dial->why, WHY_SIZE, "the host's name is not known: %s",
                   evutil_gai_strerror(result));
    timer_start(dial->step, 0);
}

static void
look_up(struct store_dial *dial)
{
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_protocol = IPPROTO_TCP};
    dial->dns = evdns_base_new(loop_base(dial->loop), 0);
    (void)evdns_base_resolv_conf_parse(dial->dns, DNS_OPTIONS_ALL,
                                       "/etc/resolv.conf");
    (void)evdns_base_set_option(dial->dns, "timeout:", LOOKUP_SECONDS);
    (void)evdns_base_set_option(dial->dns, "attempts:", LOOKUPS);
    /* Not every server gives a name back in the case it was asked in. */
    (void)evdns_base_set_option(dial->dns, "randomize-case:", "0");
    dial->is_looking_up = true;
    struct evdns_getaddrinfo_request *lookup = evdns_getaddrinfo(
        dial->dns, dial->place.host, NULL, &hints, on_resolved, dial);
    if (dial->is_looking_up) {
        dial->lookup = lookup;
    }
}

static bool
is_address(const char *host)
{
    uint8_t address[sizeof(struct in6_addr)];
    return evutil_inet_pton(AF_INET, host, address) == 1 ||
           evutil_inet_pton(AF_INET6, host, address) == 1;
}

/* ---- */

struct store_dial *
store_dial_start(struct loop *loop, const struct store_place *place,
                 store_dial_cb *cb, void *arg)
{
    struct store_dial *dial = mem_new(sizeof(*dial));
    bool is_direct = place->port == 0 || is_address(place->host);
    dial->loop = loop;
    dial->place = *place;
    dial->cb = cb;
    dial->arg = arg;
    dial->step = timer_new(loop, is_direct ? on_direct : on_step, dial);
    if (is_direct) {
        timer_start(dial->step, 0);
    } else {
        look_up(dial);
    }
    return dial;
}

void
store_dial_stop(struct store_dial **dial)
{
    struct store_dial *d = *dial;
    if (d == NULL) {
        return;
    }
    *dial = NULL;
    forget_connection(d);
    timer_free(&d->step);
    if (d->is_looking_up) {
        d->is_stopped = true;
        evdns_getaddrinfo_cancel(d->lookup);
        return;
    }
    free_dial(d);
}
