/* lease_flow -- one lease, from its grant to what is handed over.
 *
 *   lease_accept -> once_open -> template_done -> contacts_done
 *                -> tickets_done -> route
 *
 * Whatever does not come in time (return_timer, at the lease's deadline) is
 * given back as pending. An answer that says no is a deferral, which the
 * planner counts, so that it cannot go on for ever. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "common/client/checkin.h"
#include "common/client/signup.h"
#include "services/courier/begun/fences.h"
#include "services/courier/courier.h"
#include "services/courier/send/ask.h"
#include "services/courier/send/flows.h"
#include "services/courier/send/lease.h"
#include "services/courier/send/once.h"
#include "services/courier/send/route.h"

static void get_template(struct lease *lease);
static void get_contacts(struct lease *lease);
static void get_tickets(struct lease *lease);

/* ---- what every step may meet ---- */

/* An ask of the lease's has been answered; false: too late to matter. */
static bool
came_in_time(struct lease *lease)
{
    lease->asks--;
    if (lease->is_ended) {
        lease_sweep(lease->leases);
    }
    return !lease->is_ended && !lease->is_returned;
}

static void
on_deadline(void *arg)
{
    lease_return(arg);
}

/* What the lease needs was not to be had. */
static void
fail(struct lease *lease, enum err err, const char *detail, enum reason reason)
{
    bool is_passing = err == ERR_UNAVAILABLE || err == ERR_TIMEOUT ||
                      err == ERR_UNKNOWN || err == ERR_LIMIT;
    char text[REASON_TEXT_SIZE];
    log_warn("lease.cannot",
             log_str("why", reason_text((uint16_t)reason, text)),
             log_str("err", err_name(err)), log_str("detail", detail),
             log_str("campaign", lease->kept->campaign),
             log_str("broadcast", lease->kept->broadcast));
    asking_pause(lease->asking);
    if (is_passing) {
        lease_return(lease);
    } else {
        lease_answer_unbegun(lease, handed_as(WORDS__RECIPIENT_STATE__DEFERRED,
                                              (uint16_t)reason));
    }
}

/* ---- 1. the grant ---- */

static bool
fits(const struct asking *asking, const Broadcast__Lease *m)
{
    return (!m->has_channel || m->channel == asking->channel) &&
           m->campaign != NULL && m->broadcast != NULL && m->route != NULL &&
           strlen(m->campaign) < REFERENCE_ID_SIZE && m->campaign[0] != '\0' &&
           strlen(m->broadcast) < REFERENCE_ID_SIZE &&
           m->broadcast[0] != '\0' && m->n_numbers > 0 &&
           m->n_numbers <= JOURNAL_NUMBERS_MAX;
}

static int
keep_in_journal(const struct asking *asking, const Broadcast__Lease *m,
                const struct route *route)
{
    struct courier *courier = asking->courier;
    static struct journal_lease lease; /* 4 kB */
    int slot = journal_find_free(courier->journal);
    if (slot < 0) {
        return -1; /* asked for more than there is room for: our bug */
    }
    memset(&lease, 0, sizeof(lease));
    lease.lease_id = m->lease_id;
    (void)snprintf(lease.campaign, sizeof(lease.campaign), "%s", m->campaign);
    (void)snprintf(lease.broadcast, sizeof(lease.broadcast), "%s",
                   m->broadcast);
    lease.channel = (uint8_t)asking->channel;
    lease.is_idempotent = route != NULL && route->is_idempotent;
    lease.count = (uint32_t)m->n_numbers;
    memcpy(lease.numbers, m->numbers, m->n_numbers * sizeof(m->numbers[0]));
    fences_sync(courier->fences);
    journal_take(courier->journal, slot, &lease);
    return slot;
}

static void
set_deadlines(struct lease *lease, const Broadcast__Lease *m, int64_t sent_ms)
{
    lease->begin_until_ms = sent_ms + (int64_t)m->time_left_ms;
    lease->settle_until_ms = m->has_settle_within_ms
                                 ? sent_ms + (int64_t)m->settle_within_ms
                                 : INT64_MAX;
    lease->expires_at_ms = m->has_expires_at_ms ? m->expires_at_ms : 0;
    int64_t left_ms = lease->begin_until_ms - clock_boot_ms();
    lease->return_timer =
        timer_new(lease->courier->service.loop, on_deadline, lease);
    timer_start(lease->return_timer, left_ms < 0 ? 0 : left_ms);
}

void
lease_accept(struct asking *asking, const Broadcast__Lease *message,
             int64_t sent_ms)
{
    struct courier *courier = asking->courier;
    if (!fits(asking, message)) {
        log_error("lease.malformed");
        return;
    }
    struct route *route = route_find(courier, message->route, asking->channel);
    int slot = keep_in_journal(asking, message, route);
    if (slot < 0) {
        log_error("lease.no_room");
        return;
    }
    struct lease *lease = lease_new(&courier->leases, slot);
    lease->courier = courier;
    lease->asking = asking;
    lease->route = route;
    lease->class_ = message->class_;
    lease->action = mem_copy_string(message->action);
    lease->template_version = message->template_version;
    lease->left = lease->kept->count;
    lease->is_unbegun = true;
    asking->unbegun++;
    set_deadlines(lease, message, sent_ms);
    metric_add(courier->metrics.leases, 1);
    if (courier->is_draining) {
        lease_return(lease);
    } else if (route == NULL) {
        fail(lease, ERR_NOT_FOUND, "the lease names a route not known here",
             REASON_NO_ROUTE);
    } else if (!once_open(lease, message)) {
        fail(lease, ERR_UNAVAILABLE, "no notes of whom it was begun for",
             REASON_DISK);
    } else if (lease->left == 0) {
        lease_all_begun(lease, LEASE_BEGUN);
    } else {
        get_template(lease);
    }
}

/* ---- 2. the template ---- */

static struct template_key
key_of(const struct lease *lease)
{
    return (struct template_key){lease->kept->campaign, lease->kept->broadcast,
                                 lease->template_version};
}

static void
template_done(void *arg, enum err err, const char *detail,
              const Broadcast__Reply *reply)
{
    struct lease *lease = arg;
    if (!came_in_time(lease)) {
        return;
    }
    if (err == ERR_NONE) {
        const struct template_key key = key_of(lease);
        lease->entry =
            template_keep(&lease->courier->templates, &key, reply->template_);
    }
    if (lease->entry == NULL) {
        fail(lease, err, detail, REASON_NO_TEMPLATE);
        return;
    }
    get_contacts(lease);
}

static void
get_template(struct lease *lease)
{
    const struct template_key key = key_of(lease);
    lease->entry = template_take(&lease->courier->templates, &key);
    if (lease->entry != NULL) {
        get_contacts(lease);
        return;
    }
    Broadcast__GetTemplate ask = BROADCAST__GET_TEMPLATE__INIT;
    ask.campaign = (char *)lease->kept->campaign;
    ask.broadcast = (char *)lease->kept->broadcast;
    ask.version = lease->template_version;
    lease->asks++;
    broadcast_ask_template(lease->courier->broadcast, &ask, template_done,
                           lease);
}

/* ---- 3. the contacts ---- */

static bool
are_those_asked(const struct lease *lease, const Signup__Resolved *resolved)
{
    if (resolved->n_contacts != lease->kept->count) {
        return false;
    }
    for (size_t i = 0; i < resolved->n_contacts; i++) {
        if (resolved->contacts[i]->number != lease->kept->numbers[i]) {
            return false;
        }
    }
    return true;
}

static void
withhold(struct lease *lease, const Signup__Resolved *resolved)
{
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        const Signup__Contact *contact = resolved->contacts[i];
        if (contact->address != NULL || lease_has_answer(lease, i)) {
            continue;
        }
        if (once_stop_withheld(lease, i)) {
            continue;
        }
        metric_add(lease->courier->metrics.withheld, 1);
        lease_answer(lease, i,
                     handed_as(WORDS__RECIPIENT_STATE__WITHHELD,
                               contact->has_withheld
                                   ? (uint16_t)contact->withheld
                                   : WORDS__RULE__RULE_NO_CONTACT));
    }
}

static void
contacts_done(void *arg, enum err err, const char *detail,
              const Signup__Reply *reply)
{
    struct lease *lease = arg;
    if (!came_in_time(lease)) {
        return;
    }
    if (err == ERR_NONE && !are_those_asked(lease, reply->resolve)) {
        err = ERR_INTERNAL;
        detail = "signup resolved other numbers than those asked";
    }
    if (err != ERR_NONE) {
        fail(lease, err, detail, REASON_NO_CONTACTS);
        return;
    }
    people_copy(&lease->people, reply->resolve, lease->class_);
    withhold(lease, reply->resolve);
    if (lease->left == 0) {
        lease_all_begun(lease, LEASE_BEGUN);
    } else if (render_uses_ticket(lease->entry->template_,
                                  (Words__Channel)lease->kept->channel,
                                  lease->class_) &&
               lease->entry->template_->action != NULL) {
        get_tickets(lease);
    } else {
        route_add(lease->route, lease);
    }
}

static void
get_contacts(struct lease *lease)
{
    Signup__Resolve ask = SIGNUP__RESOLVE__INIT;
    ask.campaign = (char *)lease->kept->campaign;
    ask.class_ = lease->class_;
    ask.channel = (Words__Channel)lease->kept->channel;
    ask.action = lease->action;
    ask.n_numbers = lease->kept->count;
    ask.numbers = (uint32_t *)lease->kept->numbers;
    ask.broadcast = (char *)lease->kept->broadcast;
    lease->asks++;
    signup_ask_resolve(lease->courier->signup, &ask, contacts_done, lease);
}

/* ---- 4. the tickets ---- */

static void
copy_codes(struct lease *lease, const Checkin__Tickets *tickets)
{
    size_t next = 0;
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        struct person *person = &lease->people.items[i];
        if (person->address == NULL || next >= tickets->n_tickets) {
            continue;
        }
        const Checkin__Ticket *ticket = tickets->tickets[next++];
        if (ticket->number == person->holder &&
            strlen(ticket->code) < sizeof(person->ticket_code)) {
            (void)snprintf(person->ticket_code, sizeof(person->ticket_code),
                           "%s", ticket->code);
        }
    }
}

static void
tickets_done(void *arg, enum err err, const char *detail,
             const Checkin__Reply *reply)
{
    struct lease *lease = arg;
    if (!came_in_time(lease)) {
        return;
    }
    if (err != ERR_NONE) {
        fail(lease, err, detail, REASON_NO_TICKET);
        return;
    }
    copy_codes(lease, reply->issue);
    route_add(lease->route, lease);
}

static void
get_tickets(struct lease *lease)
{
    static Checkin__Bearer bearers[JOURNAL_NUMBERS_MAX];
    static Checkin__Bearer *list[JOURNAL_NUMBERS_MAX];
    const Broadcast__Template *template_ = lease->entry->template_;
    Checkin__IssueTickets ask = CHECKIN__ISSUE_TICKETS__INIT;
    ask.campaign_number = template_->campaign->number;
    ask.action_number = template_->action->number;
    ask.bearers = list;
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        const struct person *person = &lease->people.items[i];
        if (person->address != NULL) {
            Checkin__Bearer *bearer = &bearers[ask.n_bearers];
            checkin__bearer__init(bearer);
            bearer->number = person->holder;
            bearer->has_role = true;
            bearer->role = person->role;
            list[ask.n_bearers++] = bearer;
        }
    }
    lease->asks++;
    checkin_ask_issue(lease->courier->checkin, &ask, tickets_done, lease);
}
