/* broadcast -- typed calls to the broadcast service; see proto/broadcast.proto.
 */
#ifndef COMMON_CLIENT_BROADCAST_H
#define COMMON_CLIENT_BROADCAST_H

#include "broadcast.pb-c.h"
#include "common/bus/bus.h"

/* reply is borrowed for the call and NULL unless err is ERR_NONE; then its
 * case is the request's own. detail: a sentence for the asker's asker. */
typedef void broadcast_answer_cb(void *arg, enum err err, const char *detail,
                                 const Broadcast__Reply *reply);

/* Exactly one call of cb, always later, also on failure and shutdown. request
 * is borrowed for the call. instance: 1..n, or 0 for any. */
void broadcast_ask(struct bus_peer *peer, int instance,
                   const Broadcast__Request *request, broadcast_answer_cb *cb,
                   void *arg);

/* broadcast_ask_<request>(peer, message, cb, arg) for each request, of any
 * instance. */
#include "broadcast_calls.h"

#endif
