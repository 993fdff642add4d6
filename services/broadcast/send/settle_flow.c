/* settle_flow -- what became of a lease's recipients.
 *
 *   a courier's:  check -> sort -> keep_settle -> what the planner learns
 *   the planner's own (a lapse, a lease that never arrived): keep_settle
 *
 * A courier's settle needs no planner: what it may change is fenced by the
 * lease's own record, whose open numbers count once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/send.h"

struct settling {
    struct asked *asked;       /* NULL: the planner's own */
    struct campaign *campaign; /* NULL: a courier's, not answered yet */
    char broadcast[RECORD_ID_SIZE];
    int channel;
    uint64_t lease, epoch;
    enum ledger_event rest;
    enum keep_fate fate;
    struct outcome_counts counts;
};

/* ---- what this instance learns, when it plans this campaign ---- */

static void
learn_of_lease(const struct settling *settling, int64_t left)
{
    struct campaign *campaign = settling->campaign;
    struct lease *lease = lease_find(&campaign->leases, settling->lease);
    if (lease == NULL) {
        return;
    }
    lease->is_busy = false;
    planner_hear(&campaign->broadcast->plan->planner, lease->route,
                 lease->is_probe, &settling->counts, clock_boot_us());
    struct sending *sending = sending_find(campaign, lease->broadcast);
    bool has_returned =
        settling->counts.unbegun > 0 || settling->rest == EVENT_RETURN;
    if (sending != NULL && has_returned) {
        lane_hint(&sending->lanes[lease->channel - 1], lease->chunk);
    }
    if (left == 0) {
        lease_table_remove(&campaign->leases, lease);
    } else if (settling->fate == KEEP_LAPSE) {
        lease_table_lapse(&campaign->leases, lease);
    }
}

static void
learn(const struct settling *settling, const struct store_reply *reply)
{
    struct campaign *campaign = settling->campaign;
    learn_of_lease(settling, reply->count > 1 ? keep_number(reply, 4) : 0);
    if (reply->count <= 1) {
        return;
    }
    mark_changed(campaign, settling->broadcast);
    struct sending *sending = sending_find(campaign, settling->broadcast);
    if (sending != NULL) {
        lane_set_pending(&sending->lanes[settling->channel - 1],
                         keep_number(reply, 2));
    }
}

/* Another instance plans this campaign: it should know too. */
static void
tell_planner(const struct settling *settling, int64_t left)
{
    const struct campaign *campaign = settling->campaign;
    Broadcast__SettledNews news = BROADCAST__SETTLED_NEWS__INIT;
    char topic[BUS_TOPIC_BYTES_MAX];
    struct buf packed;
    news.campaign = (char *)(uintptr_t)campaign->id;
    news.broadcast = (char *)(uintptr_t)settling->broadcast;
    news.channel = (Words__Channel)settling->channel;
    news.lease_id = settling->lease;
    news.left = (uint32_t)left;
    news.good = settling->counts.good;
    news.bad = settling->counts.bad;
    news.unbegun = settling->counts.unbegun;
    buf_init(&packed, 0);
    wire_pack(&news, &packed);
    (void)snprintf(topic, sizeof(topic), "settled/%s", campaign->id);
    bus_announce(campaign->broadcast->service.bus, topic, packed.data,
                 packed.len);
    buf_fini(&packed);
}

void
settle_hear(void *arg, const char *topic, const void *body, size_t len)
{
    struct broadcast *broadcast = arg;
    Broadcast__SettledNews *news =
        wire_unpack(&broadcast__settled_news__descriptor, body, len,
                    WIRE_OUTSIDE_BYTES_MAX);
    (void)topic;
    struct campaign *campaign =
        news == NULL ? NULL : campaign_find(broadcast, news->campaign);
    if (campaign != NULL && campaign->epoch != 0) {
        struct settling settling = {
            .campaign = campaign,
            .lease = news->lease_id,
            .rest = EVENT_COUNT,
            .fate = KEEP_STAY,
            .counts = {news->good, news->bad, news->unbegun}};
        learn_of_lease(&settling, news->left);
        if (sending_find(campaign, news->broadcast) != NULL) {
            mark_changed(campaign, news->broadcast);
        }
    }
    wire_free(news);
}

/* ---- a courier's ---- */

static void
learn_of_couriers(struct settling *settling, const struct store_reply *reply)
{
    struct asked *asked = settling->asked;
    const char *id = request_of(asked)->settle->campaign;
    bool is_known = reply->count > 1; /* so the campaign is there */
    settling->campaign = is_known ? campaign_meet(broadcast_of(asked), id)
                                  : campaign_find(broadcast_of(asked), id);
    if (settling->campaign == NULL) {
        return;
    }
    learn(settling, reply);
    answer_announce_end(broadcast_of(asked), id,
                        is_known ? keep_number(reply, 5) : 0);
    if (settling->campaign->epoch == 0 && is_known) {
        tell_planner(settling, keep_number(reply, 4));
    }
}

static void
settled(void *arg, enum err err, const struct store_reply *reply)
{
    struct settling *settling = arg;
    struct asked *asked = settling->asked;
    if (err != ERR_NONE) {
        bool is_refusal = err == ERR_BAD_REQUEST;
        asked_refuse(asked, err, is_refusal ? reply->string : NULL);
    } else {
        learn_of_couriers(settling, reply);
        Broadcast__Settled answer = BROADCAST__SETTLED__INIT;
        Broadcast__Reply to = BROADCAST__REPLY__INIT;
        answer.changed = (uint32_t)keep_number(reply, 0);
        metric_add(broadcast_of(asked)->metrics.settled, answer.changed);
        to.is_case = BROADCAST__REPLY__IS_SETTLE;
        to.settle = &answer;
        asked_answer(asked, &to);
    }
    free(settling);
}

static const char *
find_fault(const Broadcast__Settle *settle)
{
    if (settle->n_outcomes > LEASE_NUMBERS_MAX) {
        return "outcomes: at most 1,000";
    }
    if (settle->channel == WORDS__CHANNEL__CHANNEL_NONE) {
        return "channel: SMS or email";
    }
    for (size_t i = 0; i < settle->n_outcomes; i++) {
        if (ledger_outcome_event(settle->outcomes[i]->state) == EVENT_COUNT) {
            return "an outcome is accepted, failed, withheld, deferred, in "
                   "doubt, or pending";
        }
    }
    return NULL;
}

static int
by_number(const void *a, const void *b)
{
    const struct keep_outcome *x = a, *y = b;
    if (x->number != y->number) {
        return x->number < y->number ? -1 : 1;
    }
    return 0;
}

/* What was begun before was not handed over now: no word about the route. */
static void
count_outcome(const Broadcast__Outcome *outcome, struct outcome_counts *counts)
{
    Words__RecipientState state = outcome->state;
    if (outcome->is_begun_before) {
        return;
    }
    counts->good += state == WORDS__RECIPIENT_STATE__ACCEPTED ||
                    state == WORDS__RECIPIENT_STATE__FAILED;
    counts->bad += state == WORDS__RECIPIENT_STATE__DEFERRED ||
                   state == WORDS__RECIPIENT_STATE__IN_DOUBT;
    counts->unbegun += state == WORDS__RECIPIENT_STATE__PENDING;
}

static struct keep_outcome
read_outcome(const Broadcast__Outcome *outcome)
{
    uint32_t wish = outcome->has_retry_after_ms ? outcome->retry_after_ms : 0;
    return (struct keep_outcome){
        .number = outcome->number,
        .event = (uint8_t)ledger_outcome_event(outcome->state),
        .rule = outcome->has_rule ? (uint8_t)outcome->rule : 0,
        .wish_ms =
            wish > KEEP_RETRY_AFTER_MS_MAX ? KEEP_RETRY_AFTER_MS_MAX : wish};
}

/* Sorted; of a number named twice one stays, for it counts once. */
static size_t
read_outcomes(const Broadcast__Settle *settle, struct keep_outcome *to,
              struct outcome_counts *counts)
{
    for (size_t i = 0; i < settle->n_outcomes; i++) {
        to[i] = read_outcome(settle->outcomes[i]);
        count_outcome(settle->outcomes[i], counts);
    }
    qsort(to, settle->n_outcomes, sizeof(*to), by_number);
    size_t count = 0;
    for (size_t i = 0; i < settle->n_outcomes; i++) {
        if (count == 0 || to[count - 1].number != to[i].number) {
            to[count++] = to[i];
        }
    }
    return count;
}

static void
note_begun_before(const struct broadcast *broadcast,
                  const Broadcast__Settle *settle)
{
    int64_t count = 0;
    for (size_t i = 0; i < settle->n_outcomes; i++) {
        count += settle->outcomes[i]->is_begun_before;
    }
    if (count > 0) {
        metric_add(broadcast->metrics.begun_before, count);
        log_warn("settle.begun_before", log_int("recipients", count),
                 log_str("why", "a courier had begun them before this store "
                                "granted them: it may have gone back in time"),
                 log_str("campaign", settle->campaign),
                 log_str("broadcast", settle->broadcast));
    }
}

void
settle_begin(struct asked *asked)
{
    static struct keep_outcome outcomes[LEASE_NUMBERS_MAX];
    const Broadcast__Settle *settle = request_of(asked)->settle;
    if (!answer_check(asked, settle->campaign, settle->broadcast)) {
        return;
    }
    const char *fault = find_fault(settle);
    if (fault != NULL) {
        asked_refuse(asked, ERR_BAD_REQUEST, fault);
        return;
    }
    struct settling *settling = mem_new(sizeof(*settling));
    settling->asked = asked;
    (void)snprintf(settling->broadcast, sizeof(settling->broadcast), "%s",
                   settle->broadcast);
    settling->channel = (int)settle->channel;
    settling->lease = settle->lease_id;
    settling->rest = settle->is_final ? EVENT_DOUBT : EVENT_COUNT;
    settling->fate = settle->is_final ? KEEP_CLOSE : KEEP_STAY;
    struct keep_settle call = {.channel = settling->channel,
                               .lease = settle->lease_id,
                               .outcomes = outcomes,
                               .rest = settling->rest,
                               .fate = settling->fate};
    call.count = read_outcomes(settle, outcomes, &settling->counts);
    note_begun_before(broadcast_of(asked), settle);
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = settle->campaign,
                         .id = settling->broadcast};
    keep_settle(&on, &call, settled, settling);
}

/* ---- the planner's own ---- */

static void
ended(void *arg, enum err err, const struct store_reply *reply)
{
    struct settling *settling = arg;
    struct campaign *campaign = settling->campaign;
    campaign->broadcast->open--;
    if (campaign->epoch != settling->epoch) {
        free(settling); /* that table is gone */
        return;
    }
    if (err != ERR_NONE) {
        struct lease *lease = lease_find(&campaign->leases, settling->lease);
        if (lease != NULL) {
            lease->is_busy = false;
        }
        campaign_failed(campaign, err);
    } else {
        log_info("lease.ended", log_str("campaign", campaign->id),
                 log_str("broadcast", settling->broadcast),
                 log_str("how", settling->fate == KEEP_LAPSE ? "lapsed"
                                : settling->rest == EVENT_RETURN
                                    ? "never arrived"
                                    : "forgotten"),
                 log_int("changed", keep_number(reply, 0)));
        if (reply->count <= 1) { /* settled by another instance before */
            settling->counts = (struct outcome_counts){0};
        }
        learn(settling, reply);
    }
    free(settling);
}

void
settle_by_planner(struct campaign *campaign, struct lease *lease,
                  enum ledger_event rest, enum keep_fate fate)
{
    struct settling *settling = mem_new(sizeof(*settling));
    settling->campaign = campaign;
    memcpy(settling->broadcast, lease->broadcast, sizeof(settling->broadcast));
    settling->channel = lease->channel;
    settling->lease = lease->id;
    settling->epoch = campaign->epoch;
    settling->rest = rest;
    settling->fate = fate;
    /* A courier's death says nothing about the provider. */
    settling->counts.bad = fate == KEEP_LAPSE && lease->is_probe;
    lease->is_busy = true;
    struct keep_settle call = {.channel = lease->channel,
                               .lease = lease->id,
                               .rest = rest,
                               .fate = fate};
    struct keep_on on = campaign_on(campaign, settling->broadcast);
    campaign->broadcast->open++;
    keep_settle(&on, &call, ended, settling);
}
