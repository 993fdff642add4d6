/* broadcast_sim -- a broadcast among planners, couriers and providers that
 * crash, freeze, lose, delay, repeat and reorder, on a virtual clock. */
#include "tests/support/sim/broadcast_sim.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/sim/sim_inside.h"

#define S(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name

/* ---- chance and trace ---- */

uint32_t
sim_chance(struct sim *sim, uint32_t below)
{
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 7;
    sim->random ^= sim->random << 17;
    return (uint32_t)(sim->random >> 20) % below;
}

bool
sim_is_trouble(const struct sim *sim)
{
    return sim->now < SIM_TROUBLE_MS;
}

void
sim_note(struct sim *sim, uint64_t value)
{
    sim->trace = (sim->trace ^ value) * UINT64_C(1099511628211);
}

void
sim_broken(struct sim *sim, const char *promise, uint32_t number)
{
    if (sim->result.fault == NULL) {
        sim->result.fault = promise;
        sim->result.number = number;
    }
}

struct sim_event *
sim_event_at(struct sim *sim, int64_t at, enum what what)
{
    struct sim_event *event = sim_queue_add(&sim->queue, at);
    event->what = (int)what;
    return event;
}

/* The network: mostly quick, at times slow, so that things overtake. */
int64_t
sim_network_ms(struct sim *sim)
{
    if (sim_is_trouble(sim) && sim_chance(sim, 20) == 0) {
        return 500 + sim_chance(sim, 4000);
    }
    return 1 + sim_chance(sim, 8);
}

bool
sim_is_lost(struct sim *sim)
{
    return sim_is_trouble(sim) && sim_chance(sim, 12) == 0;
}

void
sim_check_sums(struct sim *sim)
{
    if (!model_adds_up(sim->model)) {
        sim_broken(sim, "the counts do not add up", 0);
    }
}

/* ---- lives and deaths ---- */

static void
mend(struct sim *sim)
{
    for (int p = 0; p < PLANNERS; p++) {
        if (sim->planners[p].is_down) {
            sim_start_planner(sim, p);
        }
    }
    for (int c = 0; c < COURIERS; c++) {
        if (sim->couriers[c].is_down) {
            sim_restart_courier(sim, c);
        }
    }
}

static void
trouble_planner(struct sim *sim, int p)
{
    struct sim_planner *planner = &sim->planners[p];
    if (planner->is_down) {
        sim_start_planner(sim, p);
    } else if (sim_chance(sim, 3) == 0) {
        planner->frozen_until_ms = sim->now + 200 + sim_chance(sim, 5000);
    } else {
        sim_forget_plan(planner);
        planner->is_down = true;
        sim->result.crashes++;
    }
}

static void
trouble_courier(struct sim *sim, int c)
{
    struct courier *courier = &sim->couriers[c];
    if (courier->is_down) {
        sim_restart_courier(sim, c);
    } else if (sim_chance(sim, 3) == 0) {
        courier->frozen_until_ms = sim->now + 200 + sim_chance(sim, 4000);
    } else {
        courier->is_down = true;
        sim->result.crashes++;
    }
}

static void
trouble(struct sim *sim)
{
    if (!sim_is_trouble(sim)) {
        mend(sim);
        return;
    }
    sim_event_at(sim, sim->now + 100 + sim_chance(sim, 1500), TROUBLE);
    if (sim_chance(sim, 2) == 0) {
        trouble_planner(sim, (int)sim_chance(sim, PLANNERS));
    } else {
        trouble_courier(sim, (int)sim_chance(sim, COURIERS));
    }
}

static void
stop_runs(struct sim *sim)
{
    if (sim->model->stage == STAGE(SENDING)) {
        sim->result.stops++;
        model_set_stage(sim->model, STAGE(STAGE_STOPPED));
        model_sweep(sim->model);
        sim_check_sums(sim);
        sim_event_at(sim, sim->now + 5, STOP_ANSWERED);
    }
}

/* ---- the run ---- */

/* Who is frozen finds it when it thaws. */
static int64_t
thaws_at(const struct sim *sim, const struct sim_event *event)
{
    switch (event->what) {
    case LEASE_ARRIVES:
    case ASK_TIMES_OUT:
    case COURIER_TURN:
    case PROVIDER_SAYS:
    case SETTLE_DONE:
        return sim->couriers[event->message.courier].frozen_until_ms;
    case ASK_ARRIVES:
    case GRANT_DONE:
    case END_DONE:
    case PLANNER_TURN:
        return sim->planners[event->planner].frozen_until_ms;
    default:
        return 0;
    }
}

static void
happen(struct sim *sim, const struct sim_event *event)
{
    switch (event->what) {
    case ASK_ARRIVES:
        sim_ask_arrives(sim, event);
        break;
    case GRANT_RUNS:
        sim_grant_runs(sim, event);
        break;
    case GRANT_DONE:
        sim_grant_done(sim, event);
        break;
    case LEASE_ARRIVES:
        sim_lease_arrives(sim, event);
        break;
    case ASK_TIMES_OUT:
        sim_ask_times_out(sim, event);
        break;
    case COURIER_TURN:
        sim_courier_turn(sim, event);
        break;
    case PROVIDER_GETS:
        sim_provider_gets(sim, event);
        break;
    case PROVIDER_SAYS:
        sim_provider_says(sim, event);
        break;
    case SETTLE_RUNS:
        sim_settle_runs(sim, event);
        break;
    case SETTLE_DONE:
        sim_settle_done(sim, event);
        break;
    case PLANNER_TURN:
        sim_planner_turn(sim, event);
        break;
    case END_RUNS:
        sim_end_runs(sim, event);
        break;
    case END_DONE:
        sim_end_done(sim, event);
        break;
    case TROUBLE:
        trouble(sim);
        break;
    case ELECTION:
        sim_elect(sim);
        break;
    case STOP_RUNS:
        stop_runs(sim);
        break;
    case STOP_ANSWERED:
        sim->stop_answered_ms = sim->now;
        break;
    default:
        break;
    }
}

static bool
is_quiet(const struct sim *sim)
{
    bool is_quiet = !sim_is_trouble(sim) && model_open(sim->model) == 0;
    for (int c = 0; c < COURIERS; c++) {
        for (int i = 0; i < JOURNAL; i++) {
            is_quiet &= sim->couriers[c].journal[i].lease == 0;
        }
    }
    return is_quiet;
}

/* Each at the end in one state, and that state true. */
static void
check_end(struct sim *sim, uint32_t number)
{
    uint8_t taken = sim->taken[number];
    switch (
        ledger_get(sim->model->ledger, sizeof(sim->model->ledger), number)) {
    case S(ACCEPTED):
        if (taken != 1) {
            sim_broken(sim, "accepted, and no provider has it", number);
        }
        break;
    case S(IN_DOUBT):
        if (!sim->is_unheard[number]) {
            sim_broken(sim, "in doubt, and never unanswered on the wire",
                       number);
        }
        break;
    case S(FAILED):
    case S(WITHHELD):
    case S(STOPPED):
        if (taken != 0) {
            sim_broken(sim, "taken, and not so listed", number);
        }
        break;
    default:
        sim_broken(sim, "forgotten", number);
    }
}

static void
begin(struct sim *sim)
{
    sim->now = 1000;
    for (int p = 0; p < PLANNERS; p++) {
        sim_start_planner(sim, p);
    }
    sim_take_over(sim, 0);
    for (int c = 0; c < COURIERS; c++) {
        sim_restart_courier(sim, c);
    }
    sim_event_at(sim, sim->now + 500, ELECTION);
    sim_event_at(sim, sim->now + sim_chance(sim, 2000), TROUBLE);
    if (sim_chance(sim, 3) == 0) {
        sim_event_at(sim, sim->now + sim_chance(sim, 6000), STOP_RUNS);
    }
}

static void
run(struct sim *sim)
{
    int64_t quiet_since = -1;
    while (sim->result.fault == NULL && sim->now < SIM_END_MS) {
        struct sim_event *event = sim_queue_take(&sim->queue);
        sim->now = event->at;
        int64_t thaws_at_ms = thaws_at(sim, event);
        if (thaws_at_ms > sim->now) {
            sim_queue_copy(&sim->queue, thaws_at_ms, event);
        } else {
            sim_note(sim, (uint64_t)sim->now * 64 + (uint64_t)event->what);
            sim->result.events++;
            happen(sim, event);
        }
        free(event);
        if (!is_quiet(sim)) {
            quiet_since = -1;
        } else if (quiet_since < 0) {
            quiet_since = sim->now;
        } else if (sim->now - quiet_since > 5000) {
            break; /* what never arrived was taken back meanwhile */
        }
    }
    for (uint32_t n = 0; n < sim->model->people; n++) {
        check_end(sim, n);
    }
}

struct sim_result
sim_run(uint64_t seed, enum model_bug bug)
{
    struct sim *sim = mem_new(sizeof(*sim));
    sim->model = mem_new(sizeof(*sim->model));
    sim->random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    sim->trace = UINT64_C(14695981039346656037);
    sim->bug = bug;
    model_init(sim->model, 30 + sim_chance(sim, MODEL_PEOPLE_MAX - 30), bug);
    model_freeze(sim->model);
    begin(sim);
    run(sim);
    struct sim_result result = sim->result;
    result.trace = sim->trace;
    memcpy(result.counts, sim->model->counts, sizeof(result.counts));
    for (int p = 0; p < PLANNERS; p++) {
        sim_forget_plan(&sim->planners[p]);
    }
    sim_queue_fini(&sim->queue);
    free(sim->model);
    free(sim);
    return result;
}
