/* store_ledger -- the scripts that change a ledger; as store.h. */
#ifndef BROADCAST_STORE_LEDGER_H
#define BROADCAST_STORE_LEDGER_H

#include "services/broadcast/keep/store.h"

#define KEEP_RETRY_AFTER_MS_MAX (6 * 3600 * 1000)

struct keep_chunk {
    int channel;
    uint32_t chunk;
};
/* Replies the chunk's bytes, or nil. */
void keep_read_chunk(const struct keep_on *on, const struct keep_chunk *chunk,
                     store_reply_cb *cb, void *arg);
/* Replies {fields, {chunks}}. chunk->chunk: how many. */
void keep_recount(const struct keep_on *on, const struct keep_chunk *chunk,
                  store_reply_cb *cb, void *arg);

struct keep_freeze {
    struct keep_chunk at;
    struct bytes bytes;
    uint32_t count;
    const char *cursor, *next; /* next "": that was the last */
};
/* Replies as keep_read: how it stands after it. */
void keep_freeze(const struct keep_on *on, const struct keep_freeze *freeze,
                 store_reply_cb *cb, void *arg);

struct keep_grant {
    struct keep_chunk at;
    const uint16_t *offsets; /* rising */
    size_t count;
    uint64_t lease;
    struct bytes line; /* for the table of leases */
    uint64_t fence;    /* the highest grant heard of */
    uint64_t place;    /* of the courier's notes; 0: not said */
};
/* Replies {stage, pending, first, open, again, granted}; again: rows "wish". */
void keep_grant(const struct keep_on *on, const struct keep_grant *grant,
                store_reply_cb *cb, void *arg);

struct keep_outcome {
    uint32_t number;
    uint8_t event, rule;
    uint32_t wish_ms;
};
struct keep_settle {
    int channel;
    uint64_t lease;
    const struct keep_outcome *outcomes; /* rising by number */
    size_t count;
    enum ledger_event rest; /* of those left open; EVENT_COUNT: none */
    enum keep_fate fate;
};
/* Replies {changed, stage, pending, is late, left, feed's end or 0}, or {0}. */
void keep_settle(const struct keep_on *on, const struct keep_settle *settle,
                 store_reply_cb *cb, void *arg);

/* Replies {stage, pending, chunk, …}. */
void keep_retry(const struct keep_on *on, int channel, store_reply_cb *cb,
                void *arg);
void keep_sweep(const struct keep_on *on, const struct keep_chunk *chunk,
                store_reply_cb *cb, void *arg);

struct keep_numbers {
    const char *channels;    /* "1", "2" or "12" */
    const uint32_t *numbers; /* rising, none twice */
    size_t count;
    enum ledger_event event; /* doubt: TRUST or RELEASE */
    uint64_t seq;            /* standing: the feed's */
    bool retires; /* standing: it grows no more, and sends the rest */
};
/* Replies {changed, stage, feed's end or 0}. */
void keep_doubt(const struct keep_on *on, const struct keep_numbers *numbers,
                store_reply_cb *cb, void *arg);
/* Replies {stage, added}. */
void keep_standing(const struct keep_on *on, const struct keep_numbers *numbers,
                   store_reply_cb *cb, void *arg);

/* ---- a store that has gone back ---- */
struct keep_fence {
    uint64_t era, granted;
    uint64_t place; /* whose; 0: the planner's own */
};
/* Replies {era, era done, granted, has risen}. */
void keep_era(const struct keep_on *on, const struct keep_fence *fence,
              store_reply_cb *cb, void *arg);
struct keep_begun {
    uint64_t era;
    struct keep_chunk at;
    struct bytes bits;
    bool is_all; /* who is to be sent to again by hand, too */
};
/* Replies {changed}. */
void keep_begun(const struct keep_on *on, const struct keep_begun *begun,
                store_reply_cb *cb, void *arg);
/* gives_up: nobody else is waited for. Replies {waited for still,
 * the era that is done}. */
void keep_reported(const struct keep_on *on, const struct keep_fence *of,
                   bool gives_up, store_reply_cb *cb, void *arg);

#endif
