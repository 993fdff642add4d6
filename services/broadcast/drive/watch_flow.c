/* watch_flow -- what happens because time has passed.
 *
 *   every WATCH_EVERY_MS: leases that have run out lapse
 *   every WATCH_SLOW_TURNS of those: deferred recipients that are due are
 *   pending again, broadcasts past their expiry end, what stands still
 *   (freezing, sweeping, following) is driven on
 *   every WATCH_WHOLE_TURNS: all is read from Redis again, so that nothing
 *   missed or misheard lasts */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/plan/plan.h"

#define WORK_NEWS_MS 20

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
        progress_touch(sending->campaign, sending->record->id);
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
        progress_touch(sending->campaign, sending->record->id);
    } else if (err != ERR_NONE && err != ERR_CONFLICT) {
        campaign_failed(sending->campaign, err);
    }
    sending_release(sending);
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
    keep_stage(&on,
               &(struct keep_stage){.from = "3459",
                                    .to = BROADCAST__STAGE__STAGE_EXPIRED,
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
        sending_drive(sending);
        sending_facts(sending);
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
    for (size_t i = 0; i < broadcast->campaign_count; i++) {
        struct campaign *campaign = broadcast->campaigns[i];
        if (campaign->epoch == 0 || !campaign->is_loaded) {
            continue;
        }
        end_leases(campaign);
        if (is_slow_turn) {
            watch_slowly(campaign);
        }
        if (is_whole_turn) {
            campaign_refresh(campaign);
        }
    }
    timer_start(broadcast->watch_timer, WATCH_EVERY_MS);
}

/* ---- news of work ---- */

static void
on_work(void *arg)
{
    struct broadcast *broadcast = arg;
    bus_announce(broadcast->service.bus, "work", "", 0);
}

void
watch_tell_work(struct broadcast *broadcast)
{
    if (!timer_is_running(broadcast->work_timer)) {
        timer_start(broadcast->work_timer, WORK_NEWS_MS);
    }
}

void
watch_start(struct broadcast *broadcast)
{
    struct loop *loop = broadcast->service.loop;
    broadcast->watch_timer = timer_new(loop, on_watch, broadcast);
    broadcast->work_timer = timer_new(loop, on_work, broadcast);
    timer_start(broadcast->watch_timer, WATCH_EVERY_MS);
}

void
watch_stop(struct broadcast *broadcast)
{
    timer_free(&broadcast->watch_timer);
    timer_free(&broadcast->work_timer);
}
