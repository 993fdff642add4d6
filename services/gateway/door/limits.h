/* limits -- how often one caller, or one login, may do a thing.
 *
 * A bucket each: full at first, refilled steadily. In this process's memory,
 * in a table of fixed size that forgets the oldest first and holds hashes,
 * no address or name; with several gateways each counts for itself. Programs
 * on this machine count as any other, unless [gateway] exempt_loopback says
 * that they rehearse; what comes through a proxy is never exempt. */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include <stdbool.h>

#include "common/base/base.h"
#include "services/gateway/door/exchange.h"

enum limit {
    LIMIT_SIGNUP,        /* sign-ups of one caller: 600 a minute */
    LIMIT_TOKEN_SIGNUP,  /* sign-ups of one token of role signups */
    LIMIT_KEYLESS,       /* JSON of one caller without a form's key */
    LIMIT_NAMES,         /* other names signed up with one contact: 8 a day */
    LIMIT_SAME_NAME,     /* one name of one contact: counted once a day */
    LIMIT_LEAK,          /* reports of one leaked token: 1 an hour */
    LIMIT_LOGIN,         /* sign-ins of one caller: 30 a minute */
    LIMIT_LOGIN_FAILURE, /* wrong passwords for one login: 10 in 5 minutes */
    /* Wrong ticket codes: guesses.h. */
    LIMIT_CODES_OF_CALLER, /* 4 a second, 20 at once */
    LIMIT_MISTAKE,         /* 3 an hour: beyond them a caller is no new one */
    LIMIT_CODES,           /* for a campaign: 25 a second */
    LIMIT_CODES_KEPT,      /* for a campaign, of new callers: 5 a second */
    LIMIT_COUNT
};

struct limits;

struct limits *limits_new(const struct conf *conf);
void limits_free(struct limits **limits);
/* Takes one. False: none is left. who: as http_caller, or limits_name. */
bool limits_take(struct limits *limits, enum limit limit, uint64_t who);
/* Is one left? Takes nothing. */
bool limits_has(struct limits *limits, enum limit limit, uint64_t who);
/* Takes one even where none is left: it is owed, and paid off first. */
void limits_charge(struct limits *limits, enum limit limit, uint64_t who);
/* A program on this machine, where they are exempt. */
bool limits_is_exempt(const struct exchange *x);
/* Who goes by that name, such as a login. */
uint64_t limits_name(const struct limits *limits, const char *name);
/* limits_take for the request's caller; false: it has replied 429. */
MUST_CHECK bool limits_admit(struct exchange *x, enum limit limit);
/* The same for the token by which it is signed in. */
MUST_CHECK bool limits_admit_token(struct exchange *x, enum limit limit);

#endif
