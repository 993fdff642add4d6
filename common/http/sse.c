/* sse -- server-sent events: one topic, many viewers, always the newest. */
#include "common/http/sse.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/stream.h"

#define VIEWERS_MAX 4096
#define STALE_BYTES (16 * 1024)
#define WAITING_BYTES_MAX (256 * 1024)
#define COMMENT_MS 15000
#define STUCK_MS_MAX 30000
#define TOPIC_SLOTS 256

struct viewer {
    struct viewer *next, **place; /* in topic->viewers */
    struct topic *topic;
    struct http_stream *stream;
    struct http_frame *waiting; /* the newest, not yet written; NULL: none */
    int64_t waiting_since_ms;
};

struct topic {
    struct topic *next;
    struct sse_hub *hub;
    struct viewer *viewers;
    int count;
    struct http_frame *newest; /* NULL: not known yet */
    uint64_t newest_id;
    char name[];
};

struct sse_hub {
    struct loop *loop;
    struct sse_options options;
    struct topic *topics[TOPIC_SLOTS];
    struct timer *tick;
    struct http_frame *comment;
    struct sse_stats stats;
};

/* ---- topics ---- */

static struct topic **
find_place(const struct sse_hub *hub, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    }
    struct topic **at = (struct topic **)&hub->topics[hash % TOPIC_SLOTS];
    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static struct topic *
get_topic(struct sse_hub *hub, const char *name)
{
    struct topic **at = find_place(hub, name);
    if (*at == NULL) {
        size_t len = strlen(name);
        struct topic *topic = mem_new(sizeof(*topic) + len + 1);
        memcpy(topic->name, name, len + 1);
        topic->hub = hub;
        *at = topic;
    }
    return *at;
}

static void
forget_if_unwatched(struct topic *topic)
{
    if (topic->viewers != NULL) {
        return;
    }
    struct topic **at = find_place(topic->hub, topic->name);
    *at = topic->next;
    http_frame_unref(&topic->newest);
    free(topic);
}

/* ---- viewers ---- */

/* Unlinks and frees; the stream is gone or ended already. */
static void
viewer_free(struct viewer *viewer)
{
    struct topic *topic = viewer->topic;
    *viewer->place = viewer->next;
    if (viewer->next != NULL) {
        viewer->next->place = viewer->place;
    }
    topic->count--;
    topic->hub->stats.viewers--;
    http_frame_unref(&viewer->waiting);
    free(viewer);
}

static void
on_closed(void *arg)
{
    struct viewer *viewer = arg;
    struct topic *topic = viewer->topic;
    viewer_free(viewer);
    forget_if_unwatched(topic);
}

static void
cut_viewer(struct viewer *viewer)
{
    viewer->topic->hub->stats.cut++;
    http_stream_cut(&viewer->stream);
    viewer_free(viewer);
}

static void
keep_waiting(struct viewer *viewer, struct http_frame *frame)
{
    if (viewer->waiting == NULL) {
        viewer->waiting_since_ms = clock_boot_ms();
    } else {
        viewer->topic->hub->stats.replaced++;
        http_frame_unref(&viewer->waiting);
    }
    viewer->waiting = http_frame_ref(frame);
}

/* May cut the viewer. */
static void
show(struct viewer *viewer, struct http_frame *frame)
{
    const struct sse_options *o = &viewer->topic->hub->options;
    size_t waiting = http_stream_waiting(viewer->stream);
    if (waiting > o->waiting_bytes_max) {
        cut_viewer(viewer);
    } else if (waiting > o->stale_bytes) {
        keep_waiting(viewer, frame);
    } else {
        http_stream_write(viewer->stream, frame);
    }
}

static void
on_drained(void *arg)
{
    struct viewer *viewer = arg;
    if (viewer->waiting != NULL) {
        struct http_frame *frame = viewer->waiting;
        viewer->waiting = NULL;
        http_stream_write(viewer->stream, frame);
        http_frame_unref(&frame);
    }
}

bool
sse_view(struct sse_hub *hub, const char *name, struct http_request *request)
{
    if (hub->stats.viewers >= hub->options.viewers_max) {
        return false;
    }
    struct viewer *viewer = mem_new(sizeof(*viewer));
    struct http_stream_events events = {on_drained, on_closed, viewer};
    viewer->stream =
        http_stream_start(request, "text/event-stream; charset=utf-8", &events);
    if (viewer->stream == NULL) {
        free(viewer); /* the client has gone already */
        return true;
    }
    struct topic *topic = get_topic(hub, name);
    viewer->topic = topic;
    viewer->next = topic->viewers;
    viewer->place = &topic->viewers;
    if (viewer->next != NULL) {
        viewer->next->place = &viewer->next;
    }
    topic->viewers = viewer;
    topic->count++;
    hub->stats.viewers++;
    /* Something at once, so that the browser knows it is connected. */
    http_stream_write(viewer->stream,
                      topic->newest == NULL ? hub->comment : topic->newest);
    return true;
}

/* ---- states ---- */

static struct http_frame *
encode(const struct sse_event *event)
{
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "event: %s\nid: %llu\ndata: ", event->name,
               (unsigned long long)event->id);
    buf_add(&text, event->data, event->len);
    buf_add_string(&text, "\n\n");
    struct http_frame *frame = http_frame_new(text.data, text.len);
    buf_fini(&text);
    return frame;
}

bool
sse_publish(struct sse_hub *hub, const char *name,
            const struct sse_event *event)
{
    struct topic *topic = *find_place(hub, name);
    if (topic == NULL) {
        return false;
    }
    if (topic->newest != NULL && event->id <= topic->newest_id) {
        return true;
    }
    http_frame_unref(&topic->newest);
    topic->newest = encode(event);
    topic->newest_id = event->id;
    hub->stats.frames++;
    struct viewer *next;
    for (struct viewer *v = topic->viewers; v != NULL; v = next) {
        next = v->next;
        show(v, topic->newest);
    }
    forget_if_unwatched(topic);
    return true;
}

bool
sse_has_state(const struct sse_hub *hub, const char *name)
{
    const struct topic *topic = *find_place(hub, name);
    return topic != NULL && topic->newest != NULL;
}

int
sse_viewers(const struct sse_hub *hub, const char *name)
{
    const struct topic *topic = *find_place(hub, name);
    return topic == NULL ? 0 : topic->count;
}

/* ---- all of them ---- */

static void
each_viewer(struct sse_hub *hub, void (*cb)(struct viewer *viewer))
{
    for (size_t i = 0; i < TOPIC_SLOTS; i++) {
        struct topic *next_topic;
        for (struct topic *t = hub->topics[i]; t != NULL; t = next_topic) {
            next_topic = t->next;
            struct viewer *next;
            for (struct viewer *v = t->viewers; v != NULL; v = next) {
                next = v->next;
                cb(v);
            }
            forget_if_unwatched(t);
        }
    }
}

void
sse_each_topic(struct sse_hub *hub, void (*cb)(void *arg, const char *topic),
               void *arg)
{
    for (size_t i = 0; i < TOPIC_SLOTS; i++) {
        for (struct topic *t = hub->topics[i]; t != NULL; t = t->next) {
            cb(arg, t->name);
        }
    }
}

static void
end_viewer(struct viewer *viewer)
{
    http_stream_end(&viewer->stream);
    viewer_free(viewer);
}

void
sse_end_all(struct sse_hub *hub)
{
    each_viewer(hub, end_viewer);
}

/* Keeps proxies and phones from closing a quiet stream, and finds out who
 * has gone. */
static void
comment_or_cut(struct viewer *viewer)
{
    const struct sse_hub *hub = viewer->topic->hub;
    if (viewer->waiting != NULL) {
        if (clock_boot_ms() - viewer->waiting_since_ms >
            hub->options.stuck_ms_max) {
            cut_viewer(viewer);
        }
    } else if (http_stream_waiting(viewer->stream) == 0) {
        http_stream_write(viewer->stream, hub->comment);
    }
}

static void
on_tick(void *arg)
{
    struct sse_hub *hub = arg;
    each_viewer(hub, comment_or_cut);
    timer_start(hub->tick, hub->options.comment_ms);
}

static void
set_defaults(struct sse_options *o)
{
    o->viewers_max = o->viewers_max ? o->viewers_max : VIEWERS_MAX;
    o->stale_bytes = o->stale_bytes ? o->stale_bytes : STALE_BYTES;
    o->waiting_bytes_max =
        o->waiting_bytes_max ? o->waiting_bytes_max : WAITING_BYTES_MAX;
    o->comment_ms = o->comment_ms ? o->comment_ms : COMMENT_MS;
    o->stuck_ms_max = o->stuck_ms_max ? o->stuck_ms_max : STUCK_MS_MAX;
}

struct sse_hub *
sse_hub_new(struct loop *loop, const struct sse_options *options)
{
    struct sse_hub *hub = mem_new(sizeof(*hub));
    hub->loop = loop;
    hub->options = *options;
    set_defaults(&hub->options);
    hub->comment = http_frame_new(":\n\n", 3);
    hub->tick = timer_new(loop, on_tick, hub);
    timer_start(hub->tick, hub->options.comment_ms);
    return hub;
}

void
sse_hub_free(struct sse_hub **hub)
{
    if (*hub == NULL) {
        return;
    }
    sse_end_all(*hub);
    timer_free(&(*hub)->tick);
    http_frame_unref(&(*hub)->comment);
    free(*hub);
    *hub = NULL;
}

const struct sse_stats *
sse_stats(const struct sse_hub *hub)
{
    return &hub->stats;
}
