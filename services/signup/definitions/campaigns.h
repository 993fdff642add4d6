/* campaigns -- the campaigns there are, cached.
 *
 * A campaign once opened stays in memory until the service stops, and so do
 * its actions: pointers to both are good for that long. Their definitions
 * are replaced when read again, so those are borrowed for one turn only.
 * Asking for what does not exist keeps nothing.
 *
 * Opening one (the first read of it) replays what was withdrawn and the store
 * lacks (replay.h), as does the first read after the store was away; brings
 * data of an older format to this program's, by one script; refuses data of a
 * newer one in words; and sees that its number, kept with it, is its own in the
 * list of all. */
#ifndef SIGNUP_DEFINITIONS_CAMPAIGNS_H
#define SIGNUP_DEFINITIONS_CAMPAIGNS_H

#include "common/base/base.h"
#include "services/signup/definitions/campaign.h"
#include "services/signup/signup.h"

struct campaigns *campaigns_new(struct signup *signup);
void campaigns_free(struct campaigns **campaigns);

/* NULL: not in memory, which says nothing about the store; or the store has
 * been away since, and may have gone back behind what people withdrew: reading
 * it again sees to that. What this has can lack what is new: whoever misses
 * something reads again. */
struct campaign *campaigns_find(const struct campaigns *campaigns,
                                const char *id);
/* Whether the store has not been away since it was last read. */
bool campaigns_is_current(const struct campaign *campaign);
/* The store has gone back, somebody saw: it is seen to at the next read. */
void campaigns_doubt(struct campaign *campaign);
/* The greatest number of those in memory. */
uint32_t campaigns_number_max(const struct campaigns *campaigns);

/* Reads it from the store, as it is after this call. Exactly one call of cb,
 * always later, also on failure and shutdown; its value is a struct campaign.
 * ERR_NOT_FOUND: there is none. */
void campaigns_read(struct campaigns *campaigns, const char *id, waiter_cb *cb,
                    void *arg);

#endif
