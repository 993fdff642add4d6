/* send -- the flows: started, frozen, leased, settled, ended. */
#ifndef BROADCAST_SEND_H
#define BROADCAST_SEND_H

#include "services/broadcast/keep/store_ledger.h"
#include "services/broadcast/plan/answer.h"

/* ---- the requests: each finishes its ask once ---- */
void stage_start(struct asked *asked);
void stage_pause(struct asked *asked);
void stage_resume(struct asked *asked);
void stage_stop(struct asked *asked);
void recipients_list(struct asked *asked);
void recipients_recount(struct asked *asked);
void recipients_resolve(struct asked *asked);
void claim_begin(struct asked *asked);
void settle_begin(struct asked *asked);
void era_take_report(struct asked *asked);

/* ---- for the driver: what a sending's stage asks for ---- */
/* Writes the cursor's chunk of the audience to the ledger. */
void freeze_go(struct sending *sending);
/* Follows the sign-up feed. */
void standing_go(struct sending *sending);
void standing_hear(struct broadcast *broadcast, const char *campaign,
                   uint64_t end);
typedef void sweep_done_cb(void *arg, enum err err);
/* Ends what is not sent yet of a stopped or expired broadcast. on and record
 * are borrowed for the call. Calls done once, later. */
void sweep_run(const struct keep_on *on, const struct record *record,
               sweep_done_cb *done, void *arg);

/* ---- settle_flow.c ---- */
/* Ends a lease by the planner's own decision: EVENT_LAPSE with KEEP_LAPSE,
 * EVENT_RETURN, EVENT_DOUBT or EVENT_COUNT with KEEP_CLOSE. */
void settle_by_planner(struct campaign *campaign, struct lease *lease,
                       enum ledger_event rest, enum keep_fate fate);
/* What another instance settled: news of topic "settled/". */
void settle_hear(void *broadcast, const char *topic, const void *body,
                 size_t len);

#endif
