/* report -- the store has gone back in time: tells it whom this machine's
 * couriers have begun, before it grants anything again. */
#ifndef COURIER_REPORT_H
#define COURIER_REPORT_H

#include "broadcast.pb-c.h"
#include "services/courier/begun/fences.h"

struct courier;
struct reporting;

/* ---- what an ask says and an answer brings ---- */
struct report_fences {
    struct fence kept[FENCES_MAX];
    Broadcast__Fence fences[FENCES_MAX], *list[FENCES_MAX];
};
/* fences is borrowed until the ask is sent. */
void report_fill_ask(struct courier *courier, struct report_fences *fences,
                     Broadcast__AskLease *ask);
/* Remembers its fences, and obeys its order; one at a time, others are given
 * again. */
void report_hear(struct courier *courier, const Broadcast__Lease *answer);

/* Ends one on its way, unheard. The bus calls no more. */
void report_stop(struct courier *courier);

#endif
