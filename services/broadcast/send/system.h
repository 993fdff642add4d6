/* system -- what the system sends by itself, for the driver and for
 * standing_flow.c: see system_flow.c. */
#ifndef BROADCAST_SEND_SYSTEM_H
#define BROADCAST_SEND_SYSTEM_H

#include "services/broadcast/send/send.h"

struct feed_follower;

/* The campaign's confirmation, if it is not there yet. cb as keep_system's. */
void system_make(struct campaign *campaign, store_reply_cb *cb, void *arg);
/* Its words are not the campaign's any more: the same from now on, for what is
 * rendered after it. Returns false, and nothing is begun, when they are. */
bool system_write_words(struct sending *sending,
                        const Signup__Campaign *campaign);
/* Of the confirmation's follower (common/bus/feed.h). */
void system_apply_entry(void *sending, struct feed_follower *follower,
                        const Feed__Entry *entry);

#endif
