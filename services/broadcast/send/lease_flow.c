/* lease_flow -- a courier asks for work.
 *
 *   1. check the ask; is a grant for this very ask on its way? Join it
 *   2. the lease already given for it: keep_read_lease, the same again
 *   3. leases of this courier that never arrived: pending again
 *      (settle_by_planner)
 *   4. planner_choose: no lease now, or a work, a route and a size; then
 *      grant_flow.c */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/send/want.h"

#define WANTS_MAX 1024 /* asks for a lease on their way */
#define TRIES_MAX 3

/* ---- 4: the choice ---- */

/* Another instance has work: the courier should not wait long here. */
static bool
is_planned_elsewhere(const struct broadcast *broadcast)
{
    for (size_t i = 0; i < broadcast->campaign_count; i++) {
        const struct campaign *campaign = broadcast->campaigns[i];
        if (campaign->epoch == 0 && campaign->active > 0) {
            return true;
        }
    }
    return false;
}

void
want_choose(struct want *want)
{
    struct broadcast *broadcast = want->broadcast;
    if (want->tries++ == TRIES_MAX) {
        want_finish_without(want, WANT_BUSY_MS);
        return;
    }
    want->choice =
        planner_choose(&broadcast->planner, want->channel, clock_boot_us());
    if (want->choice.work == NULL) {
        want_finish_without(want, is_planned_elsewhere(broadcast)
                                      ? WANT_BUSY_MS
                                      : want->choice.wait_ms);
        return;
    }
    want->lane = want->choice.work->owner;
    struct campaign *campaign = want->lane->sending->campaign;
    if (campaign->leases.open >= LEASE_OPEN_MAX) {
        want_give_up_choice(want);
        want_finish_without(want, PLANNER_IDLE_WAIT_MS);
        return;
    }
    sending_hold(want->lane->sending);
    want_take(want);
}

/* ---- 2: the same lease again ---- */

struct again {
    struct want *want;
    struct campaign *campaign;
};

static void
again_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct again *again = arg;
    struct want *want = again->want;
    struct campaign *campaign = again->campaign;
    struct lease *lease = lease_find(&campaign->leases, want->lease);
    struct sending *sending =
        lease == NULL ? NULL : sending_find(campaign, lease->broadcast);
    struct bytes bits = keep_bytes(reply, 2);
    free(again);
    if (err != ERR_NONE) {
        want_finish(want, err, NULL);
    } else if (sending == NULL || bits.len == 0) {
        want_finish_without(want, WANT_BUSY_MS);
    } else {
        uint32_t first = (uint32_t)keep_number(reply, 1);
        want_finish_with(
            want, lease, sending,
            &(struct want_numbers){bits, lease->chunk * LEDGER_CHUNK_NUMBERS +
                                             first});
    }
}

static bool
give_again(struct want *want)
{
    struct broadcast *broadcast = want->broadcast;
    for (size_t i = 0; i < broadcast->campaign_count; i++) {
        struct campaign *campaign = broadcast->campaigns[i];
        const struct lease *lease =
            lease_find_ask(&campaign->leases, &want->asker);
        if (lease == NULL) {
            continue;
        }
        struct again *again = mem_new(sizeof(*again));
        *again = (struct again){want, campaign};
        want->lease = lease->id;
        struct keep_on on = campaign_on(campaign, lease->broadcast);
        keep_read_lease(&on, lease->id, again_read, again);
        return true;
    }
    return false;
}

/* ---- 3: what never arrived ---- */

static void
take_back_lost(struct want *want)
{
    struct broadcast *broadcast = want->broadcast;
    for (size_t i = 0; i < broadcast->campaign_count; i++) {
        struct campaign *campaign = broadcast->campaigns[i];
        struct lease *lost;
        while ((lost = lease_find_lost(&campaign->leases, &want->asker)) !=
               NULL) {
            metric_add(broadcast->metrics.lost, 1);
            settle_by_planner(campaign, lost, EVENT_RETURN, KEEP_CLOSE);
        }
    }
}

/* ---- 1: the ask ---- */

static bool
join(struct ask *ask, const struct lease_asker *asker)
{
    for (struct want *w = ask->broadcast->wants; w != NULL; w = w->next) {
        if (w->asker.request != asker->request ||
            w->asker.boot != asker->boot ||
            strcmp(w->asker.courier, asker->courier) != 0) {
            continue;
        }
        if (w->ask_count == WANT_ASKS_MAX) {
            ask_finish(ask, ERR_LIMIT, "that is being granted already", NULL);
        } else {
            w->asks[w->ask_count++] = ask;
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
    return NULL;
}

static size_t
count_wants(const struct broadcast *broadcast)
{
    size_t count = 0;
    for (struct want *want = broadcast->wants; want != NULL;
         want = want->next) {
        count++;
    }
    return count;
}

static struct want *
want_new(struct ask *ask, const struct lease_asker *asker)
{
    struct want *want = mem_new(sizeof(*want));
    want->broadcast = ask->broadcast;
    want->asks[want->ask_count++] = ask;
    want->asker = *asker;
    want->channel = ask->message->lease->channel;
    want->next = want->broadcast->wants;
    want->broadcast->wants = want;
    return want;
}

void
lease_begin(struct ask *ask)
{
    const Broadcast__AskLease *lease = ask->message->lease;
    const char *fault = find_fault(lease);
    if (fault != NULL) {
        ask_finish(ask, ERR_BAD_REQUEST, fault, NULL);
        return;
    }
    struct lease_asker asker = {
        .courier = lease->courier,
        .boot = lease->has_boot ? lease->boot : 0,
        .request = lease->request_number,
        .done_below = lease->has_done_below ? lease->done_below : 0,
        .held = lease->held,
        .held_count = lease->n_held};
    if (join(ask, &asker)) {
        return;
    }
    if (count_wants(ask->broadcast) >= WANTS_MAX) {
        ask_finish(ask, ERR_LIMIT, "too many couriers ask at once", NULL);
        return;
    }
    struct want *want = want_new(ask, &asker);
    take_back_lost(want);
    if (!give_again(want)) {
        want_choose(want);
    }
}
