/* planner -- which broadcast gets the next lease, by which route, how large. */
#include "services/broadcast/schedule/planner.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/schedule/lease.h"

/* Of a route's rate, each bucket; see planner.h. */
static const double shares[PLANNER_BUCKETS] = {1, 1 - PLANNER_ALONE_SHARE,
                                               1 - PLANNER_SAFETY_SHARE};

/* A lane's place in the order: lower goes first. It draws on so many buckets
 * besides the first. */
static int
lane_rank(Words__Class lane)
{
    switch ((int)lane) {
    case WORDS__CLASS__CLASS_SAFETY:
        return 0;
    case WORDS__CLASS__CLASS_NOTE:
        return 1;
    case WORDS__CLASS__CLASS_SERVICE:
    case WORDS__CLASS__CLASS_CONFIRMATION:
        return 2;
    default:
        return 3;
    }
}

static int
last_bucket(Words__Class lane)
{
    int rank = lane_rank(lane);
    return rank < PLANNER_BUCKETS ? rank : PLANNER_BUCKETS - 1;
}

void
planner_init(struct planner *planner)
{
    *planner = (struct planner){.planners = 1};
}

void
planner_fini(struct planner *planner)
{
    free(planner->works);
    *planner = (struct planner){.planners = 1};
}

int
planner_add_route(struct planner *planner, const struct route *route,
                  int64_t now_us)
{
    if (planner->route_count == PLANNER_ROUTES_MAX) {
        return -1;
    }
    int index = planner->route_count++;
    struct route *added = &planner->routes[index];
    *added = *route;
    added->circuit = (struct circuit){0};
    added->size = lease_size(route->rate);
    for (int i = 0; i < PLANNER_BUCKETS; i++) {
        pacing_init(&added->buckets[i], route->rate * shares[i], now_us);
    }
    return index;
}

int
planner_find_route(const struct planner *planner, const char *name)
{
    for (int i = 0; i < planner->route_count; i++) {
        if (strcmp(planner->routes[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

void
planner_share(struct planner *planner, int planners, int64_t now_us)
{
    if (planners < 1 || planners == planner->planners) {
        return;
    }
    planner->planners = planners;
    for (int i = 0; i < planner->route_count; i++) {
        struct route *route = &planner->routes[i];
        double rate = route->rate / planners;
        for (int j = 0; j < PLANNER_BUCKETS; j++) {
            pacing_set_rate(&route->buckets[j], rate * shares[j], now_us);
        }
    }
}

void
planner_add_work(struct planner *planner, struct work *work)
{
    if (planner->work_count == planner->work_cap) {
        planner->work_cap = planner->work_cap == 0 ? 16 : planner->work_cap * 2;
        planner->works = mem_resize(planner->works,
                                    planner->work_cap * sizeof(struct work *));
    }
    planner->works[planner->work_count++] = work;
}

void
planner_remove_work(struct planner *planner, struct work *work)
{
    for (size_t i = 0; i < planner->work_count; i++) {
        if (planner->works[i] == work) {
            planner->works[i] = planner->works[--planner->work_count];
            return;
        }
    }
}

static bool
goes_before(const struct work *a, const struct work *b)
{
    int rank_a = lane_rank(a->lane), rank_b = lane_rank(b->lane);
    return rank_a != rank_b ? rank_a < rank_b : a->turn < b->turn;
}

static struct work *
find_work(const struct planner *planner, Words__Channel channel)
{
    struct work *best = NULL;
    for (size_t i = 0; i < planner->work_count; i++) {
        struct work *work = planner->works[i];
        if (work->channel == channel && work->is_open && work->pending > 0 &&
            (best == NULL || goes_before(work, best))) {
            best = work;
        }
    }
    return best;
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t
tokens_of(struct route *route, Words__Class lane, int64_t now_us)
{
    uint32_t least = pacing_tokens(&route->buckets[0], now_us);
    for (int i = 1; i <= last_bucket(lane); i++) {
        least = smaller(least, pacing_tokens(&route->buckets[i], now_us));
    }
    return least;
}

static void
take_tokens(struct route *route, Words__Class lane, uint32_t n)
{
    for (int i = 0; i <= last_bucket(lane); i++) {
        pacing_take(&route->buckets[i], n);
    }
}

static int64_t
wait_us_of(const struct route *route, Words__Class lane, uint32_t n,
           int64_t now_us)
{
    int64_t longest = 0;
    for (int i = 0; i <= last_bucket(lane); i++) {
        int64_t wait = pacing_wait_us(&route->buckets[i], n, now_us);
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

/* A route on probation goes first; then by priority, then by tokens. */
static int
find_route(struct planner *planner, const struct work *work, bool *is_probe_out,
           int64_t now_us)
{
    int best = -1;
    *is_probe_out = false;
    for (int i = 0; i < planner->route_count; i++) {
        struct route *route = &planner->routes[i];
        enum circuit_pass pass = circuit_ask(&route->circuit, now_us / 1000);
        if (route->channel != work->channel || pass == CIRCUIT_STOP) {
            continue;
        }
        if (pass == CIRCUIT_PROBE) {
            *is_probe_out = true;
            return i;
        }
        struct route *than = best < 0 ? NULL : &planner->routes[best];
        if (than == NULL || route->priority < than->priority ||
            (route->priority == than->priority &&
             tokens_of(route, work->lane, now_us) >
                 tokens_of(than, work->lane, now_us))) {
            best = i;
        }
    }
    return best;
}

static struct choice
no_lease(int64_t wait_us)
{
    int64_t ms = (wait_us + 999) / 1000;
    ms = ms < 1 ? 1 : ms;
    return (struct choice){
        .route = -1,
        .wait_ms =
            ms > PLANNER_WAIT_MS_MAX ? PLANNER_WAIT_MS_MAX : (uint32_t)ms,
    };
}

struct choice
planner_choose(struct planner *planner, Words__Channel channel, int64_t now_us)
{
    struct work *work = find_work(planner, channel);
    if (work == NULL) {
        return no_lease(PLANNER_IDLE_WAIT_MS * 1000);
    }
    bool is_probe;
    int index = find_route(planner, work, &is_probe, now_us);
    if (index < 0) {
        return no_lease(PLANNER_IDLE_WAIT_MS * 1000);
    }
    struct route *route = &planner->routes[index];
    uint32_t want = smaller(is_probe ? 1 : route->size, work->pending);
    /* Not worth the trouble below a fifth of a lease. */
    uint32_t least = want < 5 ? want : want / 5;
    uint32_t tokens = tokens_of(route, work->lane, now_us);
    if (tokens < least || tokens == 0) {
        return no_lease(wait_us_of(route, work->lane, least, now_us));
    }
    uint32_t size = smaller(want, tokens);
    take_tokens(route, work->lane, size);
    work->pending -= size;
    work->turn = ++planner->turn;
    if (is_probe) {
        circuit_probe_granted(&route->circuit);
    }
    return (struct choice){work, index, size, is_probe, 0};
}

void
planner_granted(struct planner *planner, const struct choice *choice,
                uint32_t granted, int64_t now_us)
{
    struct route *route = &planner->routes[choice->route];
    uint32_t unused = choice->size - smaller(granted, choice->size);
    choice->work->pending += unused;
    for (int i = 0; i <= last_bucket(choice->work->lane); i++) {
        pacing_give_back(&route->buckets[i], unused);
    }
    if (choice->is_probe && granted == 0) {
        circuit_hear(&route->circuit, 0, 0, true, now_us / 1000);
    }
}

/* Leases that come back unbegun are too large for how fast the couriers get
 * through them (a slow provider, few connections). */
static void
learn_size(struct route *route, const struct outcome_counts *counts)
{
    uint32_t most = lease_size(route->rate);
    if (counts->unbegun > (counts->good + counts->bad) / 4) {
        route->size = route->size < 4 ? 1 : route->size / 2;
    } else if (counts->good > 0) {
        route->size += route->size / 10 + 1;
    }
    route->size = smaller(route->size, most);
}

void
planner_hear(struct planner *planner, int route, bool is_probe,
             const struct outcome_counts *counts, int64_t now_us)
{
    if (route < 0 || route >= planner->route_count) {
        return;
    }
    struct route *heard = &planner->routes[route];
    circuit_hear(&heard->circuit, counts->good, counts->bad, is_probe,
                 now_us / 1000);
    learn_size(heard, counts);
}

double
planner_channel_rate(const struct planner *planner, Words__Channel channel,
                     Words__Class lane, int64_t *cost_micros_out)
{
    double rate = 0;
    int priority = 0;
    *cost_micros_out = 0;
    for (int i = 0; i < planner->route_count; i++) {
        const struct route *route = &planner->routes[i];
        if (route->channel != channel ||
            (rate > 0 && route->priority > priority)) {
            continue;
        }
        bool is_better = rate == 0 || route->priority < priority;
        priority = route->priority;
        rate = is_better ? route->rate : rate + route->rate;
        if (is_better || route->cost_micros > *cost_micros_out) {
            *cost_micros_out = route->cost_micros;
        }
    }
    return rate * shares[last_bucket(lane)];
}
