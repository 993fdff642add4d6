/* routes -- the one table of who may ask what, and the way through it. */
#include "services/gateway/routes.h"

#include <string.h>

#include "common/base/base.h"
#include "services/gateway/api/broadcast/broadcast_api.h"
#include "services/gateway/api/checkin/checkin_api.h"
#include "services/gateway/api/courier/outbox.h"
#include "services/gateway/api/live/live.h"
#include "services/gateway/api/signup/signup_api.h"
#include "services/gateway/door/files.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/staff/audit.h"
#include "services/gateway/staff/auth.h"
#include "services/gateway/staff/staff_api.h"

#define C "/v1/campaigns/{c}"
#define A C "/actions/{a}"
#define B C "/broadcasts/{b}"

/* The busiest first. */
static const struct route routes[] = {
    ROUTE(HTTP_POST, A "/checkins", PUBLIC, NULL, check_in),
    ROUTE(HTTP_POST, C "/signups", PUBLIC, NULL, sign_up),
    ROUTE(HTTP_GET, C "/actions", PUBLIC, NULL, list_actions),
    ROUTE(HTTP_GET, "/v1/campaigns", PUBLIC, NULL, list_campaigns),
    ROUTE(HTTP_GET, "/v1/openapi.json", PUBLIC, NULL, serve_openapi),

    ROUTE(HTTP_GET, "/assets/{file*}", PUBLIC, NULL, serve_file),
    ROUTE(HTTP_GET, "/favicon.ico", PUBLIC, NULL, serve_favicon),
    PAGE(HTTP_GET, "/", PUBLIC, NULL, page_home),
    PAGE(HTTP_GET, "/c/{c}", PUBLIC, NULL, page_campaign),
    PAGE(HTTP_GET, "/t/{code}.svg", PUBLIC, NULL, page_ticket_svg),
    PAGE(HTTP_GET, "/t/{code}", PUBLIC, NULL, page_ticket),
    PAGE(HTTP_GET, "/p/{token}", PUBLIC, NULL, page_preferences),
    PAGE(HTTP_POST, "/p/{token}", PUBLIC, NULL, page_preferences_save),
    PAGE(HTTP_GET, "/u/{token}", PUBLIC, NULL, page_unsubscribe),
    PAGE(HTTP_POST, "/u/{token}", PUBLIC, NULL, page_unsubscribe_act),
    PAGE(HTTP_GET, "/here/{c}/{a}/{gate}", PUBLIC, NULL, page_here),
    PAGE(HTTP_POST, "/here/{c}/{a}/{gate}", PUBLIC, NULL, page_here_act),
    PAGE(HTTP_GET, "/login", PUBLIC, NULL, page_login),
    PAGE(HTTP_GET, "/console", WATCHERS, NULL, page_console),
    PAGE(HTTP_GET, "/live/{c}/{a}", ALL_STAFF, NULL, page_live),
    PAGE(HTTP_GET, "/outbox", ORGANISERS, NULL, page_outbox),

    ROUTE(HTTP_POST, "/v1/session", PUBLIC, "session.start", make_session),
    ROUTE(HTTP_GET, "/v1/session", ALL_STAFF, NULL, get_session),
    ROUTE(HTTP_DELETE, "/v1/session", ALL_STAFF, "session.end", drop_session),

    ROUTE(HTTP_PUT, C, ADMINS, "campaign.put", put_campaign),
    ROUTE(HTTP_PUT, A, ORGANISERS, "action.put", put_action),
    ROUTE(HTTP_GET, C "/staff", ADMINS, NULL, list_staff),
    ROUTE(HTTP_POST, C "/staff", ADMINS, "staff.make", make_staff),
    ROUTE(HTTP_POST, C "/tokens", ADMINS, "token.make", make_token),
    ROUTE(HTTP_GET, C "/audit", ADMINS, NULL, audit_list),
    ROUTE(HTTP_POST, C "/audiences/preview", APPROVERS, NULL, preview_audience),

    ROUTE(HTTP_POST, C "/broadcasts", ORGANISERS, "broadcast.make",
          make_broadcast),
    ROUTE(HTTP_GET, C "/broadcasts", WATCHERS, NULL, list_broadcasts),
    ROUTE(HTTP_GET, B, WATCHERS, NULL, get_broadcast),
    ROUTE(HTTP_POST, B "/forecast", APPROVERS, "broadcast.forecast",
          forecast_broadcast),
    ROUTE(HTTP_POST, B "/approve", APPROVERS, "broadcast.approve",
          approve_broadcast),
    ROUTE(HTTP_POST, B "/start", ORGANISERS, "broadcast.start",
          start_broadcast),
    ROUTE(HTTP_POST, B "/pause", ORGANISERS, "broadcast.pause",
          pause_broadcast),
    ROUTE(HTTP_POST, B "/resume", ORGANISERS, "broadcast.resume",
          resume_broadcast),
    ROUTE(HTTP_POST, B "/stop", ORGANISERS, "broadcast.stop", stop_broadcast),
    ROUTE(HTTP_POST, B "/recount", ORGANISERS, "broadcast.recount",
          recount_broadcast),
    ROUTE(HTTP_GET, B "/recipients", APPROVERS, NULL, list_recipients),
    ROUTE(HTTP_POST, B "/doubt", ORGANISERS, "broadcast.doubt", resolve_doubt),
    ROUTE(HTTP_GET, B "/stream", WATCHERS, NULL, stream_broadcast),

    ROUTE(HTTP_GET, A "/attendance", ALL_STAFF, NULL, get_attendance),
    ROUTE(HTTP_GET, A "/attendance/stream", ALL_STAFF, NULL, stream_attendance),
    ROUTE(HTTP_GET, C "/outbox", ORGANISERS, NULL, list_outbox),
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

static const struct json_word methods[] = {
    {"GET", HTTP_GET},       {"HEAD", HTTP_HEAD},
    {"POST", HTTP_POST},     {"PUT", HTTP_PUT},
    {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS},
    {"PATCH", HTTP_PATCH},   {NULL, 0},
};

const struct route *
routes_all(size_t *count_out)
{
    *count_out = ROUTE_COUNT;
    return routes;
}

/* ---- finding ---- */

/* One {name} of pattern against path; moves both past it. False: no match.
 * What stands behind the brace up to the next slash is its suffix. */
static bool
match_param(const char **pattern, const char **path, char param[PARAM_SIZE])
{
    const char *close = strchr(*pattern, '}');
    bool is_rest = close[-1] == '*';
    const char *suffix = close + 1;
    size_t suffix_len = strcspn(suffix, "/");
    size_t len = is_rest ? strlen(*path) : strcspn(*path, "/");
    if (len <= suffix_len ||
        strncmp(*path + len - suffix_len, suffix, suffix_len) != 0 ||
        !http_decode(*path, len - suffix_len, false, param, PARAM_SIZE)) {
        return false;
    }
    *pattern = suffix + suffix_len;
    *path += len;
    return true;
}

static bool
match(const char *pattern, const char *path,
      char params[PARAMS_MAX][PARAM_SIZE])
{
    int count = 0;
    while (*pattern != '\0') {
        if (*pattern == '{') {
            if (!match_param(&pattern, &path, params[count++])) {
                return false;
            }
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

const struct route *
routes_find(enum http_method method, const char *path,
            char params[PARAMS_MAX][PARAM_SIZE], unsigned *allowed_out)
{
    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    *allowed_out = 0;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!match(routes[i].path, path, params)) {
            continue;
        }
        if (routes[i].method == wanted) {
            return &routes[i];
        }
        *allowed_out |= (unsigned)routes[i].method;
    }
    return NULL;
}

/* ---- the way through ---- */

static void
reply_not_found(struct exchange *x, unsigned allowed)
{
    if (allowed == 0) {
        const char *what = "there is nothing at this address";
        if (exchange_wants_html(x)) {
            page_problem(x, 404, "There is nothing here", what);
        } else {
            reply_problem(x, 404, what);
        }
        return;
    }
    struct buf list;
    buf_init(&list, 0);
    allowed |= (allowed & HTTP_GET) != 0 ? HTTP_HEAD : 0u;
    for (const struct json_word *m = methods; m->word != NULL; m++) {
        if ((allowed & (unsigned)m->value) != 0) {
            buf_printf(&list, "%s%s", list.len == 0 ? "" : ", ", m->word);
        }
    }
    reply_allowed(x, buf_string(&list));
    buf_fini(&list);
}

/* Ids become parts of keys and topics: letters, digits, dashes alone. */
static bool
has_good_ids(const struct exchange *x)
{
    static const char *const names[] = {"c", "a", "b"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *id = exchange_param(x, names[i]);
        if (strlen(id) > ID_CHARS_MAX ||
            strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(id)) {
            return false;
        }
    }
    return true;
}

void
gateway_on_request(void *arg, struct http_request *request)
{
    uint64_t before = trace_enter(trace_new());
    struct exchange *x = exchange_new(arg, request);
    unsigned allowed;
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
gateway_on_refused(void *arg, struct http_request *request, int status,
                   const char *why)
{
    struct exchange *x = exchange_new(arg, request);
    reply_problem(x, status, why);
}

/* ---- printing ---- */

void
routes_print(struct buf *to)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &routes[i];
        buf_printf(to, "%s %s ", json_word_of(methods, (int)r->method),
                   r->path);
        if ((r->roles & ROLE_NOBODY) != 0) {
            buf_add_string(to, "public");
        }
        for (const struct json_word *w = role_words; w->word != NULL; w++) {
            if ((r->roles & (unsigned)w->value) != 0) {
                bool is_first = w == role_words;
                buf_printf(to, "%s%s", is_first ? "" : ",", w->word);
            }
        }
        buf_printf(to, " %s\n", r->act == NULL ? "-" : r->act);
    }
}
