/* lane -- one channel of a sending: which recipients may be leased next.
 *
 * The ledger is read a chunk at a time and its pending recipients kept as
 * bits; a grant takes the next ones from there and compares-and-sets them in
 * Redis, so bits that are wrong cost an empty grant and never a message. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"

void
lane_init(struct lane *lane, struct sending *sending, int channel)
{
    *lane = (struct lane){.sending = sending, .chunk = LANE_ALL};
    lane->work = (struct work){
        .channel = (Words__Channel)channel,
        .lane = sending->record->content->class_,
        .owner = lane,
    };
}

void
lane_fini(struct lane *lane)
{
    free(lane->maybe);
    lane->maybe = NULL;
    lane->chunks = 0;
}

void
lane_set_chunks(struct lane *lane, uint32_t chunks)
{
    if (chunks <= lane->chunks) {
        return;
    }
    lane->maybe = mem_resize(lane->maybe, chunks);
    memset(lane->maybe + lane->chunks, 1, chunks - lane->chunks);
    lane->chunks = chunks;
}

void
lane_set_pending(struct lane *lane, int64_t pending)
{
    bool had_none = lane->work.pending == 0;
    int64_t left = pending - lane->granting;
    lane->work.pending = left < 0 ? 0 : (uint32_t)left;
    if (had_none && left > 0 && lane->work.is_open) {
        mark_work(lane->sending->campaign->broadcast);
    }
}

void
lane_hint(struct lane *lane, uint32_t chunk)
{
    if (chunk == LANE_ALL) {
        if (lane->chunks > 0) {
            memset(lane->maybe, 1, lane->chunks);
        }
        return;
    }
    lane_set_chunks(lane, chunk + 1);
    lane->maybe[chunk] = 1;
}

size_t
lane_take(struct lane *lane, uint16_t *offsets, size_t size)
{
    size_t count = 0;
    while (lane->candidate_count > 0 && count < size) {
        uint32_t at = lane->at++;
        if (((lane->candidates[at / 8] >> (at % 8)) & 1) != 0) {
            offsets[count++] = (uint16_t)at;
            lane->candidate_count--;
        }
    }
    return count;
}

uint32_t
lane_next_chunk(const struct lane *lane)
{
    uint32_t from = lane->chunk == LANE_ALL ? 0 : lane->chunk + 1;
    for (uint32_t i = 0; i < lane->chunks; i++) {
        uint32_t chunk = (from + i) % lane->chunks;
        if (lane->maybe[chunk] != 0) {
            return chunk;
        }
    }
    return LANE_ALL;
}

void
lane_fill(struct lane *lane, uint32_t chunk, const uint8_t *bytes, size_t len)
{
    memset(lane->candidates, 0, sizeof(lane->candidates));
    lane->chunk = chunk;
    lane->candidate_count = 0;
    lane->at = 0;
    /* A hint that comes from now on sets it again. */
    lane->maybe[chunk] = 0;
    for (uint32_t i = 0; i < len * 2 && i < CHUNK_NUMBERS; i++) {
        if (ledger_get(bytes, len, i) == WORDS__RECIPIENT_STATE__PENDING) {
            lane->candidates[i / 8] |= (uint8_t)(1U << (i % 8));
            lane->candidate_count++;
        }
    }
}

void
lane_distrust(struct lane *lane, uint32_t chunk)
{
    if (lane->chunk == chunk) {
        lane->candidate_count = 0;
    }
    lane_hint(lane, chunk);
}
