/* bus -- the bus itself; its parts are listed in bus_parts.h. */
#include "common/bus/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"
#include "common/bus/zap.h"

#define WATCHDOG_MS 1000

/* Messages that are not ours are counted, and told of once a second. */
static void
on_watchdog(void *arg)
{
    struct bus *bus = arg;
    for (struct bus_socket *s = bus->sockets; s != NULL;
         s = bus_socket_next(s)) {
        bus_socket_watch(s);
    }
    if (bus->stats.malformed > bus->malformed_logged) {
        log_warn("bus.malformed",
                 log_int("count", (int64_t)(bus->stats.malformed -
                                            bus->malformed_logged)));
        bus->malformed_logged = bus->stats.malformed;
    }
    timer_start(bus->watchdog, WATCHDOG_MS);
}

struct bus *
bus_new(struct loop *loop, const struct bus_options *options)
{
    struct bus *bus = mem_new(sizeof(*bus));
    bus->loop = loop;
    if (snprintf(bus->name, sizeof(bus->name), "%s", options->name) >=
        (int)sizeof(bus->name)) {
        log_fatal("the name %s is too long for the bus", options->name);
    }
    bus->context = zmq_ctx_new();
    if (bus->context == NULL) {
        log_fatal("cannot start zmq: %s", zmq_strerror(errno));
    }
    ring_init(&bus->requests);
    asks_init(bus);
    if (options->curve_dir != NULL) {
        bus->zap = zap_open(bus, options->curve_dir, options->name);
    }
    bus->watchdog = timer_new(loop, on_watchdog, bus);
    timer_start(bus->watchdog, WATCHDOG_MS);
    return bus;
}

void
bus_free(struct bus **bus)
{
    if (*bus == NULL) {
        return;
    }
    (*bus)->is_closing = true;
    asks_fini(*bus);
    peers_free(*bus);
    serve_free(*bus);
    news_free(*bus);
    zap_close(&(*bus)->zap);
    timer_free(&(*bus)->watchdog);
    (void)zmq_ctx_term((*bus)->context);
    free(*bus);
    *bus = NULL;
}

const struct bus_stats *
bus_stats(const struct bus *bus)
{
    return &bus->stats;
}

void
bus_set_budget_for_test(struct bus *bus, int (*budget)(void))
{
    bus->budget = budget;
}
