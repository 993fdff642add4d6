/* replay -- a campaign in a store that has gone back is brought forward by
 * what people withdrew since: see keep/withdrawn.h.
 *
 * The files of every instance on this machine are looked at, also of one that
 * runs, or never will again. A replay that is killed goes on at the next one;
 * one that was not needed changes nothing. */
#ifndef SIGNUP_DEFINITIONS_REPLAY_H
#define SIGNUP_DEFINITIONS_REPLAY_H

#include "common/base/base.h"
#include "services/signup/definitions/campaign.h"

struct replay;
typedef void replay_cb(void *arg, enum err err);

/* Of a campaign's meta hash as it was read (a flat list), what it lacks. NULL:
 * nothing. Logs since when it cannot know, where a file of this instance is
 * gone or cut short. */
struct replay *replay_find(struct campaign *campaign,
                           const struct store_reply *meta);
/* Applies it. Exactly one call of cb, always later, also on failure and
 * shutdown; frees replay. */
void replay_run(struct replay *replay, replay_cb *cb, void *arg);

#endif
