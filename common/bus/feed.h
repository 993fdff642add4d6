/* feed -- following another owner's feed, entry by entry, exactly once.
 *
 * The follower asks for pages after its cursor, hands the entries to apply
 * one at a time and in order, and asks on. The owner of the effect saves the
 * cursor in the same script as the effect; this file keeps nothing. It asks
 * again when told of a new end (feed_follower_hear), and every poll_ms
 * anyway, so nothing depends on having heard. */
#ifndef COMMON_BUS_FEED_H
#define COMMON_BUS_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "feed.pb-c.h"

struct feed_follower;
struct loop;

struct feed_options {
    const char *campaign; /* copied */
    uint64_t cursor;      /* the last seq applied; 0: none */
    int64_t poll_ms;      /* 1000 */
    /* Sends the ask for a page after cursor, and later calls feed_page or
     * feed_page_failed once: the owner's client stub does. */
    void (*ask)(void *arg, struct feed_follower *f, const char *campaign,
                uint64_t after);
    /* Commits the entry's effect together with its seq, and later calls
     * feed_applied once: ERR_NONE, or any other and it is handed the same
     * entry again after a pause. entry is borrowed until feed_applied. */
    void (*apply)(void *arg, struct feed_follower *f, const Feed__Entry *entry);
    void *arg;
};

struct feed_follower *feed_follower_new(struct loop *loop,
                                        const struct feed_options *options);
/* Late feed_page/feed_applied calls must not come: free it after the bus and
 * the store have given their last answers. */
void feed_follower_free(struct feed_follower **f);
void feed_page(struct feed_follower *f, const Feed__Page *page); /* copied */
void feed_page_failed(struct feed_follower *f);
void feed_applied(struct feed_follower *f, enum err err);
void feed_follower_hear(struct feed_follower *f, uint64_t end);
uint64_t feed_follower_cursor(const struct feed_follower *f);

#endif
