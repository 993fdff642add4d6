/* campaign -- one campaign's definitions and its actions', in memory.
 *
 * Numbers and indexes never change their meaning (roles and regions are only
 * appended, actions never removed), so what is in memory can lack what is
 * new and never be wrong about what it has. */
#ifndef SIGNUP_DEFINITIONS_CAMPAIGN_H
#define SIGNUP_DEFINITIONS_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/client/attributes.h"
#include "common/loop/loop.h"
#include "services/signup/definitions/slugs.h"
#include "services/signup/keep/store.h"
#include "services/signup/signup.h"

#define REVISION_SIZE 24

struct columns;
struct evidence;
struct given;
struct keeper;

struct campaign_action {
    uint16_t number; /* from 1 */
    char id[SLUG_SIZE];
    struct buf slug_field;      /* see campaign_pack_slug */
    bool has_places;            /* somebody has or had one */
    Signup__Action *definition; /* with the counts of when it was read */
};

struct campaign {
    struct signup *signup;
    char id[SLUG_SIZE];
    char revision[REVISION_SIZE];
    unsigned format;     /* of what is stored */
    uint32_t own_number; /* kept with it; 0: not yet */
    Signup__Campaign *definition;
    struct slugs words[ATTRIBUTE_COUNT]; /* -> index + 1; not the fixed ones' */
    size_t action_count;
    struct campaign_action **actions; /* [number - 1] */
    struct slugs action_ids;          /* -> number */
    size_t definitions_len;           /* bytes of all, packed */
    struct evidence *evidence;
    struct columns *columns;
    struct keeper *keeper; /* of what is withdrawn */
    struct given *given;   /* numbers, before the store */
    uint64_t breaks;       /* of the store, when it was last looked at */
    struct batch *batch;   /* of sign-ups; joining's */
};

struct campaign *campaign_new(struct signup *signup, const char *id);
void campaign_free(struct campaign **campaign);

/* Takes what definitions.lua replied. ERR_NOT_FOUND: there is no such
 * campaign. ERR_UNAVAILABLE: it is stored in a newer format than this
 * program's, and nothing was taken. ERR_INTERNAL: not readable, logged. */
MUST_CHECK enum err campaign_take(struct campaign *campaign,
                                  const struct store_reply *reply);

/* Appends PlaceChanged.action, packed: what scripts put in events. */
void campaign_pack_slug(const char *action_id, struct buf *to);

/* NULL: no such action. */
struct campaign_action *campaign_find_action(const struct campaign *campaign,
                                             const char *id);

#endif
