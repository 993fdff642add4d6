/* leak -- a token that has got out. */
#include "services/gateway/staff/leak.h"

#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

bool
leak_is_likely(const struct exchange *x)
{
    static const char *const fields[] = {"Origin", "Cookie", "Sec-Fetch-Site",
                                         "Sec-Fetch-Dest", "Sec-Fetch-User"};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (http_header(x->request, fields[i]) != NULL) {
            return true;
        }
    }
    const char *mode = http_header(x->request, "Sec-Fetch-Mode");
    return mode != NULL && strcmp(mode, "cors") != 0;
}

static void
refuse(struct exchange *x)
{
    reply_problem(x, 403,
                  "this token belongs on a server, and a browser sent it: it "
                  "has got out. Make a new one, and keep it out of pages");
}

void
leak_refuse(struct exchange *x)
{
    struct gateway *g = x->gateway;
    uint64_t who;
    memcpy(&who, x->staff.token_hash, sizeof(who));
    metric_add(g->leaks, 1);
    if (!limits_take(g->limits, LIMIT_LEAK, who)) {
        refuse(x);
        return;
    }
    log_warn("token.leaked", log_str("campaign", x->staff.campaign),
             log_str("token", x->staff.id));
    x->campaign = x->staff.campaign; /* it is that campaign's to know */
    audit_act_as(x, "token.leaked", x->staff.id, refuse);
}

void
leak_open(struct gateway *g)
{
    g->leaks = metric_counter(g->service.metrics,
                              "muster_gateway_leaked_tokens_total", NULL,
                              "requests refused because a browser sent a "
                              "token of role signups");
}
