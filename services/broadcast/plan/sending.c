/* sending -- one active broadcast, as its planner holds it in memory. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "services/broadcast/plan/marks.h"

#define STAGE(name) BROADCAST__STAGE__##name

struct sending *
sending_find(const struct campaign *campaign, const char *id)
{
    for (size_t i = 0; i < campaign->sending_count; i++) {
        if (strcmp(campaign->sendings[i]->record->id, id) == 0) {
            return campaign->sendings[i];
        }
    }
    return NULL;
}

struct keep_on
sending_on(const struct sending *sending)
{
    return campaign_on(sending->campaign, sending->record->id);
}

void
sending_hold(struct sending *sending)
{
    sending->in_flight++;
    sending->campaign->broadcast->open++;
}

void
sending_release(struct sending *sending)
{
    sending->in_flight--;
    sending->campaign->broadcast->open--;
    if (!sending->is_gone || sending->in_flight > 0) {
        return;
    }
    feed_follower_free(&sending->follower);
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        lane_fini(&sending->lanes[i]);
    }
    record_free(&sending->record);
    free(sending);
}

void
sending_remove(struct sending *sending)
{
    struct campaign *campaign = sending->campaign;
    for (size_t i = 0; i < campaign->sending_count; i++) {
        if (campaign->sendings[i] == sending) {
            campaign->sendings[i] =
                campaign->sendings[--campaign->sending_count];
            break;
        }
    }
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        sending->lanes[i].work.is_open = false;
        planner_remove_work(&campaign->broadcast->plan->planner,
                            &sending->lanes[i].work);
    }
    sending_hold(sending);
    sending->is_gone = true;
    sending_release(sending);
}

static struct sending *
add_sending(struct campaign *campaign, struct record *record)
{
    struct sending *sending = mem_new(sizeof(*sending));
    sending->campaign = campaign;
    sending->record = record;
    campaign->sendings[campaign->sending_count++] = sending;
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        lane_init(&sending->lanes[i], sending, i + 1);
        planner_add_work(&campaign->broadcast->plan->planner,
                         &sending->lanes[i].work);
    }
    return sending;
}

/* Nothing more will be sent of it, nor swept. */
static bool
is_over(const struct record *record)
{
    switch ((int)record->stage) {
    case STAGE(FREEZING):
    case STAGE(SENDING):
    case STAGE(PAUSED):
    case STAGE(STANDING):
        return false;
    case STAGE(DONE):
    case STAGE(STAGE_STOPPED):
    case STAGE(STAGE_EXPIRED):
        return record_open(record) == 0;
    default:
        return true;
    }
}

static bool
is_idle(const struct record *record)
{
    return record_is_system(record) && record_open(record) == 0;
}

bool
sending_needs_version(const struct sending *sending)
{
    return sending->template_version == 0 && !is_idle(sending->record);
}

static void
update_lanes(struct sending *sending)
{
    const struct record *record = sending->record;
    if (is_idle(record)) {
        sending->template_version = 0;
    }
    bool is_open =
        (record->stage == STAGE(SENDING) || record->stage == STAGE(STANDING)) &&
        sending->template_version != 0 && !campaign_is_held(sending->campaign);
    for (int i = 0; i < RECORD_CHANNELS; i++) {
        struct lane *lane = &sending->lanes[i];
        lane_set_chunks(lane, record->chunks[i]);
        lane->work.is_open = is_open;
        lane_set_pending(lane,
                         record->counts[i][WORDS__RECIPIENT_STATE__PENDING]);
    }
}

void
sending_look_all(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->sending_count; i++) {
        update_lanes(campaign->sendings[i]);
    }
}

void
sending_update(struct campaign *campaign, struct record *record)
{
    struct sending *sending = sending_find(campaign, record->id);
    if (is_over(record)) {
        if (sending != NULL) {
            sending_remove(sending);
        }
        record_free(&record);
        return;
    }
    if (sending == NULL) {
        size_t most =
            SENDINGS_MAX + (record_is_system(record) ? SENDINGS_SYSTEM_MAX : 0);
        if (campaign->sending_count >= most) {
            record_free(&record);
            return;
        }
        sending = add_sending(campaign, record);
    } else {
        record_free(&sending->record);
        sending->record = record;
    }
    update_lanes(sending);
    mark_sending(sending);
}

void
sending_set_version(struct sending *sending, uint32_t version)
{
    bool is_first = sending->template_version == 0;
    sending->template_version = version;
    if (is_first) {
        update_lanes(sending);
    }
}
