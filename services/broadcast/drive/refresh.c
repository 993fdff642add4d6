/* refresh -- all that is planned with, read again from Redis.
 *
 *   refresh_go -> the first time: system_make, so that the confirmation is
 *   there -> keep_active -> keep_read of each -> sending_update
 *              -> keep_read_leases -> the table of leases */
#include "services/broadcast/drive/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/send/system.h"

static void
refresh_end(struct campaign *campaign, bool is_good)
{
    campaign->broadcast->open--;
    campaign->is_loading = false;
    if (campaign->epoch == 0) {
        return;
    }
    if (!is_good) {
        campaign->must_refresh = true; /* the next beat tries again */
        return;
    }
    campaign->is_loaded = true;
    if (campaign->must_refresh) {
        mark_stale(campaign); /* meanwhile something has changed */
    }
}

/* A lease this planner does not know: its predecessor's, or one of its own
 * whose grant was never answered. */
static void
adopt_lease(struct campaign *campaign, uint64_t id,
            const Broadcast__LeaseKept *kept)
{
    struct planner *planner = &campaign->broadcast->plan->planner;
    struct lease *lease = lease_table_add(&campaign->leases, id);
    (void)snprintf(lease->courier, sizeof(lease->courier), "%s", kept->courier);
    (void)snprintf(lease->broadcast, sizeof(lease->broadcast), "%s",
                   kept->broadcast);
    lease->boot = kept->boot;
    lease->request = kept->request;
    lease->channel = (int)kept->channel;
    lease->chunk = kept->chunk;
    lease->is_probe = kept->is_probe;
    lease->era = kept->has_era ? kept->era : 0;
    lease->route = planner_find_route(planner, kept->route);
    int64_t timeout_ms = lease->route < 0
                             ? LEASE_TIMEOUT_MS_DEFAULT
                             : planner->routes[lease->route].timeout_ms;
    lease_adopt(lease, timeout_ms, clock_boot_ms());
    if (kept->is_late) {
        lease_table_lapse(&campaign->leases, lease);
    }
}

/* Not in Redis any more: finally settled, by way of another instance. What
 * is in the table was granted before this reading, for one connection keeps
 * the order. */
static void
drop_settled(struct lease_table *table, const struct store_reply *reply)
{
    for (size_t i = table->count; i > 0; i--) {
        struct lease *lease = table->leases[i - 1];
        bool is_there = lease->is_busy;
        for (size_t j = 0; !is_there && j < reply->count; j += 2) {
            is_there = strtoull(keep_text(reply, j), NULL, 10) == lease->id;
        }
        if (!is_there) {
            lease_table_remove(table, lease);
        }
    }
}

static void
leases_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    bool is_planner = campaign->epoch != 0 && err == ERR_NONE;
    if (is_planner) {
        drop_settled(&campaign->leases, reply);
    }
    for (size_t i = 0; is_planner && i + 1 < reply->count; i += 2) {
        uint64_t id = strtoull(keep_text(reply, i), NULL, 10);
        struct bytes line = keep_bytes(reply, i + 1);
        Broadcast__LeaseKept *kept =
            wire_unpack(&broadcast__lease_kept__descriptor, line.data, line.len,
                        WIRE_OUTSIDE_BYTES_MAX);
        if (kept != NULL && kept->channel != WORDS__CHANNEL__CHANNEL_NONE &&
            lease_find(&campaign->leases, id) == NULL) {
            adopt_lease(campaign, id, kept);
        }
        wire_free(kept);
    }
    refresh_end(campaign, err == ERR_NONE);
}

struct reading {
    struct campaign *campaign;
    char id[RECORD_ID_SIZE];
    bool is_last; /* then the leases */
};

static void
record_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    struct campaign *campaign = reading->campaign;
    if (err == ERR_NONE && campaign->epoch != 0) {
        struct record *record = record_read(reading->id, reply);
        if (record != NULL) {
            sending_update(campaign, record);
        }
    }
    if (reading->is_last) {
        struct keep_on on = campaign_on(campaign, NULL);
        keep_read_leases(&on, leases_read, campaign);
    }
    free(reading);
}

static void
active_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    if (err != ERR_NONE || campaign->epoch == 0) {
        refresh_end(campaign, false);
        return;
    }
    if (reply->count > SENDINGS_MAX) {
        log_warn("planner.too_many", log_str("campaign", campaign->id),
                 log_int("active", (int64_t)reply->count));
    }
    for (size_t i = 0; i < reply->count; i++) {
        struct reading *reading = mem_new(sizeof(*reading));
        reading->campaign = campaign;
        reading->is_last = i + 1 == reply->count;
        (void)snprintf(reading->id, sizeof(reading->id), "%s",
                       keep_text(reply, i));
        struct keep_on on = campaign_on(campaign, reading->id);
        keep_read(&on, record_done, reading);
    }
    if (reply->count == 0) {
        struct keep_on on = campaign_on(campaign, NULL);
        keep_read_leases(&on, leases_read, campaign);
    }
}

static void
confirmation_made(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    (void)reply;
    if (err != ERR_NONE) {
        campaign_failed(campaign, err);
        refresh_end(campaign, false);
        return;
    }
    campaign->has_confirmation = campaign->epoch != 0;
    struct keep_on on = campaign_on(campaign, NULL);
    keep_active(&on, active_read, campaign);
}

void
refresh_go(struct campaign *campaign)
{
    if (campaign->epoch == 0 || campaign->is_loading) {
        return; /* the mark stays until the loading has ended */
    }
    struct keep_on on = campaign_on(campaign, NULL);
    campaign->is_loading = true;
    campaign->must_refresh = false;
    campaign->broadcast->open++;
    if (campaign->has_confirmation) {
        keep_active(&on, active_read, campaign);
    } else {
        system_make(campaign, confirmation_made, campaign);
    }
}
