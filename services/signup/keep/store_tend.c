/* store_tend -- what tend/ reads and changes in Redis. */
#include "services/signup/keep/store_tend.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "services/signup/keep/store_inside.h"

#define NUMBER_SIZE 24

void
su_tend_look(struct su *su, const char *campaign, const struct su_look *look,
             store_reply_cb *cb, void *arg)
{
    char now[NUMBER_SIZE], max[NUMBER_SIZE];
    (void)snprintf(now, sizeof(now), "%" PRId64, look->now_ms);
    (void)snprintf(max, sizeof(max), "%u", SU_TEND_MAX);
    struct bytes args[TEND_LOOK_ARGS] = {
        [TEND_LOOK_ARG_WHO] = bytes_of_string(look->who),
        [TEND_LOOK_ARG_NOW] = bytes_of_string(now),
        [TEND_LOOK_ARG_MAX] = bytes_of_string(max)};
    su_run(su,
           &(struct su_call){
               SIGNUP_SCRIPT_TEND_LOOK, campaign, {args, TEND_LOOK_ARGS}},
           cb, arg);
}

void
su_read_members(struct su *su, const char *campaign, struct su_args args,
                store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_MEMBERS, campaign, args}, cb,
           arg);
}

void
su_fold_twins(struct su *su, const char *campaign, struct su_args args,
              store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_TWINS, campaign, args}, cb, arg);
}

void
su_drop(struct su *su, const char *campaign, struct su_args args,
        store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_DROP, campaign, args}, cb, arg);
}

void
su_end_holds(struct su *su, const char *campaign, struct su_args args,
             store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_END_HOLDS, campaign, args}, cb,
           arg);
}

void
su_freed(struct su *su, const char *campaign, struct su_args args,
         store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_FREED, campaign, args}, cb, arg);
}

void
su_handed(struct su *su, const char *campaign, struct su_args args,
          store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_HANDED, campaign, args}, cb,
           arg);
}

void
su_read_handed(struct su *su, const char *campaign, store_reply_cb *cb,
               void *arg)
{
    su_run(su,
           &(struct su_call){SIGNUP_SCRIPT_READ_HANDED, campaign, {NULL, 0}},
           cb, arg);
}
