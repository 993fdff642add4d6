/* once -- a recipient whom a courier of this machine has begun before is not
 * begun again, whatever the planner says: its store may have gone back in
 * time. Such a one is in doubt at once, with a reason of its own.
 *
 * Not so at an idempotent route, where the same reference may come twice; nor
 * once for each wish of an organiser to send again, which the lease names; nor
 * if the number of a confirmation or note has been given to somebody else
 * since: such a store counts people and notes again. */
#ifndef COURIER_ONCE_H
#define COURIER_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"

struct courier;
struct lease;

/* Gives the lease its notes and answers for whom was begun before. False:
 * there are no notes to be had, so nothing of it may be begun. */
bool once_open(struct lease *lease, const Broadcast__Lease *message);
/* It cannot be sent to now. True: it was begun before, and is in doubt. */
bool once_stop_withheld(struct lease *lease, uint32_t index);
/* A hand-over of this recipient begins: noted, in the journal too. False: it
 * was begun before after all, and has its answer. */
bool once_begin(struct lease *lease, uint32_t index);
/* The provider has said that nothing was taken. */
void once_forget(struct lease *lease, uint32_t index);

/* Brings the notes to what the journal says, before its leases are settled
 * (after the machine was down it may know of more), and looks after their age
 * from now on. */
void once_start(struct courier *courier);
void once_stop(struct courier *courier);

#endif
