/* drive -- what the planner of a campaign does by itself. Nothing below calls
 * this room: it is told by marks (plan/marks.h). */
#ifndef BROADCAST_DRIVE_H
#define BROADCAST_DRIVE_H

#include "common/lead/lead.h"
#include "services/broadcast/plan/marks.h"

struct drive {
    struct lead *lead;        /* NULL: this start is not counted yet */
    struct timer *meet_timer; /* NULL: not begun */
    struct timer *watch_timer, *progress_timer;
    unsigned meet_turn;
};

/* ---- drive.c ---- */
void driver_start(struct broadcast *broadcast); /* makes the plan, too */
void driver_stop(struct broadcast *broadcast);
/* Begins what its stage asks for: freezing, sweeping, following. */
void drive_on(struct sending *sending);
/* The facts of its campaign may be new. */
void drive_read_facts(struct sending *sending);

/* ---- election.c ---- */
void election_start(struct broadcast *broadcast);
/* Brings what is kept of it to this version's form, and joins its lock. Until
 * this start is counted its mark stays. */
void election_join(struct campaign *campaign);
void election_leave(struct broadcast *broadcast);
bool election_is_idle(const struct broadcast *broadcast);

/* ---- meet.c ---- */
/* Looks for campaigns, at once and again and again. */
void meet_start(struct broadcast *broadcast);
void meet_stop(struct broadcast *broadcast);
/* signup's feed of that campaign has news. */
void meet_hear(struct broadcast *broadcast, const char *campaign);

/* ---- refresh.c ---- */
/* Reads active broadcasts and leases again. */
void refresh_go(struct campaign *campaign);

/* ---- progress.c, watch.c ---- */
void progress_start(struct broadcast *broadcast);
/* Reads and announces what is marked as changed and due. */
void progress_go(struct broadcast *broadcast);
void watch_start(struct broadcast *broadcast);

#endif
