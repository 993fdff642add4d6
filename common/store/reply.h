/* reply -- what Redis said, as err and store_reply. For the store
 * alone. */
#ifndef COMMON_STORE_REPLY_H
#define COMMON_STORE_REPLY_H

#include <stdbool.h>

#include "common/store/store.h"

struct redisReply;

/* Calls cb once with the translation of reply; NULL: ERR_UNKNOWN. An
 * internal error is logged here. */
void store_reply_deliver(const struct redisReply *reply, store_reply_cb *cb,
                         void *arg);
/* Calls cb with err and a sentence instead of an answer. */
void store_reply_refuse(enum err err, const char *sentence, store_reply_cb *cb,
                        void *arg);
/* Whether reply is an error whose first word is word. */
bool store_reply_is_error(const struct redisReply *reply, const char *word);

#endif
