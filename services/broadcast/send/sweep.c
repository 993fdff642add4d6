/* sweep -- ends what is not sent yet, chunk by chunk, one script each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/send.h"

#define SWEEPS_AT_ONCE 8

struct sweep {
    struct keep *keep;
    char campaign[SLUG_SIZE], id[RECORD_ID_SIZE];
    uint32_t chunks[RECORD_CHANNELS];
    int channel;    /* of the next chunk, 1.. */
    uint32_t chunk; /* the next */
    int on_the_way;
    enum err err;
    sweep_done_cb *done;
    void *arg;
};

static void sweep_more(struct sweep *sweep);

static void
swept(void *arg, enum err err, const struct store_reply *reply)
{
    struct sweep *sweep = arg;
    (void)reply;
    sweep->on_the_way--;
    if (err != ERR_NONE) {
        sweep->err = err;
    }
    sweep_more(sweep);
}

/* At least one call each channel, for its deferred ones' times. */
static bool
step(struct sweep *sweep)
{
    if (sweep->channel > RECORD_CHANNELS || sweep->err != ERR_NONE) {
        return false;
    }
    struct keep_on on = {
        .keep = sweep->keep, .campaign = sweep->campaign, .id = sweep->id};
    struct keep_chunk at = {sweep->channel, sweep->chunk};
    sweep->on_the_way++;
    if (++sweep->chunk >= sweep->chunks[sweep->channel - 1]) {
        sweep->channel++;
        sweep->chunk = 0;
    }
    keep_sweep(&on, &at, swept, sweep);
    return true;
}

static void
sweep_more(struct sweep *sweep)
{
    while (sweep->on_the_way < SWEEPS_AT_ONCE && step(sweep)) {
    }
    if (sweep->on_the_way == 0) {
        sweep->done(sweep->arg, sweep->err);
        free(sweep);
    }
}

void
sweep_run(const struct keep_on *on, const struct record *record,
          sweep_done_cb *done, void *arg)
{
    struct sweep *sweep = mem_new(sizeof(*sweep));
    sweep->keep = on->keep;
    (void)snprintf(sweep->campaign, sizeof(sweep->campaign), "%s",
                   on->campaign);
    (void)snprintf(sweep->id, sizeof(sweep->id), "%s", record->id);
    memcpy(sweep->chunks, record->chunks, sizeof(sweep->chunks));
    sweep->channel = 1;
    sweep->done = done;
    sweep->arg = arg;
    sweep_more(sweep);
}
