/* tell -- notes about a contact: "is this yours?", "it is another now". */
#ifndef SIGNUP_JOINING_TELL_H
#define SIGNUP_JOINING_TELL_H

#include "services/signup/joining/changes.h"

/* With the link that proves her contact on channel. It names nobody: whose
 * the contact is, is not known yet. One contact gets one a day, none if it
 * said "Not me"; and see may_tell in join.lua. */
void tell_link(struct changes *changes, const struct roster_person *person,
               int channel);
/* To the contact that was hers on channel (as was has it): it is another now.
 */
void tell_moved(struct changes *changes, const struct roster_person *person,
                const struct record *was, int channel);

#endif
