/* broadcast_model -- what the scripts of broadcast do, in plain C.
 *
 * One chunk of one channel of one broadcast. The simulation runs on it; a
 * service test holds it beside the real scripts in a real Redis and asks for
 * the same answers. What may follow what comes from ledger.h alone, as it
 * does in the scripts. */
#ifndef TESTS_SUPPORT_BROADCAST_MODEL_H
#define TESTS_SUPPORT_BROADCAST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/broadcast/keep/ledger.h"
#include "services/broadcast/keep/store_ledger.h"
#include "services/broadcast/schedule/lease.h"

#define MODEL_PEOPLE_MAX 128
#define MODEL_LEASES_MAX 1024

struct model_lease {
    uint64_t id; /* 0: none */
    bool is_late;
    uint32_t left;
    bool open[MODEL_PEOPLE_MAX];
    struct lease line; /* courier, boot, request, route, is_probe */
};

/* Mistakes to plant, which the simulation has to find. */
enum model_bug {
    BUG_NONE,
    BUG_LAPSE_RETURNS, /* a lapse gives back what may have been sent */
    BUG_COUNTS_TWICE,  /* a settle does not look at what is open */
    BUG_FORGETS,       /* a new planner does not read the leases */
    BUG_TAKES_HELD,    /* (the simulation's) held leases are taken back */
    BUG_BEGINS_LATE,   /* (the simulation's) a courier minds no deadline */
    BUG_COUNT
};

struct model {
    enum model_bug bug;
    uint8_t ledger[MODEL_PEOPLE_MAX / 2];
    uint32_t people;
    uint32_t counts[LEDGER_STATES];
    Broadcast__Stage stage, resume_to;
    uint64_t epoch;
    uint8_t tries[MODEL_PEOPLE_MAX];
    int64_t due_ms[MODEL_PEOPLE_MAX];            /* 0: not deferred */
    struct model_lease leases[MODEL_LEASES_MAX]; /* by id modulo */
};

void model_init(struct model *model, uint32_t people, enum model_bug bug);
/* One event to one recipient: what next_state and the tally do. Returns the
 * state after, or LEDGER_REFUSED. */
unsigned model_move(struct model *model, uint32_t number,
                    enum ledger_event event);
/* freeze.lua: everyone; then it is being sent. */
void model_freeze(struct model *model);
/* grant.lua. Returns how many; granted[] are they. epoch 0: unfenced. */
struct model_grant {
    uint64_t epoch;
    const uint16_t *offsets;
    size_t count;
    const struct lease *line; /* with its id */
};
size_t model_grant(struct model *model, const struct model_grant *grant,
                   uint16_t *granted);
/* settle.lua; outcomes rising by number. wait_ms: of the deferred.
 * is_known_out: the lease was there. */
struct model_settled {
    bool is_known;
    uint32_t changed, left;
};
struct model_settled model_settle(struct model *model, uint64_t epoch,
                                  const struct keep_settle *settle,
                                  int64_t now_ms, int64_t wait_ms);
/* doubt.lua, one number. */
void model_resolve(struct model *model, uint32_t number,
                   enum ledger_event event);
void model_retry(struct model *model, int64_t now_ms); /* retry.lua */
void model_set_stage(struct model *model, Broadcast__Stage stage);
void model_sweep(struct model *model); /* sweep.lua */
struct model_lease *model_find_lease(struct model *model, uint64_t id);
uint32_t model_open(const struct model *model);
/* The counters are the ledger's, and add up to the audience. */
bool model_adds_up(const struct model *model);

#endif
