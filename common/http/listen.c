/* listen -- accepting for an http server: its listener, its descriptors,
 * its timers.
 *
 * The listener is ours, not evhttp's, so that it can pause at the descriptor
 * limit, where accept would fail for ever and the loop would spin. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/http/caller.h"
#include "common/http/conn.h"

#define BACKLOG 1024
#define PAUSE_MS 100 /* of accepting, at a limit */
#define GIVEN_UP 16  /* idle connections, at a limit */

/* All of this process, to find one by its listener. */
static struct http_server *servers;

/* ---- the listener ---- */

static void
on_resume(void *arg)
{
    struct http_server *server = arg;
    server->is_paused = false;
    if (!server->is_draining) {
        (void)evconnlistener_enable(server->listener);
    }
}

/* At the descriptor limit accept fails for ever and the loop would spin: the
 * spare descriptor lets one waiting client be turned away, then we pause. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
    int why = errno;
    struct http_server *server = servers;
    (void)arg; /* evhttp's, as it has bound the listener */
    while (server->listener != listener) {
        server = server->next;
    }
    if (why != EMFILE && why != ENFILE && why != ENOMEM && why != ENOBUFS) {
        return;
    }
    if (server->spare_fd >= 0) {
        (void)close(server->spare_fd);
        int fd =
            accept4(evconnlistener_get_fd(listener), NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            (void)close(fd);
        }
        server->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    for (int i = 0; i < GIVEN_UP && !TAILQ_EMPTY(&server->idle); i++) {
        http_conn_give_up(TAILQ_FIRST(&server->idle));
    }
    server->is_paused = true;
    (void)evconnlistener_disable(listener);
    timer_start(server->resume, PAUSE_MS);
    log_warn("http.descriptors_used_up",
             log_int("connections", server->connections));
}

/* The whole process dies slowly when its last descriptor is a stranger's idle
 * connection: a store that has come back could not be reached. */
static void
keep_descriptors(struct http_server *server)
{
    struct http_options *o = &server->options;
    struct rlimit limit;
    if (o->descriptors_kept == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur == RLIM_INFINITY) {
        return;
    }
    rlim_t kept = (rlim_t)o->descriptors_kept;
    rlim_t room =
        limit.rlim_cur > 2 * kept ? limit.rlim_cur - kept : limit.rlim_cur / 2;
    if (room < (rlim_t)o->connections_max) {
        log_warn("http.few_descriptors",
                 log_int("descriptors", (int64_t)limit.rlim_cur),
                 log_int("connections_wanted", o->connections_max),
                 log_int("connections_max", (int64_t)room));
        o->connections_max = (int)room;
    }
}

static socklen_t
read_address(const char *host, int port, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof(*four);
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        return sizeof(*six);
    }
    log_fatal("cannot listen: \"%s\" is not an IP address", host);
}

static int
port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound;
    memset(&bound, 0, sizeof(bound));
    socklen_t len = sizeof(bound);
    if (getsockname(fd, &bound.any, &len) != 0) {
        return 0;
    }
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port
                                                 : bound.v4.sin_port);
}

static void
start_listening(struct http_server *server)
{
    const struct http_options *o = &server->options;
    struct sockaddr_storage address;
    const char *host = o->host == NULL ? "127.0.0.1" : o->host;
    socklen_t len = read_address(host, o->port, &address);
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
                     LEV_OPT_REUSEABLE |
                     (o->is_shared ? LEV_OPT_REUSEABLE_PORT : 0u);
    server->listener =
        evconnlistener_new_bind(loop_base(server->loop), NULL, NULL, flags,
                                BACKLOG, (struct sockaddr *)&address, (int)len);
    if (server->listener == NULL) {
        log_fatal("cannot listen on %s port %d: %s", host, o->port,
                  strerror(errno));
    }
    int fd = evconnlistener_get_fd(server->listener);
    int yes = 1; /* accepted sockets inherit it */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    server->port = port_of(fd);
}

static void
on_sweep(void *arg)
{
    struct http_server *server = arg;
    http_conn_sweep(server);
    timer_start(server->sweep, HTTP_SWEEP_MS);
}

void
http_conns_open(struct http_server *server)
{
    server->now_ms = clock_boot_ms();
    http_callers_open(server);
    keep_descriptors(server);
    server->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->sweep = timer_new(server->loop, on_sweep, server);
    server->resume = timer_new(server->loop, on_resume, server);
    timer_start(server->sweep, HTTP_SWEEP_MS);
    evhttp_set_bevcb(server->evhttp, http_conn_new, server);
    start_listening(server);
    if (evhttp_bind_listener(server->evhttp, server->listener) == NULL) {
        log_fatal("cannot serve HTTP on port %d", server->port);
    }
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    server->next = servers;
    servers = server;
}

void
http_conns_drain(struct http_server *server)
{
    server->is_draining = true;
    (void)evconnlistener_disable(server->listener);
    for (struct http_conn *c = server->conns; c != NULL; c = c->next) {
        if (c->phase == HTTP_IDLE) {
            c->deadline_ms = server->now_ms;
        }
    }
}

void
http_conns_close(struct http_server *server)
{
    struct http_server **at = &servers;
    while (*at != server) {
        at = &(*at)->next;
    }
    *at = server->next;
    http_conns_forget(server);
    evhttp_free(server->evhttp); /* closes each; and the listener */
    timer_free(&server->sweep);
    timer_free(&server->resume);
    if (server->spare_fd >= 0) {
        (void)close(server->spare_fd);
    }
    free(server->by_fd);
}
