/* checkin -- typed calls to the checkin service; see proto/checkin.proto. */
#ifndef COMMON_CLIENT_CHECKIN_H
#define COMMON_CLIENT_CHECKIN_H

#include "checkin.pb-c.h"
#include "common/bus/bus.h"

/* reply is borrowed for the call and NULL unless err is ERR_NONE; then its
 * case is the request's own. detail: a sentence for the asker's asker. */
typedef void checkin_answer_cb(void *arg, enum err err, const char *detail,
                               const Checkin__Reply *reply);

/* Exactly one call of cb, always later, also on failure and shutdown. request
 * is borrowed for the call. instance: 1..n, or 0 for any. */
void checkin_ask(struct bus_peer *peer, int instance,
                 const Checkin__Request *request, checkin_answer_cb *cb,
                 void *arg);

/* checkin_ask_<request>(peer, message, cb, arg) for each request, of any
 * instance. */
#include "checkin_calls.h"

#endif
