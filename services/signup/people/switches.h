/* switches -- what one person turns on and off, as their flags have it. Pure.
 *
 * Of each channel that may be used: news from the campaign, and what they
 * signed up for. A switch that was turned off by them is is_withdrawn: only
 * the holder of that channel's contact turns it on again. */
#ifndef SIGNUP_PEOPLE_SWITCHES_H
#define SIGNUP_PEOPLE_SWITCHES_H

#include <stddef.h>
#include <stdint.h>

#include "signup.pb-c.h"

#define PERSON_SWITCHES_MAX 4

struct person_switches {
    Signup__Switch each[PERSON_SWITCHES_MAX];
    Signup__Switch *list[PERSON_SWITCHES_MAX]; /* of each */
    size_t count;
};
void switches_fill(uint32_t flags, struct person_switches *out);

#endif
