/* progress -- a broadcast's counts as they are now, announced.
 *
 *   progress_touch -> at once, or at the next turn of PROGRESS_EVERY_MS:
 *     keep_read -> announced whole on progress/<campaign>/<id>
 *               -> sending_update, where this instance is the planner
 *
 * What is announced is read from Redis, never added up here, so any instance
 * may announce and losing an announcement loses nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/plan.h"

#define PROGRESS_EVERY_MS 100
#define PROGRESS_KEPT_MS 30000 /* untouched ones are forgotten */
#define SAMPLES 16
#define SAMPLE_MS 250

struct sample {
    int64_t at_ms;
    uint32_t settled[RECORD_CHANNELS];
};

struct watched {
    struct watched *next;
    struct campaign *campaign;
    char id[RECORD_ID_SIZE];
    bool is_dirty, is_reading;
    int64_t read_at_ms, touched_at_ms;
    struct sample samples[SAMPLES]; /* newest first */
    int sample_count;
};

struct progress {
    struct broadcast *broadcast;
    struct timer *timer;
    struct watched *first;
};

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

static void
take_sample(struct watched *watched, const struct record *record)
{
    int64_t now = clock_boot_ms();
    if (watched->sample_count > 0 &&
        now - watched->samples[0].at_ms < SAMPLE_MS) {
        return;
    }
    memmove(&watched->samples[1], &watched->samples[0],
            sizeof(watched->samples) - sizeof(watched->samples[0]));
    watched->samples[0] =
        (struct sample){now, {settled_of(record, 0), settled_of(record, 1)}};
    if (watched->sample_count < SAMPLES) {
        watched->sample_count++;
    }
}

static struct watched *
find_watched(const struct progress *progress, const char *campaign,
             const char *id)
{
    for (struct watched *w = progress->first; w != NULL; w = w->next) {
        if (strcmp(w->id, id) == 0 && strcmp(w->campaign->id, campaign) == 0) {
            return w;
        }
    }
    return NULL;
}

static uint32_t
rate_of(const struct watched *watched, int channel)
{
    if (watched->sample_count < 2 ||
        clock_boot_ms() - watched->samples[0].at_ms > 2000) {
        return 0;
    }
    const struct sample *newest = &watched->samples[0];
    const struct sample *oldest = &watched->samples[watched->sample_count - 1];
    int64_t settled = (int64_t)newest->settled[channel - 1] -
                      (int64_t)oldest->settled[channel - 1];
    int64_t ms = newest->at_ms - oldest->at_ms;
    return settled <= 0 || ms <= 0 ? 0 : (uint32_t)(settled * 1000 * 1000 / ms);
}

uint32_t
progress_rate_milli(const struct progress *progress, const char *campaign,
                    const char *id, int channel)
{
    const struct watched *watched = find_watched(progress, campaign, id);
    return watched == NULL ? 0 : rate_of(watched, channel);
}

/* ---- reading and announcing ---- */

static void
announce(struct watched *watched, const struct record *record)
{
    struct broadcast *broadcast = watched->campaign->broadcast;
    struct record_view view;
    struct buf packed;
    char topic[BUS_TOPIC_BYTES_MAX];
    record_show(record, watched->campaign->id, &view);
    for (size_t i = 0; i < view.message.n_channels; i++) {
        Broadcast__ChannelProgress *channel = view.message.channels[i];
        channel->has_rate_milli = true;
        channel->rate_milli = rate_of(watched, (int)channel->channel);
    }
    buf_init(&packed, 0);
    wire_pack(&view.message, &packed);
    (void)snprintf(topic, sizeof(topic), "progress/%s/%s",
                   watched->campaign->id, watched->id);
    bus_announce(broadcast->service.bus, topic, packed.data, packed.len);
    metric_add(broadcast->metrics.announced, 1);
    buf_fini(&packed);
}

static void
record_came(void *arg, enum err err, const struct store_reply *reply)
{
    struct watched *watched = arg;
    struct campaign *campaign = watched->campaign;
    campaign->broadcast->open--;
    watched->is_reading = false;
    struct record *record =
        err == ERR_NONE ? record_read(watched->id, reply) : NULL;
    if (record == NULL) {
        watched->is_dirty |= err != ERR_NONE; /* at the next turn again */
        return;
    }
    take_sample(watched, record);
    announce(watched, record);
    if (campaign->epoch != 0) {
        sending_update(campaign, record);
    } else {
        record_free(&record);
    }
}

static void
read_now(struct watched *watched)
{
    struct keep_on on = campaign_on(watched->campaign, watched->id);
    watched->is_dirty = false;
    watched->is_reading = true;
    watched->read_at_ms = clock_boot_ms();
    watched->campaign->broadcast->open++;
    keep_read(&on, record_came, watched);
}

static void
on_turn(void *arg)
{
    struct progress *progress = arg;
    int64_t now = clock_boot_ms();
    struct watched **at = &progress->first;
    while (*at != NULL) {
        struct watched *watched = *at;
        if (watched->is_dirty && !watched->is_reading) {
            read_now(watched);
        }
        if (!watched->is_reading &&
            now - watched->touched_at_ms > PROGRESS_KEPT_MS) {
            *at = watched->next;
            free(watched);
        } else {
            at = &watched->next;
        }
    }
    if (progress->first != NULL) {
        timer_start(progress->timer, PROGRESS_EVERY_MS);
    }
}

void
progress_touch(struct campaign *campaign, const char *id)
{
    struct progress *progress = campaign->broadcast->progress;
    struct watched *watched = find_watched(progress, campaign->id, id);
    if (watched == NULL) {
        watched = mem_new(sizeof(*watched));
        watched->campaign = campaign;
        (void)snprintf(watched->id, sizeof(watched->id), "%s", id);
        watched->read_at_ms = -PROGRESS_EVERY_MS;
        watched->next = progress->first;
        progress->first = watched;
    }
    watched->touched_at_ms = clock_boot_ms();
    watched->is_dirty = true;
    if (!watched->is_reading &&
        clock_boot_ms() - watched->read_at_ms >= PROGRESS_EVERY_MS) {
        read_now(watched);
    }
    if (!timer_is_running(progress->timer)) {
        timer_start(progress->timer, PROGRESS_EVERY_MS);
    }
}

struct progress *
progress_new(struct broadcast *broadcast)
{
    struct progress *progress = mem_new(sizeof(*progress));
    progress->broadcast = broadcast;
    progress->timer = timer_new(broadcast->service.loop, on_turn, progress);
    return progress;
}

void
progress_free(struct progress **progress)
{
    if (*progress == NULL) {
        return;
    }
    while ((*progress)->first != NULL) {
        struct watched *watched = (*progress)->first;
        (*progress)->first = watched->next;
        free(watched);
    }
    timer_free(&(*progress)->timer);
    free(*progress);
    *progress = NULL;
}
