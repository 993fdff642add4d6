/* batch -- what arrives in one turn of the loop goes out together. */
#include "common/loop/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

struct batch {
    struct loop *loop;
    struct batch_options options;
    batch_flush_cb *flush;
    void *arg;
    void **items; /* waiting, in the order they came */
    size_t count, cap;
    int in_flight;
    bool is_flush_due; /* a deferred flush is on its way */
    bool is_freed;     /* that flush frees */
};

struct batch *
batch_new(struct loop *loop, const struct batch_options *options,
          batch_flush_cb *flush, void *arg)
{
    assert(options->item_max > 0 && options->in_flight_max > 0);
    struct batch *batch = mem_new(sizeof(*batch));
    *batch = (struct batch){
        .loop = loop, .options = *options, .flush = flush, .arg = arg};
    return batch;
}

static void
destroy(struct batch *batch)
{
    free(batch->items);
    free(batch);
}

void
batch_free(struct batch **batch)
{
    if (*batch == NULL) {
        return;
    }
    assert(batch_is_idle(*batch));
    if ((*batch)->is_flush_due) {
        (*batch)->is_freed = true;
    } else {
        destroy(*batch);
    }
    *batch = NULL;
}

/* The flusher may add more, or be done at once. */
static void
flush_some(struct batch *batch)
{
    size_t max = batch->options.item_max;
    size_t count = batch->count < max ? batch->count : max;
    void **items = mem_copy(batch->items, count * sizeof(*items));
    batch->count -= count;
    memmove(batch->items, batch->items + count,
            batch->count * sizeof(*batch->items));
    batch->in_flight++;
    batch->flush(batch->arg, items, count);
    free(items);
}

static void
on_turn_end(void *arg)
{
    struct batch *batch = arg;
    batch->is_flush_due = false;
    if (batch->is_freed) {
        destroy(batch);
        return;
    }
    while (batch->count > 0 &&
           batch->in_flight < batch->options.in_flight_max) {
        flush_some(batch);
    }
}

static void
flush_at_turn_end(struct batch *batch)
{
    if (!batch->is_flush_due && batch->count > 0 &&
        batch->in_flight < batch->options.in_flight_max) {
        batch->is_flush_due = true;
        loop_defer(batch->loop, on_turn_end, batch);
    }
}

bool
batch_add(struct batch *batch, void *item)
{
    if (batch->count >= batch->options.waiting_max) {
        return false;
    }
    if (batch->count == batch->cap) {
        batch->cap = batch->cap == 0 ? 64 : batch->cap * 2;
        batch->items =
            mem_resize(batch->items, batch->cap * sizeof(*batch->items));
    }
    batch->items[batch->count++] = item;
    flush_at_turn_end(batch);
    return true;
}

void
batch_done(struct batch *batch)
{
    assert(batch->in_flight > 0);
    batch->in_flight--;
    flush_at_turn_end(batch);
}

bool
batch_is_idle(const struct batch *batch)
{
    return batch->count == 0 && batch->in_flight == 0;
}
