/* routes -- the one table of who may ask what. */
#include "services/gateway/routes.h"

#include <string.h>

#include "services/gateway/api/api.h"
#include "services/gateway/door/files.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/staff/audit.h"
#include "services/gateway/staff/staff_api.h"

#define API_ROUTE(...) ROUTE(__VA_ARGS__),
#define API_FORM(...) FORM(__VA_ARGS__),

/* The busiest first. */
static const struct route routes[] = {
    API(API_ROUTE, API_FORM)

        ROUTE(HTTP_GET, "/v1/openapi.json", PUBLIC, SCOPE_OPEN, NULL,
              serve_openapi),
    ROUTE(HTTP_GET, "/assets/{file*}", PUBLIC, SCOPE_OPEN, NULL, serve_file),
    ROUTE(HTTP_GET, "/favicon.ico", PUBLIC, SCOPE_OPEN, NULL, serve_favicon),

    ROUTE(HTTP_POST, "/v1/session", PUBLIC, SCOPE_SELF, "session.start",
          make_session),
    ROUTE(HTTP_GET, "/v1/session", ALL_STAFF, SCOPE_SELF, NULL, get_session),
    ROUTE(HTTP_DELETE, "/v1/session", ALL_STAFF, SCOPE_SELF, "session.end",
          drop_session),
    ROUTE(HTTP_GET, AT_CAMPAIGN "/staff", ADMINS, SCOPE_CAMPAIGN, NULL,
          list_staff),
    ROUTE(HTTP_POST, AT_CAMPAIGN "/staff", ADMINS, SCOPE_CAMPAIGN, "staff.make",
          make_staff),
    ROUTE(HTTP_POST, AT_CAMPAIGN "/tokens", ADMINS, SCOPE_CAMPAIGN,
          "token.make", make_token),
    ROUTE(HTTP_GET, AT_CAMPAIGN "/audit", ADMINS, SCOPE_CAMPAIGN, NULL,
          audit_list),

    PAGES(PAGE)};
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

void
routes_list_methods(unsigned allowed, struct buf *to)
{
    allowed |= (allowed & HTTP_GET) != 0 ? HTTP_HEAD : 0u;
    for (const struct json_word *m = methods; m->word != NULL; m++) {
        if ((allowed & (unsigned)m->value) != 0) {
            buf_printf(to, "%s%s", to->len == 0 ? "" : ", ", m->word);
        }
    }
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
        buf_printf(to, " %s %s\n", r->act == NULL ? "-" : r->act,
                   scope_name(r->scope));
    }
}
