/* tend -- what time, and the providers, do to entries: jobs by timer.
 *
 * Every instance has them, one at a time does a campaign's; any may die at any
 * moment. Each job finds at most SU_TEND_MAX numbers, reads those people,
 * decides, and changes them in one script that looks again.
 *
 *   twins_job.c    entries of the same contact and name count once
 *   drop_job.c     what nobody proved in time goes
 *   holds_job.c    seats of unproved entries end
 *   freed_job.c    who waited, and has got a place, is told by a note
 *   handed_flow.c  follows broadcast: what a provider took begins to run out
 *   round.c        one round of them for a campaign
 *   tend.c         all campaigns, by timer
 *
 * An unproved entry goes a week after its last action, or a day after it was
 * typed when no provider took its message. Its seats end 30 minutes after one
 * did; 30 minutes after it was typed when none will (refused for good, or
 * withheld: a budget, an opt-out); and two hours after, when nothing is known:
 * so nobody holds seats by entries that cannot be confirmed. */
#ifndef SIGNUP_TEND_TEND_H
#define SIGNUP_TEND_TEND_H

#include <stdbool.h>

struct signup;
struct tend;

#define TEND_KEEP_MS (7 * 86400000LL) /* after the last action's end */

/* broadcast must be connected before. */
struct tend *tend_start(struct signup *signup);
void tend_drain(struct tend *tend); /* nothing new begins */
bool tend_is_idle(const struct tend *tend);
/* NULLs. */
void tend_stop(struct tend **tend);

#endif
