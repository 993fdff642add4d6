/* shared_clock -- see shared_clock.h. */
#include "common/service/shared_clock.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

/* Of this machine: what a test itself listens at. */
static bool
is_of_this_machine(const char *url)
{
    static const char *const here[] = {"127.0.0.1", "[::1]", "localhost"};
    const char *host = url == NULL ? "" : strstr(url, "://");
    host = host == NULL || *host == '\0' ? "" : host + strlen("://");
    for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
        size_t len = strlen(here[i]);
        if (strncmp(host, here[i], len) == 0 &&
            (host[len] == ':' || host[len] == '/' || host[len] == '\0')) {
            return true;
        }
    }
    return false;
}

static void
check_route(void *arg, const char *section)
{
    const struct conf *conf = arg;
    const char *provider = conf_text_of(conf, SET_ROUTE_PROVIDER, section);
    bool stays = provider != NULL && strcmp(provider, "outbox") == 0;
    if (!stays &&
        !is_of_this_machine(conf_text_of(conf, SET_ROUTE_URL, section))) {
        log_fatal("[%s] can reach people, and MUSTER_TEST_CLOCK moves the "
                  "clock: take one of them away",
                  section);
    }
}

void
shared_clock_open(const struct conf *conf)
{
    const char *path = getenv("MUSTER_TEST_CLOCK");
    if (path == NULL || *path == '\0') {
        return;
    }
    conf_each_section(conf, "route.", check_route, (void *)conf);
    if (!clock_share_for_test(path)) {
        log_fatal("MUSTER_TEST_CLOCK=%s is not a page of a clock: two numbers "
                  "of 8 bytes",
                  path);
    }
    log_warn("clock.moved_by_test", log_str("page", path));
}
