/* stream -- an answer without an end.
 *
 * A frame is encoded once, as an HTTP chunk; every stream's output holds a
 * reference to it. Streams to HTTP/1.0 clients get the frame without the
 * chunk's clothes. */
#include "common/http/stream.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/base.h"
#include "common/http/conn.h"

#define CHUNK_HEAD_SIZE 20
#define KERNEL_BYTES (64 * 1024) /* so that a slow client's news stays new */

struct http_frame {
    size_t references;
    size_t head_len, len; /* of the chunk's size line; of the payload */
    char bytes[];         /* size line, payload, CRLF */
};

struct http_stream {
    struct http_conn *conn;
    struct evhttp_request *evreq;
    struct http_stream_events events;
    bool is_chunked;
};

struct http_frame *
http_frame_new(const void *bytes, size_t len)
{
    char head[CHUNK_HEAD_SIZE];
    int n = snprintf(head, sizeof(head), "%zx\r\n", len);
    struct http_frame *frame = mem_new(sizeof(*frame) + (size_t)n + len + 2);
    frame->references = 1;
    frame->head_len = (size_t)n;
    frame->len = len;
    memcpy(frame->bytes, head, (size_t)n);
    memcpy(frame->bytes + n, bytes, len);
    memcpy(frame->bytes + (size_t)n + len, "\r\n", 2);
    return frame;
}

struct http_frame *
http_frame_ref(struct http_frame *frame)
{
    frame->references++;
    return frame;
}

void
http_frame_unref(struct http_frame **frame)
{
    if (*frame != NULL && --(*frame)->references == 0) {
        free(*frame);
    }
    *frame = NULL;
}

static void
on_frame_written(const void *bytes, size_t len, void *arg)
{
    struct http_frame *frame = arg;
    (void)bytes;
    (void)len;
    http_frame_unref(&frame);
}

/* Only ever drained by the loop's write event. */
static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *info,
          void *arg)
{
    struct http_stream *stream = arg;
    if (info->n_deleted > 0 && evbuffer_get_length(output) == 0) {
        stream->events.on_drained(stream->events.arg);
    }
}

static void
add_headers(struct http_conn *conn, struct evhttp_request *evreq,
            const char *content_type)
{
    struct evkeyvalq *out = evhttp_request_get_output_headers(evreq);
    http_add_common_headers(conn->server, evreq, true);
    (void)evhttp_add_header(out, "Content-Type", content_type);
    (void)evhttp_add_header(out, "Cache-Control", "no-store");
    (void)evhttp_add_header(out, "X-Accel-Buffering", "no");
    (void)evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
}

struct http_stream *
http_stream_start(struct http_request *request, const char *content_type,
                  const struct http_stream_events *events)
{
    struct http_conn *conn;
    struct evhttp_request *evreq = http_request_release(request, &conn);
    free(request);
    if (evreq == NULL) {
        return NULL;
    }
    struct http_stream *stream = mem_new(sizeof(*stream));
    *stream = (struct http_stream){conn, evreq, *events, false};
    conn->stream = stream;
    conn->server->open_requests--;
    http_conn_enter(conn, HTTP_STREAMING);
    int bytes = KERNEL_BYTES;
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    add_headers(conn, evreq, content_type);
    evhttp_send_reply_start(evreq, 200, "OK");
    stream->is_chunked =
        evhttp_find_header(evhttp_request_get_output_headers(evreq),
                           "Transfer-Encoding") != NULL;
    (void)evbuffer_add_cb(bufferevent_get_output(conn->bev), on_output, stream);
    return stream;
}

void
http_stream_write(struct http_stream *stream, struct http_frame *frame)
{
    const char *bytes = frame->bytes;
    size_t len = frame->head_len + frame->len + 2;
    if (!stream->is_chunked) {
        bytes += frame->head_len;
        len = frame->len;
    }
    struct evbuffer *out = bufferevent_get_output(stream->conn->bev);
    if (evbuffer_add_reference(out, bytes, len, on_frame_written,
                               http_frame_ref(frame)) != 0) {
        log_fatal("out of memory for a stream");
    }
}

size_t
http_stream_waiting(const struct http_stream *stream)
{
    return evbuffer_get_length(bufferevent_get_output(stream->conn->bev));
}

static void
on_written(struct evhttp_request *evreq, void *arg)
{
    (void)evreq;
    http_conn_written(arg);
}

void
http_stream_end(struct http_stream **stream)
{
    struct http_stream *s = *stream;
    if (s == NULL) {
        return;
    }
    *stream = NULL;
    struct http_conn *conn = s->conn;
    (void)evbuffer_remove_cb(bufferevent_get_output(conn->bev), on_output, s);
    conn->stream = NULL;
    conn->server->open_requests++;
    http_conn_enter(conn, HTTP_WRITING);
    evhttp_request_set_on_complete_cb(s->evreq, on_written, conn);
    evhttp_send_reply_end(s->evreq);
    free(s);
}

void
http_stream_cut(struct http_stream **stream)
{
    http_conn_cut((*stream)->conn);
    http_stream_end(stream); /* the connection may end here already */
}

void
http_stream_orphan(struct http_stream *stream)
{
    struct http_stream_events events = stream->events;
    (void)evbuffer_remove_cb(bufferevent_get_output(stream->conn->bev),
                             on_output, stream);
    if (evhttp_request_get_connection(stream->evreq) == NULL) {
        evhttp_request_free(stream->evreq);
    }
    free(stream);
    events.on_closed(events.arg);
}
