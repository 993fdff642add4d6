/* conn -- the connections of an http server; for http*.c alone.
 *
 * A connection is counted from its accept to evhttp's close. Its deadline
 * moves with its phase and is looked at every HTTP_SWEEP_MS. */
#ifndef COMMON_HTTP_CONN_H
#define COMMON_HTTP_CONN_H

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/queue.h>

#include "common/crypto/crypto.h"
#include "common/http/address.h"
#include "common/http/guard.h"
#include "common/http/http.h"

#define HTTP_SWEEP_MS 200
#define HTTP_LINGER_MS 500 /* after a refusal: what is still sent is read */

enum http_phase {
    HTTP_IDLE,    /* between requests */
    HTTP_READING, /* in the middle of one */
    HTTP_WORKING, /* handed to the callee */
    HTTP_WRITING, /* replied to, not yet written */
    HTTP_LINGERING,
    HTTP_STREAMING,
};

struct http_request;
struct http_stream;

struct http_conn {
    struct http_server *server;
    struct http_conn *next, **place; /* in server->conns */
    struct bufferevent *bev;
    struct evbuffer *held; /* an incomplete head or line; NULL: none */
    struct http_guard guard;
    uint64_t dispatched;          /* requests handed on; see guard.requests */
    struct http_request *request; /* HTTP_WORKING */
    struct http_stream *stream;   /* HTTP_STREAMING */
    struct evhttp_request *lingering; /* HTTP_LINGERING */
    int fd;
    bool is_admitted, is_editing, is_over_cap;
    enum http_phase phase;
    int64_t deadline_ms;
    struct http_caller *caller; /* NULL: not counted yet */
    uint64_t who;               /* as http_caller */
    bool is_loopback, is_proxy;
    TAILQ_ENTRY(http_conn) in_coming;                /* until admitted */
    TAILQ_ENTRY(http_conn) in_idle, in_callers_idle; /* HTTP_IDLE alone */
    bool is_listed;                                  /* in those */
};

TAILQ_HEAD(http_idle, http_conn);
TAILQ_HEAD(http_coming, http_conn);

/* Who calls, how many connections they have, and which of those are idle. */
struct http_caller {
    struct http_caller *next;
    uint64_t who;
    int connections;
    struct http_idle idle;
};

struct http_slot {
    struct http_conn *conn; /* NULL: none with this descriptor */
};

#define HTTP_CALLER_SLOTS 1024

/* New connections are admitted a moment after their accept. */
struct http_admission {
    struct http_server *server; /* NULL: it has closed meanwhile */
};

struct http_server {
    struct http_server *next; /* of this process */
    struct loop *loop;
    struct http_options options;
    struct evhttp *evhttp;
    struct evconnlistener *listener;
    struct http_conn *conns;
    struct http_slot *by_fd;
    size_t fd_max;
    struct http_caller *callers[HTTP_CALLER_SLOTS];
    struct crypto_key caller_key;
    struct http_prefixes proxies;
    struct http_idle idle; /* the idlest first */
    struct timer *sweep, *resume;
    int connections, open_requests, port, spare_fd;
    bool is_draining, is_paused;
    uint64_t refusals, given_up, unbelieved;
    int64_t now_ms; /* clock_boot_ms as of the last sweep */
    int64_t date_s; /* of date */
    char date[40];
    struct http_coming coming;
    struct http_admission *admission; /* NULL: nothing to admit */
    struct http_request *requests;    /* open ones */
};

/* ---- listen.c ---- */

void http_conns_open(struct http_server *server);
void http_conns_drain(struct http_server *server);
void http_conns_close(struct http_server *server);

/* ---- conn.c ---- */

/* For evhttp_set_bevcb; arg is the server. */
struct bufferevent *http_conn_new(struct event_base *base, void *arg);
/* NULL when it has gone. */
struct http_conn *http_conn_of(struct http_server *server,
                               struct evhttp_request *request);
void http_conn_enter(struct http_conn *conn, enum http_phase phase);
/* The current request has been written. */
void http_conn_written(struct http_conn *conn);
void http_conn_cut(struct http_conn *conn);
/* Cuts one that is between requests, for one that comes. */
void http_conn_give_up(struct http_conn *idle);
void http_conn_sweep(struct http_server *server);
/* Nothing is left to be admitted: the server is closing. */
void http_conns_forget(struct http_server *server);

/* ---- http.c and stream.c: the connection is closing ---- */

void http_request_orphan(struct http_request *request);
void http_stream_orphan(struct http_stream *stream);

/* ---- http.c, for stream.c ---- */

/* Takes the request apart: what is returned is evhttp's (NULL: its client
 * has gone), and the connection under it. Then free() the request. */
struct evhttp_request *http_request_release(struct http_request *request,
                                            struct http_conn **conn_out);
/* Adds what every answer has: Date, and Connection: close if need be. */
void http_add_common_headers(struct http_server *server,
                             struct evhttp_request *request, bool is_last);

#endif
