/* lease_flow -- a courier asks for work.
 *
 *   0. era_flow.c: does it remember more than the store? Has it to report?
 *   1. check the asked; is a grant for this very ask on its way? Join it
 *   2. the lease already given for it: keep_read_lease, the same again
 *   3. leases of this courier that never arrived: pending again
 *      (settle_by_planner)
 *   4. planner_choose: no lease now, or a work, a route and a size; then
 *      grant_flow.c */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/send/claim.h"
#include "services/broadcast/send/era.h"

#define CLAIMS_MAX 1024 /* asks for a lease on their way */
#define TRIES_MAX 3

/* ---- 4: the choice ---- */

/* Another instance has work: the courier should not wait long here. */
static bool
is_planned_elsewhere(const struct broadcast *broadcast)
{
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        const struct campaign *campaign = broadcast->plan->campaigns[i];
        if (campaign->epoch == 0 && campaign->active > 0) {
            return true;
        }
    }
    return false;
}

void
claim_choose(struct claim *claim)
{
    struct broadcast *broadcast = claim->broadcast;
    if (claim->tries++ == TRIES_MAX) {
        claim_finish_without(claim, CLAIM_BUSY_MS);
        return;
    }
    claim->choice = planner_choose(&broadcast->plan->planner, claim->channel,
                                   clock_boot_us());
    if (claim->choice.work == NULL) {
        claim_finish_without(claim, is_planned_elsewhere(broadcast)
                                        ? CLAIM_BUSY_MS
                                        : claim->choice.wait_ms);
        return;
    }
    claim->lane = claim->choice.work->owner;
    struct campaign *campaign = claim->lane->sending->campaign;
    if (campaign->leases.open >= LEASE_OPEN_MAX) {
        claim_give_up_choice(claim);
        claim_finish_without(claim, PLANNER_IDLE_WAIT_MS);
        return;
    }
    sending_hold(claim->lane->sending);
    claim_take(claim);
}

/* ---- 2: the same lease again ---- */

struct again {
    struct claim *claim;
    struct campaign *campaign;
};

static void
again_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct again *again = arg;
    struct claim *claim = again->claim;
    struct campaign *campaign = again->campaign;
    struct lease *lease = lease_find(&campaign->leases, claim->lease);
    struct sending *sending =
        lease == NULL ? NULL : sending_find(campaign, lease->broadcast);
    struct bytes bits = keep_bytes(reply, 2);
    free(again);
    if (err != ERR_NONE) {
        claim_finish(claim, err, NULL);
    } else if (sending == NULL || bits.len == 0) {
        claim_finish_without(claim, CLAIM_BUSY_MS);
    } else {
        uint32_t first = (uint32_t)keep_number(reply, 1);
        claim_finish_with(
            claim, lease, sending,
            &(struct claim_numbers){bits, lease->chunk * CHUNK_NUMBERS + first,
                                    keep_bytes(reply, 3)});
    }
}

static bool
give_again(struct claim *claim)
{
    struct broadcast *broadcast = claim->broadcast;
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        struct campaign *campaign = broadcast->plan->campaigns[i];
        const struct lease *lease =
            lease_find_ask(&campaign->leases, &claim->asker);
        if (lease == NULL) {
            continue;
        }
        struct again *again = mem_new(sizeof(*again));
        *again = (struct again){claim, campaign};
        claim->lease = lease->id;
        struct keep_on on = campaign_on(campaign, lease->broadcast);
        keep_read_lease(&on, lease->id, again_read, again);
        return true;
    }
    return false;
}

/* ---- 3: what never arrived ---- */

static void
take_back_lost(struct claim *claim)
{
    struct broadcast *broadcast = claim->broadcast;
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        struct campaign *campaign = broadcast->plan->campaigns[i];
        struct lease *lost;
        while ((lost = lease_find_lost(&campaign->leases, &claim->asker)) !=
               NULL) {
            metric_add(broadcast->metrics.lost, 1);
            settle_by_planner(campaign, lost, era_lost_event(campaign, lost),
                              KEEP_CLOSE);
        }
    }
}

/* ---- 1: the ask ---- */

static bool
join(struct asked *asked, const struct lease_asker *asker)
{
    for (struct claim *w = broadcast_of(asked)->claims; w != NULL;
         w = w->next) {
        if (w->asker.request != asker->request ||
            w->asker.boot != asker->boot ||
            strcmp(w->asker.courier, asker->courier) != 0) {
            continue;
        }
        if (w->ask_count == CLAIM_ASKS_MAX) {
            asked_refuse(asked, ERR_LIMIT, "that is being granted already");
        } else {
            w->asks[w->ask_count++] = asked;
        }
        return true;
    }
    return false;
}

static const char *
find_fault(const Broadcast__AskLease *lease)
{
    size_t len = strlen(lease->courier);
    if (len == 0 || len >= LEASE_COURIER_SIZE) {
        return "courier: 1 to 63 bytes";
    }
    if (lease->channel == WORDS__CHANNEL__CHANNEL_NONE) {
        return "channel: SMS or email";
    }
    if (lease->n_held > LEASE_HELD_MAX) {
        return "held: at most 256 leases";
    }
    if (lease->n_fences > ERA_FENCES_MAX) {
        return "fences: at most 32";
    }
    return NULL;
}

static size_t
count_claims(const struct broadcast *broadcast)
{
    size_t count = 0;
    for (struct claim *claim = broadcast->claims; claim != NULL;
         claim = claim->next) {
        count++;
    }
    return count;
}

static struct claim *
claim_new(struct asked *asked, const struct lease_asker *asker)
{
    struct claim *claim = mem_new(sizeof(*claim));
    claim->broadcast = broadcast_of(asked);
    claim->asks[claim->ask_count++] = asked;
    claim->asker = *asker;
    claim->channel = request_of(asked)->lease->channel;
    claim->place = request_of(asked)->lease->place;
    claim->next = claim->broadcast->claims;
    claim->broadcast->claims = claim;
    return claim;
}

void
claim_begin(struct asked *asked)
{
    const Broadcast__AskLease *lease = request_of(asked)->lease;
    const char *fault = find_fault(lease);
    if (fault != NULL) {
        asked_refuse(asked, ERR_BAD_REQUEST, fault);
        return;
    }
    struct lease_asker asker = {
        .courier = lease->courier,
        .boot = lease->has_boot ? lease->boot : 0,
        .request = lease->request_number,
        .done_below = lease->has_done_below ? lease->done_below : 0,
        .held = lease->held,
        .held_count = lease->n_held};
    if (era_hear_courier(asked)) {
        return; /* it has to report first */
    }
    if (join(asked, &asker)) {
        return;
    }
    if (count_claims(broadcast_of(asked)) >= CLAIMS_MAX) {
        asked_refuse(asked, ERR_LIMIT, "too many couriers ask at once");
        return;
    }
    struct claim *claim = claim_new(asked, &asker);
    take_back_lost(claim);
    if (!give_again(claim)) {
        claim_choose(claim);
    }
}
