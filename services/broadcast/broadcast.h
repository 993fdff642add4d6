/* broadcast -- what goes to whom and when: drafts, approval, the ledger.
 *
 * draft/: what an organiser does.
 *   1. bus_api.c        unpacks the ask, finds its handler
 *   2. draft_flow.c     Create: checks the texts, keeps the draft
 *   3. forecast_flow.c  MakeForecast: asks signup who and how long (facts.c)
 *   4. approve_flow.c   Approve: the right hash, the right person
 *
 * send/: what becomes of it.
 *   5. stage_flow.c     Start, Pause, Resume, Stop
 *   6. freeze_flow.c    the planner writes the audience to the ledger, chunk
 *                       by chunk; standing_flow.c for one that grows
 *   7. recipients_flow.c who is in which state, recount, doubt by hand
 *
 * send/: a courier's lease.
 *   1. lease_flow.c     AskLease: the same again, or what never arrived back
 *   2. schedule/        the planner's choice: which work, route and size
 *   3. grant_flow.c     recipients of one chunk that are pending (lane.c)
 *   4. keep/grant.lua   compare and set, before the courier hears of it
 *   5. settle_flow.c    Settle: what became of them, each of them once
 *   6. watch_flow.c     leases run out, deferred come due, broadcasts expire
 *   7. drive/progress.c absolute counts, announced at most every 100 ms
 *
 * keep/: the ledger's rules (ledger.c) and all that is in Redis (store.h).
 *
 * Any instance answers anything but leases; those come from the campaign's
 * planner (drive/election.c), which holds what it plans with in plan/
 * and could be killed at any line. All truth is in Redis. */
#ifndef BROADCAST_BROADCAST_H
#define BROADCAST_BROADCAST_H

#include "broadcast.pb-c.h"
#include "common/bus/bus.h"
#include "common/service/service.h"
#include "services/broadcast/keep/record.h"
#include "services/broadcast/keep/store_ledger.h"
#include "services/broadcast/schedule/lease.h"
#include "services/broadcast/schedule/planner.h"

#define CAMPAIGN_ID_SIZE 41
#define CAMPAIGNS_MAX 1024
#define SENDINGS_MAX 64 /* active at once in one campaign */

struct broadcast {
    struct service service;
    struct keep *keep;
    struct bus_peer *signup;
    struct planner planner;
    char me[96]; /* "broadcast.0 17", see elect.lua */
    uint64_t start_number;
    uint32_t lease_count; /* granted by this process */
    char *public_url;
    struct campaign *campaigns[CAMPAIGNS_MAX];
    size_t campaign_count;
    struct want *wants; /* asks for a lease, on their way */
    struct progress *progress;
    struct timer *elect_timer, *watch_timer, *work_timer;
    int open; /* steps on their way that need this process */
    bool is_draining;
    struct {
        struct metric *granted, *settled, *lapsed, *lost, *announced;
    } metrics;
};

/* What signup last said of a campaign and its actions. */
struct facts {
    Signup__Reply *reply; /* of list_actions; NULL: not known yet */
    int64_t at_ms;        /* boot clock */
    bool is_asked;
    struct facts_waiter *waiters;
};

struct campaign {
    struct broadcast *broadcast;
    char id[CAMPAIGN_ID_SIZE];
    uint64_t epoch; /* as its planner; 0: another instance is */
    bool is_asked, is_loading, is_stale; /* the election, the loading */
    bool is_loaded;            /* leases and sendings are those in Redis */
    char holder[96], seen[64]; /* who plans it; "<epoch>.<beat>" */
    int64_t seen_at_ms;
    uint64_t revision;
    uint32_t active;
    struct lease_table leases;
    struct sending *sendings[SENDINGS_MAX];
    size_t sending_count;
    struct facts facts;
};

/* One request, from bus_api.c to its one ask_finish. */
struct ask {
    struct broadcast *broadcast;
    struct bus_request *request; /* owned */
    Broadcast__Request *message; /* owned, valid */
};

/* ---- bus_api.c ---- */
void broadcast_serve(void *broadcast, struct bus_request *request);
/* Replies and frees. reply: borrowed, NULL unless err is ERR_NONE. */
void ask_finish(struct ask *ask, enum err err, const char *detail,
                const Broadcast__Reply *reply);
/* The reply with the broadcast as it is kept now, under the ask's own case. */
void ask_finish_broadcast(struct ask *ask, const char *campaign,
                          const char *id);
/* ERR_NONE: 1 <= id <= 40 of [a-z0-9-]; "b1" and up. Finishes the ask and
 * returns false otherwise. */
bool ask_check(struct ask *ask, const char *campaign, const char *id);

/* ---- the requests: each finishes its ask once ---- */
void draft_create(struct ask *ask);
void draft_get(struct ask *ask);
void draft_list(struct ask *ask);
void forecast_make(struct ask *ask);
void approve_begin(struct ask *ask);
void stage_start(struct ask *ask);
void stage_pause(struct ask *ask);
void stage_resume(struct ask *ask);
void stage_stop(struct ask *ask);
void recipients_list(struct ask *ask);
void recipients_recount(struct ask *ask);
void recipients_resolve(struct ask *ask);
void lease_begin(struct ask *ask);
void settle_begin(struct ask *ask);
void draft_give_template(struct ask *ask);
void draft_give_page(struct ask *ask);

#endif
