/* election -- which instance plans which campaign: a fenced lock in Redis.
 *
 *   every ELECT_EVERY_MS, for each campaign: keep_elect
 *     -> it is mine: beat; newly mine: mark_stale
 *     -> it is another's: has its beat stood still for ELECT_STILL_MS by this
 *        machine's boot clock? The next ask takes it, with a new epoch
 *
 * Two instances that both believe to be the planner are harmless: every
 * script of a planner checks its epoch. */
#include "services/broadcast/drive/drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

#define ELECT_EVERY_MS 500
#define ELECT_STILL_MS 2000     /* a planner that does not beat is succeeded */
#define CAMPAIGNS_EVERY_TURNS 4 /* look for new campaigns */

static void
note_beat(struct campaign *campaign, const struct store_reply *reply)
{
    char seen[sizeof(campaign->seen)];
    (void)snprintf(seen, sizeof(seen), "%.30s.%.30s", keep_text(reply, 0),
                   keep_text(reply, 2));
    (void)snprintf(campaign->holder, sizeof(campaign->holder), "%s",
                   keep_text(reply, 1));
    if (strcmp(seen, campaign->seen) != 0) {
        memcpy(campaign->seen, seen, sizeof(seen));
        campaign->seen_at_ms = clock_boot_ms();
    }
    campaign->active = (uint32_t)keep_number(reply, 4);
}

/* Each planner with something to send gets an even share of the routes. */
static void
share_routes(struct broadcast *broadcast)
{
    int planners = 1;
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        const struct campaign *campaign = broadcast->plan->campaigns[i];
        bool is_first = campaign->active > 0 && campaign->epoch == 0;
        for (size_t j = 0; is_first && j < i; j++) {
            const struct campaign *before = broadcast->plan->campaigns[j];
            is_first = before->active == 0 ||
                       strcmp(before->holder, campaign->holder) != 0;
        }
        planners += is_first ? 1 : 0;
    }
    planner_share(&broadcast->plan->planner, planners, clock_boot_us());
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
elected(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    struct broadcast *broadcast = campaign->broadcast;
    campaign->is_asked = false;
    broadcast->open--;
    if (err != ERR_NONE || broadcast->is_draining) {
        return;
    }
    note_beat(campaign, reply);
    uint64_t epoch = (uint64_t)keep_number(reply, 0);
    uint64_t revision = (uint64_t)keep_number(reply, 3);
    bool is_mine = strcmp(campaign->holder, broadcast->me) == 0;
    bool is_news = revision != campaign->revision || campaign->must_refresh;
    campaign->revision = revision;
    if (!is_mine) {
        campaign_lose(campaign);
    } else if (epoch != campaign->epoch) {
        become_planner(campaign, epoch);
    } else if (is_news) {
        mark_stale(campaign);
    }
    share_routes(broadcast);
}

void
election_ask(struct campaign *campaign)
{
    if (campaign->is_asked || campaign->broadcast->is_draining) {
        return;
    }
    bool stood_still = campaign->epoch == 0 && campaign->seen[0] != '\0' &&
                       clock_boot_ms() - campaign->seen_at_ms >= ELECT_STILL_MS;
    struct keep_elect elect = {.me = campaign->broadcast->me,
                               .stood_still =
                                   stood_still ? campaign->seen : ""};
    struct keep_on on = campaign_on(campaign, NULL);
    campaign->is_asked = true;
    campaign->broadcast->open++;
    keep_elect(&on, &elect, elected, campaign);
}

static void
campaigns_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    broadcast->open--;
    for (size_t i = 0; err == ERR_NONE && i < reply->count; i++) {
        const char *id = keep_text(reply, i);
        struct campaign *campaign =
            slug_is_valid(id) ? campaign_meet(broadcast, id) : NULL;
        if (campaign != NULL && campaign->seen[0] == '\0') {
            election_ask(campaign);
        }
    }
}

static void
on_elect(void *arg)
{
    static unsigned turn;
    struct broadcast *broadcast = arg;
    if (broadcast->is_draining) {
        return;
    }
    if (turn++ % CAMPAIGNS_EVERY_TURNS == 0) {
        broadcast->open++;
        keep_list_campaigns(broadcast->keep, campaigns_read, broadcast);
    }
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        election_ask(broadcast->plan->campaigns[i]);
    }
    timer_start(broadcast->drive->elect_timer, ELECT_EVERY_MS);
}

static void
start_numbered(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    broadcast->open--;
    if (err != ERR_NONE || reply->type != STORE_INTEGER) {
        log_fatal("Redis would not count this start: %s", err_name(err));
    }
    broadcast->start_number = (uint64_t)reply->integer;
    (void)snprintf(broadcast->me, sizeof(broadcast->me), "%s %lld",
                   broadcast->service.name, (long long)reply->integer);
    on_elect(broadcast);
}

void
election_start(struct broadcast *broadcast)
{
    broadcast->drive->elect_timer =
        timer_new(broadcast->service.loop, on_elect, broadcast);
    broadcast->open++;
    keep_start_number(broadcast->keep, start_numbered, broadcast);
}

static void
left(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    (void)err;
    (void)reply;
    broadcast->open--;
}

void
election_leave(struct broadcast *broadcast)
{
    timer_stop(broadcast->drive->elect_timer);
    for (size_t i = 0; i < broadcast->plan->campaign_count; i++) {
        struct campaign *campaign = broadcast->plan->campaigns[i];
        if (campaign->epoch == 0) {
            continue;
        }
        struct keep_elect elect = {
            .me = broadcast->me, .stood_still = "", .leaves = true};
        struct keep_on on = campaign_on(campaign, NULL);
        broadcast->open++;
        keep_elect(&on, &elect, left, broadcast);
    }
}
