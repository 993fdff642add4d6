/* broadcast_sim -- a broadcast among planners, couriers and providers that
 * crash, freeze, lose, delay, repeat and reorder, on a virtual clock.
 *
 * Everything follows from the seed: the same seed gives the same trace. What
 * decides is production code (ledger.h, schedule/); what is played here is
 * the network, Redis (broadcast_model.h), the couriers as
 * proto/broadcast.proto binds them, and the providers.
 *
 * Faults happen for SIM_TROUBLE_MS; then everything is mended and must come
 * to its end. */
#ifndef TESTS_SUPPORT_BROADCAST_SIM_H
#define TESTS_SUPPORT_BROADCAST_SIM_H

#include "tests/support/sim/broadcast_model.h"

#define SIM_TROUBLE_MS 20000
#define SIM_END_MS ((int64_t)6 * 3600 * 1000)

struct sim_result {
    uint64_t trace;    /* hash of all that happened */
    uint32_t events;   /* how much happened */
    const char *fault; /* NULL, or the promise that was broken */
    uint32_t number;   /* whose */
    uint32_t counts[LEDGER_STATES];
    uint32_t crashes, lapses, lost, repeats, stops;
};

struct sim_result sim_run(uint64_t seed, enum model_bug bug);

#endif
