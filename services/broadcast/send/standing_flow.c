/* standing_flow -- a standing broadcast follows the sign-up feed.
 *
 *   standing_go: a follower from the kept cursor
 *     -> signup's feed, a page -> of each entry: who has a confirmed place
 *     at the action -> keep_standing: ledger and cursor in one script
 *
 * The ledger has each supporter once, so a place confirmed twice, or an entry
 * seen twice, is one message. Entries without anybody move no cursor in
 * Redis: they are read again after a restart. Paused ones go on following.
 *
 * One of 0.2 that brings the ticket follows as far as 0.2 wrote: from the first
 * Entered on, the confirmation (system_flow.c) brings it. It then grows no
 * more, sends what is still open in it, and is done. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/client/signup.h"
#include "services/broadcast/draft/content_check.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/system.h"

#define POLL_MS 1000

/* ---- a page ---- */

static void
page_came(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct sending *sending = arg;
    (void)detail;
    if (err == ERR_NONE) {
        feed_page(sending->follower, reply->since);
    } else {
        feed_page_failed(sending->follower);
    }
    sending_release(sending);
}

static void
ask_page(void *arg, struct feed_follower *follower, const char *campaign,
         uint64_t after)
{
    struct sending *sending = arg;
    Feed__Since since = FEED__SINCE__INIT;
    (void)follower;
    since.campaign = (char *)(uintptr_t)campaign;
    since.after = after;
    sending_hold(sending);
    signup_ask_since(sending->campaign->broadcast->signup, &since, page_came,
                     sending);
}

/* ---- an entry ---- */

struct applying {
    struct sending *sending;
    uint32_t *numbers; /* owned */
    size_t count;
    bool retires;
};

static void
finish(struct applying *applying, enum err err)
{
    feed_applied(applying->sending->follower, err);
    sending_release(applying->sending);
    free(applying->numbers);
    free(applying);
}

static void
added(void *arg, enum err err, const struct store_reply *reply)
{
    struct applying *applying = arg;
    struct sending *sending = applying->sending;
    if (err != ERR_NONE) {
        campaign_failed(sending->campaign, err);
    } else if (applying->retires && !sending->is_gone) {
        log_info("standing.retired", log_str("campaign", sending->campaign->id),
                 log_str("broadcast", sending->record->id));
        sending->record->is_retired = true; /* until it is read again */
        mark_changed(sending->campaign, sending->record->id);
        mark_stale(sending->campaign);
    } else if (keep_number(reply, 1) > 0 && !sending->is_gone) {
        for (size_t i = 0; i < applying->count; i++) {
            uint32_t chunk = applying->numbers[i] / CHUNK_NUMBERS;
            lane_hint(&sending->lanes[0], chunk);
            lane_hint(&sending->lanes[1], chunk);
        }
        mark_changed(sending->campaign, sending->record->id);
    }
    finish(applying, err);
}

static void
nobody_added(void *arg)
{
    finish(arg, ERR_NONE);
}

/* UINT32_MAX: this event gives nobody a place at the action. */
static uint32_t
read_event(struct applying *applying, const ProtobufCBinaryData *packed)
{
    const char *action = applying->sending->record->content->action;
    uint32_t number = UINT32_MAX;
    Signup__Event *event = wire_unpack(&signup__event__descriptor, packed->data,
                                       packed->len, WIRE_OUTSIDE_BYTES_MAX);
    if (event == NULL) {
        log_error("standing.bad_event", log_int("bytes", (int64_t)packed->len));
        return number;
    }
    if (event->is_case == SIGNUP__EVENT__IS_PLACE_CHANGED) {
        const Signup__PlaceChanged *place = event->place_changed;
        if (place->has_state && place->has_number && place->action != NULL &&
            place->state == WORDS__PLACE_STATE__PLACE_CONFIRMED &&
            strcmp(place->action, action) == 0) {
            number = place->number;
        }
    }
    applying->retires |= event->is_case == SIGNUP__EVENT__IS_ENTERED;
    wire_free(event);
    return number;
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void
read_entry(struct applying *applying, const Feed__Entry *entry)
{
    uint32_t *numbers = mem_new_array(entry->n_events + 1, sizeof(*numbers));
    size_t count = 0;
    for (size_t i = 0; i < entry->n_events; i++) {
        numbers[count] = read_event(applying, &entry->events[i]);
        count += numbers[count] != UINT32_MAX;
    }
    qsort(numbers, count, sizeof(*numbers), by_number);
    applying->numbers = numbers;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || numbers[i] != numbers[applying->count - 1]) {
            numbers[applying->count++] = numbers[i];
        }
    }
}

static void
apply_entry(void *arg, struct feed_follower *follower, const Feed__Entry *entry)
{
    struct sending *sending = arg;
    struct applying *applying = mem_new(sizeof(*applying));
    (void)follower;
    applying->sending = sending;
    sending_hold(sending);
    read_entry(applying, entry);
    applying->retires &= content_is_confirmation(sending->record->content);
    bool is_idle = applying->count == 0 && !applying->retires;
    if (is_idle || sending->is_gone || sending->record->is_retired) {
        loop_defer(sending->campaign->broadcast->service.loop, nobody_added,
                   applying);
        return;
    }
    struct keep_on on = sending_on(sending);
    keep_standing(
        &on,
        &(struct keep_numbers){.channels = record_channels(sending->record),
                               .numbers = applying->numbers,
                               .count = applying->count,
                               .seq = entry->seq,
                               .retires = applying->retires},
        added, applying);
}

/* ---- following ---- */

void
standing_go(struct sending *sending)
{
    const Broadcast__Content *content = sending->record->content;
    bool is_confirmation = content->class_ == WORDS__CLASS__CLASS_CONFIRMATION;
    if (sending->follower != NULL ||
        (!is_confirmation && content->action == NULL)) {
        return; /* a day's notes grow by the confirmation's follower */
    }
    struct feed_options options = {.campaign = sending->campaign->id,
                                   .cursor = sending->record->cursor,
                                   .poll_ms = POLL_MS,
                                   .ask = ask_page,
                                   .apply = is_confirmation ? system_apply_entry
                                                            : apply_entry,
                                   .arg = sending};
    sending->follower =
        feed_follower_new(sending->campaign->broadcast->service.loop, &options);
}

void
standing_hear(struct broadcast *broadcast, const char *id, uint64_t end)
{
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        struct campaign *campaign = broadcast->plan->campaigns[i];
        if (strcmp(campaign->id, id) != 0) {
            continue;
        }
        for (size_t j = 0; j < campaign->sending_count; j++) {
            struct feed_follower *follower = campaign->sendings[j]->follower;
            if (follower != NULL) {
                feed_follower_hear(follower, end);
            }
        }
    }
}
