/* answer -- how a request ends, beyond asked_answer and asked_refuse. */
#ifndef BROADCAST_ANSWER_H
#define BROADCAST_ANSWER_H

#include "services/broadcast/plan/plan.h"

static inline struct broadcast *
broadcast_of(const struct asked *asked)
{
    return asked->service;
}

static inline const Broadcast__Request *
request_of(const struct asked *asked)
{
    return asked->message;
}

/* ERR_NONE: campaign is a slug; id, if not NULL, is "b0" and up. Ends asked
 * and returns false otherwise. */
bool answer_check(struct asked *asked, const char *campaign, const char *id);
/* The system sends it by itself: ends asked with the words that say so, and
 * returns true. */
bool answer_is_system(struct asked *asked, const struct record *record);
/* The campaign's feed ends there now; 0: nothing was told. */
void answer_announce_end(struct broadcast *broadcast, const char *campaign,
                         int64_t end);
/* The reply with this broadcast, under the request's own case. */
void answer_record(struct asked *asked, const char *campaign,
                   const struct record *record);
/* The same, read first as it is kept now. */
void answer_broadcast(struct asked *asked, const char *campaign,
                      const char *id);

#endif
