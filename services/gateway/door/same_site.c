/* same_site -- what a browser keeps for us alone, and whether it acts for
 * itself. */
#include "services/gateway/door/same_site.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/base.h"
#include "services/gateway/gateway.h"

char *
same_site_cookie(const char *name, const char *value, int64_t max_age_s)
{
    char age[40] = "";
    if (max_age_s >= 0) {
        (void)snprintf(age, sizeof(age), "; Max-Age=%" PRId64, max_age_s);
    }
    return mem_format("%s=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s", name,
                      value, age);
}

/* "localhost", "127.0.0.1:8080", "[::1]:8080". */
static bool
is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "[::1]"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t len = strlen(names[i]);
        if (strncasecmp(host, names[i], len) == 0 &&
            (host[len] == '\0' || host[len] == ':')) {
            return true;
        }
    }
    size_t digits = strspn(host, "0123456789.");
    return strncmp(host, "127.", 4) == 0 &&
           (host[digits] == '\0' || host[digits] == ':');
}

static bool
is_public_https(const struct gateway *g, const char *host)
{
    static const char scheme[] = "https://";
    const char *url = g->public_url;
    size_t len = strlen(host);
    return strncmp(url, scheme, strlen(scheme)) == 0 &&
           strncasecmp(url + strlen(scheme), host, len) == 0 &&
           strchr("/", url[strlen(scheme) + len]) != NULL;
}

bool
same_site_keeps_cookies(const struct exchange *x)
{
    const char *host = http_header(x->request, "Host");
    const char *by = http_header(x->request, "X-Forwarded-Proto");
    if (host != NULL && is_loopback(host)) {
        return true;
    }
    if (by != NULL) {
        return strcmp(by, "https") == 0;
    }
    return host != NULL && is_public_https(x->gateway, host);
}

static bool
is_ours(const char *origin, const char *host)
{
    const char *name = strstr(origin, "://");
    return name != NULL && host != NULL && strcmp(name + 3, host) == 0;
}

enum same_site
same_site_of(const struct exchange *x)
{
    const char *origin = http_header(x->request, "Origin");
    const char *site = http_header(x->request, "Sec-Fetch-Site");
    bool is_said = origin != NULL && strcmp(origin, "null") != 0;
    if (!is_said && site == NULL) {
        return SAME_SITE_UNSAID;
    }
    bool is_same = is_said ? is_ours(origin, http_header(x->request, "Host"))
                           : strcmp(site, "same-origin") == 0;
    return is_same ? SAME_SITE_OURS : SAME_SITE_ELSEWHERE;
}
