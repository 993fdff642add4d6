/* sim_queue -- what is still to happen in a simulated broadcast, in order.
 *
 * Events at one time happen in the order in which they were added. */
#ifndef TESTS_SUPPORT_SIM_QUEUE_H
#define TESTS_SUPPORT_SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/broadcast/schedule/planner.h"

#define SIM_NUMBERS_MAX 128
#define SIM_HELD_MAX 16

/* Between couriers, planners, providers: each uses what it needs. */
struct sim_message {
    int courier, index, attempt;
    uint64_t boot, request, done_below, lease, sent_epoch;
    int64_t sent_ms;
    uint32_t time_left_ms, number;
    uint64_t held[SIM_HELD_MAX];
    size_t held_count, count;
    uint8_t numbers[SIM_NUMBERS_MAX], states[SIM_NUMBERS_MAX];
    bool is_final;
};

struct sim_event {
    int64_t at;
    uint64_t order;
    int what;
    int planner;
    uint64_t life; /* of the planner that began it */
    struct choice choice;
    struct sim_message message;
};

struct sim_queue {
    struct sim_event **events; /* a heap */
    size_t count, cap;
    uint64_t order;
};

/* Owned by the queue until taken; its time may not be changed but later. */
struct sim_event *sim_queue_add(struct sim_queue *queue, int64_t at);
void sim_queue_copy(struct sim_queue *queue, int64_t at,
                    const struct sim_event *event);
/* NULL when there is none; free() it. */
struct sim_event *sim_queue_take(struct sim_queue *queue);
void sim_queue_fini(struct sim_queue *queue);

#endif
