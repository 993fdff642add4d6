/* match -- one chunk of an audience, evaluated over columns. Pure.
 *
 * Bitmaps have CHUNK_PEOPLE bits, least significant first; a chunk of a
 * byte column has CHUNK_PEOPLE bytes and one of a bit column CHUNK_BIT_BYTES,
 * zero past the last person. */
#ifndef SIGNUP_AUDIENCE_MATCH_H
#define SIGNUP_AUDIENCE_MATCH_H

#include "services/signup/audience/plan.h"
#include "services/signup/people/rules.h"

/* One chunk's columns, in the order of the plan's slots; borrowed. */
struct match_chunk {
    const uint8_t *slots[PLAN_SLOTS_MAX];
    unsigned people; /* 0..CHUNK_PEOPLE: those after it match nothing */
};

/* Who matches. bits: CHUNK_BIT_BYTES. Returns how many. */
unsigned match_people(const struct plan *plan, const struct match_chunk *chunk,
                      uint8_t *bits);

struct match_result {
    unsigned counts[RULES_COUNT]; /* added to; [RULE_NONE]: not left out */
    uint8_t *eligible;            /* CHUNK_BIT_BYTES, overwritten; or NULL */
};

/* Of those in bits, how many each rule of table leaves out. */
void match_rules(const struct plan *plan, const struct match_chunk *chunk,
                 const uint8_t *bits, const struct rules_table *table,
                 struct match_result *result);

#endif
