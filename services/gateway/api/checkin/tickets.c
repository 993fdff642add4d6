/* tickets -- ticket codes, asked for many sign-ups at once. */
#include "services/gateway/api/checkin/tickets.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/checkin.h"
#include "services/gateway/gateway.h"

#define BEARERS_MAX 1000 /* of one ask; see checkin.proto */

struct wish {
    struct wish *next;
    struct ticket_wish wish;
    ticket_cb *cb;
    void *arg;
};

struct tickets {
    struct gateway *gateway;
    struct wish *waiting; /* of this turn; newest first */
    bool is_scheduled;
};

struct tickets *
tickets_new(struct gateway *g)
{
    struct tickets *tickets = mem_new(sizeof(*tickets));
    tickets->gateway = g;
    return tickets;
}

void
tickets_free(struct tickets **tickets)
{
    free(*tickets);
    *tickets = NULL;
}

static void
on_tickets(void *arg, enum err err, const char *detail,
           const Checkin__Reply *reply)
{
    struct wish *wish = arg;
    size_t i = 0;
    (void)detail;
    if (err != ERR_NONE) {
        log_warn("tickets.not_issued", log_str("err", err_name(err)));
    }
    while (wish != NULL) {
        struct wish *next = wish->next;
        bool is_there = err == ERR_NONE && i < reply->issue->n_tickets;
        wish->cb(wish->arg, is_there ? reply->issue->tickets[i]->code : "");
        free(wish);
        wish = next;
        i++;
    }
}

static bool
is_same_action(const struct wish *a, const struct wish *b)
{
    return a->wish.campaign_number == b->wish.campaign_number &&
           a->wish.action_number == b->wish.action_number;
}

/* Moves those like the first, at most BEARERS_MAX, out of waiting. */
static struct wish *
take_group(struct tickets *tickets, size_t *count_out)
{
    struct wish *first = tickets->waiting, *group = NULL;
    struct wish **at = &tickets->waiting;
    size_t count = 0;
    while (*at != NULL && count < BEARERS_MAX) {
        struct wish *wish = *at;
        if (is_same_action(wish, first)) {
            *at = wish->next;
            wish->next = group;
            group = wish;
            count++;
        } else {
            at = &wish->next;
        }
    }
    *count_out = count;
    return group;
}

static void
ask_group(struct tickets *tickets, struct wish *group, size_t count)
{
    assert(group != NULL && count > 0);
    Checkin__IssueTickets issue = CHECKIN__ISSUE_TICKETS__INIT;
    Checkin__Bearer *bearers = mem_new_array(count, sizeof(bearers[0]));
    Checkin__Bearer **list = mem_new_array(count, sizeof(list[0]));
    size_t i = 0;
    for (struct wish *w = group; w != NULL; w = w->next, i++) {
        checkin__bearer__init(&bearers[i]);
        bearers[i].number = w->wish.number;
        bearers[i].has_role = w->wish.role != 0;
        bearers[i].role = w->wish.role;
        list[i] = &bearers[i];
    }
    issue.has_codes_only = issue.codes_only = true;
    issue.campaign_number = group->wish.campaign_number;
    issue.action_number = group->wish.action_number;
    issue.n_bearers = count;
    issue.bearers = list;
    checkin_ask_issue(tickets->gateway->checkin, &issue, on_tickets, group);
    free(list);
    free(bearers);
}

static void
on_turn_end(void *arg)
{
    struct tickets *tickets = arg;
    tickets->is_scheduled = false;
    while (tickets->waiting != NULL) {
        size_t count;
        struct wish *group = take_group(tickets, &count);
        ask_group(tickets, group, count);
    }
}

void
tickets_ask(struct tickets *tickets, const struct ticket_wish *wish,
            ticket_cb *cb, void *arg)
{
    struct wish *w = mem_new(sizeof(*w));
    *w = (struct wish){tickets->waiting, *wish, cb, arg};
    tickets->waiting = w;
    if (!tickets->is_scheduled) {
        tickets->is_scheduled = true;
        loop_defer(tickets->gateway->service.loop, on_turn_end, tickets);
    }
}
