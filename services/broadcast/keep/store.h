/* store -- what this service keeps in Redis: one function for each script.
 *
 * Each calls cb exactly once, always later; err and reply are the store's
 * own (common/store/store.h). GONE: another instance has become the planner. */
#ifndef BROADCAST_STORE_H
#define BROADCAST_STORE_H

#include <stdint.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "services/broadcast/keep/ledger.h"

#define KEEP_RULES_BYTES                                                       \
    (LEDGER_TABLE_BYTES + (size_t)LEDGER_STAGES * LEDGER_ROW_STATES)

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

/* The key of the lock of the planner (common/lead), with the fields rev and
 * active beside: the plan's revision, and how many broadcasts are active. */
#define KEEP_LOCK_SIZE 64
void keep_lock_key(const char *campaign, char key[KEEP_LOCK_SIZE]);
/* Brings what is kept of this campaign to this version's form. LIMIT: it is of
 * a newer one. */
void keep_open(const struct keep_on *on, store_reply_cb *cb, void *arg);

/* ---- broadcasts ---- */
struct keep_create {
    const char *key, *hash;
    struct bytes content; /* packed */
};
/* Replies {id, is new}. */
void keep_create(const struct keep_on *on, const struct keep_create *create,
                 store_reply_cb *cb, void *arg);
/* What the system sends by itself: system.lua. made and numbers are packed
 * rows system_made and system_number, the latter rising and none twice; seq: of
 * the feed entry they are of, 0: none. Replies {id, day, added, …}. */
struct keep_system {
    uint64_t seq;
    struct bytes made, numbers;
};
void keep_system(const struct keep_on *on, const struct keep_system *system,
                 store_reply_cb *cb, void *arg);
/* Its new words. Replies as keep_read: how it stands after it. */
void keep_words(const struct keep_on *on, const char *hash,
                struct bytes content, store_reply_cb *cb, void *arg);
/* Replies the hash's fields; see record.h. */
void keep_read(const struct keep_on *on, store_reply_cb *cb, void *arg);
void keep_last(const struct keep_on *on, store_reply_cb *cb, void *arg);
void keep_active(const struct keep_on *on, store_reply_cb *cb, void *arg);

#define KEEP_FIELDS_MAX 4
#define STAGE_BIT(name) (1U << BROADCAST__STAGE__##name)
struct keep_stage {
    uint32_t from;       /* STAGE_BIT of each it may come from */
    Broadcast__Stage to; /* STAGE_NONE: back to what was paused */
    const char *refusal;
    const char *fields[KEEP_FIELDS_MAX * 2]; /* name, value, …, NULL */
};
/* Replies as keep_read: how it stands after it. FORBIDDEN: nobody but the
 * planner may (KEEP_SYSTEM_WORDS). */
#define KEEP_SYSTEM_WORDS                                                      \
    "the system sends it by itself, so nobody approves, starts, pauses or "    \
    "stops it: change a confirmation's words with the campaign; a day's "      \
    "notes end by themselves"
void keep_stage(const struct keep_on *on, const struct keep_stage *stage,
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
