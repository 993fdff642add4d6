/* plan -- a parsed audience bound to one campaign's words. Pure.
 *
 * A plan says which columns are needed (its slots) and, for each term, what
 * to look for in them. Slots 0 and 1 are always the flags' two lowest bytes;
 * when the audience is about an action, the place bits of that action come
 * next. */
#ifndef SIGNUP_AUDIENCE_PLAN_H
#define SIGNUP_AUDIENCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "services/signup/audience/query.h"
#include "services/signup/keep/columns.h"

#define PLAN_SLOTS_MAX COLUMNS_WANTED_MAX
#define PLAN_SLOT_FLAGS 0
#define PLAN_SLOT_FLAGS_HIGH 1
#define PLAN_PLACES_MAX 8 /* states of a place */

/* A column of the store's, or the bits that checkin has of who is present. */
struct slot {
    struct column_name column; /* "": who is present */
    const char *action;        /* then: at which; its id, borrowed */
};
bool slot_is_present(const struct slot *slot);

/* A value's low byte on the page that its high byte has: 0 is the empty page,
 * and each value that is wanted brings at most one more. */
#define PLAN_PAGES_MAX (QUERY_VALUES_MAX + 1)

struct plan_term {
    bool is_not;
    bool is_all;
    size_t byte_count; /* not 0: any person whose value is wanted matches */
    size_t byte_slots[ATTRIBUTE_BYTES_MAX]; /* the lowest byte first */
    size_t page_count;
    uint8_t page_of[256];
    bool wanted[PLAN_PAGES_MAX][256];
    size_t bit_slot_count; /* and any person with a bit in one of these */
    size_t bit_slots[2 * QUERY_VALUES_MAX]; /* of one action two at most */
};

struct plan {
    size_t slot_count;
    struct slot slots[PLAN_SLOTS_MAX];
    size_t place_slot_count; /* states that count as one; 0: no action */
    size_t place_slots[PLAN_PLACES_MAX];
    size_t term_count;
    struct plan_term terms[QUERY_TERMS_MAX];
};

/* A campaign's words, borrowed for the call. */
struct plan_words {
    char *const *lists[ATTRIBUTE_COUNT]; /* but those that are fixed */
    size_t counts[ATTRIBUTE_COUNT];
    /* 0: no such action; *id_out: the id, borrowed as long as arg. */
    unsigned (*action_number)(void *arg, const char *id, const char **id_out);
    void *arg;
};

/* action: the one the message is about, or NULL. ERR_BAD_REQUEST or
 * ERR_NOT_FOUND (an action): why says which value and what is allowed. */
MUST_CHECK enum err plan_make(const struct query *query,
                              const struct plan_words *words,
                              const char *action, struct plan *out,
                              char why[QUERY_WHY_SIZE]);

#endif
