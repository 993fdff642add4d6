/* resolving -- what numbers mean at the moment of hand-over, on its way.
 *
 * resolve_flow.c moves it, resolving.c decides and fills, budgets.c asks how
 * much may be sent to whom nobody proved or vouched for. */
#ifndef SIGNUP_SUPPORTER_RESOLVING_H
#define SIGNUP_SUPPORTER_RESOLVING_H

#include "common/base/base.h"
#include "common/store/store.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/people/address.h"
#include "services/signup/signup.h"

/* One number, and room for the strings of its contact. */
struct target {
    uint32_t number; /* whose contact it is: after a merge not the one asked */
    Words__Rule rule;
    bool is_followed; /* number is another's, and still to be read */
    bool is_unproved; /* and the budgets count */
    Signup__Contact message;
    Signup__Field field, *fields;
    char address[EMAIL_TEXT_SIZE];
    char name[NAME_BYTES_MAX + 1], first_name[NAME_BYTES_MAX + 1];
    char *actions; /* owned; NULL: not said */
    uint8_t hash[ADDRESS_HASH_BYTES];
    uint64_t phone;
};

#define RESOLVING_HOPS_MAX 8 /* from one merged into another, and so on */

struct resolving {
    struct asked *asked;
    struct campaign *campaign;
    bool is_reread;
    int channel_index;
    size_t action_count; /* whose places are read: the one it is about, or */
    uint16_t *actions;   /* for a confirmation all */
    int hops;            /* merges followed */
    size_t count;
    struct target *targets; /* in the order asked */
};

static inline const Signup__Resolve *
resolving_ask(const struct resolving *r)
{
    return signup_request(r->asked)->resolve;
}

/* Of people.lua's reply, the i-th is for this target. */
void resolving_take(struct resolving *r, const struct store_reply *reply,
                    size_t i, struct target *target);

#endif
