/* sim_inside -- what the files of the simulation share: broadcast_sim.c (the
 * run, troubles, promises), sim_courier.c, sim_planner.c. */
#ifndef TESTS_SUPPORT_SIM_INSIDE_H
#define TESTS_SUPPORT_SIM_INSIDE_H

#include "tests/support/sim/broadcast_sim.h"
#include "tests/support/sim/sim_queue.h"

#define PLANNERS 2
#define COURIERS 2
#define ASKS 2          /* a courier has on their way */
#define JOURNAL 16      /* leases a courier holds */
#define TIMEOUT_MS 1500 /* of a route; and a courier's patience */
#define ASK_MS 1000     /* an asker's deadline */
#define CONCURRENCY 6
#define ELECT_MS 2000

enum at_provider { NOT_BEGUN, ON_WIRE, HEARD };

/* What a courier's memory-mapped journal holds of one lease. */
struct journal {
    uint64_t lease; /* 0: free */
    int64_t begin_until_ms;
    uint8_t mark[MODEL_PEOPLE_MAX]; /* 0: not of it; enum at_provider + 1 */
    uint8_t outcome[MODEL_PEOPLE_MAX];
    bool is_settled_of[MODEL_PEOPLE_MAX]; /* named in a settle */
    bool is_finishing;
};

struct courier_ask {
    uint64_t request; /* 0: free */
    int64_t sent_ms;  /* of this attempt */
    int attempt, tries;
};

struct courier {
    bool is_down;
    int64_t frozen_until_ms;
    uint64_t boot, request;
    uint32_t on_wire;
    struct courier_ask asks[ASKS];
    struct journal journal[JOURNAL];
};

struct sim_planner {
    bool is_down;
    uint64_t epoch, life;
    int64_t frozen_until_ms, store_free_ms; /* its pipeline is in order */
    struct lease_table leases;
    struct planner planner;
    struct work work;
};

struct sim {
    struct sim_queue queue;
    struct model *model;
    uint64_t random, trace, lease_ids;
    int64_t now;
    enum model_bug bug;
    struct sim_planner planners[PLANNERS];
    struct courier couriers[COURIERS];
    int64_t elected_ms, stop_answered_ms;
    /* What really happened to each recipient, known to nobody in it. */
    uint8_t taken[MODEL_PEOPLE_MAX];   /* by a provider, for good */
    bool is_open[MODEL_PEOPLE_MAX];    /* begun and not heard refused */
    bool is_unheard[MODEL_PEOPLE_MAX]; /* begun and never answered */
    struct sim_result result;
};

enum what {
    ASK_ARRIVES = 1, /* a courier, b ask index, c planner */
    GRANT_RUNS,      /* in Redis */
    GRANT_DONE,
    LEASE_ARRIVES,
    ASK_TIMES_OUT,
    COURIER_TURN,
    PROVIDER_GETS,
    PROVIDER_SAYS,
    SETTLE_RUNS,
    SETTLE_DONE,
    PLANNER_TURN,
    END_RUNS, /* a lapse or a taking back, in Redis */
    END_DONE,
    TROUBLE,
    ELECTION,
    STOP_RUNS,
    STOP_ANSWERED,
};

/* ---- broadcast_sim.c ---- */
uint32_t sim_chance(struct sim *sim, uint32_t below);
bool sim_is_trouble(const struct sim *sim);
void sim_note(struct sim *sim, uint64_t value); /* into the trace */
void sim_broken(struct sim *sim, const char *promise, uint32_t number);
struct sim_event *sim_event_at(struct sim *sim, int64_t at, enum what what);
int64_t sim_network_ms(struct sim *sim);
bool sim_is_lost(struct sim *sim);
void sim_check_sums(struct sim *sim);

/* ---- sim_courier.c: couriers and providers ---- */
void sim_ask_times_out(struct sim *sim, const struct sim_event *event);
void sim_lease_arrives(struct sim *sim, const struct sim_event *event);
void sim_courier_turn(struct sim *sim, const struct sim_event *event);
void sim_settle_done(struct sim *sim, const struct sim_event *event);
void sim_provider_gets(struct sim *sim, const struct sim_event *event);
void sim_provider_says(struct sim *sim, const struct sim_event *event);
void sim_restart_courier(struct sim *sim, int c);

/* ---- sim_planner.c: planners and Redis ---- */
void sim_settle_runs(struct sim *sim, const struct sim_event *event);
void sim_end_runs(struct sim *sim, const struct sim_event *event);
void sim_end_done(struct sim *sim, const struct sim_event *event);
void sim_ask_arrives(struct sim *sim, const struct sim_event *event);
void sim_grant_runs(struct sim *sim, const struct sim_event *event);
void sim_grant_done(struct sim *sim, const struct sim_event *event);
void sim_planner_turn(struct sim *sim, const struct sim_event *event);
void sim_start_planner(struct sim *sim, int p);
void sim_forget_plan(struct sim_planner *planner);
void sim_take_over(struct sim *sim, int p);
void sim_elect(struct sim *sim);

#endif
