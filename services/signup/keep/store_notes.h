/* store_notes -- notes and codes in Redis; as store.h. */
#ifndef SIGNUP_KEEP_STORE_NOTES_H
#define SIGNUP_KEEP_STORE_NOTES_H

#include "services/signup/keep/store.h"

void su_make_note(struct su *su, const char *campaign, struct su_args args,
                  store_reply_cb *cb, void *arg);
void su_read_notes(struct su *su, const char *campaign,
                   const struct su_people *notes, store_reply_cb *cb,
                   void *arg); /* numbers: the notes' */
void su_make_code(struct su *su, const char *campaign, struct su_args args,
                  store_reply_cb *cb, void *arg);
void su_try_code(struct su *su, const char *campaign, struct su_args args,
                 store_reply_cb *cb, void *arg);
#define SU_FORGET_MAX 1000
/* Removes what is due at now_ms, at most so many of each kind; replies how
 * many. */
void su_forget_notes(struct su *su, const char *campaign, int64_t now_ms,
                     store_reply_cb *cb, void *arg);

#endif
