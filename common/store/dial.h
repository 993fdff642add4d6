/* dial -- from a place to a connection, without stopping the loop.
 *
 * A name is looked up by libevent's own resolver (/etc/hosts, then the name
 * servers of /etc/resolv.conf, read anew each time); its addresses are tried
 * in their order until one takes the connection. For the store alone. */
#ifndef COMMON_STORE_DIAL_H
#define COMMON_STORE_DIAL_H

#include "common/loop/loop.h"
#include "common/store/endpoint.h"

struct redisContext;
struct store_dial;

/* redis: connected, owned by the callee; NULL: why is a sentence. */
typedef void store_dial_cb(void *arg, struct redisContext *redis,
                           const char *why);

/* One call of cb, always later, unless stopped before. No deadline of its
 * own. The dial is to be stopped also after cb, and may be from it. */
struct store_dial *store_dial_start(struct loop *loop,
                                    const struct store_place *place,
                                    store_dial_cb *cb, void *arg);
void store_dial_stop(struct store_dial **dial);

#endif
