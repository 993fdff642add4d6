/* era_flow -- the store has gone back in time: couriers report first.
 *
 *   1. era_hear_*: somebody remembers a grant that the store does not know
 *      (the planner itself, or a courier's fence in its ask for a lease)
 *   2. keep_era: compared and raised in one script; all lanes close
 *   3. era_hear_courier: when no lease from before can be begun any more, each
 *      place is told to report (ReportOrder) instead of being given a lease
 *   4. era_take_report: Report, at any instance: who is pending all the same is
 *      in doubt; the last place ends the hold, in keep/reported.lua
 *   5. era_give_up.c: a place that is silent for too long */
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/era.h"
#include "services/broadcast/send/era_give_up.h"

#define GRANTED_AHEAD_US_MAX (24LL * 3600 * 1000000) /* of this clock */
#define REPORT_OF_MAX ((SENDINGS_MAX + SENDINGS_SYSTEM_MAX) * RECORD_CHANNELS)
#define ORDERED_WAIT_MS 200

/* ---- the hold ---- */

/* What is held may have changed. */
static void
look_at_hold(struct campaign *campaign)
{
    bool is_held = campaign_is_held(campaign);
    if (is_held == (campaign->held_since_ms != 0)) {
        return;
    }
    campaign->held_since_ms = is_held ? clock_boot_ms() : 0;
    sending_look_all(campaign);
    if (!is_held) {
        mark_work(campaign->broadcast);
    }
}

static void
take(struct campaign *campaign, const struct era_kept *kept)
{
    if (kept->era > campaign->era) {
        campaign->era = kept->era;
        campaign->granted = kept->granted;
    } else if (kept->granted > campaign->granted) {
        campaign->granted = kept->granted;
    }
    campaign->era_done = kept->done;
}

void
era_hear_done(struct campaign *campaign, const struct store_reply *reply)
{
    uint64_t done = (uint64_t)keep_number(reply, 1);
    if (done > campaign->era_done && done <= campaign->era) {
        campaign->era_done = done;
        look_at_hold(campaign);
    }
}

/* ---- 2: the raise ---- */

static void
raised(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    campaign->broadcast->open--;
    campaign->is_raising = false;
    if (err != ERR_NONE) {
        campaign_failed(campaign, err);
    } else {
        take(campaign, &(struct era_kept){(uint64_t)keep_number(reply, 0),
                                          (uint64_t)keep_number(reply, 1),
                                          (uint64_t)keep_number(reply, 2)});
    }
    if (err == ERR_NONE && keep_number(reply, 3) == 1) {
        metric_add(campaign->broadcast->metrics.eras, 1);
        log_warn("era.began", log_str("campaign", campaign->id),
                 log_int("era", (int64_t)campaign->era),
                 log_str("why", "its store has gone back in time: nothing is "
                                "granted until couriers have reported whom "
                                "they have begun"));
        mark_stale(campaign);
    }
    look_at_hold(campaign);
}

static void
ask_store(struct campaign *campaign, const struct keep_fence *fence)
{
    struct keep_on on = campaign_on(campaign, NULL);
    if (campaign->is_raising || campaign->epoch == 0) {
        return;
    }
    campaign->is_raising = true;
    campaign->broadcast->open++;
    look_at_hold(campaign);
    keep_era(&on, fence, raised, campaign);
}

/* ---- 1: who remembers ---- */

static void
remember_own(struct campaign *campaign)
{
    ask_store(campaign, &(struct keep_fence){.era = campaign->era,
                                             .granted = campaign->granted});
}

void
era_hear_store(struct campaign *campaign, const struct era_kept *kept)
{
    bool has_gone_back =
        kept->era < campaign->era ||
        (kept->era == campaign->era && kept->granted < campaign->granted);
    if (has_gone_back && campaign->epoch != 0) {
        remember_own(campaign);
    } else if (!has_gone_back) {
        take(campaign, kept);
        look_at_hold(campaign);
    }
}

void
era_hear_grant(struct campaign *campaign, uint64_t granted)
{
    if (granted < campaign->granted) {
        remember_own(campaign);
    } else {
        campaign->granted = granted;
    }
}

static bool
is_believable(uint64_t granted)
{
    return granted <= (uint64_t)(clock_wall_ms() * 1000 + GRANTED_AHEAD_US_MAX);
}

static void
hear_fence(struct campaign *campaign, const Broadcast__Fence *fence,
           uint64_t place)
{
    bool is_newer =
        fence->era > campaign->era ||
        (fence->era == campaign->era && fence->granted > campaign->granted);
    if (is_newer && is_believable(fence->granted)) {
        ask_store(campaign, &(struct keep_fence){.era = fence->era,
                                                 .granted = fence->granted,
                                                 .place = place});
        if (fence->era == campaign->era) {
            campaign->granted = fence->granted; /* grants are refused now */
        }
    }
}

/* ---- 3: the order ---- */

static const Broadcast__Fence *
find_fence(const Broadcast__AskLease *ask, const char *campaign)
{
    for (size_t i = 0; i < ask->n_fences; i++) {
        if (strcmp(ask->fences[i]->campaign, campaign) == 0) {
            return ask->fences[i];
        }
    }
    return NULL;
}

/* Who is in it is not in the ledger yet: waited for, if not for ever. */
static bool
is_freezing(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->sending_count; i++) {
        if (campaign->sendings[i]->record->stage ==
            BROADCAST__STAGE__FREEZING) {
            return true;
        }
    }
    return false;
}

bool
era_may_report(const struct campaign *campaign)
{
    if (campaign->epoch == 0 || !campaign->is_loaded ||
        campaign->must_refresh || campaign->is_loading ||
        campaign->is_raising) {
        return false;
    }
    if (campaign->held_since_ms == 0) {
        return true;
    }
    int64_t held_ms = clock_boot_ms() - campaign->held_since_ms;
    return held_ms >= (is_freezing(campaign)
                           ? campaign->broadcast->report_wait_ms
                           : ERA_HOLD_MS_MIN);
}

static bool
has_to_report(const struct campaign *campaign, const Broadcast__AskLease *ask)
{
    const Broadcast__Fence *fence = find_fence(ask, campaign->id);
    return fence == NULL ? campaign->era != campaign->era_done
                         : fence->era < campaign->era;
}

static void
add_of(Broadcast__ReportOrder *order, const struct record *record)
{
    static Broadcast__ReportOf ofs[REPORT_OF_MAX], *list[REPORT_OF_MAX];
    order->of = list;
    for (int i = 0; i < RECORD_CHANNELS && !record_is_system(record); i++) {
        if (record_has(record, i + 1) && order->n_of < REPORT_OF_MAX) {
            Broadcast__ReportOf *of = &ofs[order->n_of];
            broadcast__report_of__init(of);
            of->broadcast = (char *)(uintptr_t)record->id;
            of->channel = (Words__Channel)(i + 1);
            of->made_at_ms = record->made_at_ms;
            list[order->n_of++] = of;
        }
    }
}

static void
noted(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    (void)err;
    (void)reply;
    broadcast->open--;
}

/* It is waited for from now on, if anybody is. */
static void
note_place(struct campaign *campaign, uint64_t place)
{
    struct keep_on on = campaign_on(campaign, NULL);
    if (campaign->era != campaign->era_done) {
        campaign->broadcast->open++;
        keep_era(&on, &(struct keep_fence){.place = place}, noted,
                 campaign->broadcast);
    }
}

static void
give_order(struct asked *asked, struct campaign *campaign)
{
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    Broadcast__Lease none = BROADCAST__LEASE__INIT;
    Broadcast__ReportOrder order = BROADCAST__REPORT_ORDER__INIT;
    order.campaign = campaign->id;
    order.era = campaign->era;
    for (size_t i = 0; i < campaign->sending_count; i++) {
        add_of(&order, campaign->sendings[i]->record);
    }
    none.report = &order;
    none.has_wait_ms = true;
    none.wait_ms = ORDERED_WAIT_MS;
    reply.is_case = BROADCAST__REPLY__IS_LEASE;
    reply.lease = &none;
    asked_answer(asked, &reply);
}

bool
era_hear_courier(struct asked *asked)
{
    struct broadcast *broadcast = broadcast_of(asked);
    const struct plan *plan = broadcast->plan;
    const Broadcast__AskLease *ask = request_of(asked)->lease;
    for (size_t i = 0; i < ask->n_fences; i++) {
        struct campaign *campaign =
            campaign_find(broadcast, ask->fences[i]->campaign);
        if (campaign != NULL && campaign->epoch != 0) {
            hear_fence(campaign, ask->fences[i], ask->place);
        }
    }
    for (size_t i = 0; i < plan->campaign_count && ask->place != 0; i++) {
        struct campaign *campaign = plan->campaigns[i];
        if (campaign->epoch == 0 || campaign->era == 0 ||
            !has_to_report(campaign, ask)) {
            continue;
        }
        note_place(campaign, ask->place);
        if (era_may_report(campaign)) {
            give_order(asked, campaign);
            return true;
        }
    }
    return false;
}

enum ledger_event
era_lost_event(const struct campaign *campaign, const struct lease *lost)
{
    bool is_before_reports =
        campaign->held_since_ms != 0 &&
        clock_boot_ms() - campaign->held_since_ms < ERA_HOLD_MS_MIN;
    return lost->era < campaign->era && !is_before_reports ? EVENT_DOUBT
                                                           : EVENT_RETURN;
}

void
era_fill_fences(const struct broadcast *broadcast,
                const struct campaign *campaign, Broadcast__Lease *to)
{
    static Broadcast__Fence fences[ERA_FENCES_MAX], *list[ERA_FENCES_MAX];
    const struct plan *plan = broadcast->plan;
    to->fences = list;
    for (size_t i = 0;
         i < plan->campaign_count && to->n_fences < ERA_FENCES_MAX; i++) {
        struct campaign *of = plan->campaigns[i];
        bool is_meant = campaign == NULL ? of->active > 0 : of == campaign;
        if (is_meant && of->epoch != 0 && of->granted > 0 &&
            !campaign_is_held(of)) {
            Broadcast__Fence *fence = &fences[to->n_fences];
            broadcast__fence__init(fence);
            fence->campaign = of->id;
            fence->era = of->era;
            fence->granted = of->granted;
            list[to->n_fences++] = fence;
        }
    }
}

/* ---- 4: a report ---- */

static void
finish_report(struct asked *asked, enum err err, uint32_t changed)
{
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    Broadcast__Reported reported = BROADCAST__REPORTED__INIT;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    reported.changed = changed;
    reply.is_case = BROADCAST__REPLY__IS_REPORT;
    reply.report = &reported;
    asked_answer(asked, &reply);
}

static void
report_ended(void *arg, enum err err, const struct store_reply *reply)
{
    (void)reply;
    finish_report(arg, err, 0);
}

static void
begun_kept(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    struct broadcast *broadcast = broadcast_of(asked);
    const Broadcast__Report *report = request_of(asked)->report;
    struct campaign *campaign = campaign_find(broadcast, report->campaign);
    uint32_t changed = err == ERR_NONE ? (uint32_t)keep_number(reply, 0) : 0;
    if (changed > 0) {
        metric_add(broadcast->metrics.reported, changed);
        log_warn("era.begun_before", log_int("recipients", changed),
                 log_str("campaign", report->campaign),
                 log_str("broadcast", report->broadcast));
    }
    if (changed > 0 && campaign != NULL) {
        mark_changed(campaign, report->broadcast);
    }
    finish_report(asked, err, changed);
}

static const char *
find_report_fault(const Broadcast__Report *report)
{
    if (!report->is_last &&
        (report->broadcast == NULL || !report->has_channel ||
         report->channel == WORDS__CHANNEL__CHANNEL_NONE ||
         !report->has_chunk || report->chunk >= CHUNK_NUMBERS)) {
        return "broadcast, channel and chunk are needed";
    }
    if (report->has_bits && report->bits.len > LANE_BITS_BYTES) {
        return "bits: at most 8,192 bytes";
    }
    return NULL;
}

void
era_take_report(struct asked *asked)
{
    const Broadcast__Report *report = request_of(asked)->report;
    const char *fault = find_report_fault(report);
    if (fault != NULL) {
        asked_refuse(asked, ERR_BAD_REQUEST, fault);
        return;
    }
    if (!answer_check(asked, report->campaign,
                      report->is_last ? NULL : report->broadcast)) {
        return;
    }
    /* Any instance may take it: no epoch. */
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = report->campaign,
                         .id = report->broadcast};
    if (report->is_last) {
        keep_reported(
            &on,
            &(struct keep_fence){.era = report->era, .place = report->place},
            false, report_ended, asked);
        return;
    }
    struct keep_begun begun = {
        .era = report->era,
        .at = {(int)report->channel, report->chunk},
        .bits = bytes_of(report->bits.data, report->bits.len)};
    keep_begun(&on, &begun, begun_kept, asked);
}
