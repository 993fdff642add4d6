/* show_live -- the frame of an action's live count; JavaScript fills it. */
#ifndef GATEWAY_PAGES_SHOW_LIVE_H
#define GATEWAY_PAGES_SHOW_LIVE_H

#include "common/base/base.h"

void show_live(struct buf *to, const char *campaign, const char *action);

#endif
