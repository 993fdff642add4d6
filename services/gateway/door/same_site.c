/* same_site -- what a browser keeps for us alone, and whether it acts for
 * itself. */
#include "services/gateway/door/same_site.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"

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
