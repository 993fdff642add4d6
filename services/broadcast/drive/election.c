/* election -- which instance plans which campaign: a fenced lock (common/lead).
 *
 *   keep_start_number -> who this instance is -> lead_new
 *   meet_start (meet.c): which campaigns there are -> campaign_meet (a mark)
 *   election_join: keep_open (older forms brought up) -> lead_join
 *   each beat: heard -> mine: newly so, or a new revision: mark_stale
 *                    -> another's: campaign_lose
 *
 * Two instances that both believe to be the planner are harmless: every
 * script of a planner checks its epoch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/lead/lead.h"
#include "services/broadcast/drive/drive.h"
#include "services/broadcast/send/era.h"

enum {
    FIELD_REV,
    FIELD_ACTIVE,
    FIELD_GRANTED,
    FIELD_ERA,
    FIELD_ERA_DONE,
    FIELDS
};
static const char *const fields[FIELDS] = {"rev", "active", "granted", "era",
                                           "era_done"};

/* ---- a beat ---- */

/* Is campaign i the first of its holder's that has something to send? */
static bool
is_first_of_holder(const struct plan *plan, size_t i)
{
    const struct campaign *campaign = plan->campaigns[i];
    if (campaign->lock == NULL || campaign->active == 0 ||
        campaign->epoch != 0) {
        return false;
    }
    for (size_t j = 0; j < i; j++) {
        const struct campaign *before = plan->campaigns[j];
        if (before->lock != NULL && before->active > 0 &&
            strcmp(lead_holder(before->lock), lead_holder(campaign->lock)) ==
                0) {
            return false;
        }
    }
    return true;
}

/* Each planner with something to send gets an even share of the routes. */
static void
share_routes(struct plan *plan)
{
    int planners = 1;
    for (size_t i = 0; i < plan->campaign_count; i++) {
        planners += is_first_of_holder(plan, i);
    }
    planner_share(&plan->planner, planners, clock_boot_us());
}

static void
become_planner(struct campaign *campaign, uint64_t epoch)
{
    campaign_lose(campaign);
    campaign->epoch = epoch;
    log_info("planner.began", log_str("campaign", campaign->id),
             log_int("epoch", (int64_t)epoch));
    mark_stale(campaign);
}

static void
hear_era(struct campaign *campaign, const struct lead_news *news)
{
    era_hear_store(
        campaign,
        &(struct era_kept){
            .era = strtoull(news->fields[FIELD_ERA], NULL, 10),
            .done = strtoull(news->fields[FIELD_ERA_DONE], NULL, 10),
            .granted = strtoull(news->fields[FIELD_GRANTED], NULL, 10)});
}

static void
heard(void *owner, const struct lead_news *news)
{
    struct campaign *campaign = owner;
    uint64_t revision = strtoull(news->fields[FIELD_REV], NULL, 10);
    bool is_news = revision != campaign->revision || campaign->must_refresh;
    campaign->revision = revision;
    campaign->active = (uint32_t)strtoul(news->fields[FIELD_ACTIVE], NULL, 10);
    if (news->epoch == 0) {
        campaign_lose(campaign);
    } else if (news->epoch != campaign->epoch) {
        become_planner(campaign, news->epoch);
    } else if (is_news) {
        mark_stale(campaign);
    }
    hear_era(campaign, news);
    share_routes(campaign->broadcast->plan);
}

/* ---- joining ---- */

static void
opened(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    struct broadcast *broadcast = campaign->broadcast;
    char key[KEEP_LOCK_SIZE];
    broadcast->open--;
    campaign->is_opening = false;
    if (broadcast->is_draining) {
        return;
    }
    if (err == ERR_LIMIT) {
        log_error("campaign.newer_format", log_str("campaign", campaign->id),
                  log_str("why", reply->string));
        return; /* it is not planned here */
    }
    if (err != ERR_NONE) {
        campaign->must_join = true; /* tried again when campaigns are met */
        return;
    }
    keep_lock_key(campaign->id, key);
    campaign->lock = lead_join(broadcast->drive->lead, key, campaign);
}

void
election_join(struct campaign *campaign)
{
    struct broadcast *broadcast = campaign->broadcast;
    if (broadcast->drive->lead == NULL || campaign->is_opening ||
        broadcast->is_draining) {
        return;
    }
    struct keep_on on = campaign_on(campaign, NULL);
    campaign->must_join = false;
    campaign->is_opening = true;
    broadcast->open++;
    keep_open(&on, opened, campaign);
}

/* ---- its life ---- */

static void
start_numbered(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    char me[LEAD_ME_SIZE];
    broadcast->open--;
    if (err != ERR_NONE || reply->type != STORE_INTEGER) {
        log_fatal("Redis would not count this start: %s", err_name(err));
    }
    broadcast->start_number = (uint64_t)reply->integer;
    (void)snprintf(me, sizeof(me), "%s %lld", broadcast->service.name,
                   (long long)reply->integer);
    broadcast->drive->lead =
        lead_new(&(struct lead_options){.loop = broadcast->service.loop,
                                        .store = broadcast->service.store,
                                        .me = me,
                                        .fields = fields,
                                        .field_count = FIELDS,
                                        .heard = heard});
    meet_start(broadcast);
}

void
election_start(struct broadcast *broadcast)
{
    broadcast->open++;
    keep_start_number(broadcast->keep, start_numbered, broadcast);
}

void
election_leave(struct broadcast *broadcast)
{
    meet_stop(broadcast);
    if (broadcast->drive->lead != NULL) {
        lead_leave(broadcast->drive->lead);
    }
}

bool
election_is_idle(const struct broadcast *broadcast)
{
    return broadcast->drive->lead == NULL ||
           lead_is_idle(broadcast->drive->lead);
}
