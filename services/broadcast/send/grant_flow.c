/* grant_flow -- the planner has chosen: recipients, the grant, the answer.
 *
 *   5. lane_take: recipients; or first keep_read_chunk
 *   6. keep_grant; nothing granted (the bits were old): chooses again
 *   7. the lease goes into the table and to the courier */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/claim.h"
#include "services/broadcast/send/era.h"

/* ---- answering ---- */

static void
unlink_claim(struct claim *claim)
{
    struct claim **at = &claim->broadcast->claims;
    while (*at != claim) {
        at = &(*at)->next;
    }
    *at = claim->next;
}

void
claim_finish(struct claim *claim, enum err err, Broadcast__Lease *lease)
{
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    reply.is_case = BROADCAST__REPLY__IS_LEASE;
    reply.lease = lease;
    unlink_claim(claim);
    for (int i = 0; i < claim->ask_count; i++) {
        if (err == ERR_NONE) {
            asked_answer(claim->asks[i], &reply);
        } else {
            asked_refuse(claim->asks[i], err, NULL);
        }
    }
    free(claim);
}

void
claim_finish_without(struct claim *claim, uint32_t wait_ms)
{
    Broadcast__Lease none = BROADCAST__LEASE__INIT;
    none.has_wait_ms = true;
    none.wait_ms = wait_ms;
    era_fill_fences(claim->broadcast, NULL, &none);
    claim_finish(claim, ERR_NONE, &none);
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
fill_again(Broadcast__Lease *to, struct bytes again)
{
    static Broadcast__Again wishes[LEASE_NUMBERS_MAX];
    static Broadcast__Again *list[LEASE_NUMBERS_MAX];
    struct wish_row row;
    to->again = list;
    while (to->n_again < LEASE_NUMBERS_MAX && wish_row_read(&again, &row)) {
        Broadcast__Again *wish = &wishes[to->n_again];
        broadcast__again__init(wish);
        wish->number = row.number;
        wish->wish = row.wish;
        list[to->n_again++] = wish;
    }
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
claim_finish_with(struct claim *claim, const struct lease *lease,
                  const struct sending *sending,
                  const struct claim_numbers *which)
{
    static uint32_t numbers[LEASE_NUMBERS_MAX];
    const struct planner *planner = &claim->broadcast->plan->planner;
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
    to.has_made_at_ms = true;
    to.made_at_ms = sending->record->made_at_ms;
    era_fill_fences(claim->broadcast, sending->campaign, &to);
    fill_times(lease, sending, &to);
    fill_again(&to, which->again);
    to.numbers = numbers;
    to.n_numbers = numbers_of_bits(which->bits, which->base, numbers);
    claim_finish(claim, ERR_NONE, &to);
}

/* ---- 6, 7: the grant ---- */

static struct lease *
keep_in_table(const struct claim *claim, struct campaign *campaign)
{
    struct planner *planner = &claim->broadcast->plan->planner;
    struct lease *lease = lease_table_add(&campaign->leases, claim->lease);
    (void)snprintf(lease->courier, sizeof(lease->courier), "%s",
                   claim->asker.courier);
    (void)snprintf(lease->broadcast, sizeof(lease->broadcast), "%s",
                   claim->lane->sending->record->id);
    lease->boot = claim->asker.boot;
    lease->request = claim->asker.request;
    lease->channel = (int)claim->channel;
    lease->chunk = claim->chunk;
    lease->route = claim->choice.route;
    lease->is_probe = claim->choice.is_probe;
    lease->era = campaign->era;
    lease_start(lease, planner->routes[lease->route].timeout_ms,
                clock_boot_ms());
    return lease;
}

static void
granted_some(struct claim *claim, const struct store_reply *reply)
{
    struct sending *sending = claim->lane->sending;
    struct campaign *campaign = sending->campaign;
    struct lease *lease = keep_in_table(claim, campaign);
    uint32_t first = (uint32_t)keep_number(reply, 2);
    uint32_t base = claim->chunk * CHUNK_NUMBERS + first;
    mark_changed(campaign, sending->record->id);
    claim_finish_with(claim, lease, sending,
                      &(struct claim_numbers){keep_bytes(reply, 3), base,
                                              keep_bytes(reply, 4)});
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
grant_failed(struct claim *claim, struct campaign *campaign, enum err err)
{
    lane_distrust(claim->lane, claim->chunk);
    if (campaign->epoch != 0) {
        campaign_failed(campaign, err);
    }
    if (err == ERR_GONE) {
        claim_finish_without(claim, CLAIM_BUSY_MS);
    } else {
        claim_finish(claim, err, NULL);
    }
}

static void
grant_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct claim *claim = arg;
    struct lane *lane = claim->lane;
    struct sending *sending = lane->sending;
    uint32_t granted = err == ERR_NONE ? count_bits(keep_bytes(reply, 3)) : 0;
    lane->granting -= (uint32_t)claim->count;
    planner_granted(&claim->broadcast->plan->planner, &claim->choice, granted,
                    clock_boot_us());
    metric_add(claim->broadcast->metrics.granted, granted);
    if (err != ERR_NONE) {
        grant_failed(claim, sending->campaign, err);
    } else if (sending->is_gone) {
        /* Redis has it; whoever plans now reads it from there. */
        mark_stale(sending->campaign);
        claim_finish_without(claim, CLAIM_BUSY_MS);
    } else {
        lane_set_pending(lane, keep_number(reply, 1));
        era_hear_grant(sending->campaign, (uint64_t)keep_number(reply, 5));
        if (granted > 0) {
            granted_some(claim, reply);
        } else {
            lane_distrust(lane, claim->chunk);
            claim_choose(claim);
        }
    }
    sending_release(sending);
}

static void
pack_line(const struct claim *claim, struct buf *to)
{
    const struct planner *planner = &claim->broadcast->plan->planner;
    Broadcast__LeaseKept kept = BROADCAST__LEASE_KEPT__INIT;
    kept.courier = (char *)(uintptr_t)claim->asker.courier;
    kept.boot = claim->asker.boot;
    kept.request = claim->asker.request;
    kept.broadcast = claim->lane->sending->record->id;
    kept.channel = claim->channel;
    kept.chunk = claim->chunk;
    kept.route = (char *)(uintptr_t)planner->routes[claim->choice.route].name;
    kept.has_is_probe = claim->choice.is_probe;
    kept.is_probe = claim->choice.is_probe;
    kept.has_era = true;
    kept.era = claim->lane->sending->campaign->era;
    wire_pack(&kept, to);
}

static void
grant(struct claim *claim)
{
    struct broadcast *broadcast = claim->broadcast;
    struct sending *sending = claim->lane->sending;
    struct keep_on on = sending_on(sending);
    struct buf line;
    buf_init(&line, 0);
    claim->chunk = claim->lane->chunk;
    claim->lease = broadcast->start_number << 32 | ++broadcast->lease_count;
    claim->lane->granting += (uint32_t)claim->count;
    pack_line(claim, &line);
    struct keep_grant call = {.at = {(int)claim->channel, claim->chunk},
                              .offsets = claim->offsets,
                              .count = claim->count,
                              .lease = claim->lease,
                              .line = bytes_of(line.data, line.len),
                              .fence = sending->campaign->granted,
                              .place = claim->place};
    keep_grant(&on, &call, grant_done, claim);
    buf_fini(&line);
}

/* ---- 5: recipients ---- */

void
claim_give_up_choice(struct claim *claim)
{
    planner_granted(&claim->broadcast->plan->planner, &claim->choice, 0,
                    clock_boot_us());
}

static void
chunk_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct lane *lane = arg;
    struct sending *sending = lane->sending;
    struct claim *claim = lane->waiting;
    lane->waiting = NULL;
    lane->is_reading = false;
    if (err == ERR_NONE && !sending->is_gone) {
        bool has = reply->type == STORE_STRING;
        lane_fill(lane, lane->reading,
                  (const uint8_t *)(has ? reply->string : ""),
                  has ? reply->len : 0);
    }
    while (claim != NULL) {
        struct claim *next = claim->next_waiting;
        if (err != ERR_NONE || sending->is_gone) {
            claim_give_up_choice(claim);
            sending_release(sending);
            claim_finish_without(claim, CLAIM_BUSY_MS);
        } else {
            claim_take(claim);
        }
        claim = next;
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
found_none(struct claim *claim)
{
    struct sending *sending = claim->lane->sending;
    claim_give_up_choice(claim);
    claim->lane->work.pending = 0; /* until the counters are read again */
    lane_hint(claim->lane, LANE_ALL);
    mark_changed(sending->campaign, sending->record->id);
    claim_choose(claim);
    sending_release(sending);
}

void
claim_take(struct claim *claim)
{
    struct lane *lane = claim->lane;
    claim->count = lane_take(lane, claim->offsets, claim->choice.size);
    if (claim->count > 0) {
        grant(claim);
        return;
    }
    if (!lane->is_reading && lane_next_chunk(lane) == LANE_ALL) {
        found_none(claim);
        return;
    }
    claim->next_waiting = lane->waiting;
    lane->waiting = claim;
    if (!lane->is_reading) {
        read_chunk(lane);
    }
}
