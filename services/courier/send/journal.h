/* journal -- what this courier has begun and what was answered, kept in a
 * memory-mapped file so that a kill -9 forgets nothing.
 *
 * One slot for each lease that is not finally settled. A lease is synced to
 * the disk before any of it is begun; a mark is one byte in the page cache,
 * which outlives the process but not the machine. So after the machine has
 * been down, a recipient without an answer may have been begun and counts as
 * such. Layout: one page of header, which says its version, then JOURNAL_SLOTS
 * slots; little-endian machines alone. A file of an older version is brought
 * to this one; a newer one is left as it is, and the start ends. */
#ifndef COURIER_JOURNAL_H
#define COURIER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/crypto/crypto.h"

#define JOURNAL_VERSION 2
#define JOURNAL_SLOTS 64
#define JOURNAL_NUMBERS_MAX 1000 /* of one lease, as in broadcast.proto */
#define JOURNAL_HEADER_BYTES 4096
#define JOURNAL_BYTES                                                          \
    (JOURNAL_HEADER_BYTES + JOURNAL_SLOTS * sizeof(struct journal_slot))

/* A recipient's mark: one of these two, or JOURNAL_ANSWERED + its state. */
#define JOURNAL_NEVER_BEGUN 0
#define JOURNAL_BEGUN 1
#define JOURNAL_ANSWERED 0x40

struct journal_lease {
    uint64_t lease_id;
    uint64_t boot; /* of the courier that took it */
    char campaign[REFERENCE_ID_SIZE];
    char broadcast[REFERENCE_ID_SIZE];
    uint8_t channel; /* words.Channel */
    uint8_t is_idempotent;
    uint32_t count;
    uint32_t numbers[JOURNAL_NUMBERS_MAX];
};

struct journal_slot {
    uint64_t is_used;  /* written last */
    uint64_t checksum; /* of lease */
    struct journal_lease lease;
    uint8_t marks[JOURNAL_NUMBERS_MAX];
    uint16_t details[JOURNAL_NUMBERS_MAX]; /* see reason.h; before the mark */
};

struct journal;

/* Opens or makes <dir>/<name>.journal, and begins a new boot. Exits when it
 * cannot, when a newer version wrote it, or when the file is damaged in a way
 * that only losing truth could mend (start-up only). */
struct journal *journal_open(const char *dir, const char *name);
void journal_close(struct journal **journal);
/* Rises with each start, also when the file was lost. */
uint64_t journal_boot(const struct journal *journal);

/* A slot that is not used, or -1. */
int journal_find_free(const struct journal *journal);
/* Writes the lease into the slot, durably, all never begun. */
void journal_take(struct journal *journal, int slot,
                  const struct journal_lease *lease);
void journal_begin(struct journal *journal, int slot, uint32_t index);
void journal_answer(struct journal *journal, int slot, uint32_t index,
                    Words__RecipientState state, uint16_t detail);
void journal_release(struct journal *journal, int slot);
/* NULL: not used. */
const struct journal_slot *journal_slot(const struct journal *journal,
                                        int slot);

/* ---- pure: of bytes that may be anything ---- */

enum journal_health {
    JOURNAL_GOOD,
    JOURNAL_EMPTY,   /* not written yet */
    JOURNAL_DAMAGED, /* cannot be read */
};

/* 0: these are no journal's bytes. */
unsigned journal_version(const void *bytes, size_t len);
/* Brings a whole file of an older version to JOURNAL_VERSION; false: it is
 * none. */
bool journal_upgrade(void *bytes, size_t len);
/* Looks at a whole file. A slot that was torn when the machine went down
 * (is_other_machine_boot: so nothing of it was begun) is set free; every
 * recipient without an answer is then marked begun. */
enum journal_health journal_mend(void *bytes, size_t len,
                                 bool is_other_machine_boot);
/* What the planner is to be told of recipient i after a restart. */
Words__RecipientState journal_state(const struct journal_slot *slot,
                                    uint32_t index);

#endif
