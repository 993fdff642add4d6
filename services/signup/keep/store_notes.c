/* store_notes -- notes and codes in Redis. */
#include "services/signup/keep/store_notes.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "services/signup/keep/store_inside.h"

#define NUMBER_SIZE 24

void
su_make_note(struct su *su, const char *campaign, struct su_args args,
             store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_MAKE_NOTE, campaign, args}, cb,
           arg);
}

void
su_make_code(struct su *su, const char *campaign, struct su_args args,
             store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_MAKE_CODE, campaign, args}, cb,
           arg);
}

void
su_try_code(struct su *su, const char *campaign, struct su_args args,
            store_reply_cb *cb, void *arg)
{
    su_run(su, &(struct su_call){SIGNUP_SCRIPT_TRY_CODE, campaign, args}, cb,
           arg);
}

void
su_forget_notes(struct su *su, const char *campaign, int64_t now_ms,
                store_reply_cb *cb, void *arg)
{
    char now[NUMBER_SIZE], max[NUMBER_SIZE];
    (void)snprintf(now, sizeof(now), "%" PRId64, now_ms);
    (void)snprintf(max, sizeof(max), "%d", SU_FORGET_MAX);
    struct bytes args[FORGET_NOTES_ARGS] = {
        [FORGET_NOTES_ARG_NOW] = bytes_of_string(now),
        [FORGET_NOTES_ARG_MAX] = bytes_of_string(max)};
    su_run(su,
           &(struct su_call){
               SIGNUP_SCRIPT_FORGET_NOTES, campaign, {args, FORGET_NOTES_ARGS}},
           cb, arg);
}
