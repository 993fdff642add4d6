/* ticket_flow -- tickets made and read: computed and answered at once. */
#include "services/checkin/tickets/tickets.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/checkin/checkin.h"
#include "services/checkin/expected/expected.h"

#define BEARERS_MAX 1000

/* ---- issue ---- */

/* NULL, or a sentence why not. */
static const char *
check_issue(const Checkin__IssueTickets *asked)
{
    if (asked->n_bearers > BEARERS_MAX) {
        return "at most 1,000 tickets at once";
    }
    if (asked->campaign_number > TICKET_CAMPAIGN_MAX ||
        asked->action_number > TICKET_ACTION_MAX) {
        return "campaign numbers go up to 1,023, action numbers to 65,535";
    }
    for (size_t i = 0; i < asked->n_bearers; i++) {
        const Checkin__Bearer *bearer = asked->bearers[i];
        if (bearer->number > TICKET_NUMBER_MAX || bearer->role > UINT8_MAX ||
            bearer->party_size > UINT8_MAX) {
            return "supporter numbers go up to 16,777,215, role and party "
                   "size to 255";
        }
    }
    return NULL;
}

/* message->code and scanned are owned by it: ticket_clear. */
static void
fill_ticket(const struct ticket_keys *keys, const struct ticket *ticket,
            bool has_scanned, Checkin__Ticket *message)
{
    struct buf scanned;
    checkin__ticket__init(message);
    message->campaign_number = ticket->campaign;
    message->action_number = ticket->action;
    message->number = ticket->number;
    message->has_role = ticket->is_full;
    message->role = ticket->role;
    message->has_party_size = ticket->is_full;
    message->party_size = ticket->party;
    message->code = mem_new(TICKET_CODE_SIZE);
    ticket_write_code(keys, ticket, message->code);
    if (has_scanned) {
        buf_init(&scanned, 0);
        ticket_write_scanned(keys, ticket, &scanned);
        message->scanned = buf_take(&scanned, NULL);
    }
}

static void
clear_ticket(Checkin__Ticket *message)
{
    free(message->code);
    free(message->scanned);
}

static struct ticket
ticket_of(const Checkin__IssueTickets *asked, const Checkin__Bearer *bearer)
{
    return (struct ticket){
        .campaign = (uint16_t)asked->campaign_number,
        .action = (uint16_t)asked->action_number,
        .number = bearer->number,
        .party = bearer->has_party_size ? (uint8_t)bearer->party_size : 1,
        .role = (uint8_t)bearer->role,
        .is_full = true};
}

void
ticket_issue(struct asked *ask)
{
    const Checkin__IssueTickets *asked = checkin_request(ask)->issue;
    const char *why = check_issue(asked);
    if (why != NULL) {
        asked_refuse(ask, ERR_BAD_REQUEST, why);
        return;
    }
    size_t count = asked->n_bearers;
    Checkin__Tickets tickets = CHECKIN__TICKETS__INIT;
    Checkin__Ticket *all = mem_new_array(count + 1, sizeof(*all));
    tickets.tickets = mem_new_array(count + 1, sizeof(Checkin__Ticket *));
    tickets.n_tickets = count;
    for (size_t i = 0; i < count; i++) {
        struct ticket ticket = ticket_of(asked, asked->bearers[i]);
        fill_ticket(&checkin_of(ask)->tickets, &ticket, !asked->codes_only,
                    &all[i]);
        tickets.tickets[i] = &all[i];
    }
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_ISSUE;
    reply.issue = &tickets;
    asked_answer(ask, &reply);
    for (size_t i = 0; i < count; i++) {
        clear_ticket(&all[i]);
    }
    free(tickets.tickets);
    free(all);
}

/* ---- read ---- */

void
ticket_refuse(struct asked *ask)
{
    asked_refuse_fault(ask, &(struct bus_fault){.err = ERR_NOT_FOUND,
                                                .detail = TICKET_NOT_OURS,
                                                .field = "code"});
}

struct old_reading {
    struct asked *ask; /* owned */
    struct ticket ticket;
};

static void
answer_read(struct asked *ask, const struct ticket *ticket)
{
    Checkin__Ticket message;
    fill_ticket(&checkin_of(ask)->tickets, ticket, ticket->is_full, &message);
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_READ;
    reply.read = &message;
    asked_answer(ask, &reply);
    clear_ticket(&message);
}

/* A code of 0.1 opens what 0.1 knew of, alone. */
static void
old_action_found(void *arg, enum err err, const char *detail, void *value)
{
    struct action *action = value;
    (void)detail;
    struct old_reading *reading = arg;
    if (err == ERR_NONE && !action_takes_old_codes(action, clock_wall_ms())) {
        err = ERR_NOT_FOUND;
    }
    if (err == ERR_NONE) {
        answer_read(reading->ask, &reading->ticket);
    } else if (err == ERR_NOT_FOUND) {
        ticket_refuse(reading->ask);
    } else {
        asked_refuse(reading->ask, err, "not now; try again in a moment");
    }
    free(reading);
}

void
ticket_read(struct asked *ask)
{
    const Checkin__ReadTicket *asked = checkin_request(ask)->read;
    const struct ticket_keys *keys = &checkin_of(ask)->tickets;
    struct ticket ticket;
    if ((asked->code == NULL) == (asked->scanned == NULL)) {
        asked_refuse(ask, ERR_BAD_REQUEST, "say either code or scanned");
        return;
    }
    if (!ticket_read_any(keys,
                         asked->code != NULL ? asked->code : asked->scanned,
                         &ticket)) {
        ticket_refuse(ask);
    } else if (!ticket.is_old) {
        answer_read(ask, &ticket);
    } else {
        struct old_reading *reading = mem_new(sizeof(*reading));
        *reading = (struct old_reading){ask, ticket};
        await_action_numbered(checkin_of(ask), ticket.campaign, ticket.action,
                              old_action_found, reading);
    }
}

/* ---- keys ---- */

void
ticket_give_keys(struct asked *ask)
{
    Checkin__Keys keys = CHECKIN__KEYS__INIT;
    keys.public_key.data = checkin_of(ask)->tickets.public_key;
    keys.public_key.len = CRYPTO_PUBLIC_BYTES;
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_KEYS;
    reply.keys = &keys;
    asked_answer(ask, &reply);
}
