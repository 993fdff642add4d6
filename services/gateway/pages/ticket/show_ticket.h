/* show_ticket -- the ticket: what, when, where, the QR and the code. */
#ifndef GATEWAY_PAGES_SHOW_TICKET_H
#define GATEWAY_PAGES_SHOW_TICKET_H

#include "common/base/base.h"
#include "signup.pb-c.h"

struct show_ticket {
    const Signup__Campaign *campaign;
    const Signup__Action *action;
    const Signup__Supporter *supporter;
    const char *code;
};
/* Says so instead when the place is not confirmed. */
void show_ticket(struct buf *to, const struct show_ticket *ticket);

#endif
