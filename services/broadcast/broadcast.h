/* broadcast -- what goes to whom and when: drafts, approval, the ledger.
 *
 * draft/: what an organiser does.
 *   1. bus_api.c         the table of requests
 *   2. draft_flow.c      Create: checks the texts, keeps the draft
 *   3. forecast_flow.c   MakeForecast: asks signup who and how long (facts.c)
 *   4. approve_flow.c    Approve: the right hash, the right person
 *
 * send/: what becomes of it.
 *   5. stage_flow.c      Start, Pause, Resume, Stop
 *   6. freeze_flow.c     the planner writes the audience to the ledger, chunk
 *                        by chunk; standing_flow.c for one that grows,
 *                        system_flow.c for what nobody starts: the campaign's
 *                        confirmation, a day's notes
 *   7. recipients_flow.c who is in which state, recount, doubt by hand
 *
 * send/: a courier's lease.
 *   1. lease_flow.c      AskLease: the same again, or what never arrived back
 *   2. schedule/         the planner's choice: which work, route and size
 *   3. grant_flow.c      recipients of one chunk that are pending (plan/lane.c)
 *   4. keep/grant.lua    compare and set, before the courier hears of it
 *   5. settle_flow.c     Settle: what became of them, each of them once
 *   and era_flow.c       when the store has gone back: first couriers report
 *
 * drive/: what the planner of a campaign does by itself.
 *   1. meet.c, election.c  which campaigns there are; who plans which
 *   2. drive.c           reads the marks of the rooms below, and acts
 *   3. refresh.c         all that is planned with, read again from Redis
 *   4. progress.c        absolute counts, announced at most every 100 ms
 *   5. watch.c           leases run out, deferred come due, expiry
 *
 * Rooms, each calling only those before it: keep/ (the ledger's rules and all
 * that is in Redis) and schedule/ (pure), plan/ (the state of what is being
 * sent, and marks), draft/, send/, drive/, and these three files on top.
 *
 * Any instance answers anything but leases; those come from the campaign's
 * planner, which holds what it plans with in memory and could be killed at
 * any line. All truth is in Redis. */
#ifndef BROADCAST_BROADCAST_H
#define BROADCAST_BROADCAST_H

#include "broadcast.pb-c.h"
#include "common/service/asked.h"
#include "common/service/service.h"

struct broadcast {
    struct service service;
    struct asked_desk desk; /* the requests that are not ended yet */
    struct bus_peer *signup;
    struct keep *keep;         /* keep/store.h */
    struct plan *plan;         /* plan/plan.h */
    struct facts_shelf *facts; /* draft/facts.h */
    struct claim *claims; /* send/claim.h: asks for a lease, on their way */
    struct drive *drive;  /* drive/drive.h */
    uint64_t start_number;
    uint32_t lease_count; /* granted by this process */
    char *public_url;
    int64_t report_wait_ms; /* for couriers that do not report */
    int open;               /* steps on their way that need this process */
    bool is_draining;
    struct {
        struct metric *granted, *settled, *begun_before, *lapsed, *lost,
            *announced, *eras, *reported, *unreported;
    } metrics;
};

extern const struct asked_api broadcast_api; /* bus_api.c */

#endif
