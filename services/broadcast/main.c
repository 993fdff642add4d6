/* main -- muster-broadcast: what goes to whom and when. See broadcast.h. */
#include <stdlib.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/drive/drive.h"
#include "services/broadcast/plan/routes.h"
#include "services/broadcast/send/send.h"

static void
on_request(void *arg, struct bus_request *request)
{
    struct broadcast *broadcast = arg;
    asked_serve(&broadcast->desk, request);
}

static void
on_drain(void *arg)
{
    struct broadcast *broadcast = arg;
    broadcast->is_draining = true;
    election_leave(broadcast);
}

static bool
is_idle(void *arg)
{
    struct broadcast *broadcast = arg;
    return broadcast->open == 0 && asked_is_idle(&broadcast->desk) &&
           election_is_idle(broadcast);
}

static void
on_signup_news(void *arg, const char *topic, const void *body, size_t len)
{
    Feed__End *end =
        wire_unpack(&feed__end__descriptor, body, len, WIRE_OUTSIDE_BYTES_MAX);
    (void)topic;
    if (end != NULL) {
        meet_hear(arg, end->campaign);
        standing_hear(arg, end->campaign, end->end);
    }
    wire_free(end);
}

static void
open_metrics(struct broadcast *broadcast)
{
    struct metrics *m = broadcast->service.metrics;
    broadcast->metrics.granted =
        metric_counter(m, "muster_broadcast_granted_total", NULL,
                       "recipients leased to couriers");
    broadcast->metrics.settled =
        metric_counter(m, "muster_broadcast_settled_total", NULL,
                       "recipients settled by couriers");
    broadcast->metrics.begun_before = metric_counter(
        m, "muster_broadcast_begun_before_total", NULL,
        "recipients granted whom a courier had begun before: in doubt");
    broadcast->metrics.lapsed =
        metric_counter(m, "muster_broadcast_leases_total", "end=\"lapsed\"",
                       "leases the planner ended, by why");
    broadcast->metrics.lost =
        metric_counter(m, "muster_broadcast_leases_total", "end=\"lost\"",
                       "leases the planner ended, by why");
    broadcast->metrics.eras =
        metric_counter(m, "muster_broadcast_eras_total", NULL,
                       "times a campaign's store was found to have gone back");
    broadcast->metrics.reported = metric_counter(
        m, "muster_broadcast_reported_begun_total", NULL,
        "recipients in doubt because a courier reported them as begun after "
        "the store had gone back");
    broadcast->metrics.unreported = metric_counter(
        m, "muster_broadcast_unreported_total", NULL,
        "recipients in doubt because a courier that may have begun them did "
        "not report after the store had gone back");
    broadcast->metrics.announced = metric_counter(
        m, "muster_broadcast_announced_total", NULL, "progress announcements");
}

static void
start(struct broadcast *broadcast)
{
    struct service *service = &broadcast->service;
    crypto_init();
    asked_init(&broadcast->desk, &broadcast_api, broadcast);
    broadcast->public_url =
        mem_copy_string(conf_text(service->conf, SET_GATEWAY_PUBLIC_URL));
    broadcast->report_wait_ms =
        1000 * conf_number(service->conf, SET_BROADCAST_REPORT_WAIT_S);
    open_metrics(broadcast);
    broadcast->keep = keep_new(service->store);
    broadcast->facts = facts_shelf_new();
    driver_start(broadcast);
    routes_read(service->conf, &broadcast->plan->planner);
    broadcast->signup = service_connect(service, "signup");
    service_follow(service, "signup", "feed/signup/", on_signup_news,
                   broadcast);
    service_follow(service, "broadcast", "settled/", settle_hear, broadcast);
    election_start(broadcast);
}

/* What is still open when the drain's time is over is left to the exit. */
static void
stop(struct broadcast *broadcast)
{
    if (!is_idle(broadcast)) {
        return;
    }
    driver_stop(broadcast);
    facts_shelf_free(&broadcast->facts);
    free(broadcast->public_url);
}

int
main(int argc, char **argv)
{
    static struct broadcast broadcast;
    const struct service_spec spec = {
        .name = "broadcast",
        .about = "Plans broadcasts, leases recipients, keeps the ledger.",
        .uses_store = true,
        .owner = "bc",
        .format = KEEP_FORMAT,
        .serve = on_request,
        .drain = on_drain,
        .is_idle = is_idle,
        .arg = &broadcast};
    service_open(&broadcast.service, &spec, argc, argv);
    start(&broadcast);
    service_run(&broadcast.service);
    stop(&broadcast);
    service_close(&broadcast.service);
    keep_free(&broadcast.keep);
    return 0;
}
