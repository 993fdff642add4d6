/* routes -- the configured providers, as the planner needs them.
 *
 * [route.<name>] channel (sms or email), rate (messages a second, 500), cost
 * (cost_micros, 0), priority (1), timeout_ms (10,000). The rest of a route is
 * the courier's. */
#include "services/broadcast/plan/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

#define RATE_DEFAULT "500"
#define RATE_MAX 1000000

struct reading {
    const struct conf *conf;
    struct planner *planner;
};

static double
read_rate(const struct conf *conf, const char *section)
{
    const char *text = conf_string(conf, section, "rate", RATE_DEFAULT);
    char *end;
    double rate = strtod(text, &end);
    if (*end != '\0' || !(rate >= PACING_RATE_MIN && rate <= RATE_MAX)) {
        log_fatal("[%s] rate: messages a second, 0.01 to 1,000,000, not \"%s\"",
                  section, text);
    }
    return rate;
}

static Words__Channel
read_channel(const struct conf *conf, const char *section)
{
    const char *text = conf_string(conf, section, "channel", "");
    if (strcmp(text, "sms") == 0) {
        return WORDS__CHANNEL__CHANNEL_SMS;
    }
    if (strcmp(text, "email") == 0) {
        return WORDS__CHANNEL__CHANNEL_EMAIL;
    }
    log_fatal("[%s] channel: sms or email, not \"%s\"", section, text);
}

static void
read_route(void *arg, const char *section)
{
    struct reading *reading = arg;
    const struct conf *conf = reading->conf;
    struct route route = {
        .channel = read_channel(conf, section),
        .rate = read_rate(conf, section),
        .cost_micros = conf_number(conf, section, "cost_micros", 0,
                                   (struct conf_range){0, 1000000000}),
        .timeout_ms = conf_number(conf, section, "timeout_ms", 10000,
                                  (struct conf_range){100, 120000}),
        .priority = (int)conf_number(conf, section, "priority", 1,
                                     (struct conf_range){1, 100})};
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
