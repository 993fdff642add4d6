/* check -- whether a campaign or an action may be put so. Pure. */
#ifndef SIGNUP_DEFINITIONS_CHECK_H
#define SIGNUP_DEFINITIONS_CHECK_H

#include "common/base/base.h"
#include "services/signup/signup.h"

#define DEFINITION_GATES_MAX 256
#define DEFINITION_NAME_BYTES_MAX 200
#define DEFINITION_TEXT_BYTES_MAX 1000
#define DEFINITION_SENDER_BYTES_MAX 11
#define DEFINITION_SMS_BYTES_MAX 480 /* three parts, before merging */
/* All of a campaign's together, packed: read at once after a change. */
#define DEFINITIONS_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct signup_fault definition_check_campaign(const Signup__Campaign *campaign);
/* Its confirmation_* and confirms_by: part of the above. */
struct signup_fault
definition_check_confirmation(const Signup__Campaign *campaign);
struct signup_fault definition_check_action(const Signup__Action *action);

/* Lists of words (see attributes.h) are indexes in columns: appended to,
 * never reordered. */
struct signup_fault definition_check_change(const Signup__Campaign *from,
                                            const Signup__Campaign *to);

#endif
