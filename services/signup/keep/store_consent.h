/* store_consent -- what may be sent to the unproved, in Redis. Args are the
 * scripts' own ARGV, see rows.txt. */
#ifndef SIGNUP_KEEP_STORE_CONSENT_H
#define SIGNUP_KEEP_STORE_CONSENT_H

#include "services/signup/keep/store.h"

void su_allow(struct su *su, const char *campaign, struct su_args args,
              store_reply_cb *cb, void *arg);
void su_read_budgets(struct su *su, const char *campaign, int64_t now_ms,
                     store_reply_cb *cb, void *arg);

#endif
