/* service -- what every process does around its subject.
 *
 * Start-up order: arguments, configuration, lock, log, loop, admin port
 * (alive, not ready), bus, store. Serving begins in service_run. */
#include "common/service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/service/admin.h"
#include "common/service/format.h"
#include "common/service/shared_clock.h"

#define DRAIN_LOOK_MS 10
#define STATS_MS 1000
#define LOCK_WAIT_MS 2000 /* for a predecessor that is just dying */

/* ---- arguments ---- */

static _Noreturn void
print_help(const struct service_spec *spec)
{
    (void)printf("muster-%s: %s\n\n"
                 "  --config FILE  the configuration (else: environment);\n"
                 "                 muster settings prints what may be in it\n"
                 "  --instance N   which one of several (0)\n"
                 "  --version\n",
                 spec->name, spec->about);
    exit(0);
}

static int
read_instance(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < 0 ||
        number >= BUS_ENDPOINTS_MAX) {
        log_fatal("--instance %s: not from 0 to %d", text,
                  BUS_ENDPOINTS_MAX - 1);
    }
    return (int)number;
}

/* Returns the configuration's path, or NULL. */
static const char *
read_arguments(struct service *service, int argc, char **argv)
{
    const char *path = NULL;
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--help") == 0) {
            print_help(service->spec);
        } else if (strcmp(argv[i], "--version") == 0) {
            (void)puts(MUSTER_VERSION);
            exit(0);
        } else if (strcmp(argv[i], "--config") == 0 && has_value) {
            path = argv[++i];
        } else if (strcmp(argv[i], "--instance") == 0 && has_value) {
            service->instance = read_instance(argv[++i]);
        } else {
            log_fatal("%s: not understood; see --help", argv[i]);
        }
    }
    return path;
}

/* ---- configuration ---- */

static const char *
run_dir(const struct service *service)
{
    return conf_text(service->conf, SET_RUN_DIR);
}

/* A route that is not as it was meant would send by another way. */
static void
on_unknown_setting(void *arg, bool is_of_route, const char *sentence)
{
    (void)arg;
    if (is_of_route) {
        log_fatal("%s", sentence);
    }
    log_warn("conf.unknown_setting", log_str("why", sentence));
}

/* Two processes of one name would take each other's socket away. */
static void
take_lock(struct service *service)
{
    const char *dir = run_dir(service);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        log_fatal("cannot make %s: %s", dir, strerror(errno));
    }
    char *path = mem_format("%s/%s.lock", dir, service->name);
    service->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (service->lock < 0) {
        log_fatal("cannot open %s: %s", path, strerror(errno));
    }
    int64_t until_ms = clock_boot_ms() + LOCK_WAIT_MS;
    while (flock(service->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || clock_boot_ms() > until_ms) {
            log_fatal("another %s is running: %s is locked", service->name,
                      path);
        }
        (void)usleep(10000);
    }
    if (ftruncate(service->lock, 0) != 0 ||
        dprintf(service->lock, "%d\n", (int)getpid()) < 0) {
        log_fatal("cannot write %s: %s", path, strerror(errno));
    }
    free(path);
}

/* Owned by the caller. kind: "ask" or "news". */
static char *
endpoint_of(const struct service *service, const char *name, int instance,
            const char *kind)
{
    char *key = mem_format("%s.%d.%s", name, instance, kind);
    enum setting setting =
        strcmp(kind, "ask") == 0 ? SET_ENDPOINT_ASK : SET_ENDPOINT_NEWS;
    const char *set = conf_text_of(service->conf, setting, key);
    char *endpoint = set != NULL
                         ? mem_copy_string(set)
                         : mem_format("ipc://%s/%s", run_dir(service), key);
    free(key);
    return endpoint;
}

static int
instances_of(const struct service *service, const char *name)
{
    static const struct {
        const char *name;
        enum setting setting;
    } all[] = {
#define SERVICE(name, ...) {#name, SET_INSTANCES_##name},
#include "service_rows.def"
#undef SERVICE
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(all[i].name, name) == 0) {
            return (int)conf_number(service->conf, all[i].setting);
        }
    }
    return (int)conf_number_of(service->conf, SET_INSTANCES, name);
}

/* "a,b,c", owned by the caller. */
static char *
endpoints_of(const struct service *service, const char *name, const char *kind)
{
    struct buf list;
    buf_init(&list, 0);
    int count = instances_of(service, name);
    for (int i = 0; i < count; i++) {
        char *endpoint = endpoint_of(service, name, i, kind);
        buf_printf(&list, "%s%s", i == 0 ? "" : ",", endpoint);
        free(endpoint);
    }
    return buf_take(&list, NULL);
}

/* ---- the admin port ---- */

static const char *
not_ready_why(void *arg)
{
    struct service *service = arg;
    if (service->is_draining) {
        return "stopping\n";
    }
    if (!service->is_running) {
        return "starting\n";
    }
    const char *why =
        service->store == NULL ? NULL : store_not_ready_why(service->store);
    if (why != NULL) {
        return why;
    }
    const struct service_spec *spec = service->spec;
    return spec->not_ready_why == NULL ? NULL : spec->not_ready_why(spec->arg);
}

static const char *
warning(void *arg)
{
    const struct service *service = arg;
    const struct service_spec *spec = service->spec;
    return spec->warning == NULL ? NULL : spec->warning(spec->arg);
}

static void
open_admin(struct service *service)
{
    char *port_file =
        mem_format("%s/%s.admin-port", run_dir(service), service->name);
    struct admin_options options = {
        .host = conf_text(service->conf, SET_ADMIN_HOST),
        .port =
            (int)conf_number_of(service->conf, SET_ADMIN_PORT, service->name),
        .port_file = port_file,
        .metrics = service->metrics,
        .not_ready_why = not_ready_why,
        .warning = warning,
        .arg = service};
    service->admin = admin_open(service->loop, &options);
    free(port_file);
}

static const struct {
    const char *name, *help;
    size_t offset;
} bus_counters[] = {
    {"muster_bus_asked_total", "asks made", offsetof(struct bus_stats, asked)},
    {"muster_bus_answered_total", "asks answered",
     offsetof(struct bus_stats, answered)},
    {"muster_bus_timed_out_total", "asks that ran out of time",
     offsetof(struct bus_stats, timed_out)},
    {"muster_bus_retried_total", "asks sent once more",
     offsetof(struct bus_stats, retried)},
    {"muster_bus_served_total", "requests taken",
     offsetof(struct bus_stats, served)},
    {"muster_bus_refused_total", "requests refused for now",
     offsetof(struct bus_stats, refused)},
    {"muster_bus_expired_total", "requests that came too late",
     offsetof(struct bus_stats, expired)},
    {"muster_bus_malformed_total", "messages that were not ours",
     offsetof(struct bus_stats, malformed)},
    {"muster_bus_watchdog_rescues_total", "unread mail found by the watchdog",
     offsetof(struct bus_stats, watchdog_rescues)},
};

static void
on_stats(void *arg)
{
    struct service *service = arg;
    const char *stats = (const char *)bus_stats(service->bus);
    for (size_t i = 0; i < sizeof(bus_counters) / sizeof(bus_counters[0]);
         i++) {
        uint64_t value;
        memcpy(&value, stats + bus_counters[i].offset, sizeof(value));
        struct metric *counter = metric_counter(
            service->metrics, bus_counters[i].name, NULL, bus_counters[i].help);
        metric_add(counter, (int64_t)value - metric_value(counter));
    }
    timer_start(service->stats_timer, STATS_MS);
}

/* ---- signals ---- */

static void
look_whether_drained(void *arg)
{
    struct service *service = arg;
    const struct service_spec *spec = service->spec;
    bool is_idle = bus_open_requests(service->bus) == 0 &&
                   (spec->is_idle == NULL || spec->is_idle(spec->arg));
    bool is_late = clock_boot_ms() >= service->drain_until_ms;
    if (!is_idle && !is_late) {
        timer_start(service->drain_timer, DRAIN_LOOK_MS);
        return;
    }
    if (!is_idle) {
        log_warn("service.drain_cut_short",
                 log_int("open_requests", bus_open_requests(service->bus)));
    }
    loop_stop(service->loop);
}

static void
on_stop_signal(void *arg)
{
    struct service *service = arg;
    if (!service->is_running) {
        exit(0); /* nothing was accepted yet */
    }
    if (service->is_draining) {
        return;
    }
    log_info("service.draining");
    service->is_draining = true;
    service->drain_until_ms = clock_boot_ms() + SERVICE_DRAIN_MS_MAX;
    bus_stop_serving(service->bus);
    if (service->spec->drain != NULL) {
        service->spec->drain(service->spec->arg);
    }
    timer_start(service->drain_timer, DRAIN_LOOK_MS);
}

/* ---- the contract ---- */

static void
open_store(struct service *service)
{
    const struct conf *conf = service->conf;
    char *user_key = mem_format("%s_user", service->spec->name);
    char *password_key = mem_format("%s_password", service->spec->name);
    struct store_options options = {
        .endpoint = conf_text(conf, SET_STORE_ENDPOINT),
        .password = conf_text_of(conf, SET_STORE_PASSWORD, password_key),
        .sentinel_user = conf_text(conf, SET_STORE_SENTINEL_USER),
        .sentinel_password = conf_text(conf, SET_STORE_SENTINEL_PASSWORD),
        .replicas_required =
            (int)conf_number(conf, SET_STORE_REPLICAS_REQUIRED),
        .allows_volatile = conf_bool(conf, SET_STORE_ALLOWS_VOLATILE)};
    if (options.password != NULL) {
        const char *user = conf_text_of(conf, SET_STORE_USER, user_key);
        options.user = user != NULL ? user : service->spec->name;
    }
    service->store = store_new(service->loop, &options);
    free(user_key);
    free(password_key);
    store_wait_ready(service->store, conf_number(conf, SET_STORE_WAIT_MS));
    if (service->spec->owner != NULL) {
        format_open(service, service->spec->owner, service->spec->format);
    }
}

static void
open_bus(struct service *service)
{
    const char *curve_dir = conf_text(service->conf, SET_CURVE_DIR);
    bool has_curve = curve_dir != NULL && *curve_dir != '\0';
    service->bus = bus_new(
        service->loop,
        &(struct bus_options){.name = service->name,
                              .curve_dir = has_curve ? curve_dir : NULL});
    service->stats_timer = timer_new(service->loop, on_stats, service);
    on_stats(service);
}

void
service_open(struct service *service, const struct service_spec *spec, int argc,
             char **argv)
{
    *service = (struct service){.spec = spec};
    (void)umask(077);
    log_open(spec->name, LOG_INFO);
    const char *path = read_arguments(service, argc, argv);
    (void)snprintf(service->name, sizeof(service->name), "%s.%d", spec->name,
                   service->instance);
    service->conf = conf_open(path);
    log_open(service->name,
             (enum log_level)conf_word(service->conf, SET_RUN_LOG_LEVEL));
    conf_check(service->conf, on_unknown_setting, NULL);
    shared_clock_open(service->conf);
    take_lock(service);
    service->loop = loop_new();
    service->drain_timer =
        timer_new(service->loop, look_whether_drained, service);
    loop_on_signal(service->loop, SIGTERM, on_stop_signal, service);
    loop_on_signal(service->loop, SIGINT, on_stop_signal, service);
    service->metrics = metrics_new();
    open_admin(service);
    open_bus(service);
    if (spec->uses_store) {
        open_store(service);
    }
}

static void
begin_to_serve(struct service *service)
{
    if (service->spec->serve == NULL) {
        return;
    }
    char *ask =
        endpoint_of(service, service->spec->name, service->instance, "ask");
    char *news =
        endpoint_of(service, service->spec->name, service->instance, "news");
    bus_publish_at(service->bus, news);
    bus_serve(service->bus, ask, service->spec->serve, service->spec->arg);
    free(ask);
    free(news);
}

void
service_run(struct service *service)
{
    begin_to_serve(service);
    service->is_running = true;
    log_info("service.running", log_str("version", MUSTER_VERSION));
    loop_run(service->loop);
    log_info("service.stopped");
}

void
service_close(struct service *service)
{
    bus_forget_asks(service->bus);
    bus_free(&service->bus);
    if (service->store != NULL && store_in_flight(service->store) == 0) {
        store_free(&service->store); /* else its answers have no home */
    }
    admin_close(&service->admin);
    metrics_free(&service->metrics);
    timer_free(&service->drain_timer);
    timer_free(&service->stats_timer);
    if (service->store == NULL) {
        loop_free(&service->loop);
    }
    conf_close(&service->conf);
    (void)close(service->lock);
}

struct bus_peer *
service_connect(struct service *service, const char *peer)
{
    char *endpoints = endpoints_of(service, peer, "ask");
    struct bus_peer *connected = bus_connect(service->bus, peer, endpoints);
    free(endpoints);
    return connected;
}

void
service_follow(struct service *service, const char *peer, const char *topic,
               bus_news_cb *cb, void *arg)
{
    char *endpoints = endpoints_of(service, peer, "news");
    bus_follow(service->bus, &(struct bus_source){peer, endpoints}, topic, cb,
               arg);
    free(endpoints);
}
