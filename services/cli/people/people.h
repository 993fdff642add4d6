/* people -- supporters from a seed number. Pure: the same seed, the same
 * people, on every machine.
 *
 * Invented all: names from lists of our own; mail under example.org; mobile
 * numbers from Ofcom's drama range, 07700 900000 to 900999. As there are but
 * a thousand of those, the first PEOPLE_WITH_PHONE people have one each,
 * whatever the seed (other seeds, other people of the same household), and
 * everybody else has mail alone. */
#ifndef CLI_PEOPLE_H
#define CLI_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text/text.h"

#define PEOPLE_WITH_PHONE 1000

struct people { /* what they choose from; borrowed */
    uint64_t seed;
    const json_t *roles, *regions; /* arrays of words; may be empty */
    const char *consent_version;   /* what they say yes to; NULL: nobody does */
};

/* The body of a sign-up (owned): name, email, phone, role, region, format,
 * consents; actions is the caller's to add. index from 0. */
json_t *people_make(const struct people *people, uint32_t index);
/* The next number of a stream (splitmix64); moves *state. */
uint64_t people_random(uint64_t *state);

#endif
