/* contact -- the state of /y/{token} and /my/{c}, between its flows. */
#ifndef GATEWAY_PAGES_CONTACT_H
#define GATEWAY_PAGES_CONTACT_H

#include "services/gateway/api/checkin/tickets.h"
#include "services/gateway/pages/ask/holder.h"
#include "services/gateway/pages/contact/show_contact.h"

#define CONTACT_TYPED_SIZE 320

struct contact_act;

struct contact {
    struct holder holder;
    /* drawing */
    struct contact_ticket *tickets; /* owned */
    struct contact_wish *wishes;    /* owned; one each */
    size_t ticket_count, tickets_open;
    int status;
    /* acting */
    const struct contact_act *act;
    int open_asks;
    enum err failed; /* of those */
    char typed[CONTACT_TYPED_SIZE];
    char error[256]; /* what was wrong with it; "": nothing */
};

/* The exchange's state. */
struct contact *contact_new(struct exchange *x);
/* Draws what the holder opened, with the codes of its tickets; then it has
 * replied. */
void contact_reply(struct exchange *x);

#endif
