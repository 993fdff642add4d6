/* broadcast_request -- any bytes as a request, and as an audience's bits.
 *
 * What is made of them without Redis: unpacked within limits, a content's
 * hash, the events of outcomes; and a chunk of the ledger, whose recipients
 * are as many as were counted and found. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/draft/content_hash.h"
#include "services/broadcast/keep/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_request(const Broadcast__Request *request)
{
    char hash[CONTENT_HASH_SIZE];
    if (request->is_case == BROADCAST__REQUEST__IS_CREATE) {
        content_hash(request->create->content, hash);
        assert(strlen(hash) == CONTENT_HASH_SIZE - 1);
    }
    if (request->is_case == BROADCAST__REQUEST__IS_SETTLE) {
        for (size_t i = 0; i < request->settle->n_outcomes; i++) {
            Words__RecipientState state = request->settle->outcomes[i]->state;
            assert(ledger_outcome_event(state) <= EVENT_COUNT);
        }
    }
}

static void
try_bits(const uint8_t *data, size_t size)
{
    static uint8_t chunk[LEDGER_CHUNK_BYTES];
    static uint32_t offsets[CHUNK_NUMBERS];
    uint32_t counts[LEDGER_STATES] = {0};
    struct ledger_found found = {.offsets = offsets, .max = CHUNK_NUMBERS};
    size_t len;
    uint32_t count = ledger_from_bits(data, size, chunk, &len);
    ledger_count(chunk, len, counts);
    assert(counts[WORDS__RECIPIENT_STATE__PENDING] == count);
    ledger_find(bytes_of(chunk, len), WORDS__RECIPIENT_STATE__PENDING, 0,
                &found);
    assert(found.count == count && found.next == CHUNK_NUMBERS);
    /* Any bytes may be in Redis: states that do not exist count nowhere. */
    memset(counts, 0, sizeof(counts));
    ledger_count(data, size, counts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Broadcast__Request *request = wire_unpack(
        &broadcast__request__descriptor, data, size, WIRE_OUTSIDE_BYTES_MAX);
    if (request != NULL) {
        try_request(request);
    }
    wire_free(request);
    try_bits(data, size);
    return 0;
}
