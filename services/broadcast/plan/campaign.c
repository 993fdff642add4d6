/* campaign -- the campaigns this instance knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"

struct campaign *
campaign_find(const struct broadcast *broadcast, const char *id)
{
    const struct plan *plan = broadcast->plan;
    for (size_t i = 0; i < plan->campaign_count; i++) {
        if (strcmp(plan->campaigns[i]->id, id) == 0) {
            return plan->campaigns[i];
        }
    }
    return NULL;
}

struct campaign *
campaign_meet(struct broadcast *broadcast, const char *id)
{
    struct plan *plan = broadcast->plan;
    struct campaign *campaign = campaign_find(broadcast, id);
    if (campaign != NULL) {
        return campaign;
    }
    if (plan->campaign_count == CAMPAIGNS_MAX) {
        return NULL;
    }
    campaign = mem_new(sizeof(*campaign));
    campaign->broadcast = broadcast;
    (void)snprintf(campaign->id, sizeof(campaign->id), "%s", id);
    plan->campaigns[plan->campaign_count++] = campaign;
    mark_join(campaign);
    return campaign;
}

struct keep_on
campaign_on(const struct campaign *campaign, const char *id)
{
    return (struct keep_on){.keep = campaign->broadcast->keep,
                            .campaign = campaign->id,
                            .id = id,
                            .epoch = campaign->epoch};
}

bool
campaign_is_held(const struct campaign *campaign)
{
    return campaign->is_raising || campaign->era != campaign->era_done;
}

static void
forget_plan(struct campaign *campaign)
{
    while (campaign->sending_count > 0) {
        sending_remove(campaign->sendings[campaign->sending_count - 1]);
    }
    lease_table_fini(&campaign->leases);
    campaign->is_loaded = false;
    campaign->has_confirmation = false;
}

void
campaign_lose(struct campaign *campaign)
{
    if (campaign->epoch != 0) {
        log_info("planner.left", log_str("campaign", campaign->id),
                 log_int("epoch", (int64_t)campaign->epoch));
    }
    campaign->epoch = 0;
    forget_plan(campaign);
}

void
campaign_failed(struct campaign *campaign, enum err err)
{
    if (err == ERR_GONE) {
        campaign_lose(campaign);
    } else if (err == ERR_UNKNOWN) {
        mark_stale(campaign);
    } else {
        log_warn("planner.step_failed", log_str("campaign", campaign->id),
                 log_str("error", err_name(err)));
    }
}

/* ---- the plan itself ---- */

static void
tell_work(void *arg)
{
    struct plan *plan = arg;
    bus_announce(plan->broadcast->service.bus, "work", "", 0);
}

struct plan *
plan_new(struct broadcast *broadcast, loop_cb *on_marks)
{
    struct plan *plan = mem_new(sizeof(*plan));
    struct loop *loop = broadcast->service.loop;
    plan->broadcast = broadcast;
    planner_init(&plan->planner);
    plan->mark_timer = timer_new(loop, on_marks, broadcast);
    plan->work_timer = timer_new(loop, tell_work, plan);
    return plan;
}

void
plan_free(struct plan **plan)
{
    struct plan *p = *plan;
    if (p == NULL) {
        return;
    }
    while (p->campaign_count > 0) {
        struct campaign *campaign = p->campaigns[--p->campaign_count];
        forget_plan(campaign);
        free(campaign);
    }
    while (p->watched != NULL) {
        struct watched *watched = p->watched;
        p->watched = watched->next;
        watched_free(watched);
    }
    planner_fini(&p->planner);
    timer_free(&p->mark_timer);
    timer_free(&p->work_timer);
    free(p);
    *plan = NULL;
}
