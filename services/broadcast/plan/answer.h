/* answer -- how a request ends. */
#ifndef BROADCAST_ANSWER_H
#define BROADCAST_ANSWER_H

#include "services/broadcast/plan/plan.h"

/* Replies and frees. reply: borrowed, NULL unless err is ERR_NONE. */
void ask_finish(struct ask *ask, enum err err, const char *detail,
                const Broadcast__Reply *reply);
/* The reply with this broadcast, under the ask's own case. */
void ask_finish_record(struct ask *ask, const char *campaign,
                       const struct record *record);
/* The same, read first as it is kept now. */
void ask_finish_broadcast(struct ask *ask, const char *campaign,
                          const char *id);
/* ERR_NONE: 1 <= id <= 40 of [a-z0-9-]; "b1" and up. Finishes the ask and
 * returns false otherwise. */
bool ask_check(struct ask *ask, const char *campaign, const char *id);

#endif
