/* http -- requests and replies; see conn.c for what is under them. */
#include "common/http/http.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/base.h"
#include "common/http/caller.h"
#include "common/http/conn.h"

#define HEAD_BYTES_MAX ((size_t)16 * 1024)
#define BODY_BYTES_MAX ((size_t)64 * 1024)
#define CONNECTIONS_MAX 8192
#define CONNECTIONS_PER_ADDRESS_MAX 256
#define FORWARDED "X-Forwarded-For"
#define REQUEST_MS_MAX 10000
#define IDLE_MS_MAX 60000
#define REPLY_MS_MAX 30000
#define METHODS                                                                \
    (EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |     \
     EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH)

struct http_request {
    struct http_server *server; /* NULL: closed meanwhile */
    struct http_conn *conn;     /* NULL: the client has gone */
    struct evhttp_request *evreq;
    struct http_request *next, **place; /* in server->requests */
    enum http_method method;
    bool is_refused, is_caller_known;
    bool is_body_ended; /* the NUL past its end has been added */
    size_t body_len;
    const char *query;
    uint64_t who; /* http_caller, once it is known */
    char path[];  /* then the query behind its NUL */
};

/* ---- a request comes in ---- */

static enum http_method
method_of(struct evhttp_request *evreq)
{
    switch (evhttp_request_get_command(evreq)) {
    case EVHTTP_REQ_HEAD:
        return HTTP_HEAD;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_PUT:
        return HTTP_PUT;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    case EVHTTP_REQ_OPTIONS:
        return HTTP_OPTIONS;
    case EVHTTP_REQ_PATCH:
        return HTTP_PATCH;
    case EVHTTP_REQ_GET:
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
    default:
        return HTTP_GET;
    }
}

static struct http_request *
request_new(struct http_server *server, struct http_conn *conn,
            struct evhttp_request *evreq)
{
    const char *uri = evhttp_request_get_uri(evreq);
    size_t len = strlen(uri);
    struct http_request *request = mem_new(sizeof(*request) + len + 1);
    memcpy(request->path, uri, len + 1);
    char *mark = strchr(request->path, '?');
    request->query = mark == NULL ? request->path + len : mark + 1;
    if (mark != NULL) {
        *mark = '\0';
    }
    request->server = server;
    request->conn = conn;
    request->evreq = evreq;
    request->method = method_of(evreq);
    request->who = conn->who;
    request->next = server->requests;
    request->place = &server->requests;
    if (request->next != NULL) {
        request->next->place = &request->next;
    }
    server->requests = request;
    return request;
}

static void
answer_refused(struct http_request *request, int status, const char *why)
{
    const struct http_options *o = &request->server->options;
    request->is_refused = true;
    if (o->on_refused != NULL) {
        o->on_refused(o->arg, request, status, why);
        return;
    }
    http_reply(request, &(struct http_answer){.status = status,
                                              .content_type = "text/plain",
                                              .body = why,
                                              .len = strlen(why)});
}

static void
note_unbelieved(struct http_request *request)
{
    if (http_header(request, FORWARDED) != NULL) {
        request->server->unbelieved++;
    }
}

static void
on_request(struct evhttp_request *evreq, void *arg)
{
    struct http_server *server = arg;
    struct http_conn *conn = http_conn_of(server, evreq);
    if (conn == NULL || evhttp_request_get_uri(evreq) == NULL) {
        evhttp_send_error(evreq, 400, "Bad Request");
        return;
    }
    struct http_request *request = request_new(server, conn, evreq);
    conn->request = request;
    server->open_requests++;
    http_conn_enter(conn, HTTP_WORKING);
    /* Requests sent before the refused one are answered as they deserve. */
    bool is_refused =
        conn->guard.status != 0 && conn->dispatched == conn->guard.requests;
    conn->dispatched++;
    if (is_refused) {
        answer_refused(request, conn->guard.status, conn->guard.why);
        return;
    }
    if (conn->dispatched == 1 && !conn->is_proxy) {
        note_unbelieved(request);
    }
    server->options.on_request(server->options.arg, request);
}

/* ---- what it says ---- */

enum http_method
http_method(const struct http_request *request)
{
    return request->method;
}

const char *
http_path(const struct http_request *request)
{
    return request->path;
}

const char *
http_query(const struct http_request *request)
{
    return request->query;
}

const char *
http_header(const struct http_request *request, const char *name)
{
    return request->evreq == NULL
               ? NULL
               : evhttp_find_header(
                     evhttp_request_get_input_headers(request->evreq), name);
}

const char *
http_body(struct http_request *request, size_t *len_out)
{
    *len_out = 0;
    if (request->evreq == NULL) {
        return "";
    }
    struct evbuffer *in = evhttp_request_get_input_buffer(request->evreq);
    if (!request->is_body_ended) {
        request->body_len = evbuffer_get_length(in);
        request->is_body_ended = true;
        (void)evbuffer_add(in, "", 1);
    }
    *len_out = request->body_len;
    const char *body = (const char *)evbuffer_pullup(in, -1);
    return body == NULL ? "" : body;
}

uint64_t
http_caller(struct http_request *request)
{
    const char *header = http_header(request, FORWARDED);
    if (request->is_caller_known || request->conn == NULL || header == NULL) {
        return request->who;
    }
    request->is_caller_known = true;
    if (request->conn->is_proxy) {
        request->who = http_caller_forwarded(request->conn, header);
    } else {
        note_unbelieved(request);
    }
    return request->who;
}

bool
http_is_local(const struct http_request *request)
{
    return request->conn != NULL && request->conn->is_loopback &&
           !request->conn->is_proxy && http_header(request, FORWARDED) == NULL;
}

/* ---- and is answered ---- */

static const char *
reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Status";
}

static void
unlink_request(struct http_request *request)
{
    *request->place = request->next;
    if (request->next != NULL) {
        request->next->place = request->place;
    }
}

void
http_request_orphan(struct http_request *request)
{
    request->conn = NULL;
    if (request->evreq != NULL &&
        evhttp_request_get_connection(request->evreq) != NULL) {
        request->evreq = NULL; /* evhttp frees it with its connection */
    }
}

struct evhttp_request *
http_request_release(struct http_request *request, struct http_conn **conn_out)
{
    struct evhttp_request *evreq = request->evreq;
    struct http_server *server = request->server;
    *conn_out = request->conn;
    if (request->conn != NULL) {
        request->conn->request = NULL;
    } else if (server != NULL) {
        server->open_requests--;
    }
    if (request->conn == NULL && evreq != NULL) {
        evhttp_request_free(evreq);
        evreq = NULL;
    }
    if (server != NULL) {
        unlink_request(request);
    }
    return evreq;
}

/* Made once a second, not once an answer. */
static const char *
date_of(struct http_server *server)
{
    int64_t now_s = clock_wall_ms() / 1000;
    if (now_s != server->date_s) {
        time_t t = (time_t)now_s;
        struct tm tm;
        (void)gmtime_r(&t, &tm);
        (void)strftime(server->date, sizeof(server->date),
                       "%a, %d %b %Y %H:%M:%S GMT", &tm);
        server->date_s = now_s;
    }
    return server->date;
}

void
http_add_common_headers(struct http_server *server,
                        struct evhttp_request *evreq, bool is_last)
{
    struct evkeyvalq *out = evhttp_request_get_output_headers(evreq);
    (void)evhttp_add_header(out, "Date", date_of(server));
    if (is_last || server->is_draining) {
        (void)evhttp_add_header(out, "Connection", "close");
    }
}

static void
add_headers(struct http_server *server, struct evhttp_request *evreq,
            const struct http_answer *answer, bool is_last)
{
    struct evkeyvalq *out = evhttp_request_get_output_headers(evreq);
    http_add_common_headers(server, evreq, is_last);
    for (size_t i = 0; i < answer->header_count; i++) {
        if (evhttp_add_header(out, answer->headers[i].name,
                              answer->headers[i].value) != 0) {
            log_error("http.bad_reply_header",
                      log_str("name", answer->headers[i].name));
        }
    }
    if (answer->content_type != NULL) {
        (void)evhttp_add_header(out, "Content-Type", answer->content_type);
    }
    if (answer->status != 204 && answer->status != 304) {
        char length[24];
        (void)snprintf(length, sizeof(length), "%zu", answer->len);
        (void)evhttp_add_header(out, "Content-Length", length);
    }
}

static void
on_written(struct evhttp_request *evreq, void *arg)
{
    (void)evreq;
    http_conn_written(arg);
}

/* Closing while bytes are still unread would reset the connection, and the
 * client might lose the answer: so what it still sends is read for a moment. */
static void
send_lingering(struct http_conn *conn, struct evhttp_request *evreq,
               const struct http_answer *answer)
{
    conn->lingering = evreq;
    http_conn_enter(conn, HTTP_LINGERING);
    evhttp_send_reply_start(evreq, answer->status, reason_of(answer->status));
    (void)evbuffer_add(bufferevent_get_output(conn->bev), answer->body,
                       answer->len);
}

static void
send_whole(struct http_conn *conn, struct evhttp_request *evreq,
           const struct http_answer *answer, bool has_body)
{
    if (has_body) {
        (void)evbuffer_add(evhttp_request_get_output_buffer(evreq),
                           answer->body, answer->len);
    }
    http_conn_enter(conn, HTTP_WRITING);
    evhttp_send_reply(evreq, answer->status, reason_of(answer->status), NULL);
}

void
http_reply(struct http_request *request, const struct http_answer *answer)
{
    struct http_server *server = request->server;
    bool is_refused = request->is_refused;
    bool has_body = request->method != HTTP_HEAD && answer->len > 0 &&
                    answer->status != 204 && answer->status != 304;
    struct http_conn *conn;
    struct evhttp_request *evreq = http_request_release(request, &conn);
    if (evreq == NULL) {
        free(request);
        return;
    }
    add_headers(server, evreq, answer, answer->is_last || is_refused);
    evhttp_request_set_on_complete_cb(evreq, on_written, conn);
    if (is_refused) {
        send_lingering(conn, evreq, answer);
    } else {
        send_whole(conn, evreq, answer, has_body);
    }
    free(request);
}

/* ---- the server ---- */

static void
set_defaults(struct http_options *o)
{
    o->head_bytes_max = o->head_bytes_max ? o->head_bytes_max : HEAD_BYTES_MAX;
    o->body_bytes_max = o->body_bytes_max ? o->body_bytes_max : BODY_BYTES_MAX;
    o->connections_max =
        o->connections_max ? o->connections_max : CONNECTIONS_MAX;
    o->connections_per_address_max = o->connections_per_address_max
                                         ? o->connections_per_address_max
                                         : CONNECTIONS_PER_ADDRESS_MAX;
    o->request_ms_max = o->request_ms_max ? o->request_ms_max : REQUEST_MS_MAX;
    o->idle_ms_max = o->idle_ms_max ? o->idle_ms_max : IDLE_MS_MAX;
    o->reply_ms_max = o->reply_ms_max ? o->reply_ms_max : REPLY_MS_MAX;
}

struct http_server *
http_open(struct loop *loop, const struct http_options *options)
{
    struct http_server *server = mem_new(sizeof(*server));
    server->loop = loop;
    server->options = *options;
    set_defaults(&server->options);
    server->evhttp = evhttp_new(loop_base(loop));
    if (server->evhttp == NULL) {
        log_fatal("cannot start an HTTP server");
    }
    const struct http_options *o = &server->options;
    evhttp_set_allowed_methods(server->evhttp, METHODS);
    evhttp_set_max_headers_size(server->evhttp,
                                (ev_ssize_t)o->head_bytes_max + 512);
    evhttp_set_max_body_size(server->evhttp, (ev_ssize_t)o->body_bytes_max + 1);
    evhttp_set_default_content_type(server->evhttp, NULL);
    evhttp_set_gencb(server->evhttp, on_request, server);
    http_conns_open(server);
    return server;
}

int
http_port(const struct http_server *server)
{
    return server->port;
}

void
http_drain(struct http_server *server)
{
    if (!server->is_draining) {
        http_conns_drain(server);
    }
}

bool
http_is_idle(const struct http_server *server)
{
    return server->open_requests == 0;
}

void
http_close(struct http_server **server)
{
    if (*server == NULL) {
        return;
    }
    http_conns_close(*server);
    for (struct http_request *r = (*server)->requests; r != NULL; r = r->next) {
        r->server = NULL;
    }
    free(*server);
    *server = NULL;
}

int
http_connections(const struct http_server *server)
{
    return server->connections;
}

uint64_t
http_refusals(const struct http_server *server)
{
    return server->refusals;
}

uint64_t
http_given_up(const struct http_server *server)
{
    return server->given_up;
}

uint64_t
http_unbelieved(const struct http_server *server)
{
    return server->unbelieved;
}
