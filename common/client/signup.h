/* signup -- typed calls to the signup service; see proto/signup.proto. */
#ifndef COMMON_CLIENT_SIGNUP_H
#define COMMON_CLIENT_SIGNUP_H

#include "common/bus/bus.h"
#include "signup.pb-c.h"

/* reply is borrowed for the call and NULL unless err is ERR_NONE; then its
 * case is the request's own. detail: a sentence for the asker's asker. */
typedef void signup_answer_cb(void *arg, enum err err, const char *detail,
                              const Signup__Reply *reply);

/* Exactly one call of cb, always later, also on failure and shutdown. request
 * is borrowed for the call. instance: 1..n, or 0 for any. */
void signup_ask(struct bus_peer *peer, int instance,
                const Signup__Request *request, signup_answer_cb *cb,
                void *arg);

/* signup_ask_<request>(peer, message, cb, arg) for each request, of any
 * instance. */
#include "signup_calls.h"

#endif
