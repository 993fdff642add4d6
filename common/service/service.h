/* service -- what every process does around its subject.
 *
 *   main: service_open -> the service's own start -> service_run
 *         -> the service's own stop -> service_close
 *
 * service_open reads --config FILE, --instance N (default 0), --help and
 * --version; opens log, conf, loop, bus, store (waits until it is durable)
 * and the admin port (/healthz /readyz /metrics). At SIGTERM or SIGINT new
 * asks are refused, drain is called, and service_run returns when every
 * request is answered and is_idle says so, or SERVICE_DRAIN_MS_MAX has
 * passed. After that nothing calls back any more: what is still asked is
 * forgotten.
 *
 * Of the configuration it reads [run], [store], [instances], [endpoints],
 * [curve] and [admin]: see settings.def. A setting that there is not is logged
 * with what may have been meant; one of a route ends the program. One process
 * for each instance: <run dir>/<name>.<n>.lock is held. */
#ifndef COMMON_SERVICE_SERVICE_H
#define COMMON_SERVICE_SERVICE_H

#include <stdbool.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/loop/loop.h"
#include "common/store/store.h"

#define SERVICE_DRAIN_MS_MAX 8000

struct service_spec {
    const char *name;    /* "signup" */
    const char *about;   /* one sentence for --help */
    bool uses_store;     /* ACL user and password: [store] <name>_password */
    const char *owner;   /* of its keys, "su"; NULL: keeps no format */
    unsigned format;     /* of what it stores: see format.h. A newer one in
                            Redis ends the program in words */
    bus_serve_cb *serve; /* NULL: answers nobody */
    /* Called once at SIGTERM: take nothing new. Asks are already refused. */
    void (*drain)(void *arg);
    /* Everything accepted is finished or durably pending. NULL: at once. */
    bool (*is_idle)(void *arg);
    /* Beyond store and bus: NULL, or a sentence why not ready. */
    const char *(*not_ready_why)(void *arg);
    /* Ready, and yet something an operator must know: NULL, or a sentence. */
    const char *(*warning)(void *arg);
    void *arg;
};

struct service {
    const struct service_spec *spec;
    char name[64]; /* "signup.0" */
    int instance;
    struct conf *conf;
    struct loop *loop;
    struct bus *bus;
    struct store *store; /* NULL unless uses_store */
    struct metrics *metrics;
    struct admin *admin;
    bool is_running, is_draining;
    int64_t drain_until_ms; /* boot time */
    struct timer *drain_timer, *stats_timer;
    int lock; /* descriptor */
};

void service_open(struct service *service, const struct service_spec *spec,
                  int argc, char **argv);
/* Serving begins: call it when the service can answer. */
void service_run(struct service *service);
void service_close(struct service *service);

/* A peer, by the configuration's endpoints. */
struct bus_peer *service_connect(struct service *service, const char *peer);
void service_follow(struct service *service, const char *peer,
                    const char *topic, bus_news_cb *cb, void *arg);

#endif
