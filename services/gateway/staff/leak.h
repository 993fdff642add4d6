/* leak -- a token that has got out.
 *
 * A token of role signups stands in an organisation's own server. One that a
 * browser sends has been written into a page, where everybody reads it. */
#ifndef GATEWAY_LEAK_H
#define GATEWAY_LEAK_H

#include "services/gateway/door/exchange.h"

/* Did a browser send it? Any of Origin, Cookie and the Sec-Fetch- fields that
 * programs do not send says so; Sec-Fetch-Mode: cors alone is Node's fetch. */
bool leak_is_likely(const struct exchange *x);
/* Counts it, writes it to the log and, once an hour for each token, to the
 * audit log ("token.leaked") of the token's campaign; replies 403. */
void leak_refuse(struct exchange *x);
void leak_open(struct gateway *g); /* its metric; start-up only */

#endif
