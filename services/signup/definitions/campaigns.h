/* campaigns -- the definitions of campaigns and actions, cached.
 *
 * A campaign once read stays in memory until the service stops, and so do
 * its actions: pointers to both are good for that long. Their definitions
 * are replaced when read again, so those are borrowed for one turn only.
 * Numbers and indexes never change their meaning (roles and regions are only
 * appended, actions never removed), so a cache can lack what is new and
 * never be wrong about what it has; whoever misses something reads again. */
#ifndef SIGNUP_DEFINITIONS_CAMPAIGNS_H
#define SIGNUP_DEFINITIONS_CAMPAIGNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "services/signup/keep/store.h"
#include "services/signup/signup.h"

#define SLUG_FIELD_SIZE (SLUG_SIZE + 2)
#define REVISION_SIZE 24

struct columns;
struct evidence;

struct campaign_action {
    uint16_t number; /* from 1 */
    char id[SLUG_SIZE];
    /* Field 3 of signup.PlaceChanged: tag, length, id. */
    uint8_t slug_field[SLUG_FIELD_SIZE];
    size_t slug_field_len;
    Signup__Action *definition; /* with the counts of when it was read */
};

struct campaign {
    struct signup *signup;
    char id[SLUG_SIZE];
    char revision[REVISION_SIZE];
    Signup__Campaign *definition;
    size_t action_count;
    struct campaign_action *actions[SU_ACTIONS_MAX]; /* [number - 1] */
    size_t definitions_len;                          /* bytes of all, packed */
    struct evidence *evidence;
    struct columns *columns;
    struct batch *batch; /* of sign-ups; signup_flow.c's */
};

struct campaigns *campaigns_new(struct signup *signup);
void campaigns_free(struct campaigns **campaigns);

/* campaign is NULL unless err is ERR_NONE. ERR_NOT_FOUND: there is none. */
typedef void campaign_cb(void *arg, enum err err, const char *detail,
                         struct campaign *campaign);

/* Exactly one call of cb: before this returns when it is cached, else later,
 * also on failure and shutdown. */
void campaigns_get(struct campaigns *campaigns, const char *id, campaign_cb *cb,
                   void *arg);
/* Reads it from the store, as it is after this call. Always later. */
void campaigns_read(struct campaigns *campaigns, const char *id,
                    campaign_cb *cb, void *arg);

/* NULL: no such action. */
struct campaign_action *campaign_find_action(const struct campaign *campaign,
                                             const char *id);
/* Index + 1 of id in a campaign's roles or regions; 0: not in it. */
unsigned campaign_index(char *const *list, size_t count, const char *id);

#endif
