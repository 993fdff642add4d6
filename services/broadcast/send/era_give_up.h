/* era_give_up -- a place does not report; for era_flow.c. */
#ifndef BROADCAST_ERA_GIVE_UP_H
#define BROADCAST_ERA_GIVE_UP_H

#include <stdbool.h>

struct campaign;
struct store_reply;

/* The store's leases and sendings are known, nothing is being frozen (or has
 * been for too long), and what was leased before can be begun no more: reports
 * may come. */
bool era_may_report(const struct campaign *campaign);
/* As keep_reported has answered. */
void era_hear_done(struct campaign *campaign, const struct store_reply *reply);

#endif
