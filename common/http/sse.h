/* sse -- server-sent events: one topic, many viewers, always the newest.
 *
 * A topic holds one state. A viewer gets the newest at once and then each
 * newer one; a viewer who reads slowly misses states, never gets old ones: a
 * frame that waits is replaced by the next. Frames are encoded once and
 * shared. A topic without viewers is forgotten. */
#ifndef COMMON_HTTP_SSE_H
#define COMMON_HTTP_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/http/http.h"
#include "common/loop/loop.h"

struct sse_hub;

struct sse_options {
    int viewers_max;    /* in all; 0: 4,096 */
    size_t stale_bytes; /* waiting above it: replace, not add; 0: 16 KiB */
    size_t waiting_bytes_max; /* above it the viewer is cut; 0: 256 KiB */
    int64_t comment_ms;       /* a comment line this often; 0: 15,000 */
    int64_t stuck_ms_max;     /* a frame waits longer: cut; 0: 30,000 */
};

struct sse_event {
    const char *name; /* "attendance" */
    uint64_t id;      /* the state's revision; an older one is ignored */
    const char *data; /* one line of JSON */
    size_t len;
};

struct sse_hub *sse_hub_new(struct loop *loop,
                            const struct sse_options *options);
void sse_hub_free(struct sse_hub **hub); /* ends every stream */

/* Consumes the request. False: viewers_max; the request is still yours. */
bool sse_view(struct sse_hub *hub, const char *topic,
              struct http_request *request);
/* False when nobody is watching: nothing was kept. */
bool sse_publish(struct sse_hub *hub, const char *topic,
                 const struct sse_event *event);
bool sse_has_state(const struct sse_hub *hub, const char *topic);
int sse_viewers(const struct sse_hub *hub, const char *topic);
/* Calls cb for each topic that is watched. */
void sse_each_topic(struct sse_hub *hub,
                    void (*cb)(void *arg, const char *topic), void *arg);
/* Ends every stream politely (drain). */
void sse_end_all(struct sse_hub *hub);

struct sse_stats {
    int viewers;
    uint64_t frames, replaced, cut;
};
const struct sse_stats *sse_stats(const struct sse_hub *hub);

#endif
