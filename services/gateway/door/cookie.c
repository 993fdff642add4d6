/* cookie -- what a browser sends back. */
#include "services/gateway/door/cookie.h"

#include <string.h>

#include "common/http/http.h"

bool
cookie_read(const struct exchange *x, const char *name, char *to, size_t size)
{
    const char *at = http_header(x->request, "Cookie");
    size_t len = strlen(name);
    while (at != NULL) {
        at += strspn(at, " ;");
        size_t end = strcspn(at, ";");
        if (end > len && at[len] == '=' && strncmp(at, name, len) == 0 &&
            end - len - 1 < size) {
            memcpy(to, at + len + 1, end - len - 1);
            to[end - len - 1] = '\0';
            return true;
        }
        at = at[end] == '\0' ? NULL : at + end;
    }
    return false;
}
