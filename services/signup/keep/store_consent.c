/* store_consent -- what may be sent to the unproved, in Redis. */
#include "services/signup/keep/store_consent.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "services/signup/keep/store_inside.h"

#define NUMBER_SIZE 24

void
su_allow(struct su *su, const char *campaign, struct su_args args,
         store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_ALLOW, campaign, args}, cb, arg);
}

void
su_read_budgets(struct su *su, const char *campaign, int64_t now_ms,
                store_reply_cb *cb, void *arg)
{
    char now[NUMBER_SIZE];
    (void)snprintf(now, sizeof(now), "%" PRId64, now_ms);
    struct bytes args[BUDGETS_ARGS] = {[BUDGETS_ARG_NOW] =
                                           bytes_of_string(now)};
    su_run(su,
           &(struct su_call){
               SIGNUP_SCRIPT_BUDGETS, campaign, {args, BUDGETS_ARGS}},
           cb, arg);
}
