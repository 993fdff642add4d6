/* tickets -- ticket codes, asked for many sign-ups at once.
 *
 * checkin computes codes and stores nothing; so the asks of one turn of the
 * loop for the same action go out as one. */
#ifndef GATEWAY_TICKETS_H
#define GATEWAY_TICKETS_H

#include <stdint.h>

#define TICKET_CODE_SIZE 24 /* 20 characters; see checkin.proto */

struct gateway;
struct tickets;

struct ticket_wish {
    uint32_t campaign_number, action_number, number, role;
};

/* code is "" when checkin did not answer: the place stands all the same. */
typedef void ticket_cb(void *arg, const char *code);

struct tickets *tickets_new(struct gateway *g);
void tickets_free(struct tickets **tickets);
/* Exactly one call of cb, always later. */
void tickets_ask(struct tickets *tickets, const struct ticket_wish *wish,
                 ticket_cb *cb, void *arg);

#endif
