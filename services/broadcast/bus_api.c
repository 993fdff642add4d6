/* bus_api -- what may be asked of broadcast, as one table. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/send/send.h"

static const struct {
    Broadcast__Request__IsCase asked;
    void (*handle)(struct ask *ask);
} requests[] = {
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
};

void
broadcast_serve(void *broadcast, struct bus_request *request)
{
    size_t len;
    const void *body = bus_request_body(request, &len);
    Broadcast__Request *message = wire_unpack(
        &broadcast__request__descriptor, body, len, WIRE_OUTSIDE_BYTES_MAX);
    if (message == NULL) {
        bus_reply(request, ERR_BAD_REQUEST,
                  "that is not a request to broadcast", NULL, 0);
        return;
    }
    struct ask *ask = mem_new(sizeof(*ask));
    *ask = (struct ask){broadcast, request, message};
    ask->broadcast->open++;
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        if (requests[i].asked == message->is_case) {
            requests[i].handle(ask);
            return;
        }
    }
    ask_finish(ask, ERR_BAD_REQUEST, "the request asks for nothing", NULL);
}
