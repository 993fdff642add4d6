/* live -- attendance and broadcast progress, pushed to who watches.
 *
 * checkin and broadcast announce whole states, which may be lost; so each
 * topic that is watched is also asked for every LIVE_ASK_MS. A viewer gets
 * the newest state at once. */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include "services/gateway/door/exchange.h"

#define LIVE_ASK_MS 5000

void live_open(struct gateway *g);
void live_close(struct gateway *g);

#endif
