/* outbox -- the messages that the outbox providers kept, for organisers. */
#ifndef GATEWAY_OUTBOX_H
#define GATEWAY_OUTBOX_H

#include "services/gateway/door/exchange.h"

#define OUTBOX_PAGE_BYTES (128 * 1024)

/* GET …/outbox?after=: {messages: […], next}. next is a place in the file:
 * give it as after to go on, now or later. 404 when no route uses the
 * outbox on this machine. */
void list_outbox(struct exchange *x);

#endif
