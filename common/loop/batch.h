/* batch -- what arrives in one turn of the loop goes out together.
 *
 * Items are collected per group (a campaign) and flushed at the end of the
 * turn, at most item_max at once, with at most in_flight_max batches open:
 * what arrives meanwhile makes the next batch larger. */
#ifndef COMMON_LOOP_BATCH_H
#define COMMON_LOOP_BATCH_H

#include <stdbool.h>
#include <stddef.h>

struct batch;
struct loop;

/* items: count of them, owned by the caller of batch_add until its own
 * finish; the array itself is borrowed for the call. When the commit has
 * been answered the flusher calls batch_done once. */
typedef void batch_flush_cb(void *arg, void **items, size_t count);

struct batch_options {
    size_t item_max;    /* of one flush */
    size_t waiting_max; /* batch_add refuses above it */
    int in_flight_max;  /* 2 */
};

struct batch *batch_new(struct loop *loop, const struct batch_options *options,
                        batch_flush_cb *flush, void *arg);
void batch_free(struct batch **batch);           /* must be idle */
bool batch_add(struct batch *batch, void *item); /* false: waiting_max */
void batch_done(struct batch *batch);
bool batch_is_idle(const struct batch *batch);

#endif
