/* signup_json -- signup's messages as JSON. What is returned is owned. */
#ifndef GATEWAY_SIGNUP_JSON_H
#define GATEWAY_SIGNUP_JSON_H

#include "common/text/text.h"
#include "signup.pb-c.h"

/* Public facts; with the staff's own (sender, approval_above) on top. */
json_t *campaign_to_json(const Signup__Campaign *campaign, bool is_for_staff);
json_t *action_to_json(const Signup__Action *action, bool is_for_staff);
/* {rule: count} */
json_t *excluded_to_json(Signup__Excluded *const *excluded, size_t count);

#endif
