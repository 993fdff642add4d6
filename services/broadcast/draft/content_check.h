/* content_check -- may a broadcast be made of this? */
#ifndef BROADCAST_CONTENT_CHECK_H
#define BROADCAST_CONTENT_CHECK_H

#include "broadcast.pb-c.h"
#include "common/bus/bus.h"

/* Takes empty texts for no texts. What is wrong, with the field that is at
 * fault, goes into fault_out, which is left as it is when nothing is.
 * *owned_out: what the fault borrows, for the caller to free; or NULL. */
void content_check(const Broadcast__Create *create, struct bus_fault *fault_out,
                   char **owned_out);

#endif
