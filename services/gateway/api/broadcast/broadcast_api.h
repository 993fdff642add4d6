/* broadcast_api -- broadcasts: handlers for routes.c. */
#ifndef GATEWAY_BROADCAST_API_H
#define GATEWAY_BROADCAST_API_H

#include "broadcast.pb-c.h"
#include "services/gateway/door/exchange.h"

void make_broadcast(struct exchange *x); /* POST …/broadcasts */
void list_broadcasts(struct exchange *x);
void get_broadcast(struct exchange *x);
void forecast_broadcast(struct exchange *x);
void approve_broadcast(struct exchange *x);
/* POST …/{b}/start, pause, resume, stop, recount */
void start_broadcast(struct exchange *x);
void pause_broadcast(struct exchange *x);
void resume_broadcast(struct exchange *x);
void stop_broadcast(struct exchange *x);
void recount_broadcast(struct exchange *x);
void list_recipients(struct exchange *x);
void resolve_doubt(struct exchange *x);

/* ---- broadcast_json.c; what is returned is owned ---- */

json_t *broadcast_to_json(const Broadcast__Broadcast *broadcast);
json_t *progress_to_json(Broadcast__ChannelProgress *const *channels,
                         size_t count);
json_t *forecast_to_json(const Broadcast__Forecast *forecast);

#endif
