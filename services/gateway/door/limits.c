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

/* Buckets of one kind do not make us forget those of another: a crowd that
 * signs up or checks in, who guesses passwords; who guesses codes from many
 * addresses, how often a campaign's were. */
enum table {
    TABLE_CALLERS,
    TABLE_NAMES,
    TABLE_CODES,
    TABLE_CAMPAIGNS,
    TABLE_COUNT
};

struct rule {
    enum setting setting;  /* how many in the time */
    int64_t per_ms, fixed; /* fixed: so many, whatever is set; 0: none */
    enum table table;
    /* Of what is set, all but one in so many, or (below 0) that one; 0: all. */
    int part;
    bool is_shared; /* each gateway has its part of it */
};

#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)
#define NAMES_MAX 8 /* of one contact, a day */

#define CODES_OF_CALLER 20 /* at once, and so many in 5 s */
#define MISTAKES_MAX 3
#define KEPT_PART 6 /* of 30: 5 */

#define SET(setting_, per_ms_)                                                 \
    {                                                                          \
        .setting = SET_GATEWAY_##setting_, .per_ms = (per_ms_)                 \
    }
#define FIXED(count, per_ms_, table_)                                          \
    {                                                                          \
        .fixed = (count), .per_ms = (per_ms_), .table = (table_)               \
    }
#define CODES(part_)                                                           \
    {                                                                          \
        .setting = SET_GATEWAY_WRONG_CODES_PER_SECOND, .per_ms = 1000,         \
        .table = TABLE_CAMPAIGNS, .part = (part_), .is_shared = true           \
    }

static const struct rule rules[LIMIT_COUNT] = {
    [LIMIT_SIGNUP] = SET(SIGNUPS_PER_MINUTE, 60000),
    [LIMIT_TOKEN_SIGNUP] = SET(TOKEN_SIGNUPS_PER_MINUTE, 60000),
    [LIMIT_KEYLESS] = SET(KEYLESS_SIGNUPS_PER_MINUTE, 60000),
    [LIMIT_NAMES] = FIXED(NAMES_MAX, DAY_MS, TABLE_NAMES),
    [LIMIT_SAME_NAME] = FIXED(1, DAY_MS, TABLE_NAMES),
    [LIMIT_LEAK] = FIXED(1, HOUR_MS, TABLE_CALLERS),
    [LIMIT_LOGIN] = SET(LOGINS_PER_MINUTE, 60000),
    [LIMIT_LOGIN_FAILURE] = SET(LOGIN_FAILURES_PER_5_MINUTES, 300000),
    [LIMIT_CODES_OF_CALLER] = FIXED(CODES_OF_CALLER, 5000, TABLE_CODES),
    [LIMIT_MISTAKE] = FIXED(MISTAKES_MAX, HOUR_MS, TABLE_CODES),
    [LIMIT_CODES] = CODES(KEPT_PART),
    [LIMIT_CODES_KEPT] = CODES(-KEPT_PART),
};

struct limits {
    struct crypto_key key; /* so that nobody can aim at a bucket */
    bool exempts_loopback;
    int64_t sizes[LIMIT_COUNT], per_ms[LIMIT_COUNT];
    struct bucket buckets[TABLE_COUNT][SETS][WAYS];
};

static int64_t
size_of(const struct rule *rule, const struct conf *conf)
{
    if (rule->fixed > 0) {
        return rule->fixed;
    }
    int64_t all = conf_number(conf, rule->setting);
    return rule->part == 0  ? all
           : rule->part > 0 ? all - all / rule->part
                            : all / -rule->part;
}

struct limits *
limits_new(const struct conf *conf)
{
    int64_t gateways = conf_number(conf, SET_INSTANCES_gateway);
    struct limits *limits = mem_new(sizeof(*limits));
    crypto_random(&limits->key, sizeof(limits->key));
    limits->exempts_loopback = conf_bool(conf, SET_GATEWAY_EXEMPT_LOOPBACK);
    for (int i = 0; i < LIMIT_COUNT; i++) {
        limits->sizes[i] = size_of(&rules[i], conf);
        limits->per_ms[i] =
            rules[i].per_ms * (rules[i].is_shared ? gateways : 1);
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
        size * (double)(now_ms - bucket->at_ms) / (double)limits->per_ms[limit];
    bucket->left = bucket->left + gained > size ? size : bucket->left + gained;
    bucket->at_ms = now_ms;
}

/* The caller's bucket; else the oldest of its set begins anew as theirs. */
static struct bucket *
get_bucket(struct limits *limits, enum limit limit, uint64_t who)
{
    uint64_t hash = hash_of(limits, limit, who);
    struct bucket *set = limits->buckets[rules[limit].table][hash % SETS];
    struct bucket *best = &set[0];
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

void
limits_charge(struct limits *limits, enum limit limit, uint64_t who)
{
    get_bucket(limits, limit, who)->left -= 1.0;
}

bool
limits_is_exempt(const struct exchange *x)
{
    return x->gateway->limits->exempts_loopback && http_is_local(x->request);
}

bool
limits_admit_token(struct exchange *x, enum limit limit)
{
    uint64_t who;
    memcpy(&who, x->staff.token_hash, sizeof(who));
    if (limits_is_exempt(x) || limits_take(x->gateway->limits, limit, who)) {
        return true;
    }
    reply_problem(x, 429, "too many with this token: try again in a minute");
    return false;
}

bool
limits_admit(struct exchange *x, enum limit limit)
{
    struct limits *limits = x->gateway->limits;
    if (limits_is_exempt(x) ||
        limits_take(limits, limit, http_caller(x->request))) {
        return true;
    }
    reply_problem(x, 429, "too many from this address: try again in a minute");
    return false;
}
