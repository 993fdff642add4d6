/* ledger -- the state of every recipient of a broadcast, four bits each.
 *
 * Pure: no I/O, no time. One table says which event leads from which state
 * to which; the scripts that change the ledger in Redis are handed this very
 * table (ledger_table), so nothing else decides what may follow what.
 *
 * A chunk is 65,536 recipients of one channel in 32 KiB: recipient i is in
 * byte i / 2, the even one in the low half. A chunk may be stored shorter;
 * what is missing is NOT_IN_IT. */
#ifndef BROADCAST_LEDGER_H
#define BROADCAST_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "broadcast_rows.h"
#include "common/base/base.h"
#include "words.pb-c.h"

#define LEDGER_CHUNK_BYTES (CHUNK_NUMBERS / 2)
#define LEDGER_STATES 12
/* A late event, which comes from a lapsed lease, stands so far after its
 * live twin. The events are in rows.txt, for the scripts have them too. */
#define LEDGER_LATE (EVENT_LATE_ACCEPT - EVENT_ACCEPT)
#define LEDGER_TABLE_BYTES ((size_t)EVENT_COUNT * LEDGER_ROW_STATES)

/* The state after event, or LEDGER_REFUSED: then nothing changes. */
unsigned ledger_next(unsigned state, enum ledger_event event);
/* What a broadcast in this stage makes of a state that would be sent later:
 * a stopped one has no pending or deferred recipients, nor an expired one. */
unsigned ledger_close(unsigned state, Broadcast__Stage stage);
/* The whole table for the scripts: byte event * 16 + state is the next. */
void ledger_table(uint8_t table[LEDGER_TABLE_BYTES]);
/* The settle event of an outcome's state; EVENT_COUNT: not an outcome. */
enum ledger_event ledger_outcome_event(Words__RecipientState state);

/* Reading past len gives NOT_IN_IT. put needs offset / 2 < len. */
unsigned ledger_get(const uint8_t *bytes, size_t len, uint32_t offset);
void ledger_put(uint8_t *bytes, uint32_t offset, unsigned state);
/* Adds to counts how many recipients are in each state but NOT_IN_IT. */
void ledger_count(const uint8_t *bytes, size_t len,
                  uint32_t counts[LEDGER_STATES]);
struct ledger_found {
    uint32_t *offsets; /* room for max of them */
    size_t max, count;
    uint32_t next; /* where to go on; CHUNK_NUMBERS: at the end */
};
/* Offsets from `from` on that are in state, in order. */
void ledger_find(struct bytes chunk, unsigned state, uint32_t from,
                 struct ledger_found *found);
/* A frozen audience's bits (least significant first) as a chunk of pending.
 * Returns how many are in it; *len_out: bytes up to the last of them. */
uint32_t ledger_from_bits(const uint8_t *bits, size_t bits_len,
                          uint8_t chunk[LEDGER_CHUNK_BYTES], size_t *len_out);

#endif
