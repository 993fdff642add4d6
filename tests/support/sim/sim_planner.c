/* sim_planner -- the planners of a simulated broadcast, and their Redis. */
#include <string.h>

#include "tests/support/sim/sim_inside.h"

#define S(name) WORDS__RECIPIENT_STATE__##name

/* ---- Redis ---- */

static int64_t
store_ms(struct sim *sim)
{
    return sim_is_trouble(sim) && sim_chance(sim, 30) == 0
               ? 200 + sim_chance(sim, 600)
               : 1 + sim_chance(sim, 3);
}

/* A planner's commands run in the order in which they were sent. */
static int64_t
store_at(struct sim *sim, struct sim_planner *planner)
{
    int64_t at = sim->now + store_ms(sim);
    planner->store_free_ms =
        at > planner->store_free_ms ? at : planner->store_free_ms;
    return planner->store_free_ms;
}

void
sim_settle_runs(struct sim *sim, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    struct keep_outcome outcomes[MODEL_PEOPLE_MAX];
    if (sim->planners[0].is_down && sim->planners[1].is_down) {
        return; /* nobody takes it */
    }
    for (size_t i = 0; i < message->count; i++) {
        outcomes[i] = (struct keep_outcome){
            .number = message->numbers[i],
            .event = (uint8_t)ledger_outcome_event(
                (Words__RecipientState)message->states[i])};
    }
    struct keep_settle settle = {
        .lease = message->lease,
        .outcomes = outcomes,
        .count = message->count,
        .rest = message->is_final ? EVENT_DOUBT : EVENT_COUNT,
        .fate = message->is_final ? KEEP_CLOSE : KEEP_STAY};
    struct model_settled settled =
        model_settle(sim->model, 0, &settle, sim->now, sim_chance(sim, 3000));
    sim_note(sim, message->lease * 31 + settled.changed);
    sim_check_sums(sim);
    /* Whoever plans learns of it: here, at once. */
    for (int p = 0; p < PLANNERS; p++) {
        struct sim_planner *planner = &sim->planners[p];
        struct lease *lease = lease_find(&planner->leases, message->lease);
        if (lease != NULL && !planner->is_down && settled.left == 0) {
            struct outcome_counts counts = {0};
            planner_hear(&planner->planner, lease->route, lease->is_probe,
                         &counts, sim->now * 1000);
            lease_table_remove(&planner->leases, lease);
        }
    }
    if (!sim_is_lost(sim)) {
        sim_event_at(sim, sim->now + sim_network_ms(sim), SETTLE_DONE)
            ->message = *message;
    }
}

/* ---- the planner ---- */

static bool
is_planner(const struct sim_planner *planner)
{
    return !planner->is_down && planner->epoch != 0;
}

static void
answer_ask(struct sim *sim, const struct sim_message *message,
           const struct lease *lease)
{
    struct sim_event *event =
        sim_event_at(sim, sim->now + sim_network_ms(sim), LEASE_ARRIVES);
    event->message = *message;
    event->message.lease = lease == NULL ? 0 : lease->id;
    event->message.count = 0;
    if (lease != NULL) {
        const struct model_lease *kept =
            model_find_lease(sim->model, lease->id);
        event->message.time_left_ms = lease_time_left_ms(lease, sim->now);
        for (uint32_t n = 0; kept != NULL && n < sim->model->people; n++) {
            if (kept->open[n]) {
                event->message.numbers[event->message.count++] = (uint8_t)n;
            }
        }
    }
    if (sim_is_lost(sim)) {
        event->what = 0; /* nobody hears it */
    }
}

static void
end_lease(struct sim *sim, int p, struct lease *lease, bool is_lapse)
{
    struct sim_planner *planner = &sim->planners[p];
    lease->is_busy = true;
    struct sim_event *event =
        sim_event_at(sim, store_at(sim, planner), END_RUNS);
    event->planner = p;
    event->life = planner->life;
    event->message.lease = lease->id;
    event->message.boot = planner->epoch;
    event->message.is_final = is_lapse;
}

void
sim_end_runs(struct sim *sim, const struct sim_event *event)
{
    bool is_lapse = event->message.is_final;
    struct keep_settle settle = {.lease = event->message.lease,
                                 .rest = is_lapse ? EVENT_LAPSE : EVENT_RETURN,
                                 .fate = is_lapse ? KEEP_LAPSE : KEEP_CLOSE};
    struct model_settled settled =
        model_settle(sim->model, event->message.boot, &settle, sim->now, 0);
    sim->result.lapses += is_lapse;
    sim->result.lost += !is_lapse;
    sim_check_sums(sim);
    struct sim_event *done =
        sim_event_at(sim, sim->now + 1 + sim_chance(sim, 3), END_DONE);
    done->planner = event->planner;
    done->life = event->life;
    done->message = event->message;
    done->message.count = settled.left;
    done->message.time_left_ms = settled.is_known;
}

void
sim_end_done(struct sim *sim, const struct sim_event *event)
{
    struct sim_planner *planner = &sim->planners[event->planner];
    if (planner->is_down || planner->life != event->life) {
        return;
    }
    struct lease *lease = lease_find(&planner->leases, event->message.lease);
    if (lease == NULL) {
        return;
    }
    lease->is_busy = false;
    struct outcome_counts counts = {.bad = event->message.is_final &&
                                           lease->is_probe};
    planner_hear(&planner->planner, lease->route, lease->is_probe, &counts,
                 sim->now * 1000);
    if (event->message.count == 0) {
        lease_table_remove(&planner->leases, lease);
    } else {
        lease_table_lapse(&planner->leases, lease);
    }
}

static void
take_back_lost(struct sim *sim, int p, const struct lease_asker *asker)
{
    struct sim_planner *planner = &sim->planners[p];
    struct lease_asker as_heard = *asker;
    if (sim->bug == BUG_TAKES_HELD) {
        as_heard.held_count = 0;
    }
    struct lease *lost;
    while ((lost = lease_find_lost(&planner->leases, &as_heard)) != NULL) {
        end_lease(sim, p, lost, false);
    }
}

/* As lease_flow.c: the same again, what never arrived, the choice. */
void
sim_ask_arrives(struct sim *sim, const struct sim_event *event)
{
    int p = event->planner;
    struct sim_planner *planner = &sim->planners[p];
    const struct sim_message *message = &event->message;
    if (planner->is_down) {
        return;
    }
    struct lease_asker asker = {.courier = message->courier == 0 ? "courier.0"
                                                                 : "courier.1",
                                .boot = message->boot,
                                .request = message->request,
                                .done_below = message->done_below,
                                .held = message->held,
                                .held_count = message->held_count};
    take_back_lost(sim, p, &asker);
    struct lease *again = lease_find_ask(&planner->leases, &asker);
    if (again != NULL || !is_planner(planner)) {
        answer_ask(sim, message, again);
        return;
    }
    planner->work.pending = sim->model->counts[S(PENDING)];
    planner->work.is_open = true;
    struct choice choice = planner_choose(
        &planner->planner, WORDS__CHANNEL__CHANNEL_SMS, sim->now * 1000);
    if (choice.work == NULL) {
        answer_ask(sim, message, NULL);
        return;
    }
    struct sim_event *run =
        sim_event_at(sim, store_at(sim, planner), GRANT_RUNS);
    run->planner = p;
    run->life = planner->life;
    run->message = *message;
    run->choice = choice;
    run->message.lease = ++sim->lease_ids;
    run->message.sent_epoch = planner->epoch;
}

static void
fill_line(struct lease *line, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    memset(line, 0, sizeof(*line));
    line->id = message->lease;
    strcpy(line->courier, message->courier == 0 ? "courier.0" : "courier.1");
    line->boot = message->boot;
    line->request = message->request;
    line->route = event->choice.route;
    line->is_probe = event->choice.is_probe;
}

void
sim_grant_runs(struct sim *sim, const struct sim_event *event)
{
    uint16_t offsets[MODEL_PEOPLE_MAX], granted[MODEL_PEOPLE_MAX];
    struct lease line;
    size_t count = 0;
    for (uint32_t n = 0; n < sim->model->people && count < event->choice.size;
         n++) {
        unsigned state =
            ledger_get(sim->model->ledger, sizeof(sim->model->ledger), n);
        /* Bits that are old now and then: not pending any more. */
        if (state == S(PENDING) || sim_chance(sim, 50) == 0) {
            offsets[count++] = (uint16_t)n;
        }
    }
    fill_line(&line, event);
    struct model_grant grant = {.epoch = event->message.sent_epoch,
                                .offsets = offsets,
                                .count = count,
                                .line = &line};
    size_t got = model_grant(sim->model, &grant, granted);
    sim_note(sim, line.id * 131 + got);
    sim_check_sums(sim);
    struct sim_event *done =
        sim_event_at(sim, sim->now + 1 + sim_chance(sim, 3), GRANT_DONE);
    done->planner = event->planner;
    done->life = event->life;
    done->message = event->message;
    done->message.count = got;
    done->choice = event->choice;
}

void
sim_grant_done(struct sim *sim, const struct sim_event *event)
{
    struct sim_planner *planner = &sim->planners[event->planner];
    if (planner->is_down || planner->life != event->life) {
        return;
    }
    planner_granted(&planner->planner, &event->choice,
                    (uint32_t)event->message.count, sim->now * 1000);
    if (event->message.count == 0) {
        answer_ask(sim, &event->message, NULL);
        return;
    }
    struct lease *lease =
        lease_table_add(&planner->leases, event->message.lease);
    fill_line(lease, event);
    lease_start(lease, TIMEOUT_MS, sim->now);
    answer_ask(sim, &event->message, lease);
}

void
sim_planner_turn(struct sim *sim, const struct sim_event *event)
{
    struct sim_planner *planner = &sim->planners[event->planner];
    if (planner->is_down || planner->life != event->life) {
        return;
    }
    struct sim_event *next = sim_event_at(sim, sim->now + 100, PLANNER_TURN);
    next->planner = event->planner;
    next->life = event->life;
    if (!is_planner(planner)) {
        return;
    }
    struct lease *lease;
    while ((lease = lease_find_due(&planner->leases, sim->now)) != NULL) {
        end_lease(sim, event->planner, lease, true);
    }
    if (planner->epoch == sim->model->epoch) {
        model_retry(sim->model, sim->now);
    }
}

/* ---- election ---- */

void
sim_forget_plan(struct sim_planner *planner)
{
    lease_table_fini(&planner->leases);
    planner_fini(&planner->planner);
    planner->epoch = 0;
}

void
sim_start_planner(struct sim *sim, int p)
{
    struct sim_planner *planner = &sim->planners[p];
    uint64_t life = planner->life + 1;
    *planner = (struct sim_planner){.life = life,
                                    .store_free_ms = planner->store_free_ms};
    planner_init(&planner->planner);
    struct route routes[2] = {{.name = "a",
                               .channel = WORDS__CHANNEL__CHANNEL_SMS,
                               .rate = 100,
                               .priority = 1},
                              {.name = "b",
                               .channel = WORDS__CHANNEL__CHANNEL_SMS,
                               .rate = 60,
                               .priority = 2}};
    (void)planner_add_route(&planner->planner, &routes[0], sim->now * 1000);
    (void)planner_add_route(&planner->planner, &routes[1], sim->now * 1000);
    planner->work = (struct work){.channel = WORDS__CHANNEL__CHANNEL_SMS,
                                  .lane = WORDS__CLASS__CLASS_CAMPAIGN};
    planner_add_work(&planner->planner, &planner->work);
    struct sim_event *turn = sim_event_at(sim, sim->now + 100, PLANNER_TURN);
    turn->planner = p;
    turn->life = life;
}

/* A new epoch, and the leases as Redis has them. */
void
sim_take_over(struct sim *sim, int p)
{
    struct sim_planner *planner = &sim->planners[p];
    sim_forget_plan(planner);
    sim_start_planner(sim, p);
    planner->epoch = ++sim->model->epoch;
    sim->elected_ms = sim->now;
    for (int i = 0; i < MODEL_LEASES_MAX; i++) {
        const struct model_lease *kept = &sim->model->leases[i];
        if (kept->id == 0 || sim->bug == BUG_FORGETS) {
            continue;
        }
        struct lease *lease = lease_table_add(&planner->leases, kept->id);
        *lease = kept->line;
        lease_adopt(lease, TIMEOUT_MS, sim->now);
        if (kept->is_late) {
            lease_table_lapse(&planner->leases, lease);
        }
    }
}

void
sim_elect(struct sim *sim)
{
    sim_event_at(sim, sim->now + 500, ELECTION);
    for (int p = 0; p < PLANNERS; p++) {
        if (is_planner(&sim->planners[p]) &&
            sim->planners[p].epoch == sim->model->epoch &&
            sim->planners[p].frozen_until_ms <= sim->now) {
            return;
        }
    }
    int p = (int)sim_chance(sim, PLANNERS);
    if (!sim->planners[p].is_down &&
        sim->planners[p].frozen_until_ms <= sim->now &&
        sim->now - sim->elected_ms > ELECT_MS / 2) {
        sim_take_over(sim, p);
    }
}
