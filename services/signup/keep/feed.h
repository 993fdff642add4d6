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
/* Appends field 15, at_ms, of signup.Event. */
void feed_flow_add_tail(struct buf *to);

#endif
