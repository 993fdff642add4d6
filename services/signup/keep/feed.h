/* feed -- what followers ask for, and hear. */
#ifndef SIGNUP_KEEP_FEED_H
#define SIGNUP_KEEP_FEED_H

#include "common/base/base.h"
#include "services/signup/signup.h"

/* A page of the feed. Takes over asked. */
void feed_flow_since(struct asked *asked);

/* After a commit: tells followers where the feed ends. */
void feed_flow_announce(struct signup *signup, const char *campaign,
                        uint64_t end);
/* Appends Event.at_ms, packed: an event is what a script makes, and this. */
void feed_flow_add_tail(struct buf *to);

#endif
