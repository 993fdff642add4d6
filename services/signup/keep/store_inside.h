/* store_inside -- how the files of the store run a script of a campaign's. */
#ifndef SIGNUP_KEEP_STORE_INSIDE_H
#define SIGNUP_KEEP_STORE_INSIDE_H

#include "services/signup/keep/store.h"
#include "signup_scripts.h"

struct su_call {
    enum signup_script script;
    const char *campaign;
    struct su_args args;
};
void su_run(struct su *su, const struct su_call *call, store_reply_cb *cb,
            void *arg);

#endif
