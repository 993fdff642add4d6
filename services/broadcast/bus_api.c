/* bus_api -- what may be asked of broadcast, as one table. */
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/send/send.h"

static const struct asked_row requests[] = {
    {BROADCAST__REQUEST__IS_CREATE, draft_create},
    {BROADCAST__REQUEST__IS_GET, draft_get},
    {BROADCAST__REQUEST__IS_LIST, draft_list},
    {BROADCAST__REQUEST__IS_FORECAST, forecast_make},
    {BROADCAST__REQUEST__IS_APPROVE, approve_begin},
    {BROADCAST__REQUEST__IS_START, stage_start},
    {BROADCAST__REQUEST__IS_PAUSE, stage_pause},
    {BROADCAST__REQUEST__IS_RESUME, stage_resume},
    {BROADCAST__REQUEST__IS_STOP, stage_stop},
    {BROADCAST__REQUEST__IS_RECIPIENTS, recipients_list},
    {BROADCAST__REQUEST__IS_RECOUNT, recipients_recount},
    {BROADCAST__REQUEST__IS_RESOLVE_DOUBT, recipients_resolve},
    {BROADCAST__REQUEST__IS_LEASE, claim_begin},
    {BROADCAST__REQUEST__IS_SETTLE, settle_begin},
    {BROADCAST__REQUEST__IS_TEMPLATE, draft_give_template},
    {BROADCAST__REQUEST__IS_SINCE, draft_give_page},
    {BROADCAST__REQUEST__IS_REPORT, era_take_report},
};

const struct asked_api broadcast_api = {
    .name = "broadcast",
    .request = &broadcast__request__descriptor,
    .rows = requests,
    .row_count = sizeof(requests) / sizeof(*requests),
    .body_bytes_max = WIRE_OUTSIDE_BYTES_MAX,
};
