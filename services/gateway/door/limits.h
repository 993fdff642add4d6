/* limits -- how often one address, or one login, may do a thing.
 *
 * A bucket each: full at first, refilled steadily. In this process's memory,
 * in a table of fixed size that forgets the oldest first; with several
 * gateways each counts for itself. Programs on this machine (loopback, and
 * no proxy in front) are not counted by address. */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include <stdbool.h>

#include "common/base/base.h"
#include "services/gateway/door/exchange.h"

enum limit {
    LIMIT_SIGNUP,        /* sign-ups of one address: 600 a minute */
    LIMIT_LOGIN,         /* sign-ins of one address: 30 a minute */
    LIMIT_LOGIN_FAILURE, /* wrong passwords for one login: 10 in 5 minutes */
    LIMIT_COUNT
};

struct limits;

struct limits *limits_new(const struct conf *conf);
void limits_free(struct limits **limits);
/* Takes one. False: none is left. */
bool limits_take(struct limits *limits, enum limit limit, const char *who);
/* Is one left? Takes nothing. */
bool limits_has(struct limits *limits, enum limit limit, const char *who);
/* limits_take for the request's address; false: it has replied 429. */
MUST_CHECK bool limits_admit(struct exchange *x, enum limit limit);

#endif
