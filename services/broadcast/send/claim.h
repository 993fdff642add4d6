/* claim -- one ask for a lease on its way to an answer.
 *
 * lease_flow.c begins it and chooses; grant_flow.c finds recipients and
 * grants; either finishes it, once. */
#ifndef BROADCAST_CLAIM_H
#define BROADCAST_CLAIM_H

#include "services/broadcast/send/send.h"

#define CLAIM_ASKS_MAX 4 /* the same asked, repeated */
#define CLAIM_BUSY_MS 20 /* ask again so soon: something is under way */

struct claim {
    struct claim *next;         /* of broadcast->claims */
    struct claim *next_waiting; /* of lane->waiting */
    struct broadcast *broadcast;
    struct asked *asks[CLAIM_ASKS_MAX];
    int ask_count, tries;
    struct lease_asker asker; /* borrowed of asks[0] */
    Words__Channel channel;
    uint64_t place; /* of the courier's notes; 0: not said */
    struct choice choice;
    struct lane *lane; /* held by its sending */
    uint64_t lease;    /* id asked of Redis */
    uint32_t chunk;
    uint16_t offsets[LEASE_NUMBERS_MAX];
    size_t count;
};

/* Each answers all the asks and frees claim. */
void claim_finish(struct claim *claim, enum err err, Broadcast__Lease *lease);
void claim_finish_without(struct claim *claim, uint32_t wait_ms);
/* Bit i of bits is number base + i; again: rows "wish" of some of them. */
struct claim_numbers {
    struct bytes bits;
    uint32_t base;
    struct bytes again;
};
void claim_finish_with(struct claim *claim, const struct lease *lease,
                       const struct sending *sending,
                       const struct claim_numbers *numbers);

/* ---- lease_flow.c ---- */
/* The planner's next choice, TRIES_MAX times at most. */
void claim_choose(struct claim *claim);

/* ---- grant_flow.c ---- */
/* claim->choice and lane are set, its sending held: until released there. */
void claim_take(struct claim *claim);
/* The choice comes to nothing: its tokens go back. */
void claim_give_up_choice(struct claim *claim);

#endif
