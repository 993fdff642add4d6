/* ticket_flow -- GET /t/{code} and /t/{code}.svg: the ticket and its QR.
 *
 *   page_ticket -> ticket_read -> person_find -> ticket_found: the page
 *                                             -> ticket_issued: the QR */
#include <stdio.h>
#include <string.h>

#include "common/client/checkin.h"
#include "common/text/text.h"
#include "services/gateway/door/guesses.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/pages/ticket/show_ticket.h"

/* As SignedUp.role: the place in the campaign's list, from 1; 0 none. */
static uint32_t
role_number(const Signup__Campaign *campaign, const char *role)
{
    for (size_t i = 0; role != NULL && i < campaign->n_roles; i++) {
        if (strcmp(campaign->roles[i], role) == 0) {
            return (uint32_t)i + 1;
        }
    }
    return 0;
}

/* ---- the QR ---- */

static void
ticket_issued(void *arg, enum err err, const char *detail,
              const Checkin__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "ticket")) {
        return;
    }
    struct buf svg;
    buf_init(&svg, 0);
    const Checkin__Tickets *tickets = reply->issue;
    bool is_drawn =
        tickets->n_tickets == 1 && tickets->tickets[0]->scanned != NULL &&
        qr_add_svg(tickets->tickets[0]->scanned, "QR code of a ticket", &svg);
    if (is_drawn) {
        reply_bytes(x, &(struct http_answer){.status = 200,
                                             .content_type = "image/svg+xml",
                                             .body = svg.data,
                                             .len = svg.len});
    } else {
        reply_problem(x, 500, "The QR code could not be drawn.");
    }
    buf_fini(&svg);
}

static void
issue_ticket(struct exchange *x, const struct person *person, uint32_t role)
{
    Checkin__Bearer bearer = CHECKIN__BEARER__INIT;
    Checkin__Bearer *bearers[] = {&bearer};
    Checkin__IssueTickets issue = CHECKIN__ISSUE_TICKETS__INIT;
    bearer.number = person->number;
    bearer.has_role = role != 0;
    bearer.role = role;
    issue.campaign_number = person->about.campaign_number;
    issue.action_number = person->action_number;
    issue.bearers = bearers;
    issue.n_bearers = 1;
    checkin_ask_issue(x->gateway->checkin, &issue, ticket_issued, x);
}

/* ---- the page ---- */

static void
reply_ticket(struct exchange *x, const Signup__Actions *about,
             const Signup__Action *action, const Signup__Supporter *supporter)
{
    const struct person *person = x->state;
    struct buf html;
    buf_init(&html, 0);
    show_ticket(&html, &(struct show_ticket){
                           .campaign = about->campaign,
                           .action = action,
                           .supporter = supporter,
                           .code = person->code,
                       });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

static void
ticket_found(struct exchange *x, struct person *person,
             const Signup__Actions *about, const Signup__Supporter *supporter)
{
    const Signup__Action *action =
        action_find_number(about, person->action_number);
    if (!page_answered(x, action == NULL ? ERR_NOT_FOUND : ERR_NONE,
                       "ticket")) {
        return;
    }
    if (person->is_svg) {
        issue_ticket(x, person, role_number(about->campaign, supporter->role));
    } else {
        reply_ticket(x, about, action, supporter);
    }
}

static void
ticket_read(void *arg, enum err err, const char *detail,
            const Checkin__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    guesses_learn(x, exchange_param(x, "code"), err);
    if (!page_answered(x, err, "ticket")) {
        return;
    }
    struct person *person = x->state;
    person->about.campaign_number = reply->read->campaign_number;
    person->action_number = reply->read->action_number;
    person->number = reply->read->number;
    (void)snprintf(person->code, sizeof(person->code), "%s", reply->read->code);
    person_find(x);
}

static void
read_ticket(struct exchange *x, bool is_svg)
{
    struct person *person = person_new(x, "ticket", ticket_found);
    if (!guesses_admit_or_reply(x, exchange_param(x, "code"))) {
        return;
    }
    person->is_svg = is_svg;
    Checkin__ReadTicket read = CHECKIN__READ_TICKET__INIT;
    read.code = (char *)exchange_param(x, "code");
    checkin_ask_read(x->gateway->checkin, &read, ticket_read, x);
}

void
page_ticket(struct exchange *x)
{
    read_ticket(x, false);
}

void
page_ticket_svg(struct exchange *x)
{
    read_ticket(x, true);
}
