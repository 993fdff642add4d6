/* conn -- the connections of an http server.
 *
 * evhttp owns each bufferevent; we learn of it in http_conn_new, look at
 * its address a moment later (admit), see its bytes before evhttp does
 * (on_input: an evbuffer callback runs before the read callback) and hear of
 * its end from evhttp (on_closed).
 *
 * on_input passes whole heads and framed bodies; the rest is held back. What
 * the guard refuses is replaced by something harmless that ends the request,
 * so that evhttp hands it on and http.c can answer with the guard's status.
 */
#include "common/http/conn.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/caller.h"

#define INPUT_EXTRA_BYTES ((size_t)64 * 1024)

/* ---- phases and deadlines ---- */

void
http_conn_enter(struct http_conn *conn, enum http_phase phase)
{
    const struct http_options *o = &conn->server->options;
    const int64_t limits_ms[] = {
        [HTTP_IDLE] = o->idle_ms_max,
        [HTTP_READING] = o->request_ms_max,
        [HTTP_WORKING] = 0,
        [HTTP_WRITING] = o->reply_ms_max,
        [HTTP_LINGERING] = HTTP_LINGER_MS,
        [HTTP_STREAMING] = 0,
    };
    http_idle_remove(conn);
    conn->phase = phase;
    if (phase == HTTP_IDLE && conn->is_admitted) {
        http_idle_add(conn);
    }
    /* Not from the last sweep: a clock that leapt since would end it. */
    conn->deadline_ms =
        limits_ms[phase] == 0 ? 0 : clock_boot_ms() + limits_ms[phase];
}

static void
enter_waiting(struct http_conn *conn)
{
    size_t held = conn->held == NULL ? 0 : evbuffer_get_length(conn->held);
    http_conn_enter(conn, http_guard_is_open(&conn->guard, held) ? HTTP_READING
                                                                 : HTTP_IDLE);
    if (conn->phase == HTTP_IDLE && conn->server->is_draining) {
        conn->deadline_ms = conn->server->now_ms;
    }
}

/* evhttp sees the end of the stream and frees what there is. */
void
http_conn_cut(struct http_conn *conn)
{
    (void)shutdown(conn->fd, SHUT_RDWR);
}

void
http_conn_give_up(struct http_conn *idle)
{
    http_idle_remove(idle);
    idle->server->given_up++;
    http_conn_cut(idle);
}

static void
say_and_cut(struct http_conn *conn, const char *status_line)
{
    char text[256];
    int n = snprintf(text, sizeof(text),
                     "HTTP/1.1 %s\r\nConnection: close\r\n"
                     "Content-Length: 0\r\nRetry-After: 5\r\n\r\n",
                     status_line);
    conn->server->refusals++;
    (void)send(conn->fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
    http_conn_cut(conn);
}

static void
expire(struct http_conn *conn)
{
    conn->deadline_ms = 0;
    if (conn->phase == HTTP_LINGERING) {
        struct evhttp_request *last = conn->lingering;
        conn->lingering = NULL;
        evhttp_send_reply_end(last);
    } else if (conn->phase == HTTP_READING) {
        say_and_cut(conn, "408 Request Timeout");
    } else {
        http_conn_cut(conn);
    }
}

void
http_conn_sweep(struct http_server *server)
{
    server->now_ms = clock_boot_ms();
    struct http_conn *next;
    for (struct http_conn *c = server->conns; c != NULL; c = next) {
        next = c->next; /* c may end here, and no other */
        if (c->deadline_ms != 0 && c->deadline_ms <= server->now_ms) {
            expire(c);
        }
    }
}

/* ---- bytes, before evhttp sees them ---- */

/* Takes the last len bytes of input back into held. */
static void
take_back(struct http_conn *conn, struct evbuffer *input, size_t len)
{
    size_t keep = evbuffer_get_length(input) - len;
    struct evbuffer *front = evbuffer_new();
    (void)evbuffer_remove_buffer(input, front, keep);
    if (conn->held == NULL) {
        conn->held = evbuffer_new();
    }
    (void)evbuffer_add_buffer(conn->held, input);
    (void)evbuffer_add_buffer(input, front);
    evbuffer_free(front);
}

/* What ends, harmlessly, the request that was refused in this state. */
static const char *
ending_of(enum http_guard_state state)
{
    switch (state) {
    case HTTP_GUARD_HEAD:
        return "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    case HTTP_GUARD_CHUNK_END:
        return "\r\n0\r\n\r\n";
    case HTTP_GUARD_CHUNK_SIZE:
        return "0\r\n\r\n";
    case HTTP_GUARD_LAST:
        return "\r\n";
    case HTTP_GUARD_BODY:
    case HTTP_GUARD_CHUNK_DATA:
    case HTTP_GUARD_REFUSED:
    default:
        return "";
    }
}

/* held is all that the guard has not passed: pass what it now does. */
static void
scan_held(struct http_conn *conn, struct evbuffer *input)
{
    size_t len = evbuffer_get_length(conn->held);
    const char *bytes = (const char *)evbuffer_pullup(conn->held, -1);
    size_t passed = http_guard_scan(&conn->guard, bytes, len);
    (void)evbuffer_remove_buffer(conn->held, input, passed);
}

static void
refuse(struct http_conn *conn, struct evbuffer *input)
{
    const char *ending = ending_of(conn->guard.refused_in);
    (void)evbuffer_add(input, ending, strlen(ending));
    conn->server->refusals++;
}

static void
drop_held(struct http_conn *conn)
{
    if (conn->held != NULL) {
        evbuffer_free(conn->held);
        conn->held = NULL;
    }
}

static void
scan_new(struct http_conn *conn, struct evbuffer *input, size_t added)
{
    size_t len = evbuffer_get_length(input);
    bool is_fresh = conn->held == NULL && len == added;
    if (is_fresh) {
        /* All of it is new, as nearly always: look at it where it is. */
        const char *bytes = (const char *)evbuffer_pullup(input, -1);
        size_t passed = http_guard_scan(&conn->guard, bytes, len);
        if (passed < len) {
            take_back(conn, input, len - passed);
        }
    } else {
        take_back(conn, input, added);
        scan_held(conn, input);
    }
    if (conn->guard.status != 0) {
        refuse(conn, input);
        drop_held(conn);
    } else if (conn->held != NULL && evbuffer_get_length(conn->held) == 0) {
        drop_held(conn);
    }
}

static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct http_conn *conn = arg;
    if (info->n_added == 0 || conn->is_editing) {
        return;
    }
    conn->is_editing = true;
    if (conn->guard.status != 0 || conn->phase == HTTP_STREAMING ||
        conn->phase == HTTP_LINGERING) {
        /* Nothing after a refusal is a request, nor beside a stream. */
        struct evbuffer *front = evbuffer_new();
        (void)evbuffer_remove_buffer(
            input, front, evbuffer_get_length(input) - info->n_added);
        (void)evbuffer_drain(input, info->n_added);
        (void)evbuffer_add_buffer(input, front);
        evbuffer_free(front);
    } else {
        scan_new(conn, input, info->n_added);
        if (conn->phase == HTTP_IDLE) {
            enter_waiting(conn);
        }
    }
    conn->is_editing = false;
}

/* ---- from accept to close ---- */

void
http_conn_written(struct http_conn *conn)
{
    if (conn->phase == HTTP_WRITING || conn->phase == HTTP_LINGERING) {
        conn->server->open_requests--;
    }
    enter_waiting(conn);
}

static void
forget(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    *conn->place = conn->next;
    if (conn->next != NULL) {
        /* It is not freed: nothing stays listed that is (clang does not see
         * what *place is). */
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        conn->next->place = conn->place;
    }
    if (conn->fd >= 0 && server->by_fd[conn->fd].conn == conn) {
        server->by_fd[conn->fd].conn = NULL;
    }
    if (conn->phase == HTTP_WRITING || conn->phase == HTTP_LINGERING) {
        server->open_requests--;
    }
    server->connections--;
    http_caller_uncount(conn);
    drop_held(conn);
    (void)evbuffer_remove_cb(bufferevent_get_input(conn->bev), on_input, conn);
    bufferevent_decref(conn->bev);
    free(conn);
}

static void
on_closed(struct evhttp_connection *evcon, void *arg)
{
    struct http_conn *conn = arg;
    (void)evcon;
    if (conn->request != NULL) {
        http_request_orphan(conn->request);
    }
    if (conn->stream != NULL) {
        http_stream_orphan(conn->stream);
    }
    if (conn->lingering != NULL &&
        evhttp_request_get_connection(conn->lingering) == NULL) {
        evhttp_request_free(conn->lingering);
    }
    forget(conn);
}

static void
remember_fd(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    size_t fd = (size_t)conn->fd;
    if (fd >= server->fd_max) {
        size_t max = fd * 2 + 64;
        server->by_fd =
            mem_resize(server->by_fd, max * sizeof(server->by_fd[0]));
        memset(server->by_fd + server->fd_max, 0,
               (max - server->fd_max) * sizeof(server->by_fd[0]));
        server->fd_max = max;
    }
    server->by_fd[fd].conn = conn;
}

/* Who holds a line open without a word gives it up to who comes: of all when
 * all are taken, of the same caller when that caller has too many. False:
 * everyone is in the middle of something. */
static bool
make_room(struct http_conn *conn)
{
    bool is_over_address = http_caller_is_over(conn);
    if (!conn->is_over_cap && !is_over_address) {
        return true;
    }
    struct http_conn *idle = http_idle_first(conn, is_over_address);
    if (idle == NULL) {
        return false;
    }
    http_conn_give_up(idle);
    return true;
}

/* A moment after http_conn_new: now evhttp has given it its descriptor. */
static void
admit(struct http_conn *conn)
{
    conn->is_admitted = true;
    struct evhttp_connection *evcon = NULL;
    bufferevent_data_cb on_read, on_write;
    bufferevent_event_cb on_event;
    bufferevent_getcb(conn->bev, &on_read, &on_write, &on_event,
                      (void **)&evcon);
    conn->fd = bufferevent_getfd(conn->bev);
    if (evcon == NULL || conn->fd < 0) {
        conn->fd = -1;
        forget(conn); /* evhttp gave it up already */
        return;
    }
    evhttp_connection_set_closecb(evcon, on_closed, conn);
    remember_fd(conn);
    http_caller_count(conn);
    if (!make_room(conn)) {
        say_and_cut(conn, "503 Service Unavailable");
    }
}

/* In the order in which they came. */
static void
admit_new(struct http_server *server)
{
    struct http_conn *conn;
    while ((conn = TAILQ_FIRST(&server->coming)) != NULL) {
        TAILQ_REMOVE(&server->coming, conn, in_coming);
        admit(conn);
    }
}

static void
on_admission(void *arg)
{
    struct http_admission *admission = arg;
    if (admission->server != NULL) {
        admission->server->admission = NULL;
        admit_new(admission->server);
    }
    free(admission);
}

static void
schedule_admission(struct http_server *server)
{
    if (server->admission == NULL) {
        server->admission = mem_new(sizeof(*server->admission));
        server->admission->server = server;
        loop_defer(server->loop, on_admission, server->admission);
    }
}

struct bufferevent *
http_conn_new(struct event_base *base, void *arg)
{
    struct http_server *server = arg;
    const struct http_options *o = &server->options;
    struct http_conn *conn = mem_new(sizeof(*conn));
    conn->server = server;
    conn->fd = -1;
    conn->next = server->conns;
    conn->place = &server->conns;
    if (server->conns != NULL) {
        server->conns->place = &conn->next;
    }
    server->conns = conn;
    conn->is_over_cap = ++server->connections > o->connections_max;
    http_guard_init(&conn->guard, o->head_bytes_max, o->body_bytes_max);
    conn->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_incref(conn->bev);
    bufferevent_setwatermark(conn->bev, EV_READ, 0,
                             o->head_bytes_max + o->body_bytes_max +
                                 INPUT_EXTRA_BYTES);
    (void)evbuffer_add_cb(bufferevent_get_input(conn->bev), on_input, conn);
    http_conn_enter(conn, HTTP_IDLE);
    TAILQ_INSERT_TAIL(&server->coming, conn, in_coming);
    schedule_admission(server);
    return conn->bev;
}

struct http_conn *
http_conn_of(struct http_server *server, struct evhttp_request *request)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(request);
    if (evcon == NULL) {
        return NULL;
    }
    int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));
    return fd < 0 || (size_t)fd >= server->fd_max ? NULL
                                                  : server->by_fd[fd].conn;
}

void
http_conns_forget(struct http_server *server)
{
    if (server->admission != NULL) {
        server->admission->server = NULL;
        admit_new(server);
    }
}
