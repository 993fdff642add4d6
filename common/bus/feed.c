/* feed -- following another owner's feed, entry by entry, exactly once.
 *
 *   REST --poll, or a new end was heard--> ASKING --feed_page--> APPLYING
 *   APPLYING --feed_applied, last of the page--> ASKING while there is more,
 *     else REST
 *   ASKING --failed--> REST (for a while); APPLYING --refused--> the same
 *     entry again after a pause
 *
 * The cursor moves only when an entry's effect is committed, and an entry at
 * or below it is never handed over. */
#include "common/bus/feed.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

#define PAUSE_MS_MIN 50
#define PAUSE_MS_MAX 2000

enum state { REST, ASKING, APPLYING };

struct feed_follower {
    struct feed_options options;
    char *campaign;
    uint64_t cursor, heard;
    uint64_t asked_after, heard_before; /* when it asked */
    enum state state;
    Feed__Page *page; /* APPLYING */
    size_t next;      /* the entry in hand */
    bool is_in_hand;  /* it is being applied */
    bool is_turning;  /* apply_on is on the stack */
    int64_t pause_ms;
    struct timer *timer; /* REST: ask; APPLYING: the entry again */
};

static void
ask(struct feed_follower *f)
{
    timer_stop(f->timer);
    f->state = ASKING;
    f->asked_after = f->cursor;
    f->heard_before = f->heard;
    f->options.ask(f->options.arg, f, f->campaign, f->cursor);
}

static void
rest(struct feed_follower *f, int64_t ms)
{
    f->state = REST;
    timer_start(f->timer, ms);
}

/* The pause doubles with each failure in a row. */
static int64_t
next_pause_ms(struct feed_follower *f)
{
    int64_t pause_ms = f->pause_ms;
    f->pause_ms = pause_ms * 2 > PAUSE_MS_MAX ? PAUSE_MS_MAX : pause_ms * 2;
    return pause_ms;
}

static void
end_page(struct feed_follower *f)
{
    uint64_t end = f->page->end > f->heard ? f->page->end : f->heard;
    /* Without either it would spin. */
    bool has_moved = f->cursor > f->asked_after;
    bool has_heard = f->heard > f->heard_before;
    wire_free(f->page);
    f->page = NULL;
    if (end > f->cursor && (has_moved || has_heard)) {
        ask(f);
    } else {
        rest(f, f->options.poll_ms);
    }
}

/* Hands over entries until one is under way or the page is done. Applying
 * may have ended already when apply returns: no recursion comes of it. */
static void
apply_on(struct feed_follower *f)
{
    if (f->is_turning) {
        return;
    }
    f->is_turning = true;
    while (f->next < f->page->n_entries && !f->is_in_hand &&
           !timer_is_running(f->timer)) {
        const Feed__Entry *entry = f->page->entries[f->next];
        if (entry->seq <= f->cursor) {
            f->next++;
            continue;
        }
        f->is_in_hand = true;
        f->options.apply(f->options.arg, f, entry);
    }
    f->is_turning = false;
    if (f->next == f->page->n_entries && !f->is_in_hand) {
        end_page(f);
    }
}

static void
on_timer(void *arg)
{
    struct feed_follower *f = arg;
    if (f->state == REST) {
        ask(f);
    } else if (f->state == APPLYING) {
        apply_on(f);
    }
}

struct feed_follower *
feed_follower_new(struct loop *loop, const struct feed_options *options)
{
    struct feed_follower *f = mem_new(sizeof(*f));
    f->options = *options;
    if (f->options.poll_ms <= 0) {
        f->options.poll_ms = 1000;
    }
    f->campaign = mem_copy_string(options->campaign);
    f->cursor = options->cursor;
    f->pause_ms = PAUSE_MS_MIN;
    f->timer = timer_new(loop, on_timer, f);
    rest(f, 0);
    return f;
}

void
feed_follower_free(struct feed_follower **f)
{
    if (*f == NULL) {
        return;
    }
    timer_free(&(*f)->timer);
    wire_free((*f)->page);
    free((*f)->campaign);
    free(*f);
    *f = NULL;
}

static bool
is_ascending(const Feed__Page *page)
{
    for (size_t i = 1; i < page->n_entries; i++) {
        if (page->entries[i]->seq <= page->entries[i - 1]->seq) {
            return false;
        }
    }
    return true;
}

static Feed__Page *
copy_page(const Feed__Page *page)
{
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(page, &packed);
    Feed__Page *copy = wire_unpack(&feed__page__descriptor, buf_string(&packed),
                                   packed.len, packed.len);
    buf_fini(&packed);
    return copy;
}

void
feed_page(struct feed_follower *f, const Feed__Page *page)
{
    assert(f->state == ASKING);
    f->page = is_ascending(page) ? copy_page(page) : NULL;
    if (f->page == NULL) {
        log_error("feed.bad_page", log_str("campaign", f->campaign),
                  log_int("after", (int64_t)f->cursor));
        feed_page_failed(f);
        return;
    }
    f->pause_ms = PAUSE_MS_MIN;
    f->state = APPLYING;
    f->next = 0;
    apply_on(f);
}

void
feed_page_failed(struct feed_follower *f)
{
    assert(f->state == ASKING);
    rest(f, next_pause_ms(f));
}

void
feed_applied(struct feed_follower *f, enum err err)
{
    assert(f->state == APPLYING && f->is_in_hand);
    f->is_in_hand = false;
    if (err == ERR_NONE) {
        f->cursor = f->page->entries[f->next++]->seq;
        f->pause_ms = PAUSE_MS_MIN;
    } else {
        timer_start(f->timer, next_pause_ms(f));
    }
    apply_on(f);
}

void
feed_follower_hear(struct feed_follower *f, uint64_t end)
{
    if (end > f->heard) {
        f->heard = end;
    }
    bool is_failing = f->pause_ms > PAUSE_MS_MIN;
    if (f->state == REST && end > f->cursor && !is_failing) {
        ask(f);
    }
}

uint64_t
feed_follower_cursor(const struct feed_follower *f)
{
    return f->cursor;
}
