/* enter -- the way of a request from its arrival to its handler.
 *
 *   enter_on_request -> routes_find -> auth_check -> the row's handler */
#include "services/gateway/enter.h"

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/routes.h"
#include "services/gateway/staff/auth.h"

static void
reply_not_found(struct exchange *x, unsigned allowed)
{
    if (allowed == 0) {
        reply_nothing_here(x);
        return;
    }
    struct buf list;
    buf_init(&list, 0);
    routes_list_methods(allowed, &list);
    reply_allowed(x, buf_string(&list));
    buf_fini(&list);
}

/* Ids become parts of keys and topics. "": the path has none. */
static bool
is_good_id(const char *id)
{
    return *id == '\0' || slug_is_valid(id);
}

static bool
has_good_ids(struct exchange *x)
{
    return is_good_id(exchange_campaign(x)) &&
           is_good_id(exchange_param(x, "a")) &&
           is_good_id(exchange_param(x, "b"));
}

const char enter_unknown_proxy[] =
    "a proxy seems to be in front (X-Forwarded-For), but none is configured: "
    "its word is not believed, and all who come through it share one limit; "
    "set [gateway] behind_proxy = yes, or proxies = its address";

/* Said once, for whoever put a proxy in front and forgot this. */
static void
warn_of_unknown_proxy(struct gateway *g)
{
    if (!g->has_unknown_proxy && http_unbelieved(g->http) > 0) {
        g->has_unknown_proxy = true;
        log_warn("gateway.unknown_proxy",
                 log_str("detail", enter_unknown_proxy));
    }
}

void
enter_on_request(void *arg, struct http_request *request)
{
    uint64_t before = trace_enter(trace_new());
    struct exchange *x = exchange_new(arg, request);
    unsigned allowed;
    warn_of_unknown_proxy(x->gateway);
    x->route = routes_find(http_method(request), http_path(request), x->params,
                           &allowed);
    if (x->route == NULL) {
        reply_not_found(x, allowed);
    } else if (!has_good_ids(x)) {
        reply_not_found(x, 0);
    } else {
        auth_check(x, x->route->handle);
    }
    (void)trace_enter(before);
}

void
enter_on_refused(void *arg, struct http_request *request, int status,
                 const char *why)
{
    struct exchange *x = exchange_new(arg, request);
    reply_problem(x, status, why);
}
