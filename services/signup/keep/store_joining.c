/* store_joining -- whoever holds a contact, in Redis. */
#include "services/signup/keep/store_joining.h"

#include "services/signup/keep/store_inside.h"

void
su_read_contact(struct su *su, const char *campaign, struct bytes hash,
                store_reply_cb *cb, void *arg)
{
    struct bytes args[CONTACT_ARGS] = {[CONTACT_ARG_HASH] = hash};
    su_run(su,
           &(struct su_call){
               SIGNUP_SCRIPT_CONTACT, campaign, {args, CONTACT_ARGS}},
           cb, arg);
}
