/* store_ledger -- the scripts that change a ledger, one function for each. */
#include "services/broadcast/keep/store_ledger.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/broadcast/keep/store_inside.h"

#define RETRY_MAX 500

static void
begin_at(struct keep_args *call, const struct keep_on *on,
         const struct keep_chunk *at)
{
    keep_args_begin(call, on);
    keep_args_number(call, (uint64_t)at->channel);
    keep_args_number(call, at->chunk);
}

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
    begin_at(&call, on, chunk);
    keep_args_run(&call, KEEP_RECOUNT, cb, arg);
}

void
keep_freeze(const struct keep_on *on, const struct keep_freeze *freeze,
            store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    begin_at(&call, on, &freeze->at);
    keep_args_bytes(&call, freeze->bytes.data, freeze->bytes.len);
    keep_args_number(&call, freeze->count);
    keep_args_text(&call, freeze->cursor);
    keep_args_text(&call, freeze->next);
    keep_args_run(&call, KEEP_FREEZE, cb, arg);
}

static void
add_little_endian(struct buf *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        buf_add_byte(to, (uint8_t)(value >> (8 * i)));
    }
}

void
keep_grant(const struct keep_on *on, const struct keep_grant *grant,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    struct buf offsets;
    buf_init(&offsets, 0);
    for (size_t i = 0; i < grant->count; i++) {
        add_little_endian(&offsets, grant->offsets[i], 2);
    }
    begin_at(&call, on, &grant->at);
    keep_args_bytes(&call, offsets.data, offsets.len);
    keep_args_number(&call, grant->lease);
    keep_args_bytes(&call, grant->line.data, grant->line.len);
    keep_args_number(&call, EVENT_GRANT);
    keep_args_run(&call, KEEP_GRANT, cb, arg);
    buf_fini(&offsets);
}

static void
pack_outcomes(const struct keep_settle *settle, struct buf *to)
{
    for (size_t i = 0; i < settle->count; i++) {
        const struct keep_outcome *outcome = &settle->outcomes[i];
        uint16_t random;
        crypto_random(&random, sizeof(random));
        add_little_endian(to, outcome->number, 4);
        add_little_endian(to, outcome->event, 1);
        add_little_endian(to, outcome->rule, 1);
        add_little_endian(to, random, 2);
        add_little_endian(to, outcome->wish_ms, 4);
    }
}

static void
pack_backoff(struct buf *to)
{
    static const uint32_t waits[KEEP_TRIES_MAX - 1] = KEEP_BACKOFF_MS;
    for (int i = 0; i < KEEP_TRIES_MAX - 1; i++) {
        add_little_endian(to, waits[i], 4);
    }
}

void
keep_settle(const struct keep_on *on, const struct keep_settle *settle,
            store_reply_cb *cb, void *arg)
{
    static const char *const fates[] = {"stay", "close", "lapse"};
    struct keep_args call;
    struct buf outcomes, backoff;
    buf_init(&outcomes, 0);
    buf_init(&backoff, 0);
    pack_outcomes(settle, &outcomes);
    pack_backoff(&backoff);
    keep_args_begin(&call, on);
    keep_args_number(&call, (uint64_t)settle->channel);
    keep_args_number(&call, settle->lease);
    keep_args_bytes(&call, outcomes.data, outcomes.len);
    if (settle->rest == EVENT_COUNT) {
        keep_args_text(&call, "");
    } else {
        keep_args_number(&call, settle->rest);
    }
    keep_args_text(&call, fates[settle->fate]);
    keep_args_bytes(&call, backoff.data, backoff.len);
    keep_args_number(&call, LEDGER_LATE);
    keep_args_number(&call, EVENT_DEFER);
    keep_args_number(&call, EVENT_FAIL);
    keep_args_number(&call, EVENT_RETURN);
    keep_args_number(&call, EVENT_WITHHOLD);
    keep_args_number(&call, KEEP_DEFERRED_MAX);
    keep_args_run(&call, KEEP_SETTLE, cb, arg);
    buf_fini(&outcomes);
    buf_fini(&backoff);
}

void
keep_retry(const struct keep_on *on, int channel, store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, (uint64_t)channel);
    keep_args_number(&call, RETRY_MAX);
    keep_args_number(&call, EVENT_RETRY);
    keep_args_run(&call, KEEP_RETRY, cb, arg);
}

void
keep_sweep(const struct keep_on *on, const struct keep_chunk *chunk,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    begin_at(&call, on, chunk);
    keep_args_number(&call, EVENT_STOP);
    keep_args_number(&call, EVENT_EXPIRE);
    keep_args_run(&call, KEEP_SWEEP, cb, arg);
}

static void
pack_numbers(const struct keep_numbers *numbers, struct buf *to)
{
    for (size_t i = 0; i < numbers->count; i++) {
        add_little_endian(to, numbers->numbers[i], 4);
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
    keep_args_text(&call, numbers->channels);
    keep_args_number(&call, numbers->event);
    keep_args_bytes(&call, packed.data, packed.len);
    keep_args_run(&call, KEEP_DOUBT, cb, arg);
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
    keep_args_number(&call, numbers->seq);
    keep_args_text(&call, numbers->channels);
    keep_args_bytes(&call, packed.data, packed.len);
    keep_args_number(&call, EVENT_FREEZE);
    keep_args_run(&call, KEEP_STANDING, cb, arg);
    buf_fini(&packed);
}
