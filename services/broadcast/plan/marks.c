/* marks -- what the rooms below tell the driver: a flag and a 0-timer. */
#include "services/broadcast/plan/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

#define WORK_NEWS_MS 20
#define SAMPLE_MS 250
#define RATE_FRESH_MS 2000

void
marks_wake(struct plan *plan)
{
    if (!timer_is_running(plan->mark_timer)) {
        timer_start(plan->mark_timer, 0);
    }
}

void
mark_stale(struct campaign *campaign)
{
    campaign->must_refresh = true;
    marks_wake(campaign->broadcast->plan);
}

void
mark_join(struct campaign *campaign)
{
    campaign->must_join = true;
    marks_wake(campaign->broadcast->plan);
}

void
mark_sending(struct sending *sending)
{
    sending->must_drive = true;
    marks_wake(sending->campaign->broadcast->plan);
}

void
mark_new_words(struct sending *sending)
{
    sending->must_read_words = true;
    marks_wake(sending->campaign->broadcast->plan);
}

void
mark_work(struct broadcast *broadcast)
{
    struct timer *timer = broadcast->plan->work_timer;
    if (!timer_is_running(timer)) {
        timer_start(timer, WORK_NEWS_MS);
    }
}

/* ---- what is watched ---- */

static struct watched *
find_watched(const struct plan *plan, const char *campaign, const char *id)
{
    for (struct watched *w = plan->watched; w != NULL; w = w->next) {
        if (strcmp(w->id, id) == 0 && strcmp(w->campaign->id, campaign) == 0) {
            return w;
        }
    }
    return NULL;
}

static struct watched *
add_watched(struct campaign *campaign, const char *id)
{
    struct plan *plan = campaign->broadcast->plan;
    struct watched *watched = mem_new(sizeof(*watched));
    watched->campaign = campaign;
    (void)snprintf(watched->id, sizeof(watched->id), "%s", id);
    watched->read_at_ms = -PROGRESS_EVERY_MS;
    watched->next = plan->watched;
    plan->watched = watched;
    return watched;
}

static struct watched *
touch(struct campaign *campaign, const char *id)
{
    struct plan *plan = campaign->broadcast->plan;
    struct watched *watched = find_watched(plan, campaign->id, id);
    if (watched == NULL) {
        watched = add_watched(campaign, id);
    }
    watched->touched_at_ms = clock_boot_ms();
    watched->is_dirty = true;
    watched->is_fresh = false;
    record_free(&watched->heard);
    marks_wake(plan);
    return watched;
}

void
mark_changed(struct campaign *campaign, const char *id)
{
    (void)touch(campaign, id);
}

void
mark_heard(struct broadcast *broadcast, const char *id, struct record *record)
{
    struct campaign *campaign = campaign_meet(broadcast, id);
    if (campaign == NULL) {
        record_free(&record);
        return;
    }
    struct watched *watched = touch(campaign, record->id);
    watched->is_fresh = true;
    if (campaign->epoch == 0) {
        watched->heard = record;
    } else {
        sending_update(campaign, record);
    }
}

const struct record *
watched_find_fresh(const struct watched *watched)
{
    if (!watched->is_fresh || watched->heard != NULL) {
        return watched->heard;
    }
    const struct sending *sending =
        sending_find(watched->campaign, watched->id);
    return sending == NULL ? NULL : sending->record;
}

void
watched_free(struct watched *watched)
{
    record_free(&watched->heard);
    free(watched);
}

/* ---- the rate ---- */

static uint32_t
settled_of(const struct record *record, int i)
{
    uint32_t settled = 0;
    for (int state = WORDS__RECIPIENT_STATE__ACCEPTED; state < LEDGER_STATES;
         state++) {
        settled += record->counts[i][state];
    }
    return settled;
}

void
watched_sample(struct watched *watched, const struct record *record)
{
    int64_t now = clock_boot_ms();
    struct watched_sample *samples = watched->samples;
    if (watched->sample_count > 0 && now - samples[0].at_ms < SAMPLE_MS) {
        return;
    }
    memmove(&samples[1], &samples[0],
            sizeof(watched->samples) - sizeof(samples[0]));
    samples[0] = (struct watched_sample){
        now, {settled_of(record, 0), settled_of(record, 1)}};
    if (watched->sample_count < WATCHED_SAMPLES) {
        watched->sample_count++;
    }
}

uint32_t
watched_rate_milli(const struct watched *watched, int channel)
{
    if (watched->sample_count < 2 ||
        clock_boot_ms() - watched->samples[0].at_ms > RATE_FRESH_MS) {
        return 0;
    }
    const struct watched_sample *newest = &watched->samples[0];
    const struct watched_sample *oldest =
        &watched->samples[watched->sample_count - 1];
    int64_t settled = (int64_t)newest->settled[channel - 1] -
                      (int64_t)oldest->settled[channel - 1];
    int64_t ms = newest->at_ms - oldest->at_ms;
    return settled <= 0 || ms <= 0 ? 0 : (uint32_t)(settled * 1000 * 1000 / ms);
}

uint32_t
watched_find_rate_milli(const struct plan *plan, const char *campaign,
                        const char *id, int channel)
{
    const struct watched *watched = find_watched(plan, campaign, id);
    return watched == NULL ? 0 : watched_rate_milli(watched, channel);
}
