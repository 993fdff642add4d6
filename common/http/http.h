/* http -- an HTTP/1.1 server on the loop: evhttp behind a guard.
 *
 * Every byte passes guard.h before evhttp sees it. Besides: limits on
 * heads and bodies, one absolute deadline for a whole request, connections
 * capped in all and per caller (the idlest gives way to who comes), pausing
 * at the descriptor limit. A refusal
 * closes the connection. HEAD is answered without a body.
 *
 *   on_request -> (anything, later or at once) -> http_reply
 *                                          or -> http_stream ... (sse.c)
 *
 * A request is owned by the callee until it is replied to; its strings are
 * borrowed from it. A client that has gone is not reported: the reply goes
 * nowhere. */
#ifndef COMMON_HTTP_HTTP_H
#define COMMON_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop/loop.h"

enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD = 2,
    HTTP_POST = 4,
    HTTP_PUT = 8,
    HTTP_DELETE = 16,
    HTTP_OPTIONS = 32,
    HTTP_PATCH = 64,
};

struct http_server;
struct http_request;

#define HTTP_REPLY_HEADERS_MAX 24

struct http_header {
    const char *name, *value;
};

struct http_answer {
    int status;
    const char *content_type; /* NULL: no body */
    const char *body;         /* copied */
    size_t len;
    const struct http_header *headers; /* copied */
    size_t header_count;               /* at most HTTP_REPLY_HEADERS_MAX */
    bool is_last;                      /* Connection: close */
};

typedef void http_request_cb(void *arg, struct http_request *request);

struct http_options {
    const char *host;      /* an address; NULL: 127.0.0.1 */
    int port;              /* 0: any free one */
    bool is_shared;        /* SO_REUSEPORT: several processes on one port */
    bool is_behind_proxy;  /* whoever connects is a proxy */
    const char *proxies;   /* "127.0.0.1, 10.0.0.0/8": they alone are; NULL
                              or "": see is_behind_proxy. A proxy's word of
                              whom it asks for (X-Forwarded-For) is believed,
                              and its connections are not capped */
    bool exempts_loopback; /* nor those of programs on this machine */
    size_t head_bytes_max; /* 0: 16 KiB */
    size_t body_bytes_max; /* 0: 64 KiB */
    int connections_max;   /* 0: 8192. Beyond it the idlest gives way */
    int connections_per_address_max; /* 0: 256; of one caller, likewise */
    int descriptors_kept;   /* for others: as many fewer connections are let in
                               if the process may not open more. 0: none */
    int64_t request_ms_max; /* first byte to last; 0: 10,000 */
    int64_t idle_ms_max;    /* between requests; 0: 60,000 */
    int64_t reply_ms_max;   /* until the client took it; 0: 30,000 */
    http_request_cb *on_request;
    /* What the guard refuses: replies with status and why (a sentence).
     * NULL: plain text. Must call http_reply before it returns. */
    void (*on_refused)(void *arg, struct http_request *request, int status,
                       const char *why);
    void *arg;
};

/* Binds and listens; exits with a sentence when it cannot (start-up only). */
struct http_server *http_open(struct loop *loop,
                              const struct http_options *options);
int http_port(const struct http_server *server);
/* Accepts no more; what is open is finished, each connection then closed. */
void http_drain(struct http_server *server);
/* No request is open (streams are not counted: their owner ends them). */
bool http_is_idle(const struct http_server *server);
void http_close(struct http_server **server); /* cuts what is open */

enum http_method http_method(const struct http_request *request);
/* Still percent-encoded, from "/" to before "?". */
const char *http_path(const struct http_request *request);
/* The query string without "?", or "". */
const char *http_query(const struct http_request *request);
/* Any case; NULL when absent. */
const char *http_header(const struct http_request *request, const char *name);
/* NUL-terminated past len. */
const char *http_body(struct http_request *request, size_t *len_out);
/* Who asks: a keyed hash of their IPv4 address or IPv6 /64, the same for as
 * long as this process lives. Behind a proxy: of whom it asks for. */
uint64_t http_caller(struct http_request *request);
/* Asked by a program on this machine for itself: no proxy is between. */
bool http_is_local(const struct http_request *request);

/* Consumes the request; what answer points to may belong to it. */
void http_reply(struct http_request *request, const struct http_answer *answer);

/* One name=value of a query or form: decoded into to (cut: false). Finds the
 * index-th of that name. Also false when it is not there or not UTF-8-clean
 * percent-encoding, or holds a NUL. */
bool http_form_value(const char *form, const char *name, size_t index, char *to,
                     size_t size);
/* Percent-decodes a path segment; false: bad encoding, not UTF-8, NUL, or
 * cut. */
bool http_decode(const char *text, size_t len, bool plus_is_space, char *to,
                 size_t size);

int http_connections(const struct http_server *server);
uint64_t http_refusals(const struct http_server *server);
/* Idle connections cut to make room. */
uint64_t http_given_up(const struct http_server *server);
/* Requests with an X-Forwarded-For from somebody who is no proxy: it is not
 * believed. Some of them: the first of a connection, and those whose caller
 * was asked for. */
uint64_t http_unbelieved(const struct http_server *server);

#endif
