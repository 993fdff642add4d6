/* store_ledger -- the scripts that change a ledger, one function for each. */
#include "services/broadcast/keep/store_ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/broadcast/keep/store_inside.h"

#define ONE_WAIT(longest_ms) (longest_ms),
static_assert(sizeof((int[]){KEEP_BACKOFF_TABLE(ONE_WAIT)}) / sizeof(int) + 1 ==
                  KEEP_TRIES_MAX,
              "a wait before each try but the first");

void
keep_read_chunk(const struct keep_on *on, const struct keep_chunk *chunk,
                store_reply_cb *cb, void *arg)
{
    char key[KEEP_KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:bc:l:%s:%d:%" PRIu32, on->campaign,
                   on->id, chunk->channel, chunk->chunk);
    keep_command(on, "GET", key, cb, arg);
}

void
keep_recount(const struct keep_on *on, const struct keep_chunk *chunk,
             store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, RECOUNT_ARG_CHANNEL, (uint64_t)chunk->channel);
    keep_args_number(&call, RECOUNT_ARG_CHUNKS, chunk->chunk);
    keep_args_run(&call, BROADCAST_SCRIPT_RECOUNT, cb, arg);
}

void
keep_freeze(const struct keep_on *on, const struct keep_freeze *freeze,
            store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, FREEZE_ARG_CHANNEL, (uint64_t)freeze->at.channel);
    keep_args_number(&call, FREEZE_ARG_CHUNK, freeze->at.chunk);
    keep_args_bytes(&call, FREEZE_ARG_BYTES, freeze->bytes);
    keep_args_number(&call, FREEZE_ARG_COUNT, freeze->count);
    keep_args_text(&call, FREEZE_ARG_CURSOR, freeze->cursor);
    keep_args_text(&call, FREEZE_ARG_NEXT, freeze->next);
    keep_args_run(&call, BROADCAST_SCRIPT_FREEZE, cb, arg);
}

void
keep_grant(const struct keep_on *on, const struct keep_grant *grant,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    struct buf offsets;
    buf_init(&offsets, 0);
    for (size_t i = 0; i < grant->count; i++) {
        offset_row_append(&offsets,
                          &(struct offset_row){.offset = grant->offsets[i]});
    }
    keep_args_begin(&call, on);
    keep_args_number(&call, GRANT_ARG_CHANNEL, (uint64_t)grant->at.channel);
    keep_args_number(&call, GRANT_ARG_CHUNK, grant->at.chunk);
    keep_args_bytes(&call, GRANT_ARG_OFFSETS,
                    bytes_of(offsets.data, offsets.len));
    keep_args_number(&call, GRANT_ARG_LEASE, grant->lease);
    keep_args_bytes(&call, GRANT_ARG_LINE, grant->line);
    keep_args_number(&call, GRANT_ARG_FENCE, grant->fence);
    keep_args_number(&call, GRANT_ARG_PLACE, grant->place);
    keep_args_run(&call, BROADCAST_SCRIPT_GRANT, cb, arg);
    buf_fini(&offsets);
}

static void
pack_outcomes(const struct keep_settle *settle, struct buf *to)
{
    for (size_t i = 0; i < settle->count; i++) {
        const struct keep_outcome *outcome = &settle->outcomes[i];
        struct outcome_row row = {.number = outcome->number,
                                  .event = outcome->event,
                                  .rule = outcome->rule,
                                  .wish_ms = outcome->wish_ms};
        crypto_random(&row.random, sizeof(row.random));
        outcome_row_append(to, &row);
    }
}

void
keep_settle(const struct keep_on *on, const struct keep_settle *settle,
            store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    struct buf outcomes;
    buf_init(&outcomes, 0);
    pack_outcomes(settle, &outcomes);
    keep_args_begin(&call, on);
    keep_args_number(&call, SETTLE_ARG_CHANNEL, (uint64_t)settle->channel);
    keep_args_number(&call, SETTLE_ARG_LEASE, settle->lease);
    keep_args_bytes(&call, SETTLE_ARG_OUTCOMES,
                    bytes_of(outcomes.data, outcomes.len));
    keep_args_number(&call, SETTLE_ARG_REST, settle->rest);
    keep_args_number(&call, SETTLE_ARG_FATE, settle->fate);
    keep_args_run(&call, BROADCAST_SCRIPT_SETTLE, cb, arg);
    buf_fini(&outcomes);
}

void
keep_retry(const struct keep_on *on, int channel, store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, RETRY_ARG_CHANNEL, (uint64_t)channel);
    keep_args_run(&call, BROADCAST_SCRIPT_RETRY, cb, arg);
}

void
keep_sweep(const struct keep_on *on, const struct keep_chunk *chunk,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, SWEEP_ARG_CHANNEL, (uint64_t)chunk->channel);
    keep_args_number(&call, SWEEP_ARG_CHUNK, chunk->chunk);
    keep_args_run(&call, BROADCAST_SCRIPT_SWEEP, cb, arg);
}

static void
pack_numbers(const struct keep_numbers *numbers, struct buf *to)
{
    for (size_t i = 0; i < numbers->count; i++) {
        number_row_append(to,
                          &(struct number_row){.number = numbers->numbers[i]});
    }
}

void
keep_doubt(const struct keep_on *on, const struct keep_numbers *numbers,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    struct buf packed;
    buf_init(&packed, 0);
    pack_numbers(numbers, &packed);
    keep_args_begin(&call, on);
    keep_args_text(&call, DOUBT_ARG_CHANNEL, numbers->channels);
    keep_args_number(&call, DOUBT_ARG_EVENT, numbers->event);
    keep_args_bytes(&call, DOUBT_ARG_NUMBERS,
                    bytes_of(packed.data, packed.len));
    keep_args_run(&call, BROADCAST_SCRIPT_DOUBT, cb, arg);
    buf_fini(&packed);
}

void
keep_standing(const struct keep_on *on, const struct keep_numbers *numbers,
              store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    struct buf packed;
    buf_init(&packed, 0);
    pack_numbers(numbers, &packed);
    keep_args_begin(&call, on);
    keep_args_number(&call, STANDING_ARG_SEQ, numbers->seq);
    keep_args_text(&call, STANDING_ARG_CHANNELS, numbers->channels);
    keep_args_bytes(&call, STANDING_ARG_NUMBERS,
                    bytes_of(packed.data, packed.len));
    keep_args_number(&call, STANDING_ARG_RETIRES, numbers->retires);
    keep_args_run(&call, BROADCAST_SCRIPT_STANDING, cb, arg);
    buf_fini(&packed);
}

/* ---- a store that has gone back ---- */

void
keep_era(const struct keep_on *on, const struct keep_fence *fence,
         store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, ERA_ARG_ERA, fence->era);
    keep_args_number(&call, ERA_ARG_GRANTED, fence->granted);
    keep_args_number(&call, ERA_ARG_PLACE, fence->place);
    keep_args_run(&call, BROADCAST_SCRIPT_ERA, cb, arg);
}

void
keep_begun(const struct keep_on *on, const struct keep_begun *begun,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, BEGUN_ARG_ERA, begun->era);
    keep_args_number(&call, BEGUN_ARG_CHANNEL, (uint64_t)begun->at.channel);
    keep_args_number(&call, BEGUN_ARG_CHUNK, begun->at.chunk);
    keep_args_bytes(&call, BEGUN_ARG_BITS, begun->bits);
    keep_args_number(&call, BEGUN_ARG_IS_ALL, begun->is_all);
    keep_args_run(&call, BROADCAST_SCRIPT_BEGUN, cb, arg);
}

void
keep_reported(const struct keep_on *on, const struct keep_fence *of,
              bool gives_up, store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, REPORTED_ARG_ERA, of->era);
    keep_args_number(&call, REPORTED_ARG_PLACE, of->place);
    keep_args_number(&call, REPORTED_ARG_GIVES_UP, gives_up);
    keep_args_run(&call, BROADCAST_SCRIPT_REPORTED, cb, arg);
}
