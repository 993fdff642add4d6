/* load -- what Redis knows of a campaign, into the directory. */
#ifndef CHECKIN_LOAD_H
#define CHECKIN_LOAD_H

#include <stdint.h>

#include "services/checkin/expected/directory.h"

/* Exactly one call, always later: ERR_NONE and the cursor in signup's feed up
 * to which the campaign is known; else it may be tried again. */
typedef void load_cb(void *arg, enum err err, uint64_t cursor);
/* Exits with a sentence when it was stored by a newer Muster. */
void load_campaign(struct campaign *campaign, load_cb *cb, void *arg);
/* The codes of 0.1 are good for what is known now, and no later action. */
void load_close_old(struct campaign *campaign);

#endif
