/* want -- one ask for a lease on its way to an answer.
 *
 * lease_flow.c begins it and chooses; grant_flow.c finds recipients and
 * grants; either finishes it, once. */
#ifndef BROADCAST_WANT_H
#define BROADCAST_WANT_H

#include "services/broadcast/plan/plan.h"

#define WANT_ASKS_MAX 4 /* the same ask, repeated */
#define WANT_BUSY_MS 20 /* ask again so soon: something is under way */

struct want {
    struct want *next;         /* of broadcast->wants */
    struct want *next_waiting; /* of lane->waiting */
    struct broadcast *broadcast;
    struct ask *asks[WANT_ASKS_MAX];
    int ask_count, tries;
    struct lease_asker asker; /* borrowed of asks[0] */
    Words__Channel channel;
    struct choice choice;
    struct lane *lane; /* held by its sending */
    uint64_t lease;    /* id asked of Redis */
    uint32_t chunk;
    uint16_t offsets[LEASE_NUMBERS_MAX];
    size_t count;
};

/* Each answers all the asks and frees want. */
void want_finish(struct want *want, enum err err, Broadcast__Lease *lease);
void want_finish_without(struct want *want, uint32_t wait_ms);
/* Bit i of bits is number base + i. */
struct want_numbers {
    struct bytes bits;
    uint32_t base;
};
void want_finish_with(struct want *want, const struct lease *lease,
                      const struct sending *sending,
                      const struct want_numbers *numbers);

/* ---- lease_flow.c ---- */
/* The planner's next choice, TRIES_MAX times at most. */
void want_choose(struct want *want);

/* ---- grant_flow.c ---- */
/* want->choice and lane are set, its sending held: until released there. */
void want_take(struct want *want);
/* The choice comes to nothing: its tokens go back. */
void want_give_up_choice(struct want *want);

#endif
