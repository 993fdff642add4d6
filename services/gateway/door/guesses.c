/* guesses -- wrong ticket codes from outside are counted, and soon refused. */
#include "services/gateway/door/guesses.h"

#include <string.h>

#include "common/bus/bus.h"
#include "common/text/text.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define CODE_CHARS 20
#define OLD_CODE_CHARS 14
#define NO_CAMPAIGN (-1)

void
guesses_open(struct gateway *g)
{
    static const char name[] = "muster_gateway_wrong_codes_total",
                      help[] = "ticket codes from outside that are not ours";
    struct metrics *metrics = g->service.metrics;
    g->wrong_codes =
        metric_counter(metrics, name, "outcome=\"answered\"", help);
    g->refused_codes =
        metric_counter(metrics, name, "outcome=\"refused\"", help);
}

/* Which campaign's ticket it says to be: 10 bits, in the first two characters
 * of a code. What has not the form of one is no guess. */
static int
claimed_campaign(const char *code)
{
    uint8_t values[CODE_CHARS];
    int count = code_read_typed(code, values, CODE_CHARS);
    return count == CODE_CHARS || count == OLD_CODE_CHARS
               ? values[0] << 5 | values[1]
               : NO_CAMPAIGN;
}

/* Known staff, at the routes that ask who is asking (route.h, KNOWN). */
static bool
is_exempt(const struct exchange *x)
{
    return ((unsigned)x->staff.role & ALL_STAFF) != 0 || limits_is_exempt(x);
}

bool
guesses_admit(const struct exchange *x, const char *code)
{
    struct limits *limits = x->gateway->limits;
    uint64_t who = http_caller(x->request);
    if (is_exempt(x)) {
        return true;
    }
    bool is_admitted = limits_has(limits, LIMIT_CODES_OF_CALLER, who);
    int campaign = is_admitted ? claimed_campaign(code) : NO_CAMPAIGN;
    if (campaign != NO_CAMPAIGN) {
        is_admitted =
            limits_has(limits, LIMIT_CODES, (uint64_t)campaign) ||
            (limits_has(limits, LIMIT_MISTAKE, who) &&
             limits_has(limits, LIMIT_CODES_KEPT, (uint64_t)campaign));
    }
    if (!is_admitted) {
        metric_add(x->gateway->refused_codes, 1);
    }
    return is_admitted;
}

bool
guesses_admit_or_reply(struct exchange *x, const char *code)
{
    if (guesses_admit(x, code)) {
        return true;
    }
    reply_problem(x, 429, GUESSES_DETAIL);
    return false;
}

void
guesses_learn(const struct exchange *x, const char *code, enum err err)
{
    struct limits *limits = x->gateway->limits;
    uint64_t who = http_caller(x->request);
    if (err != ERR_NOT_FOUND ||
        strcmp(bus_answer_fault()->field, "code") != 0) {
        return;
    }
    metric_add(x->gateway->wrong_codes, 1);
    if (is_exempt(x)) {
        return;
    }
    limits_charge(limits, LIMIT_CODES_OF_CALLER, who);
    bool was_clean = limits_take(limits, LIMIT_MISTAKE, who);
    int campaign = claimed_campaign(code);
    if (campaign == NO_CAMPAIGN) {
        return;
    }
    bool is_kept =
        was_clean && !limits_has(limits, LIMIT_CODES, (uint64_t)campaign);
    limits_charge(limits, is_kept ? LIMIT_CODES_KEPT : LIMIT_CODES,
                  (uint64_t)campaign);
}
