/* merging -- two records that are one person's become one, and two again. Pure.
 *
 * The loser keeps its record, its number and its ledgers: it says into whom it
 * went, which places went with it and how everything stood, so that splitting
 * gives exactly that back (but for a seat that somebody else has by then: it
 * waits for one). The winner keeps what is hers:
 *
 *   places    the better of two at one action
 *   consent   what the loser gave to a contact that both have, if the winner
 *             has said neither yes nor no to it
 *   "no"      of the loser holds for the winner's same contact: an opt-out is
 *             never lifted by a merge
 *   contact   where she has none, the loser's that is proved or vouched for;
 *             instead of hers, one that is proved: a correction. One that
 *             was typed beside the proved one waits for its own proof where
 *             she has none, neither used nor found by; where she has
 *             another it stays with the loser, and is hers no more
 *
 *   said      role, region and format, where the winner has said none
 *
 * Of a place that came with another contact than a winner's, it is kept that
 * whoever holds that contact of hers does not see it. */
#ifndef SIGNUP_PEOPLE_MERGING_H
#define SIGNUP_PEOPLE_MERGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/client/attributes.h"
#include "services/signup/people/record.h"

/* One of the two, changed in place. states: words.PlaceState, one for each of
 * the actions. */
struct merging_person {
    uint32_t number;
    uint32_t *flags;
    struct record *record;
    uint16_t *said; /* of ATTRIBUTE_COUNT: as stored, 0: not said */
    const uint8_t *states;
};

struct merging {
    struct merging_person winner, loser;
    const uint16_t *actions;
    size_t action_count;
};

/* NULL: may be; else why not, for staff to read. */
const char *merging_fault(const struct merging *merging);

/* takes_contacts: the holder, or staff, said that they are one: the winner gets
 * contacts that she lacks. Else she keeps what she has: an entry that was only
 * found by its name may bring anybody's. */
void merging_join(const struct merging *merging, bool takes_contacts);

/* What becomes of one action's places when they are split. */
struct merging_split {
    uint16_t action;
    uint8_t loser, winner; /* words.PlaceState */
};
/* Undoes it; out has room for twice RECORD_MOVED_MAX. Returns how many. */
size_t merging_undo(const struct merging *merging, struct merging_split *out);

/* Marks channel's contact as proved, and the consents given for it. */
void merging_prove(struct record *record, uint32_t *flags, int channel,
                   int64_t now_ms);

/* What the winner had at the action before; words.PlaceState. */
uint8_t merging_winner_before(const struct record *loser, uint16_t action);

/* Of two places at one action, the one that is kept. */
uint8_t merging_best(uint8_t a, uint8_t b);
/* Whether the two have one contact on that channel. */
bool merging_is_shared(const struct record *a, const struct record *b,
                       int channel);
/* Whether whoever holds the record's contact on channel may see the place: it
 * was made with it. */
bool merging_is_seen(const struct record *record, uint16_t action, int channel);

#endif
