/* plan -- a parsed audience bound to one campaign's words. Pure.
 *
 * A plan says which columns are needed (its slots) and, for each term, what
 * to look for in them. Slot 0 is always the flags column; when the audience
 * is about an action, the place bits of that action come next. */
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

/* A column of the store's, or the bits that checkin has of who is present. */
struct slot {
    struct column_name column; /* "": who is present */
    const char *action;        /* then: at which; its id, borrowed */
};
bool slot_is_present(const struct slot *slot);

struct plan_term {
    bool is_not;
    bool is_all;
    bool has_bytes; /* then any person whose byte is in wanted matches */
    size_t byte_slot;
    bool wanted[256];
    size_t bit_slot_count; /* and any person with a bit in one of these */
    size_t bit_slots[QUERY_VALUES_MAX];
};

struct plan {
    size_t slot_count;
    struct slot slots[PLAN_SLOTS_MAX];
    size_t place_slots[3]; /* confirmed, waitlisted, offered */
    bool has_place;        /* place_slots are set */
    size_t term_count;
    struct plan_term terms[QUERY_TERMS_MAX];
};

/* A campaign's words, borrowed for the call. */
struct plan_words {
    char *const *roles;
    size_t role_count;
    char *const *regions;
    size_t region_count;
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
