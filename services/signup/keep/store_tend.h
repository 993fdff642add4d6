/* store_tend -- what tend/ reads and changes in Redis; as store.h. */
#ifndef SIGNUP_KEEP_STORE_TEND_H
#define SIGNUP_KEEP_STORE_TEND_H

#include "services/signup/keep/store.h"

struct su_look {
    const char *who; /* this instance's name */
    int64_t now_ms;
};
void su_tend_look(struct su *su, const char *campaign,
                  const struct su_look *look, store_reply_cb *cb, void *arg);
void su_read_members(struct su *su, const char *campaign, struct su_args args,
                     store_reply_cb *cb, void *arg);
void su_fold_twins(struct su *su, const char *campaign, struct su_args args,
                   store_reply_cb *cb, void *arg);
void su_drop(struct su *su, const char *campaign, struct su_args args,
             store_reply_cb *cb, void *arg);
void su_end_holds(struct su *su, const char *campaign, struct su_args args,
                  store_reply_cb *cb, void *arg);
void su_freed(struct su *su, const char *campaign, struct su_args args,
              store_reply_cb *cb, void *arg);
void su_handed(struct su *su, const char *campaign, struct su_args args,
               store_reply_cb *cb, void *arg);
/* Replies the last seq of broadcast's feed that su_handed applied, or nil. */
void su_read_handed(struct su *su, const char *campaign, store_reply_cb *cb,
                    void *arg);

#endif
