/* era -- the store of a campaign has gone back in time: who noticed, and what
 * is done before anything is granted again. */
#ifndef BROADCAST_ERA_H
#define BROADCAST_ERA_H

#include "services/broadcast/send/send.h"

#define ERA_FENCES_MAX 32 /* in one message */
/* After it no lease from before is begun any more, and whoever is there has
 * asked for one. */
#define ERA_HOLD_MS_MIN 2500

/* As the store has it. */
struct era_kept {
    uint64_t era, done, granted;
};
void era_hear_store(struct campaign *campaign, const struct era_kept *kept);
/* granted: as grant.lua has answered. */
void era_hear_grant(struct campaign *campaign, uint64_t granted);
/* What an ask for a lease remembers. True: it is answered, with the order to
 * report. */
bool era_hear_courier(struct asked *asked);
/* What becomes of a lease that its courier says never reached it. In a store
 * that has gone back it may be long settled: pending, if reports are still to
 * come, else in doubt. */
enum ledger_event era_lost_event(const struct campaign *campaign,
                                 const struct lease *lost);
/* What the asker is to remember of this campaign; NULL: of all that are
 * planned here. Good until the next call. */
void era_fill_fences(const struct broadcast *broadcast,
                     const struct campaign *campaign, Broadcast__Lease *to);
/* Time has passed: ends a hold that waits for nobody, or has waited enough. */
void era_watch(struct campaign *campaign);

#endif
