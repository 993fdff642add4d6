/* guard -- what a request may look like, before any parser acts on it.
 *
 * evhttp reads leniently: what two readers may read differently can be
 * smuggled past one of them. So every byte passes here first. Pure: bytes
 * in, a verdict out; no I/O, no memory of its own.
 *
 * The guard passes whole heads, and bodies as they are framed (RFC 9112).
 * Refused: bare LF or CR, NUL and other controls, folded lines, a space
 * before the colon, a name that is no token, a target that is not in origin
 * form, a second or missing Host, a second Content-Length or one that is not
 * digits alone, Transfer-Encoding other than exactly "chunked", both, a body
 * on a method that has none, chunk extensions, trailers. */
#ifndef COMMON_HTTP_GUARD_H
#define COMMON_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_GUARD_TARGET_BYTES_MAX 2048
#define HTTP_GUARD_HEADERS_MAX 64

enum http_guard_state {
    HTTP_GUARD_HEAD,       /* before or inside a head */
    HTTP_GUARD_BODY,       /* left bytes of a body to come */
    HTTP_GUARD_CHUNK_SIZE, /* a chunk-size line */
    HTTP_GUARD_CHUNK_DATA, /* left bytes of a chunk to come */
    HTTP_GUARD_CHUNK_END,  /* the CRLF after a chunk */
    HTTP_GUARD_LAST,       /* the CRLF after the last chunk */
    HTTP_GUARD_REFUSED,    /* for ever */
};

struct http_guard {
    /* Limits, set once. */
    size_t head_bytes_max;
    uint64_t body_bytes_max;
    /* The verdict: 0, or the HTTP status to refuse with, and why. */
    int status;
    const char *why; /* static */
    enum http_guard_state state;
    /* In which state it was when it refused: how to end what was passed. */
    enum http_guard_state refused_in;
    uint64_t left; /* bytes of body or chunk to come */
    uint64_t body_bytes;
    uint64_t requests; /* passed whole */
    /* The head so far. */
    size_t scanned; /* bytes of it already looked at: whole lines */
    unsigned headers;
    bool is_http_1_0, may_have_body, has_host, has_length, is_chunked;
};

void http_guard_init(struct http_guard *guard, size_t head_bytes_max,
                     uint64_t body_bytes_max);

/* Looks at bytes that follow what was passed before and returns how many of
 * them to pass on. The rest is an incomplete line or head: give it again,
 * with more behind it. Once guard->status is set nothing passes any more. */
size_t http_guard_scan(struct http_guard *guard, const char *bytes, size_t len);
/* In the middle of a request (given that unpassed bytes wait, or not). */
bool http_guard_is_open(const struct http_guard *guard, size_t unpassed);

#endif
