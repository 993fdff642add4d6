/* start -- the gateway's start, run and stop.
 *
 * Also for programs that link the gateway with other answers behind it (the
 * benchmark's, without bus and store): gateway_main is all of main. */
#include "services/gateway/start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/client/reach.h"
#include "common/crypto/crypto.h"
#include "gateway_rows.h"
#include "services/gateway/api/checkin/tickets.h"
#include "services/gateway/api/live/live.h"
#include "services/gateway/api/signup/consents.h"
#include "services/gateway/door/files.h"
#include "services/gateway/door/guesses.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/enter.h"
#include "services/gateway/gateway.h"
#include "services/gateway/keep/staff_store.h"
#include "services/gateway/pages/frame/notice.h"
#include "services/gateway/routes.h"
#include "services/gateway/staff/audit.h"
#include "services/gateway/staff/auth.h"
#include "services/gateway/staff/leak.h"
#include "services/gateway/staff/staff_api.h"

#define BODY_BYTES_MAX (64 * 1024)
#define DESCRIPTORS_KEPT 256 /* store, bus, files, probes: not for callers */
#define WORKER_THREADS 2
#define WORKER_WAITING 64

static void
drain(void *arg)
{
    struct gateway *g = arg;
    http_drain(g->http);
    sse_end_all(g->hub);
}

static bool
is_idle(void *arg)
{
    const struct gateway *g = arg;
    return g->open_exchanges == 0 && http_is_idle(g->http) &&
           worker_open_jobs(g->worker) == 0;
}

/* Each viewer and each caller is a descriptor. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void
load_keys(struct gateway *g)
{
    const char *dir = conf_text(g->service.conf, SET_KEYS_DIR);
    char *path = mem_format("%s/gateway.key", dir);
    struct crypto_key key;
    crypto_key_load(path, true, &key);
    crypto_key_derive(&key, "token", &g->token_key);
    crypto_key_derive(&key, "audit", &g->audit_key);
    crypto_key_derive(&key, "form", &g->form_key);
    crypto_key_derive(&key, "slip", &g->slip_key);
    crypto_key_derive(&key, "typed", &g->typed_key);
    crypto_key_derive(&key, "once", &g->once_key);
    crypto_key_derive(&key, "page", &g->page_key);
    link_key_load(dir, &g->link_key);
    free(path);
}

static void
look_at_route(void *arg, const char *section)
{
    struct gateway *g = arg;
    const char *provider =
        conf_text_of(g->service.conf, SET_ROUTE_PROVIDER, section);
    g->is_outbox_only &= strcmp(provider, "outbox") == 0;
}

/* Then a page may say where messages lie: nothing leaves this machine. */
static void
look_at_routes(struct gateway *g)
{
    g->is_outbox_only = g->outbox_dir != NULL;
    conf_each_section(g->service.conf, "route.", look_at_route, g);
    g->provider_stops = reach_provider_stops(g->service.conf);
}

static void
open_metrics(struct gateway *g)
{
    static const char *const labels[] = {"status=\"2xx\"", "status=\"3xx\"",
                                         "status=\"4xx\"", "status=\"5xx\""};
    for (size_t i = 0; i < 4; i++) {
        g->requests[i] =
            metric_counter(g->service.metrics, "muster_gateway_requests_total",
                           labels[i], "requests answered");
    }
    leak_open(g);
    guesses_open(g);
    g->request_ms =
        metric_histogram(g->service.metrics, "muster_gateway_request_ms", NULL,
                         "from the whole request to its reply");
}

/* Renamed into place, so that a reader never sees half a number. */
static void
write_port(const struct gateway *g)
{
    const char *dir = conf_text(g->service.conf, SET_RUN_DIR);
    char *path = mem_format("%s/%s.port", dir, g->service.name);
    char *temporary = mem_format("%s.new", path);
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fprintf(file, "%d\n", http_port(g->http)) < 0 ||
        fclose(file) != 0 || rename(temporary, path) != 0) {
        log_fatal("cannot write %s: %s", path, strerror(errno));
    }
    free(temporary);
    free(path);
}

static void
open_http(struct gateway *g)
{
    const struct conf *conf = g->service.conf;
    g->http = http_open(
        g->service.loop,
        &(struct http_options){
            .host = conf_text(conf, SET_GATEWAY_HOST),
            .port = (int)conf_number(conf, SET_GATEWAY_PORT),
            .is_shared = true,
            .is_behind_proxy = conf_bool(conf, SET_GATEWAY_BEHIND_PROXY),
            .proxies = conf_text(conf, SET_GATEWAY_PROXIES),
            .exempts_loopback = conf_bool(conf, SET_GATEWAY_EXEMPT_LOOPBACK),
            .body_bytes_max = BODY_BYTES_MAX,
            .connections_max =
                (int)conf_number(conf, SET_GATEWAY_CONNECTIONS_MAX),
            .connections_per_address_max =
                (int)conf_number(conf, SET_GATEWAY_CONNECTIONS_PER_ADDRESS_MAX),
            .descriptors_kept = DESCRIPTORS_KEPT,
            .on_request = enter_on_request,
            .on_refused = enter_on_refused,
            .arg = g,
        });
    write_port(g);
}

static void
start(struct gateway *g)
{
    const struct conf *conf = g->service.conf;
    g->draw_problem = show_notice;
    crypto_init();
    raise_descriptor_limit();
    load_keys(g);
    auth_open(g);
    staff_api_open();
    staff_store_open(g);
    open_metrics(g);
    g->public_url = conf_text(conf, SET_GATEWAY_PUBLIC_URL);
    g->outbox_dir = conf_text(conf, SET_OUTBOX_DIR);
    look_at_routes(g);
    g->signup = service_connect(&g->service, "signup");
    g->broadcast = service_connect(&g->service, "broadcast");
    g->checkin = service_connect(&g->service, "checkin");
    g->worker =
        worker_new(g->service.loop,
                   &(struct worker_options){WORKER_THREADS, WORKER_WAITING});
    g->limits = limits_new(conf);
    g->audit = audit_new(g);
    g->tickets = tickets_new(g);
    g->consents = consents_new(g);
    g->files = files_open(conf_text(conf, SET_GATEWAY_WEB_DIR));
    live_open(g);
    open_http(g);
}

static void
stop(struct gateway *g)
{
    worker_free(&g->worker);
    live_close(g);
    http_close(&g->http);
}

/* What late answers of the bus may still look at. */
static void
stop_rest(struct gateway *g)
{
    limits_free(&g->limits);
    audit_free(&g->audit);
    tickets_free(&g->tickets);
    consents_free(&g->consents);
    files_close(&g->files);
}

static const char *
warning(void *arg)
{
    const struct gateway *g = arg;
    return g->has_unknown_proxy ? enter_unknown_proxy : NULL;
}

static void
print_routes(void)
{
    struct buf text;
    buf_init(&text, 0);
    routes_print(&text);
    (void)fputs(buf_string(&text), stdout);
    buf_fini(&text);
}

static struct gateway gateway;

struct loop *
gateway_loop(void)
{
    return gateway.service.loop;
}

int
gateway_main(int argc, char **argv, bool uses_store)
{
    struct gateway *g = &gateway;
    const struct service_spec spec = {
        .name = "gateway",
        .about =
            "the only door: HTTP in, live counts out (--routes: the table)",
        .uses_store = uses_store,
        .owner = uses_store ? "gw" : NULL,
        .format = GATEWAY_FORMAT,
        .drain = drain,
        .is_idle = is_idle,
        .warning = warning,
        .arg = g,
    };
    if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
        print_routes();
        return 0;
    }
    service_open(&g->service, &spec, argc, argv);
    start(g);
    service_run(&g->service);
    stop(g);
    service_close(&g->service);
    stop_rest(g);
    return 0;
}
