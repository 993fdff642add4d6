/* main -- starts, runs and stops the courier. */
#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/store/store.h"
#include "services/courier/begun/begun.h"
#include "services/courier/begun/fences.h"
#include "services/courier/courier.h"
#include "services/courier/send/drive.h"
#include "services/courier/send/once.h"

static struct courier courier;

static void
drain(void *arg)
{
    courier_drain(arg);
}

static bool
is_idle(void *arg)
{
    return courier_is_idle(arg);
}

static void
make_metrics(struct courier *c)
{
    struct metrics *m = c->service.metrics;
    c->metrics.leases =
        metric_counter(m, "muster_courier_leases_total", NULL, "Leases taken");
    c->metrics.withheld =
        metric_counter(m, "muster_courier_withheld_total", NULL,
                       "Recipients withheld at the last moment");
    c->metrics.returned =
        metric_counter(m, "muster_courier_returned_total", NULL,
                       "Recipients given back without having been begun");
    c->metrics.settle_retries =
        metric_counter(m, "muster_courier_settle_retries_total", NULL,
                       "Settles that had to be repeated");
    c->metrics.settle_refused =
        metric_counter(m, "muster_courier_settle_refused_total", NULL,
                       "Settles that the planner refused");
    c->metrics.begun_before = metric_counter(
        m, "muster_courier_begun_before_total", NULL,
        "Recipients in doubt because a courier of this machine had begun "
        "them before");
    c->metrics.open =
        metric_gauge(m, "muster_courier_open", NULL, "Hand-overs on the wire");
}

static void
start(struct courier *c)
{
    struct service *service = &c->service;
    const char *keys_dir = conf_text(service->conf, SET_KEYS_DIR);
    const char *journal_dir = conf_text(service->conf, SET_COURIER_JOURNAL_DIR);
    c->public_url = conf_text(service->conf, SET_GATEWAY_PUBLIC_URL);
    link_key_load(keys_dir, &c->link_key);
    reference_key_load(keys_dir, &c->reference_key);
    render_init(&c->render);
    make_metrics(c);
    c->journal = journal_open(journal_dir, service->name);
    c->begun = begun_open(journal_dir);
    c->fences = fences_open(journal_dir);
    c->broadcast = service_connect(service, "broadcast");
    c->signup = service_connect(service, "signup");
    c->checkin = service_connect(service, "checkin");
    courier_start(c);
}

static void
stop(struct courier *c)
{
    courier_stop(c);
    once_stop(c);
    fences_close(&c->fences);
    journal_close(&c->journal);
    render_fini(&c->render);
}

int
main(int argc, char **argv)
{
    const struct service_spec spec = {
        .name = "courier",
        .about = "hands messages to providers, lease by lease",
        .drain = drain,
        .is_idle = is_idle,
        .arg = &courier,
    };
    crypto_init();
    service_open(&courier.service, &spec, argc, argv);
    start(&courier);
    service_run(&courier.service);
    stop(&courier);
    service_close(&courier.service);
    return 0;
}
