/* store -- checkin's keys in Redis, one function for each thing done there.
 *
 *   {muster}:ci:campaigns      set of campaign ids
 *   {muster}:ci:meta           hash: format (common/service/format.h)
 *   {c}:ci:meta                hash: format, cursor (in signup's feed), end
 *                              (of our own), c (packed Campaign), top (the
 *                              greatest action number), old (close_old.lua),
 *                              and by action number: a<n> (packed Action),
 *                              g<n> (its gates' ids by index, each ended by a
 *                              newline)
 *   {c}:ci:known               where 0.1 kept that; a sentence
 *   {c}:ci:feed                stream of marks: <seq>-0, e = packed events
 *   {c}:ci:used                set: numbers of actions with a record
 *   {c}:ci:f                   hash: number -> who it counts as, and who as it
 *                              (fold.lua)
 *   {c}:ci:s:<0..16383>        hash: scan hash -> content hash and answer
 *   {c}:ci:<n>:p:<number/64>   hash: number % 64 -> record (person.lua)
 *   {c}:ci:<n>:in:<chunk>      bits: who is inside, least significant first;
 *                              who is folded has none
 *   {c}:ci:<n>:n               hash: counts (attendance.h counts_set)
 *   {c}:ci:<n>:m               hash: minute since 1970 -> arrivals
 *   {c}:ci:<n>:d               sorted set: device hash by when last heard of
 *
 * The hashes of records and scans stay small enough (64; 128 up to 2 million
 * scans) for Redis to pack them: measured, about 115 bytes for each person who
 * came, the event in the feed included. */
#ifndef CHECKIN_STORE_H
#define CHECKIN_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "checkin_scripts.h"
#include "common/base/base.h"
#include "common/store/store.h"

struct checkin_store {
    struct store *redis; /* borrowed */
    struct store_script *scripts[CHECKIN_SCRIPT_COUNT];
};

void checkin_store_open(struct checkin_store *store, struct store *redis);

/* What most functions below are told: of which campaign (its id, valid), and
 * whom to answer. One call of cb each, always later. */
struct checkin_call {
    struct checkin_store *store;
    const char *campaign;
    store_reply_cb *cb;
    void *arg;
};

/* marks: a mark_row each. */
void checkin_commit_marks(const struct checkin_call *call,
                          const struct bytes *marks, size_t count);
/* facts: rows as expected.lua reads them, of the entry seq. */
void checkin_apply_entry(const struct checkin_call *call, uint64_t seq,
                         const struct bytes *facts, size_t count);

struct checkin_counts_asked {
    uint32_t action;
    int64_t minute_first; /* minutes since 1970 */
    int minutes;
    int64_t silent_since_ms;
};
void checkin_read_counts(const struct checkin_call *call,
                         const struct checkin_counts_asked *asked);
void checkin_read_feed(const struct checkin_call *call, uint64_t after,
                       uint32_t entries_max);
void checkin_read_present(const struct checkin_call *call, uint32_t action,
                          uint32_t chunk);
void checkin_load_campaigns(struct checkin_store *store, store_reply_cb *cb,
                            void *arg);
/* Remembers the campaign's id. */
void checkin_remember_campaign(const struct checkin_call *call);
/* What is known of it, with the actions of count numbers from first: see
 * load.lua. ERR_LIMIT: it was stored by a newer Muster. */
void checkin_load_campaign(const struct checkin_call *call, uint32_t first,
                           uint32_t count);
void checkin_close_old(const struct checkin_call *call);

#endif
