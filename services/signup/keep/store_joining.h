/* store_joining -- whoever holds a contact, in Redis. As store.h. */
#ifndef SIGNUP_KEEP_STORE_JOINING_H
#define SIGNUP_KEEP_STORE_JOINING_H

#include "services/signup/keep/store.h"

/* hash: of ADDRESS_HASH_BYTES. */
void su_read_contact(struct su *su, const char *campaign, struct bytes hash,
                     store_reply_cb *cb, void *arg);

#endif
