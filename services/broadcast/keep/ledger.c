/* ledger -- the state of every recipient of a broadcast, four bits each. */
#include "services/broadcast/keep/ledger.h"

#include <string.h>

#define S(name) WORDS__RECIPIENT_STATE__##name

/* Everything that may happen. Three thoughts behind it:
 * - only PENDING is ever granted, and only a courier's word, a person's word
 *   or a retry's time makes anything pending again;
 * - what is in doubt stays so until somebody who knows says better;
 * - late truth from a lapsed lease may overtake what was done by hand
 *   meanwhile, but never what another courier says. */
static const struct transition {
    uint8_t state, event, next;
} transitions[] = {
    {S(NOT_IN_IT), EVENT_FREEZE, S(PENDING)},
    {S(PENDING), EVENT_GRANT, S(LEASED)},

    {S(LEASED), EVENT_ACCEPT, S(ACCEPTED)},
    {S(LEASED), EVENT_FAIL, S(FAILED)},
    {S(LEASED), EVENT_WITHHOLD, S(WITHHELD)},
    {S(LEASED), EVENT_DOUBT, S(IN_DOUBT)},
    {S(LEASED), EVENT_DEFER, S(DEFERRED)},
    {S(LEASED), EVENT_RETURN, S(PENDING)},
    {S(LEASED), EVENT_LAPSE, S(IN_DOUBT)},

    {S(IN_DOUBT), EVENT_LATE_ACCEPT, S(ACCEPTED)},
    {S(PENDING), EVENT_LATE_ACCEPT, S(ACCEPTED)},
    {S(STOPPED), EVENT_LATE_ACCEPT, S(ACCEPTED)},
    {S(EXPIRED), EVENT_LATE_ACCEPT, S(ACCEPTED)},
    {S(IN_DOUBT), EVENT_LATE_FAIL, S(FAILED)},
    {S(IN_DOUBT), EVENT_LATE_WITHHOLD, S(WITHHELD)},
    {S(IN_DOUBT), EVENT_LATE_DEFER, S(DEFERRED)},
    {S(IN_DOUBT), EVENT_LATE_RETURN, S(PENDING)},

    {S(DEFERRED), EVENT_RETRY, S(PENDING)},
    {S(PENDING), EVENT_STOP, S(STOPPED)},
    {S(DEFERRED), EVENT_STOP, S(STOPPED)},
    {S(PENDING), EVENT_EXPIRE, S(EXPIRED)},
    {S(DEFERRED), EVENT_EXPIRE, S(EXPIRED)},
    {S(IN_DOUBT), EVENT_TRUST, S(ACCEPTED)},
    {S(IN_DOUBT), EVENT_RELEASE, S(PENDING)},

    {S(PENDING), EVENT_BEGUN, S(IN_DOUBT)},
    {S(DEFERRED), EVENT_BEGUN, S(IN_DOUBT)},
};
#define TRANSITIONS (sizeof(transitions) / sizeof(transitions[0]))

unsigned
ledger_next(unsigned state, enum ledger_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++) {
        if (transitions[i].state == state && transitions[i].event == event) {
            return transitions[i].next;
        }
    }
    return LEDGER_REFUSED;
}

unsigned
ledger_close(unsigned state, Broadcast__Stage stage)
{
    if (state != S(PENDING) && state != S(DEFERRED)) {
        return state;
    }
    if (stage == BROADCAST__STAGE__STAGE_STOPPED) {
        return S(STOPPED);
    }
    if (stage == BROADCAST__STAGE__STAGE_EXPIRED) {
        return S(EXPIRED);
    }
    return state;
}

void
ledger_table(uint8_t table[LEDGER_TABLE_BYTES])
{
    memset(table, LEDGER_REFUSED, LEDGER_TABLE_BYTES);
    for (size_t i = 0; i < TRANSITIONS; i++) {
        const struct transition *t = &transitions[i];
        table[t->event * LEDGER_ROW_STATES + t->state] = t->next;
    }
}

enum ledger_event
ledger_outcome_event(Words__RecipientState state)
{
    static const uint8_t events[LEDGER_STATES] = {
        [S(PENDING)] = EVENT_RETURN,    [S(DEFERRED)] = EVENT_DEFER,
        [S(ACCEPTED)] = EVENT_ACCEPT,   [S(FAILED)] = EVENT_FAIL,
        [S(WITHHELD)] = EVENT_WITHHOLD, [S(IN_DOUBT)] = EVENT_DOUBT,
    };
    unsigned i = (unsigned)state;
    if (i >= LEDGER_STATES || events[i] == 0) {
        return EVENT_COUNT;
    }
    return (enum ledger_event)events[i];
}

unsigned
ledger_get(const uint8_t *bytes, size_t len, uint32_t offset)
{
    if (offset / 2 >= len) {
        return S(NOT_IN_IT);
    }
    return ((unsigned)bytes[offset / 2] >> (offset % 2 * 4)) & 0xfu;
}

void
ledger_put(uint8_t *bytes, uint32_t offset, unsigned state)
{
    unsigned shift = offset % 2 * 4;
    unsigned kept = bytes[offset / 2] & ~(0xfu << shift);
    bytes[offset / 2] = (uint8_t)(kept | (state & 0xfu) << shift);
}

void
ledger_count(const uint8_t *bytes, size_t len, uint32_t counts[LEDGER_STATES])
{
    uint32_t all[16] = {0};
    for (size_t i = 0; i < len; i++) {
        all[bytes[i] & 0xfu]++;
        all[bytes[i] >> 4]++;
    }
    for (unsigned state = 1; state < LEDGER_STATES; state++) {
        counts[state] += all[state];
    }
}

void
ledger_find(struct bytes chunk, unsigned state, uint32_t from,
            struct ledger_found *found)
{
    uint32_t end = chunk.len > LEDGER_CHUNK_BYTES ? CHUNK_NUMBERS
                                                  : (uint32_t)chunk.len * 2;
    found->count = 0;
    found->next = CHUNK_NUMBERS;
    for (uint32_t offset = from; offset < end; offset++) {
        if (ledger_get(chunk.data, chunk.len, offset) != state) {
            continue;
        }
        if (found->count == found->max) {
            found->next = offset;
            return;
        }
        found->offsets[found->count++] = offset;
    }
}

uint32_t
ledger_from_bits(const uint8_t *bits, size_t bits_len,
                 uint8_t chunk[LEDGER_CHUNK_BYTES], size_t *len_out)
{
    uint32_t count = 0;
    memset(chunk, 0, LEDGER_CHUNK_BYTES);
    *len_out = 0;
    for (uint32_t i = 0; i < bits_len * 8 && i < CHUNK_NUMBERS; i++) {
        if (((bits[i / 8] >> (i % 8)) & 1) != 0) {
            ledger_put(chunk, i, S(PENDING));
            *len_out = i / 2 + 1;
            count++;
        }
    }
    return count;
}
