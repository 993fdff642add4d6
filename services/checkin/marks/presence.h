/* presence -- who is here, whatever order the marks come in. Pure.
 *
 * A mark carries a stamp. Stamps have one total order: event time, then
 * device, then kind, then gate. A person's presence is the greatest stamp
 * heard (a last-writer-wins register) and the least arrival heard (when and
 * where they first came): a greatest and a least are the same in any order,
 * so gates that were offline for an hour merge to one truth.
 *
 * mark.lua does this merge where it must be done, inside the commit; its
 * service test holds it to presence_merge over random orders. */
#ifndef CHECKIN_PRESENCE_H
#define CHECKIN_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

struct presence_stamp {
    int64_t at_ms;   /* 0 .. 2^48 - 1 */
    uint32_t device; /* a keyed hash of the device's name */
    uint8_t kind;    /* checkin.MarkKind */
    uint8_t gate;    /* its index at the action */
};

struct presence {
    bool is_marked, has_arrived; /* which of the two below are set */
    struct presence_stamp latest, first;
};

/* Below 0, 0 or above 0; 0 only for the same stamp. */
int presence_compare(const struct presence_stamp *a,
                     const struct presence_stamp *b);
void presence_merge(struct presence *presence,
                    const struct presence_stamp *stamp);
bool presence_is_inside(const struct presence *presence);
/* Device, kind and gate as one number of 48 bits: what orders stamps of one
 * time, and what the scripts keep beside it (rows.txt, row stamp). */
uint64_t presence_tail(const struct presence_stamp *stamp);
struct presence_stamp presence_of(int64_t at_ms, uint64_t tail);

#endif
