/* drive -- the courier's one driver: looks at the leases that were marked,
 * and acts.
 *
 *   marked  what was given back leaves its route; what has an outcome is
 *           told to the planner; whoever asked for it hears that it is begun
 *   then    there may be room for another lease: asks go out
 *
 * Nothing below it calls up: flows mark and return (lease.h), and this runs
 * once at the end of the turn. */
#include <string.h>

#include "common/base/base.h"
#include "services/courier/courier.h"
#include "services/courier/send/ask.h"
#include "services/courier/send/drive.h"
#include "services/courier/send/flows.h"
#include "services/courier/send/once.h"
#include "services/courier/send/report.h"
#include "services/courier/send/route.h"

static void
follow_lease(struct lease *lease)
{
    lease->is_marked = false;
    if (lease->is_returned && lease->route != NULL) {
        route_remove(lease->route, lease);
    }
    if (lease->is_unbegun && lease->begun != LEASE_UNBEGUN) {
        lease->is_unbegun = false;
        asking_note_begun(lease->asking, lease->begun);
    }
    if (lease->untold > 0 && !lease->is_ended) {
        settle_go(lease);
    }
}

static void
on_marked(void *arg)
{
    struct courier *courier = arg;
    if (courier->is_stopped) {
        return;
    }
    for (struct lease *lease = courier->leases.first; lease != NULL;
         lease = lease->following) {
        if (lease->is_marked) {
            follow_lease(lease);
        }
    }
    asking_go_all(courier);
}

/* ---- what the planner tells everyone ---- */

static void
on_work(void *arg, const char *topic, const void *body, size_t len)
{
    (void)topic;
    (void)body;
    (void)len;
    asking_wake(arg);
}

static bool
is_named_by(const char *names, const struct journal_lease *kept)
{
    size_t campaign_len = strlen(kept->campaign);
    return strncmp(names, kept->campaign, campaign_len) == 0 &&
           names[campaign_len] == '/' &&
           strcmp(names + campaign_len + 1, kept->broadcast) == 0;
}

/* "halt/<campaign>/<broadcast>": what is not begun of it may go back now. */
static void
on_halt(void *arg, const char *topic, const void *body, size_t len)
{
    struct courier *courier = arg;
    (void)body;
    (void)len;
    for (struct lease *lease = courier->leases.first; lease != NULL;
         lease = lease->following) {
        if (is_named_by(topic + strlen("halt/"), lease->kept)) {
            lease_return(lease);
        }
    }
}

/* ---- start and stop ---- */

void
courier_start(struct courier *courier)
{
    struct service *service = &courier->service;
    courier->leases = (struct leases){.loop = service->loop,
                                      .journal = courier->journal,
                                      .returned = courier->metrics.returned,
                                      .on_marked = on_marked,
                                      .arg = courier};
    routes_open(courier);
    once_start(courier);
    recover_all(courier);
    asking_open(courier, lease_accept);
    service_follow(service, "broadcast", "work", on_work, courier);
    service_follow(service, "broadcast", "halt/", on_halt, courier);
}

void
courier_drain(struct courier *courier)
{
    courier->is_draining = true;
    for (struct lease *lease = courier->leases.first; lease != NULL;
         lease = lease->following) {
        lease_return(lease);
    }
}

bool
courier_is_idle(const struct courier *courier)
{
    return courier->leases.count == 0 && asking_is_idle(courier);
}

void
courier_stop(struct courier *courier)
{
    courier->is_stopped = true;
    routes_close(courier);
    report_stop(courier);
    asking_close(courier);
    leases_free(&courier->leases);
    templates_free(&courier->templates);
}
