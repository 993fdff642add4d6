/* reason -- why a recipient was not accepted, as a number in the journal and
 * a code for the planner. Never a contact detail.
 *
 * Below 1,000: what the provider answered (HTTP or SMTP status), or for a
 * withheld one its words.Rule. */
#ifndef COURIER_REASON_H
#define COURIER_REASON_H

#include <stdint.h>

enum reason {
    REASON_NONE = 0,
    REASON_UNREACHABLE = 1000, /* nothing was sent */
    REASON_NO_ANSWER,          /* sent, and no complete answer */
    REASON_BAD_ADDRESS,        /* cannot be handed over as it is */
    REASON_NO_SENDER,          /* the campaign has none for this channel */
    REASON_TEMPLATE,           /* does not merge for this person */
    REASON_NO_TEMPLATE,
    REASON_NO_CONTACTS,
    REASON_NO_TICKET,
    REASON_NO_ROUTE,     /* not configured here */
    REASON_DISK,         /* the outbox cannot be written */
    REASON_RESTART,      /* begun before a restart, at an idempotent provider */
    REASON_BEGUN_BEFORE, /* as this machine's own notes say: see send/once.h */
    REASON_END,
};

#define REASON_TEXT_SIZE 24
/* "status-550", "unreachable". Returns text. */
const char *reason_text(uint16_t detail, char text[REASON_TEXT_SIZE]);

#endif
