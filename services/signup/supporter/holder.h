/* holder -- whoever holds a contact, by a link that was sent to it. Pure. */
#ifndef SIGNUP_SUPPORTER_HOLDER_H
#define SIGNUP_SUPPORTER_HOLDER_H

#include <stdbool.h>

#include "services/signup/people/record.h"
#include "signup.pb-c.h"

/* Whether the link still opens this supporter: its salt is the contact's, or
 * both have none. A link of before 0.3 to one's choices names no channel. */
bool holder_is(const struct record *record, const Signup__Proof *by);
/* Whether the two have the channel's contact in common. */
bool holder_shares(const struct record *a, const struct record *b,
                   int channel_index);

#endif
