/* plan -- the state of what is being sent, as the planner holds it.
 *
 * A sending is one active broadcast, a lane one channel of it. Everything
 * here can be read again from Redis, and is whenever the plan's revision has
 * changed, an outcome is unknown, or this instance becomes the planner.
 *
 * Nothing here begins anything: what has to be done is marked (marks.h), and
 * drive/ does it. */
#ifndef BROADCAST_PLAN_H
#define BROADCAST_PLAN_H

#include "services/broadcast/broadcast.h"
#include "services/broadcast/keep/record.h"
#include "services/broadcast/keep/store.h"
#include "services/broadcast/schedule/lease.h"
#include "services/broadcast/schedule/planner.h"

#define CAMPAIGNS_MAX 1024
#define SENDINGS_MAX 64       /* active at once in one campaign */
#define SENDINGS_SYSTEM_MAX 8 /* and of the system's own, besides */
#define LANE_BITS_BYTES (CHUNK_NUMBERS / 8)

struct plan {
    struct broadcast *broadcast;
    struct planner planner;
    struct campaign *campaigns[CAMPAIGNS_MAX];
    size_t campaign_count;
    struct watched *watched; /* marks.h */
    struct timer *mark_timer, *work_timer;
};

struct campaign {
    struct broadcast *broadcast;
    char id[SLUG_SIZE];
    struct lead_lock *lock; /* NULL: not opened yet */
    uint64_t epoch;         /* as its planner; 0: another instance is */
    bool is_opening, is_loading;
    bool has_confirmation;        /* made, in this epoch */
    bool is_loaded;               /* leases and sendings are those in Redis */
    bool must_join, must_refresh; /* marks */
    uint64_t revision;
    uint32_t active;
    /* The newest heard of, from the store, grants or couriers: never less,
     * whoever plans. See send/era_flow.c. */
    uint64_t era, granted;
    uint64_t era_done;     /* below era: nothing is granted */
    int64_t held_since_ms; /* boot clock */
    bool is_raising, is_ending_era;
    struct lease_table leases;
    struct sending *sendings[SENDINGS_MAX + SENDINGS_SYSTEM_MAX];
    size_t sending_count;
};

struct lane {
    struct work work; /* first: the planner's side of it */
    struct sending *sending;
    uint32_t granting; /* recipients of grants on their way */
    /* By chunk: 1 where there may be pending ones. */
    uint8_t *maybe;
    uint32_t chunks;
    /* Pending ones of one chunk, read from the ledger and not wanted yet. */
    uint32_t chunk, candidate_count, at;
    uint8_t candidates[LANE_BITS_BYTES];
    bool is_reading;
    uint32_t reading;
    struct claim *waiting; /* for the chunk that is being read */
};

struct sending {
    struct campaign *campaign;
    struct record *record; /* newest read; owned */
    struct lane lanes[RECORD_CHANNELS];
    uint32_t template_version; /* 0: facts not known yet */
    struct feed_follower *follower;
    bool must_drive;      /* a mark: it has been read again */
    bool must_read_words; /* a mark: of the confirmation */
    bool is_freezing, is_sweeping, is_expiring;
    bool is_gone;  /* no longer in the campaign; freed when not in use */
    int in_flight; /* steps on their way that point here */
};

/* ---- campaign.c ---- */
struct plan *plan_new(struct broadcast *broadcast, loop_cb *on_marks);
void plan_free(struct plan **plan);
/* NULL: not known to this instance, or not there at all. */
struct campaign *campaign_find(const struct broadcast *broadcast,
                               const char *id);
/* Redis has just shown that there is such a campaign: from now on it is known
 * and its planner elected. NULL when there are CAMPAIGNS_MAX. */
struct campaign *campaign_meet(struct broadcast *broadcast, const char *id);
struct keep_on campaign_on(const struct campaign *campaign, const char *id);
/* A new era waits for reports: nothing of it is granted. */
bool campaign_is_held(const struct campaign *campaign);
/* Another is the planner now: forgets what only a planner holds. */
void campaign_lose(struct campaign *campaign);
/* A planner's script failed: succeeded by another, or outcome unknown. */
void campaign_failed(struct campaign *campaign, enum err err);

/* ---- sending.c ---- */
struct sending *sending_find(const struct campaign *campaign, const char *id);
/* Takes record. Adds, updates or removes the sending, and marks it. */
void sending_update(struct campaign *campaign, struct record *record);
/* What its texts are made of; the first time opens its lanes. One of the
 * system's that has nothing to send knows none: what it sends next has the
 * newest. */
bool sending_needs_version(const struct sending *sending);
void sending_set_version(struct sending *sending, uint32_t version);
/* Opens or closes the campaign's lanes: it may be held now, or no more. */
void sending_look_all(struct campaign *campaign);
void sending_remove(struct sending *sending);
void sending_hold(struct sending *sending);
void sending_release(struct sending *sending); /* may free it */
struct keep_on sending_on(const struct sending *sending);

/* ---- lane.c ---- */
void lane_init(struct lane *lane, struct sending *sending, int channel);
void lane_fini(struct lane *lane);
void lane_set_chunks(struct lane *lane, uint32_t chunks);
/* As a script has just said; grants on their way are taken off. */
void lane_set_pending(struct lane *lane, int64_t pending);
/* There may be pending ones in that chunk; LANE_ALL: in any. */
#define LANE_ALL UINT32_MAX
void lane_hint(struct lane *lane, uint32_t chunk);
/* Up to size offsets of lane->chunk, rising. Returns how many. */
size_t lane_take(struct lane *lane, uint16_t *offsets, size_t size);
/* The next chunk to read, or LANE_ALL: none may have any. */
uint32_t lane_next_chunk(const struct lane *lane);
void lane_fill(struct lane *lane, uint32_t chunk, const uint8_t *bytes,
               size_t len);
/* What was read may be wrong: read it again. */
void lane_distrust(struct lane *lane, uint32_t chunk);

#endif
