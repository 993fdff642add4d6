/* roster -- several supporters as they are at this moment: what a decision
 * about them is made on. */
#ifndef SIGNUP_JOINING_ROSTER_H
#define SIGNUP_JOINING_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/signup/definitions/campaign.h"
#include "services/signup/people/merging.h"
#include "services/signup/people/record.h"

#define ROSTER_MAX 1000
#define ROSTER_NUMBER_MAX ((1U << 24) - 1)

struct roster_person {
    uint32_t number, flags; /* flags: also of who is gone */
    bool exists;            /* and the record could be opened */
    uint16_t said[ATTRIBUTE_COUNT], was_said[ATTRIBUTE_COUNT];
    struct record record;
    uint8_t version[RECORD_VERSION_BYTES]; /* of the record */
    const uint8_t *states; /* of the roster's actions; the roster's own */
};

struct roster {
    struct campaign *campaign;
    size_t action_count, count;
    uint16_t *actions; /* those at which anybody has or had a place */
    struct roster_person *people; /* in the order asked */
    uint8_t *states;
};

/* roster: the receiver's, to be freed; NULL unless err is ERR_NONE. */
typedef void roster_cb(void *arg, enum err err, struct roster *roster);

/* Reads at most ROSTER_MAX supporters; campaign is as it was read last.
 * Exactly one call of cb, always later, also on failure and shutdown. */
void roster_read(struct campaign *campaign, const uint32_t *numbers,
                 size_t count, roster_cb *cb, void *arg);
void roster_free(struct roster **roster);

struct roster_person *roster_find(struct roster *roster, uint32_t number);
/* For merging.h. */
struct merging_person roster_merging(struct roster_person *person);
struct merging roster_pair(struct roster *roster, struct roster_person *loser,
                           struct roster_person *winner);

#endif
