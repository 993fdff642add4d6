/* main -- starts, runs and stops the courier. */
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/courier/courier.h"

static struct courier courier;

static void
drain(void *arg)
{
    struct courier *c = arg;
    c->is_draining = true;
    for (struct lease *lease = c->leases; lease != NULL;
         lease = lease->following) {
        lease_return(lease);
    }
}

static bool
is_idle(void *arg)
{
    const struct courier *c = arg;
    return c->lease_count == 0 && asking_is_idle(c);
}

static void
on_work(void *arg, const char *topic, const void *body, size_t len)
{
    (void)topic;
    (void)body;
    (void)len;
    asking_wake(arg);
}

/* "halt/<campaign>/<broadcast>": what is not begun of it may go back now. */
static void
on_halt(void *arg, const char *topic, const void *body, size_t len)
{
    struct courier *c = arg;
    (void)body;
    (void)len;
    for (struct lease *lease = c->leases; lease != NULL;
         lease = lease->following) {
        const char *campaign = topic + strlen("halt/");
        size_t campaign_len = strlen(lease->kept->campaign);
        if (strncmp(campaign, lease->kept->campaign, campaign_len) == 0 &&
            campaign[campaign_len] == '/' &&
            strcmp(campaign + campaign_len + 1, lease->kept->broadcast) == 0) {
            lease_return(lease);
        }
    }
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
    c->metrics.open =
        metric_gauge(m, "muster_courier_open", NULL, "Hand-overs on the wire");
}

static void
start(struct courier *c)
{
    struct service *service = &c->service;
    const char *keys_dir = conf_string(service->conf, "keys", "dir", NULL);
    const char *journal_dir =
        conf_string(service->conf, "courier", "journal_dir", NULL);
    if (keys_dir == NULL || journal_dir == NULL) {
        log_fatal("set [keys] dir and [courier] journal_dir");
    }
    c->public_url = conf_string(service->conf, "gateway", "public_url",
                                "http://127.0.0.1:8080");
    link_key_load(keys_dir, &c->link_key);
    reference_key_load(keys_dir, &c->reference_key);
    render_init(&c->render);
    make_metrics(c);
    c->journal = journal_open(journal_dir, service->name);
    c->broadcast = service_connect(service, "broadcast");
    c->signup = service_connect(service, "signup");
    c->checkin = service_connect(service, "checkin");
    routes_open(c);
    recover_all(c);
    asking_open(c);
    service_follow(service, "broadcast", "work", on_work, c);
    service_follow(service, "broadcast", "halt/", on_halt, c);
}

/* What is still on the wire is noted as in doubt before the journal closes. */
static void
stop(struct courier *c)
{
    c->is_stopped = true;
    routes_close(c);
    asking_close(c);
    leases_free(c);
    templates_free(c);
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
