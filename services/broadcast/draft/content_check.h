/* content_check -- may a broadcast be made of this? */
#ifndef BROADCAST_CONTENT_CHECK_H
#define BROADCAST_CONTENT_CHECK_H

#include <stdbool.h>

#include "broadcast.pb-c.h"
#include "common/bus/bus.h"

/* Takes empty texts for no texts. What is wrong, with the field that is at
 * fault, goes into fault_out, which is left as it is when nothing is.
 * *owned_out: what the fault borrows, for the caller to free; or NULL. */
void content_check(const Broadcast__Create *create, struct bus_fault *fault_out,
                   char **owned_out);

/* A standing one whose text has the ticket's link or code in it: that is what
 * the system sends to everybody who signs up, so nobody is to get it twice. */
bool content_is_confirmation(const Broadcast__Content *content);
#define CONTENT_CONFIRMS                                                       \
    "is_standing: every sign-up is confirmed with its ticket already; for "    \
    "other words change the campaign (confirmation_sms, …), and here leave " \
    "out the ticket"

#endif
