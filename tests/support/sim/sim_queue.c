/* sim_queue -- what is still to happen in a simulated broadcast, in order. */
#include "tests/support/sim/sim_queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

static bool
is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct sim_queue *queue, size_t a, size_t b)
{
    struct sim_event *event = queue->events[a];
    queue->events[a] = queue->events[b];
    queue->events[b] = event;
}

struct sim_event *
sim_queue_add(struct sim_queue *queue, int64_t at)
{
    if (queue->count == queue->cap) {
        queue->cap = queue->cap == 0 ? 64 : queue->cap * 2;
        queue->events =
            mem_resize(queue->events, queue->cap * sizeof(*queue->events));
    }
    struct sim_event *event = mem_new(sizeof(*event));
    event->at = at;
    event->order = ++queue->order;
    size_t i = queue->count++;
    queue->events[i] = event;
    while (i > 0 && is_before(queue->events[i], queue->events[(i - 1) / 2])) {
        swap(queue, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
    return event;
}

void
sim_queue_copy(struct sim_queue *queue, int64_t at,
               const struct sim_event *event)
{
    struct sim_event *copy = sim_queue_add(queue, at);
    uint64_t order = copy->order;
    *copy = *event;
    copy->at = at;
    copy->order = order;
}

struct sim_event *
sim_queue_take(struct sim_queue *queue)
{
    if (queue->count == 0) {
        return NULL;
    }
    struct sim_event *first = queue->events[0];
    queue->events[0] = queue->events[--queue->count];
    size_t i = 0;
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1;
             child <= 2 * i + 2 && child < queue->count; child++) {
            if (is_before(queue->events[child], queue->events[least])) {
                least = child;
            }
        }
        if (least == i) {
            return first;
        }
        swap(queue, i, least);
        i = least;
    }
}

void
sim_queue_fini(struct sim_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        free(queue->events[i]);
    }
    free(queue->events);
    *queue = (struct sim_queue){0};
}
