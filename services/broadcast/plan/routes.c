/* routes -- the configured providers, as the planner needs them.
 *
 * Of [route.<name>]: channel, rate, cost_micros, priority, timeout_ms. The
 * rest of a route is the courier's. */
#include "services/broadcast/plan/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

struct reading {
    const struct conf *conf;
    struct planner *planner;
};

static void
read_route(void *arg, const char *section)
{
    static const Words__Channel channels[] = {WORDS__CHANNEL__CHANNEL_SMS,
                                              WORDS__CHANNEL__CHANNEL_EMAIL};
    struct reading *reading = arg;
    const struct conf *conf = reading->conf;
    struct route route = {
        .channel = channels[conf_word_of(conf, SET_ROUTE_CHANNEL, section)],
        .rate = conf_rate_of(conf, SET_ROUTE_RATE, section),
        .cost_micros = conf_number_of(conf, SET_ROUTE_COST_MICROS, section),
        .timeout_ms = conf_number_of(conf, SET_ROUTE_TIMEOUT_MS, section),
        .priority = (int)conf_number_of(conf, SET_ROUTE_PRIORITY, section)};
    const char *name = section + strlen("route.");
    if (name[0] == '\0' || strlen(name) >= sizeof(route.name)) {
        log_fatal("[%s]: a route's name is 1 to 31 characters", section);
    }
    (void)snprintf(route.name, sizeof(route.name), "%s", name);
    if (planner_add_route(reading->planner, &route, clock_boot_us()) < 0) {
        log_fatal("more than %d routes", PLANNER_ROUTES_MAX);
    }
}

void
routes_read(const struct conf *conf, struct planner *planner)
{
    struct reading reading = {conf, planner};
    conf_each_section(conf, "route.", read_route, &reading);
}
