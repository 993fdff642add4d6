/* drive -- the courier's one driver, and what main tells it. */
#ifndef COURIER_DRIVE_H
#define COURIER_DRIVE_H

#include <stdbool.h>

struct courier;

/* Opens journal, routes and asks; settles what the journal holds. */
void courier_start(struct courier *courier);
/* Takes nothing new; gives back what is not begun. */
void courier_drain(struct courier *courier);
bool courier_is_idle(const struct courier *courier);
/* What is still on the wire is noted as in doubt before the journal closes. */
void courier_stop(struct courier *courier);

#endif
