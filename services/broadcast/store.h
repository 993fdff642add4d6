/* store -- what this service keeps in Redis: one function for each script.
 *
 * Each calls cb exactly once, always later; err and reply are the store's
 * own (common/store.h). GONE: another instance has become the planner. */
#ifndef BROADCAST_STORE_H
#define BROADCAST_STORE_H

#include <stdint.h>

#include "common/bytes.h"
#include "common/store.h"
#include "services/broadcast/ledger.h"

#define KEEP_TRIES_MAX 6 /* hand-overs of one recipient, then failed */
/* Full jitter: a random part of these, or what the provider wishes. */
#define KEEP_BACKOFF_MS                                                        \
    {                                                                          \
        2000, 8000, 30000, 120000, 300000                                      \
    }
#define KEEP_RETRY_AFTER_MS_MAX (6 * 3600 * 1000)
#define KEEP_DEFERRED_MAX 65536 /* on one channel of one broadcast */
#define KEEP_RULES_BYTES (LEDGER_TABLE_BYTES + 10 * (size_t)LEDGER_TABLE_ROW)

struct keep;

/* borrowed: what a call is about. */
struct keep_on {
    struct keep *keep;
    const char *campaign;
    const char *id;    /* of the broadcast */
    uint64_t epoch;    /* the planner's; 0: anyone may */
    const char *staff; /* for the feed; NULL: "muster" */
};

struct keep *keep_new(struct store *store);
void keep_free(struct keep **keep); /* after the store */

/* ---- the service itself ---- */
void keep_start_number(struct keep *keep, store_reply_cb *cb, void *arg);
void keep_list_campaigns(struct keep *keep, store_reply_cb *cb, void *arg);
void keep_add_campaign(const struct keep_on *on, store_reply_cb *cb, void *arg);

struct keep_elect {
    const char *me;          /* "broadcast.0 17" */
    const char *stood_still; /* "<epoch>.<beat>", or "" */
    bool leaves;
};
/* Replies {epoch, holder, beat, rev, active}. */
void keep_elect(const struct keep_on *on, const struct keep_elect *elect,
                store_reply_cb *cb, void *arg);

/* ---- broadcasts ---- */
struct keep_create {
    const char *key, *hash;
    struct bytes content; /* packed */
};
/* Replies {id, is new}. */
void keep_create(const struct keep_on *on, const struct keep_create *create,
                 store_reply_cb *cb, void *arg);
/* Replies the hash's fields; see record.h. */
void keep_read(const struct keep_on *on, store_reply_cb *cb, void *arg);
void keep_last(const struct keep_on *on, store_reply_cb *cb, void *arg);
void keep_active(const struct keep_on *on, store_reply_cb *cb, void *arg);

#define KEEP_FIELDS_MAX 4
struct keep_stage {
    const char *from;    /* digits */
    Broadcast__Stage to; /* STAGE_NONE: back to what was paused */
    const char *refusal;
    const char *fields[KEEP_FIELDS_MAX * 2]; /* name, value, …, NULL */
};
/* Replies the stage. */
void keep_stage(const struct keep_on *on, const struct keep_stage *stage,
                store_reply_cb *cb, void *arg);

/* ---- the ledger ---- */
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
void keep_freeze(const struct keep_on *on, const struct keep_freeze *freeze,
                 store_reply_cb *cb, void *arg);

struct keep_grant {
    struct keep_chunk at;
    const uint16_t *offsets; /* rising */
    size_t count;
    uint64_t lease;
    struct bytes line; /* for the table of leases */
};
/* Replies {stage, pending, first, open}. */
void keep_grant(const struct keep_on *on, const struct keep_grant *grant,
                store_reply_cb *cb, void *arg);

struct keep_outcome {
    uint32_t number;
    uint8_t event, rule;
    uint32_t wish_ms;
};
enum keep_fate { KEEP_STAY, KEEP_CLOSE, KEEP_LAPSE };
struct keep_settle {
    int channel;
    uint64_t lease;
    const struct keep_outcome *outcomes; /* rising by number */
    size_t count;
    enum ledger_event rest; /* of those left open; EVENT_COUNT: none */
    enum keep_fate fate;
};
/* Replies {changed, stage, pending, is late, left}, or {0}. */
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
};
/* Replies {changed, stage}. */
void keep_doubt(const struct keep_on *on, const struct keep_numbers *numbers,
                store_reply_cb *cb, void *arg);
/* Replies {stage, added}. */
void keep_standing(const struct keep_on *on, const struct keep_numbers *numbers,
                   store_reply_cb *cb, void *arg);

/* ---- leases ---- */
/* Replies {id, line, id, line, …}. */
void keep_read_leases(const struct keep_on *on, store_reply_cb *cb, void *arg);
/* Replies {k, first, open}. */
void keep_read_lease(const struct keep_on *on, uint64_t lease,
                     store_reply_cb *cb, void *arg);

/* ---- the feed ---- */
/* Replies {end, {seq, event}, …}. */
void keep_since(const struct keep_on *on, uint64_t after, store_reply_cb *cb,
                void *arg);

/* ---- reading replies: a wrong shape is 0 or "" ---- */
int64_t keep_number(const struct store_reply *reply, size_t item);
const char *keep_text(const struct store_reply *reply, size_t item);
struct bytes keep_bytes(const struct store_reply *reply, size_t item);

#endif
