/* plan -- what the planner of a campaign holds in memory, and does by itself.
 *
 * A sending is one active broadcast, a lane one channel of it. Everything
 * here can be read again from Redis, and is whenever the plan's revision has
 * changed, an outcome is unknown, or this instance becomes the planner. */
#ifndef BROADCAST_PLAN_H
#define BROADCAST_PLAN_H

#include "services/broadcast/broadcast.h"

#define LANE_BITS_BYTES (LEDGER_CHUNK_NUMBERS / 8)
#define ELECT_EVERY_MS 500
#define ELECT_STILL_MS 2000 /* a planner that does not beat is succeeded */
#define WATCH_EVERY_MS 100
#define WATCH_WHOLE_TURNS 30
#define WATCH_SLOW_TURNS 5 /* retries, expiry, freezing: every so many */

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
    struct want *waiting; /* for the chunk that is being read */
};

struct sending {
    struct campaign *campaign;
    struct record *record; /* newest read; owned */
    struct lane lanes[RECORD_CHANNELS];
    uint32_t template_version; /* 0: facts not known yet */
    struct feed_follower *follower;
    bool is_freezing, is_sweeping, is_expiring;
    bool is_gone;  /* no longer in the campaign; freed when not in use */
    int in_flight; /* steps on their way that point here */
};

/* ---- campaign.c ---- */
/* Known, or made known now; NULL when there are CAMPAIGNS_MAX. */
struct campaign *campaign_get(struct broadcast *broadcast, const char *id);
struct keep_on campaign_on(const struct campaign *campaign, const char *id);
void campaigns_free(struct broadcast *broadcast);
/* Reads active broadcasts and leases again; soon, and once. */
void campaign_refresh(struct campaign *campaign);
/* Another is the planner now: forgets what only a planner holds. */
void campaign_lose(struct campaign *campaign);
/* A planner's script failed: succeeded by another, or outcome unknown. */
void campaign_failed(struct campaign *campaign, enum err err);

/* ---- election.c ---- */
void election_start(struct broadcast *broadcast);
/* Asks now whose this campaign is, not at the next beat. */
void election_ask(struct campaign *campaign);
void election_leave(struct broadcast *broadcast);
void election_stop(struct broadcast *broadcast);

/* ---- sending.c ---- */
struct sending *sending_find(const struct campaign *campaign, const char *id);
/* Takes record. Adds, updates or removes the sending, and drives it on. */
void sending_update(struct campaign *campaign, struct record *record);
void sending_remove(struct sending *sending);
void sending_hold(struct sending *sending);
void sending_release(struct sending *sending); /* may free it */
struct keep_on sending_on(const struct sending *sending);
/* Begins what its stage asks for: freezing, sweeping, following. */
void sending_drive(struct sending *sending);
/* The facts of its campaign are new. */
void sending_facts(struct sending *sending);

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

/* ---- freeze_flow.c, standing_flow.c, sweep.c ---- */
void freeze_go(struct sending *sending);
void standing_go(struct sending *sending);
void standing_hear(struct broadcast *broadcast, const char *campaign,
                   uint64_t end);
typedef void sweep_done_cb(void *arg, enum err err);
/* Ends what is not sent yet of a stopped or expired broadcast. on and record
 * are borrowed for the call. Calls done once, later. */
void sweep_run(const struct keep_on *on, const struct record *record,
               sweep_done_cb *done, void *arg);

/* ---- watch_flow.c ---- */
void watch_start(struct broadcast *broadcast);
void watch_stop(struct broadcast *broadcast);
/* Couriers that wait may ask now; at most every few milliseconds. */
void watch_tell_work(struct broadcast *broadcast);

/* ---- settle_flow.c ---- */
/* Ends a lease by the planner's own decision: EVENT_LAPSE with KEEP_LAPSE,
 * EVENT_RETURN or EVENT_COUNT with KEEP_CLOSE. */
void settle_by_planner(struct campaign *campaign, struct lease *lease,
                       enum ledger_event rest, enum keep_fate fate);

/* What another instance settled: news of topic "settled/". */
void settle_hear(void *broadcast, const char *topic, const void *body,
                 size_t len);

/* ---- progress.c ---- */
struct progress *progress_new(struct broadcast *broadcast);
void progress_free(struct progress **progress);
/* Its counts or stage have changed: announced now or within 100 ms. */
void progress_touch(struct campaign *campaign, const char *id);
uint32_t progress_rate_milli(const struct progress *progress,
                             const char *campaign, const char *id, int channel);

#endif
