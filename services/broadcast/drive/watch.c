/* watch -- what happens because time has passed.
 *
 *   every WATCH_EVERY_MS: leases that have run out lapse
 *   every WATCH_SLOW_TURNS of those: deferred recipients that are due are
 *   pending again, broadcasts past their expiry end, what stands still
 *   (freezing, sweeping, following) is driven on
 *   every WATCH_WHOLE_TURNS: all is read from Redis again, so that nothing
 *   missed or misheard lasts */
#include "services/broadcast/drive/drive.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/send/era.h"
#include "services/broadcast/send/send.h"

#define WATCH_EVERY_MS 100
#define WATCH_WHOLE_TURNS 30
#define WATCH_SLOW_TURNS 5 /* retries, expiry, freezing: every so many */

/* ---- leases ---- */

static void
end_leases(struct campaign *campaign)
{
    struct lease *lease;
    int64_t now = clock_boot_ms();
    while ((lease = lease_find_due(&campaign->leases, now)) != NULL) {
        metric_add(campaign->broadcast->metrics.lapsed, 1);
        settle_by_planner(campaign, lease, EVENT_LAPSE, KEEP_LAPSE);
    }
    lease = lease_find_surplus(&campaign->leases);
    if (lease != NULL) {
        settle_by_planner(campaign, lease, EVENT_COUNT, KEEP_CLOSE);
    }
}

/* ---- deferred recipients ---- */

static void
retried(void *arg, enum err err, const struct store_reply *reply)
{
    struct lane *lane = arg;
    struct sending *sending = lane->sending;
    if (err != ERR_NONE) {
        campaign_failed(sending->campaign, err);
    } else if (!sending->is_gone && reply->count > 2) {
        for (size_t i = 2; i < reply->count; i++) {
            lane_hint(lane, (uint32_t)keep_number(reply, i));
        }
        lane_set_pending(lane, keep_number(reply, 1));
        mark_changed(sending->campaign, sending->record->id);
    }
    sending_release(sending);
}

static void
retry_due(struct sending *sending)
{
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        uint32_t deferred =
            sending->record->counts[i][WORDS__RECIPIENT_STATE__DEFERRED];
        if (deferred > 0 && sending->lanes[i].work.is_open) {
            struct keep_on on = sending_on(sending);
            sending_hold(sending);
            keep_retry(&on, i + 1, retried, &sending->lanes[i]);
        }
    }
}

/* ---- expiry ---- */

static void
expired(void *arg, enum err err, const struct store_reply *reply)
{
    struct sending *sending = arg;
    (void)reply;
    sending->is_expiring = false;
    if (err == ERR_NONE && !sending->is_gone) {
        log_info("broadcast.expired",
                 log_str("campaign", sending->campaign->id),
                 log_str("broadcast", sending->record->id));
        mark_changed(sending->campaign, sending->record->id);
    } else if (err != ERR_NONE && err != ERR_CONFLICT) {
        campaign_failed(sending->campaign, err);
    }
    sending_release(sending);
}

/* A day's notes that all went out are done. */
static Broadcast__Stage
end_of(const struct record *record)
{
    return record_is_system(record) && record_open(record) == 0
               ? BROADCAST__STAGE__DONE
               : BROADCAST__STAGE__STAGE_EXPIRED;
}

static void
expire_if_due(struct sending *sending)
{
    const struct record *record = sending->record;
    bool is_due =
        record->expires_at_ms != 0 && clock_wall_ms() >= record->expires_at_ms;
    if (!is_due || sending->is_expiring ||
        record->stage == BROADCAST__STAGE__STAGE_EXPIRED ||
        record->stage == BROADCAST__STAGE__STAGE_STOPPED) {
        return;
    }
    struct keep_on on = sending_on(sending);
    sending->is_expiring = true;
    sending_hold(sending);
    keep_stage(
        &on,
        &(struct keep_stage){.from = STAGE_BIT(FREEZING) | STAGE_BIT(SENDING) |
                                     STAGE_BIT(PAUSED) | STAGE_BIT(STANDING),
                             .to = end_of(record),
                             .refusal = "it is not being sent"},
        expired, sending);
}

/* ---- the timer ---- */

static void
watch_slowly(struct campaign *campaign)
{
    for (size_t i = campaign->sending_count; i > 0; i--) {
        struct sending *sending = campaign->sendings[i - 1];
        retry_due(sending);
        expire_if_due(sending);
        drive_on(sending);
        if (sending->template_version != 0) {
            drive_read_facts(sending);
        }
    }
}

static void
on_watch(void *arg)
{
    static unsigned turn;
    struct broadcast *broadcast = arg;
    bool is_slow_turn = turn % WATCH_SLOW_TURNS == 0;
    bool is_whole_turn = turn % WATCH_WHOLE_TURNS == 0;
    turn++;
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        struct campaign *campaign = broadcast->plan->campaigns[i];
        if (campaign->epoch == 0 || !campaign->is_loaded) {
            continue;
        }
        end_leases(campaign);
        era_watch(campaign);
        if (is_slow_turn) {
            watch_slowly(campaign);
        }
        if (is_whole_turn) {
            mark_stale(campaign);
        }
    }
    timer_start(broadcast->drive->watch_timer, WATCH_EVERY_MS);
}

void
watch_start(struct broadcast *broadcast)
{
    broadcast->drive->watch_timer =
        timer_new(broadcast->service.loop, on_watch, broadcast);
    timer_start(broadcast->drive->watch_timer, WATCH_EVERY_MS);
}
