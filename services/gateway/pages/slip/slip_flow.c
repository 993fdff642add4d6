/* slip_flow -- GET /s/{slip}: what one sign-up has brought.
 *
 *   page_slip -> code_made for each place -> campaigns_listed (number -> id)
 *             -> actions_listed: the page
 *
 * Nobody is asked who anybody is: what the page says stands in its address,
 * and what was typed in a cookie of the browser it was typed in. */
#include <stdio.h>
#include <string.h>

#include "services/gateway/api/checkin/tickets.h"
#include "services/gateway/door/cookie.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/pages/slip/show_slip.h"

struct code_wish {
    struct exchange *x;
    size_t place;
};

struct slip_flow {
    struct slip slip;
    size_t codes_open;
    char codes[SLIP_PLACES_MAX][PAGE_CODE_SIZE];
    struct code_wish wishes[SLIP_PLACES_MAX];
};

static bool
read_typed(const struct exchange *x, struct slip_typed *typed)
{
    char cookie[SLIP_COOKIE_SIZE];
    return cookie_read(x, SLIP_COOKIE, cookie, sizeof(cookie)) &&
           slip_read_typed(&x->gateway->typed_key, exchange_param(x, "slip"),
                           cookie, typed);
}

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "page")) {
        return;
    }
    struct slip_flow *flow = x->state;
    struct slip_typed typed;
    struct buf html;
    buf_init(&html, 0);
    show_slip(&html, &(struct show_slip){
                         .about = reply->list_actions,
                         .slip = &flow->slip,
                         .codes = flow->codes,
                         .typed = read_typed(x, &typed) ? &typed : NULL,
                         .is_outbox_only = x->gateway->is_outbox_only,
                     });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct slip_flow *flow = x->state;
    const Signup__Campaign *campaign =
        err == ERR_NONE ? page_find_campaign(reply->list_campaigns,
                                             flow->slip.campaign_number)
                        : NULL;
    err = err == ERR_NONE && campaign == NULL ? ERR_NOT_FOUND : err;
    if (page_answered(x, err, "page") && campaign != NULL) {
        page_ask_actions(x, campaign->id, actions_listed);
    }
}

static void
code_made(void *arg, const char *code)
{
    const struct code_wish *wish = arg;
    struct slip_flow *flow = wish->x->state;
    (void)snprintf(flow->codes[wish->place], PAGE_CODE_SIZE, "%s", code);
    if (--flow->codes_open == 0) {
        page_ask_campaigns(wish->x, campaigns_listed);
    }
}

static void
ask_codes(struct exchange *x, struct slip_flow *flow)
{
    const struct slip *slip = &flow->slip;
    for (size_t i = 0; i < slip->count; i++) {
        if (slip_has_code(slip->places[i].state)) {
            flow->codes_open++;
            flow->wishes[i] = (struct code_wish){x, i};
            tickets_ask(x->gateway->tickets,
                        &(struct ticket_wish){slip->campaign_number,
                                              slip->places[i].action_number,
                                              slip->number, slip->role},
                        code_made, &flow->wishes[i]);
        }
    }
}

void
page_slip(struct exchange *x)
{
    struct slip_flow *flow = exchange_state(x, sizeof(*flow));
    bool is_ours = slip_read(&x->gateway->slip_key, exchange_param(x, "slip"),
                             &flow->slip);
    if (!page_answered(x, is_ours ? ERR_NONE : ERR_NOT_FOUND, "page")) {
        return;
    }
    ask_codes(x, flow);
    if (flow->codes_open == 0) {
        page_ask_campaigns(x, campaigns_listed);
    }
}
