/* grant_flow -- the planner has chosen: recipients, the grant, the answer.
 *
 *   5. lane_take: recipients; or first keep_read_chunk
 *   6. keep_grant; nothing granted (the bits were old): chooses again
 *   7. the lease goes into the table and to the courier */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/send/want.h"

/* ---- answering ---- */

static void
unlink_want(struct want *want)
{
    struct want **at = &want->broadcast->wants;
    while (*at != want) {
        at = &(*at)->next;
    }
    *at = want->next;
}

void
want_finish(struct want *want, enum err err, Broadcast__Lease *lease)
{
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    reply.is_case = BROADCAST__REPLY__IS_LEASE;
    reply.lease = lease;
    unlink_want(want);
    for (int i = 0; i < want->ask_count; i++) {
        ask_finish(want->asks[i], err, NULL, &reply);
    }
    free(want);
}

void
want_finish_without(struct want *want, uint32_t wait_ms)
{
    Broadcast__Lease none = BROADCAST__LEASE__INIT;
    none.has_wait_ms = true;
    none.wait_ms = wait_ms;
    want_finish(want, ERR_NONE, &none);
}

/* Bit i of bits is number base + i. */
static size_t
numbers_of_bits(struct bytes bits, uint32_t base,
                uint32_t numbers[LEASE_NUMBERS_MAX])
{
    const uint8_t *bytes = bits.data;
    size_t count = 0;
    for (size_t i = 0; i < bits.len * 8; i++) {
        if (((bytes[i / 8] >> (i % 8)) & 1) != 0 && count < LEASE_NUMBERS_MAX) {
            numbers[count++] = base + (uint32_t)i;
        }
    }
    return count;
}

static void
fill_times(const struct lease *lease, const struct sending *sending,
           Broadcast__Lease *to)
{
    int64_t now = clock_boot_ms();
    int64_t left = lease->lapse_at_ms - now;
    to->has_time_left_ms = true;
    to->time_left_ms = lease_time_left_ms(lease, now);
    to->has_settle_within_ms = true;
    to->settle_within_ms = left < 0 ? 0 : (uint32_t)left;
    to->has_expires_at_ms = sending->record->expires_at_ms != 0;
    to->expires_at_ms = sending->record->expires_at_ms;
}

void
want_finish_with(struct want *want, const struct lease *lease,
                 const struct sending *sending,
                 const struct want_numbers *which)
{
    static uint32_t numbers[LEASE_NUMBERS_MAX];
    const struct planner *planner = &want->broadcast->planner;
    Broadcast__Lease to = BROADCAST__LEASE__INIT;
    to.has_lease_id = true;
    to.lease_id = lease->id;
    to.campaign = sending->campaign->id;
    to.broadcast = sending->record->id;
    to.has_channel = to.has_class_ = to.has_template_version = true;
    to.channel = (Words__Channel)lease->channel;
    to.class_ = sending->record->content->class_;
    to.action = sending->record->content->action;
    to.route = (char *)(uintptr_t)(lease->route < 0
                                       ? ""
                                       : planner->routes[lease->route].name);
    to.template_version = sending->template_version;
    to.has_epoch = true;
    to.epoch = sending->campaign->epoch;
    fill_times(lease, sending, &to);
    to.numbers = numbers;
    to.n_numbers = numbers_of_bits(which->bits, which->base, numbers);
    want_finish(want, ERR_NONE, &to);
}

/* ---- 6, 7: the grant ---- */

static struct lease *
keep_in_table(const struct want *want, struct campaign *campaign)
{
    struct planner *planner = &want->broadcast->planner;
    struct lease *lease = lease_table_add(&campaign->leases, want->lease);
    (void)snprintf(lease->courier, sizeof(lease->courier), "%s",
                   want->asker.courier);
    (void)snprintf(lease->broadcast, sizeof(lease->broadcast), "%s",
                   want->lane->sending->record->id);
    lease->boot = want->asker.boot;
    lease->request = want->asker.request;
    lease->channel = (int)want->channel;
    lease->chunk = want->chunk;
    lease->route = want->choice.route;
    lease->is_probe = want->choice.is_probe;
    lease_start(lease, planner->routes[lease->route].timeout_ms,
                clock_boot_ms());
    return lease;
}

static void
granted_some(struct want *want, const struct store_reply *reply)
{
    struct sending *sending = want->lane->sending;
    struct campaign *campaign = sending->campaign;
    struct lease *lease = keep_in_table(want, campaign);
    uint32_t first = (uint32_t)keep_number(reply, 2);
    uint32_t base = want->chunk * LEDGER_CHUNK_NUMBERS + first;
    progress_touch(campaign, sending->record->id);
    want_finish_with(want, lease, sending,
                     &(struct want_numbers){keep_bytes(reply, 3), base});
}

static uint32_t
count_bits(struct bytes bits)
{
    const uint8_t *bytes = bits.data;
    uint32_t count = 0;
    for (size_t i = 0; i < bits.len; i++) {
        count += (uint32_t)__builtin_popcount(bytes[i]);
    }
    return count;
}

static void
grant_failed(struct want *want, struct campaign *campaign, enum err err)
{
    lane_distrust(want->lane, want->chunk);
    if (campaign->epoch != 0) {
        campaign_failed(campaign, err);
    }
    if (err == ERR_GONE) {
        want_finish_without(want, WANT_BUSY_MS);
    } else {
        want_finish(want, err, NULL);
    }
}

static void
grant_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct want *want = arg;
    struct lane *lane = want->lane;
    struct sending *sending = lane->sending;
    uint32_t granted = err == ERR_NONE ? count_bits(keep_bytes(reply, 3)) : 0;
    lane->granting -= (uint32_t)want->count;
    planner_granted(&want->broadcast->planner, &want->choice, granted,
                    clock_boot_us());
    metric_add(want->broadcast->metrics.granted, granted);
    if (err != ERR_NONE) {
        grant_failed(want, sending->campaign, err);
    } else if (sending->is_gone) {
        /* Redis has it; whoever plans now reads it from there. */
        campaign_refresh(sending->campaign);
        want_finish_without(want, WANT_BUSY_MS);
    } else {
        lane_set_pending(lane, keep_number(reply, 1));
        if (granted > 0) {
            granted_some(want, reply);
        } else {
            lane_distrust(lane, want->chunk);
            want_choose(want);
        }
    }
    sending_release(sending);
}

static void
pack_line(const struct want *want, struct buf *to)
{
    const struct planner *planner = &want->broadcast->planner;
    Broadcast__LeaseKept kept = BROADCAST__LEASE_KEPT__INIT;
    kept.courier = (char *)(uintptr_t)want->asker.courier;
    kept.boot = want->asker.boot;
    kept.request = want->asker.request;
    kept.broadcast = want->lane->sending->record->id;
    kept.channel = want->channel;
    kept.chunk = want->chunk;
    kept.route = (char *)(uintptr_t)planner->routes[want->choice.route].name;
    kept.has_is_probe = want->choice.is_probe;
    kept.is_probe = want->choice.is_probe;
    wire_pack(&kept, to);
}

static void
grant(struct want *want)
{
    struct broadcast *broadcast = want->broadcast;
    struct sending *sending = want->lane->sending;
    struct keep_on on = sending_on(sending);
    struct buf line;
    buf_init(&line, 0);
    want->chunk = want->lane->chunk;
    want->lease = broadcast->start_number << 32 | ++broadcast->lease_count;
    want->lane->granting += (uint32_t)want->count;
    pack_line(want, &line);
    struct keep_grant call = {.at = {(int)want->channel, want->chunk},
                              .offsets = want->offsets,
                              .count = want->count,
                              .lease = want->lease,
                              .line = bytes_of(line.data, line.len)};
    keep_grant(&on, &call, grant_done, want);
    buf_fini(&line);
}

/* ---- 5: recipients ---- */

void
want_give_up_choice(struct want *want)
{
    planner_granted(&want->broadcast->planner, &want->choice, 0,
                    clock_boot_us());
}

static void
chunk_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct lane *lane = arg;
    struct sending *sending = lane->sending;
    struct want *want = lane->waiting;
    lane->waiting = NULL;
    lane->is_reading = false;
    if (err == ERR_NONE && !sending->is_gone) {
        bool has = reply->type == STORE_STRING;
        lane_fill(lane, lane->reading,
                  (const uint8_t *)(has ? reply->string : ""),
                  has ? reply->len : 0);
    }
    while (want != NULL) {
        struct want *next = want->next_waiting;
        if (err != ERR_NONE || sending->is_gone) {
            want_give_up_choice(want);
            sending_release(sending);
            want_finish_without(want, WANT_BUSY_MS);
        } else {
            want_take(want);
        }
        want = next;
    }
    sending_release(sending);
}

static void
read_chunk(struct lane *lane)
{
    struct keep_on on = sending_on(lane->sending);
    lane->reading = lane_next_chunk(lane);
    struct keep_chunk at = {(int)lane->work.channel, lane->reading};
    lane->is_reading = true;
    sending_hold(lane->sending);
    keep_read_chunk(&on, &at, chunk_read, lane);
}

/* The counters say that some are pending, and no chunk is left where they
 * could be: another instance has put them back. Look everywhere, later. */
static void
found_none(struct want *want)
{
    struct sending *sending = want->lane->sending;
    want_give_up_choice(want);
    want->lane->work.pending = 0; /* until the counters are read again */
    lane_hint(want->lane, LANE_ALL);
    progress_touch(sending->campaign, sending->record->id);
    want_choose(want);
    sending_release(sending);
}

void
want_take(struct want *want)
{
    struct lane *lane = want->lane;
    want->count = lane_take(lane, want->offsets, want->choice.size);
    if (want->count > 0) {
        grant(want);
        return;
    }
    if (!lane->is_reading && lane_next_chunk(lane) == LANE_ALL) {
        found_none(want);
        return;
    }
    want->next_waiting = lane->waiting;
    lane->waiting = want;
    if (!lane->is_reading) {
        read_chunk(lane);
    }
}
