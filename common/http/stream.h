/* stream -- an answer without an end, for sse.c alone.
 *
 * Frames are shared: encoded once, referenced by every stream's output, freed
 * with the last of them. */
#ifndef COMMON_HTTP_STREAM_H
#define COMMON_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/http/http.h"

struct http_stream;
struct http_frame;

/* Copied once, here. Starts with one reference, the caller's. */
struct http_frame *http_frame_new(const void *bytes, size_t len);
struct http_frame *http_frame_ref(struct http_frame *frame);
void http_frame_unref(struct http_frame **frame);

struct http_stream_events {
    void (*on_drained)(void *arg); /* all written; always later */
    void (*on_closed)(void *arg);  /* once; then the stream is gone */
    void *arg;
};

/* Consumes the request and answers 200 with content_type. Both callbacks
 * come from the loop, never from inside these calls. NULL: the client has
 * gone already, and neither is called. */
struct http_stream *http_stream_start(struct http_request *request,
                                      const char *content_type,
                                      const struct http_stream_events *events);
void http_stream_write(struct http_stream *stream, struct http_frame *frame);
/* Bytes written to it and not yet taken by the client's kernel. */
size_t http_stream_waiting(const struct http_stream *stream);
/* The stream is gone at once; on_closed is not called. */
void http_stream_end(struct http_stream **stream);
/* The same, and what waits is thrown away. */
void http_stream_cut(struct http_stream **stream);

#endif
