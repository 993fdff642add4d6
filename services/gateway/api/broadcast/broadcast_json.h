/* broadcast_json -- broadcasts as JSON. What is returned is owned. */
#ifndef GATEWAY_BROADCAST_JSON_H
#define GATEWAY_BROADCAST_JSON_H

#include "broadcast.pb-c.h"
#include "common/text/text.h"

json_t *broadcast_to_json(const Broadcast__Broadcast *broadcast);
json_t *progress_to_json(Broadcast__ChannelProgress *const *channels,
                         size_t count);
json_t *forecast_to_json(const Broadcast__Forecast *forecast);

#endif
