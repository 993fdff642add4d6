/* routes -- the configured providers, as the planner needs them. */
#ifndef BROADCAST_ROUTES_H
#define BROADCAST_ROUTES_H

#include "common/base/base.h"
#include "services/broadcast/schedule/planner.h"

/* Start-up only: a route that cannot be meant ends the program. */
void routes_read(const struct conf *conf, struct planner *planner);

#endif
