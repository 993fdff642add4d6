/* limits -- how often one address, or one login, may do a thing. */
#include "services/gateway/door/limits.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define SETS 4096
#define WAYS 4

struct bucket {
    uint64_t who; /* keyed hash; 0: free */
    double left;
    int64_t at_ms;
};

struct rule {
    enum setting setting;  /* how many in the time */
    int64_t per_ms, fixed; /* fixed: so many, whatever is set; 0: none */
};

#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)
#define NAMES_MAX 8 /* of one contact, a day */

static const struct rule rules[LIMIT_COUNT] = {
    [LIMIT_SIGNUP] = {SET_GATEWAY_SIGNUPS_PER_MINUTE, 60000, 0},
    [LIMIT_TOKEN_SIGNUP] = {SET_GATEWAY_TOKEN_SIGNUPS_PER_MINUTE, 60000, 0},
    [LIMIT_NAMES] = {0, DAY_MS, NAMES_MAX},
    [LIMIT_SAME_NAME] = {0, DAY_MS, 1},
    [LIMIT_LEAK] = {0, HOUR_MS, 1},
    [LIMIT_LOGIN] = {SET_GATEWAY_LOGINS_PER_MINUTE, 60000, 0},
    [LIMIT_LOGIN_FAILURE] = {SET_GATEWAY_LOGIN_FAILURES_PER_5_MINUTES, 300000,
                             0},
};

struct limits {
    struct crypto_key key; /* so that nobody can aim at a bucket */
    bool exempts_loopback;
    int64_t sizes[LIMIT_COUNT];
    /* Names in a table of their own: a crowd signing up must not make us
     * forget who guesses passwords. */
    struct bucket buckets[2][SETS][WAYS];
};

struct limits *
limits_new(const struct conf *conf)
{
    struct limits *limits = mem_new(sizeof(*limits));
    crypto_random(&limits->key, sizeof(limits->key));
    limits->exempts_loopback = conf_bool(conf, SET_GATEWAY_EXEMPT_LOOPBACK);
    for (int i = 0; i < LIMIT_COUNT; i++) {
        limits->sizes[i] = rules[i].fixed > 0
                               ? rules[i].fixed
                               : conf_number(conf, rules[i].setting);
    }
    return limits;
}

void
limits_free(struct limits **limits)
{
    free(*limits);
    *limits = NULL;
}

uint64_t
limits_name(const struct limits *limits, const char *name)
{
    return crypto_mac64(&limits->key, name, strlen(name));
}

static uint64_t
hash_of(const struct limits *limits, enum limit limit, uint64_t who)
{
    const uint64_t words[2] = {(uint64_t)limit, who};
    uint64_t hash = crypto_mac64(&limits->key, words, sizeof(words));
    return hash == 0 ? 1 : hash;
}

static void
refill(const struct limits *limits, enum limit limit, struct bucket *bucket)
{
    int64_t now_ms = clock_boot_ms();
    double size = (double)limits->sizes[limit];
    double gained =
        size * (double)(now_ms - bucket->at_ms) / (double)rules[limit].per_ms;
    bucket->left = bucket->left + gained > size ? size : bucket->left + gained;
    bucket->at_ms = now_ms;
}

/* The caller's bucket; else the oldest of its set begins anew as theirs. */
static struct bucket *
get_bucket(struct limits *limits, enum limit limit, uint64_t who)
{
    uint64_t hash = hash_of(limits, limit, who);
    bool is_name = limit == LIMIT_NAMES || limit == LIMIT_SAME_NAME;
    struct bucket *set = limits->buckets[is_name][hash % SETS], *best = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (set[i].who == hash) {
            refill(limits, limit, &set[i]);
            return &set[i];
        }
        bool is_better = set[i].who == 0 || set[i].at_ms < best->at_ms;
        best = best->who != 0 && is_better ? &set[i] : best;
    }
    *best =
        (struct bucket){hash, (double)limits->sizes[limit], clock_boot_ms()};
    return best;
}

bool
limits_has(struct limits *limits, enum limit limit, uint64_t who)
{
    return get_bucket(limits, limit, who)->left >= 1.0;
}

bool
limits_take(struct limits *limits, enum limit limit, uint64_t who)
{
    struct bucket *bucket = get_bucket(limits, limit, who);
    if (bucket->left < 1.0) {
        return false;
    }
    bucket->left -= 1.0;
    return true;
}

static bool
is_exempt(const struct exchange *x)
{
    return x->gateway->limits->exempts_loopback && http_is_local(x->request);
}

bool
limits_admit_token(struct exchange *x, enum limit limit)
{
    uint64_t who;
    memcpy(&who, x->staff.token_hash, sizeof(who));
    if (is_exempt(x) || limits_take(x->gateway->limits, limit, who)) {
        return true;
    }
    reply_problem(x, 429, "too many with this token: try again in a minute");
    return false;
}

bool
limits_admit(struct exchange *x, enum limit limit)
{
    struct limits *limits = x->gateway->limits;
    if (is_exempt(x) || limits_take(limits, limit, http_caller(x->request))) {
        return true;
    }
    reply_problem(x, 429, "too many from this address: try again in a minute");
    return false;
}
