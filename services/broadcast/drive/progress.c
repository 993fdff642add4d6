/* progress -- a broadcast's counts as they are now, announced.
 *
 *   mark_changed -> progress_go, at once or PROGRESS_EVERY_MS after the last:
 *     keep_read -> announced whole on progress/<campaign>/<id>
 *               -> sending_update, where this instance is the planner
 *   mark_heard   -> the same without reading: a script has just told it
 *
 * What is announced is as Redis said it, never added up here, so any instance
 * may announce and losing an announcement loses nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/drive/drive.h"

#define WATCHED_KEPT_MS 30000 /* untouched ones are forgotten */

static void
announce(struct watched *watched, const struct record *record)
{
    struct broadcast *broadcast = watched->campaign->broadcast;
    struct record_view view;
    struct buf packed;
    watched_sample(watched, record);
    char topic[BUS_TOPIC_BYTES_MAX];
    record_show(record, watched->campaign->id, &view);
    for (size_t i = 0; i < view.message.n_channels; i++) {
        Broadcast__ChannelProgress *channel = view.message.channels[i];
        channel->has_rate_milli = true;
        channel->rate_milli =
            watched_rate_milli(watched, (int)channel->channel);
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
    watched->is_reading = true;
    watched->campaign->broadcast->open++;
    keep_read(&on, record_came, watched);
}

/* Milliseconds until it wants to be looked at again. */
static int64_t
look_at(struct watched *watched, int64_t now)
{
    int64_t due = watched->read_at_ms + PROGRESS_EVERY_MS - now;
    if (!watched->is_dirty || watched->is_reading) {
        return PROGRESS_EVERY_MS;
    }
    if (due > 0) {
        return due;
    }
    const struct record *fresh = watched_find_fresh(watched);
    watched->is_dirty = false;
    watched->read_at_ms = now;
    if (fresh != NULL) {
        announce(watched, fresh);
        record_free(&watched->heard);
    } else {
        read_now(watched);
    }
    return PROGRESS_EVERY_MS;
}

void
progress_go(struct broadcast *broadcast)
{
    int64_t now = clock_boot_ms(), next = PROGRESS_EVERY_MS;
    struct watched **at = &broadcast->plan->watched;
    while (*at != NULL) {
        struct watched *watched = *at;
        int64_t wait = look_at(watched, now);
        next = wait < next ? wait : next;
        if (!watched->is_reading &&
            now - watched->touched_at_ms > WATCHED_KEPT_MS) {
            *at = watched->next;
            watched_free(watched);
        } else {
            at = &watched->next;
        }
    }
    if (broadcast->plan->watched != NULL) {
        timer_start(broadcast->drive->progress_timer, next);
    }
}

static void
on_progress(void *arg)
{
    progress_go(arg);
}

void
progress_start(struct broadcast *broadcast)
{
    broadcast->drive->progress_timer =
        timer_new(broadcast->service.loop, on_progress, broadcast);
}
