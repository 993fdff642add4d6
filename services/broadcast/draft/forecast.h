/* forecast -- how many, how dear, how long: before anybody approves. */
#ifndef BROADCAST_FORECAST_H
#define BROADCAST_FORECAST_H

#include "services/broadcast/broadcast.h"
#include "services/broadcast/keep/record.h"

#define APPROVAL_ABOVE_DEFAULT 100 /* recipients, see signup.Campaign */

/* What approval and start go by. */
struct forecast_size {
    uint32_t recipients; /* of all channels together */
    uint32_t approval_above;
    bool is_late; /* started now, it would finish after its expiry */
};
typedef void forecast_size_cb(void *arg, enum err err, const char *detail,
                              const struct forecast_size *size);
/* Asks signup. Calls cb once, later. record is borrowed until then. */
void forecast_measure_size(struct broadcast *broadcast, const char *campaign,
                           const struct record *record, forecast_size_cb *cb,
                           void *arg);

/* At the rate of its routes; UINT32_MAX: never, there is no route. */
uint32_t forecast_seconds(uint32_t recipients, double rate);
int64_t forecast_expiry(const struct record *record, int64_t now_ms);

#endif
