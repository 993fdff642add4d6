/* flows -- what happens to a lease, step by step: each in its own file. */
#ifndef COURIER_FLOWS_H
#define COURIER_FLOWS_H

#include <stdint.h>

#include "broadcast.pb-c.h"

struct asking;
struct courier;
struct lease;

/* ---- lease_flow.c: see granted_cb in ask.h ---- */
void lease_accept(struct asking *asking, const Broadcast__Lease *message,
                  int64_t sent_ms);

/* ---- settle_flow.c ---- */
/* Something can be told: soon, or now when nothing is left. */
void settle_go(struct lease *lease);

/* ---- recover_flow.c ---- */
/* Marks each lease in the journal, with an outcome for all of it. */
void recover_all(struct courier *courier);

#endif
