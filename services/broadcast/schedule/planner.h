/* planner -- which broadcast gets the next lease, by which route, how large.
 *
 * Pure. Works are the channels of broadcasts that are being sent; routes are
 * the configured providers. The rules:
 *
 *   lanes     safety before notes before service (and confirmations) before
 *             campaign; within a lane, works take turns.
 *   pacing    a lease takes its size in tokens from its route's bucket. A
 *             tenth of the rate is kept free of service and campaign: half of
 *             it for notes, so that a code finds its tokens there whatever the
 *             backlog, and half for safety alone, so that a flood of notes
 *             does not take what a warning needs. Each lane draws on its own
 *             bucket and on all those of the lanes before it.
 *   size      LEASE_WORK_MS at the route's rate, LEASE_NUMBERS_MAX at most;
 *             halved for a route whose leases come back unbegun, and grown
 *             again by a tenth with each lease that was used up.
 *   routes    the lowest priority number whose circuit lets leases through;
 *             of equals, the one with the most tokens. A route on probation
 *             gets one probe of one first.
 *
 * Several planners (each of other campaigns) share a route's rate evenly. */
#ifndef BROADCAST_SCHEDULE_PLANNER_H
#define BROADCAST_SCHEDULE_PLANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/broadcast/schedule/circuit.h"
#include "services/broadcast/schedule/pacing.h"
#include "words.pb-c.h"

#define PLANNER_ROUTES_MAX 16
#define PLANNER_ROUTE_NAME_SIZE 32
#define PLANNER_SAFETY_SHARE 0.1 /* kept free of service and campaign */
#define PLANNER_ALONE_SHARE 0.05 /* of notes, too */
#define PLANNER_BUCKETS 3        /* safety's (all there is), notes', others' */
#define PLANNER_IDLE_WAIT_MS 500 /* when there is nothing to send */
#define PLANNER_WAIT_MS_MAX 5000

struct route {
    char name[PLANNER_ROUTE_NAME_SIZE];
    Words__Channel channel;
    double rate; /* messages a second */
    int64_t cost_micros, timeout_ms;
    int priority;
    struct pacing buckets[PLANNER_BUCKETS];
    struct circuit circuit;
    uint32_t size; /* of the next lease, learnt */
};

/* One channel of one broadcast; embedded in its owner's struct. */
struct work {
    Words__Channel channel;
    Words__Class lane;
    uint32_t pending; /* that no grant on its way has taken */
    bool is_open;     /* may be granted now */
    uint64_t turn;    /* of its last lease */
    void *owner;
};

struct planner {
    struct route routes[PLANNER_ROUTES_MAX];
    int route_count;
    struct work **works; /* borrowed */
    size_t work_count, work_cap;
    uint64_t turn;
    int planners; /* that share the routes; at least 1 */
};

struct choice {
    struct work *work; /* NULL: nothing now; ask again after wait_ms */
    int route;
    uint32_t size;
    bool is_probe;
    uint32_t wait_ms;
};

void planner_init(struct planner *planner);
void planner_fini(struct planner *planner);
/* Returns its index, or -1 when there are PLANNER_ROUTES_MAX. rate, channel,
 * name, cost, priority and timeout_ms of it are copied. */
int planner_add_route(struct planner *planner, const struct route *route,
                      int64_t now_us);
int planner_find_route(const struct planner *planner, const char *name);
void planner_share(struct planner *planner, int planners, int64_t now_us);
void planner_add_work(struct planner *planner, struct work *work);
void planner_remove_work(struct planner *planner, struct work *work);

/* Takes the tokens, and pending from the work. Follow with planner_granted
 * once, whatever came of it. */
struct choice planner_choose(struct planner *planner, Words__Channel channel,
                             int64_t now_us);
/* granted of choice->size were; the other tokens go back, and what they were
 * for is pending again, until the store says how many really are. */
void planner_granted(struct planner *planner, const struct choice *choice,
                     uint32_t granted, int64_t now_us);
/* A settle or a lapse of a lease of this route: so many handed over well,
 * refused or in doubt, and given back unbegun. */
struct outcome_counts {
    uint32_t good, bad, unbegun;
};
void planner_hear(struct planner *planner, int route, bool is_probe,
                  const struct outcome_counts *counts, int64_t now_us);

/* The rate at which a channel's messages of this class go out when all is
 * well: its best routes together. 0: no route. cost_out: of one message by
 * the dearest of them. */
double planner_channel_rate(const struct planner *planner,
                            Words__Channel channel, Words__Class lane,
                            int64_t *cost_micros_out);

#endif
