/* marks -- what the rooms below tell the driver: a flag and a 0-timer.
 *
 * Whoever changed something marks it and is done; drive/drive.c reads again
 * and acts, in the loop's next turn and once for many marks. */
#ifndef BROADCAST_MARKS_H
#define BROADCAST_MARKS_H

#include "services/broadcast/plan/plan.h"

#define WATCHED_SAMPLES 16
#define PROGRESS_EVERY_MS 100

struct watched_sample {
    int64_t at_ms;
    uint32_t settled[RECORD_CHANNELS];
};

/* A broadcast whose counts or stage have changed lately. */
struct watched {
    struct watched *next;
    struct campaign *campaign;
    char id[RECORD_ID_SIZE];
    bool is_dirty, is_reading;
    bool is_fresh;        /* a script has just told how it stands: see heard */
    struct record *heard; /* owned; NULL: as its sending's record says */
    int64_t read_at_ms, touched_at_ms;
    struct watched_sample samples[WATCHED_SAMPLES]; /* newest first */
    int sample_count;
};

/* Its counts or stage have changed: announced now or within 100 ms. */
void mark_changed(struct campaign *campaign, const char *id);
/* The same, and record (taken) is how it stands now: nothing has to be read.
 * Redis has shown that there is such a campaign. */
void mark_heard(struct broadcast *broadcast, const char *campaign,
                struct record *record);
/* Active broadcasts and leases are to be read again; soon, and once. */
void mark_stale(struct campaign *campaign);
/* It is newly known: its planner is to be elected. */
void mark_join(struct campaign *campaign);
/* It has been read again: begin what its stage asks for. */
void mark_sending(struct sending *sending);
/* The campaign has been put again: the confirmation may have other words. */
void mark_new_words(struct sending *sending);
/* Couriers that wait may ask now; at most every few milliseconds. */
void mark_work(struct broadcast *broadcast);

/* ---- for the driver ---- */
/* A timer is set for the driver, unless one is sooner. */
void marks_wake(struct plan *plan);
/* Of a record just read: for the rate. */
void watched_sample(struct watched *watched, const struct record *record);
uint32_t watched_rate_milli(const struct watched *watched, int channel);
/* 0: not watched, or standing still. */
uint32_t watched_find_rate_milli(const struct plan *plan, const char *campaign,
                                 const char *id, int channel);
/* What is known of it without reading, or NULL. Borrowed. */
const struct record *watched_find_fresh(const struct watched *watched);
void watched_free(struct watched *watched);

#endif
