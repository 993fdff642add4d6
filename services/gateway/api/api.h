/* api -- the one table of the HTTP API.
 *
 * A row is who may ask what: method, path, roles, scope, what the audit log
 * calls it (NULL: not an act) and its handler, which asks the service that
 * owns the answer and stands in the folder of that service's name here.
 * routes.c makes rows of its table of them, and this header the prototypes,
 * as pages/pages.h does for pages. What is said in JSON stands in
 * openapi/<owner>.json. */
#ifndef GATEWAY_API_H
#define GATEWAY_API_H

#include "services/gateway/door/exchange.h"

#define AT_CAMPAIGN "/v1/campaigns/{c}"
#define AT_ACTION AT_CAMPAIGN "/actions/{a}"
#define AT_BROADCAST AT_CAMPAIGN "/broadcasts/{b}"

/* The busiest first. FORM: a plain form may post it too; its last word is the
 * page that is drawn again with what was wrong (pages/pages.h). */
#define API(ROW, FORM)                                                         \
    ROW(HTTP_POST, AT_ACTION "/checkins", PUBLIC | KNOWN(ALL_STAFF),           \
        SCOPE_ACTION, NULL, check_in)                                          \
    FORM(HTTP_POST, AT_CAMPAIGN "/signups", PUBLIC | VOUCHERS, SCOPE_CAMPAIGN, \
         sign_up, page_campaign_again)                                         \
    ROW(HTTP_GET, AT_CAMPAIGN "/actions", PUBLIC | KNOWN(ALL_STAFF),           \
        SCOPE_CAMPAIGN, NULL, list_actions)                                    \
    ROW(HTTP_GET, "/v1/campaigns", PUBLIC, SCOPE_OPEN, NULL, list_campaigns)   \
    ROW(HTTP_PUT, AT_CAMPAIGN, ADMINS, SCOPE_CAMPAIGN, "campaign.put",         \
        put_campaign)                                                          \
    ROW(HTTP_PUT, AT_ACTION, ORGANISERS, SCOPE_ACTION, "action.put",           \
        put_action)                                                            \
    ROW(HTTP_POST, AT_CAMPAIGN "/audiences/preview", APPROVERS,                \
        SCOPE_CAMPAIGN, NULL, preview_audience)                                \
    ROW(HTTP_GET, AT_CAMPAIGN "/calls", ORGANISERS, SCOPE_CAMPAIGN,            \
        "calls.list", list_calls)                                              \
    ROW(HTTP_POST, AT_CAMPAIGN "/stops", ORGANISERS, SCOPE_CAMPAIGN,           \
        "stop.record", record_stop)                                            \
    ROW(HTTP_GET, AT_CAMPAIGN "/budgets", WATCHERS, SCOPE_CAMPAIGN, NULL,      \
        get_budgets)                                                           \
                                                                               \
    ROW(HTTP_POST, AT_CAMPAIGN "/broadcasts", ORGANISERS, SCOPE_CAMPAIGN,      \
        "broadcast.make", make_broadcast)                                      \
    ROW(HTTP_GET, AT_CAMPAIGN "/broadcasts", WATCHERS, SCOPE_CAMPAIGN, NULL,   \
        list_broadcasts)                                                       \
    ROW(HTTP_GET, AT_BROADCAST, WATCHERS, SCOPE_CAMPAIGN, NULL, get_broadcast) \
    ROW(HTTP_POST, AT_BROADCAST "/forecast", APPROVERS, SCOPE_CAMPAIGN,        \
        "broadcast.forecast", forecast_broadcast)                              \
    ROW(HTTP_POST, AT_BROADCAST "/approve", APPROVERS, SCOPE_CAMPAIGN,         \
        "broadcast.approve", approve_broadcast)                                \
    ROW(HTTP_POST, AT_BROADCAST "/start", ORGANISERS, SCOPE_CAMPAIGN,          \
        "broadcast.start", start_broadcast)                                    \
    ROW(HTTP_POST, AT_BROADCAST "/pause", ORGANISERS, SCOPE_CAMPAIGN,          \
        "broadcast.pause", pause_broadcast)                                    \
    ROW(HTTP_POST, AT_BROADCAST "/resume", ORGANISERS, SCOPE_CAMPAIGN,         \
        "broadcast.resume", resume_broadcast)                                  \
    ROW(HTTP_POST, AT_BROADCAST "/stop", ORGANISERS, SCOPE_CAMPAIGN,           \
        "broadcast.stop", stop_broadcast)                                      \
    ROW(HTTP_POST, AT_BROADCAST "/recount", ORGANISERS, SCOPE_CAMPAIGN,        \
        "broadcast.recount", recount_broadcast)                                \
    ROW(HTTP_GET, AT_BROADCAST "/recipients", APPROVERS, SCOPE_CAMPAIGN, NULL, \
        list_recipients)                                                       \
    ROW(HTTP_POST, AT_BROADCAST "/doubt", ORGANISERS, SCOPE_CAMPAIGN,          \
        "broadcast.doubt", resolve_doubt)                                      \
    ROW(HTTP_GET, AT_BROADCAST "/stream", WATCHERS, SCOPE_CAMPAIGN, NULL,      \
        stream_broadcast)                                                      \
                                                                               \
    ROW(HTTP_GET, AT_ACTION "/attendance", ALL_STAFF, SCOPE_ACTION, NULL,      \
        get_attendance)                                                        \
    ROW(HTTP_GET, AT_ACTION "/attendance/stream", ALL_STAFF, SCOPE_ACTION,     \
        NULL, stream_attendance)                                               \
    ROW(HTTP_POST, AT_CAMPAIGN "/supporters/{n}/merge", ORGANISERS,            \
        SCOPE_CAMPAIGN, "supporter.merge", merge_supporter)                    \
    ROW(HTTP_POST, AT_CAMPAIGN "/supporters/{n}/split", ORGANISERS,            \
        SCOPE_CAMPAIGN, "supporter.split", split_supporter)                    \
    ROW(HTTP_GET, AT_CAMPAIGN "/outbox", ORGANISERS, SCOPE_CAMPAIGN, NULL,     \
        list_outbox)

#define API_HANDLER(method, path, roles, scope, act, handle)                   \
    void handle(struct exchange *x);
#define API_FORM_HANDLER(method, path, roles, scope, handle, again)            \
    void handle(struct exchange *x);
API(API_HANDLER, API_FORM_HANDLER)

#endif
