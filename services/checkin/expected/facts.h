/* facts -- an entry of signup's feed as expected.lua reads it. Pure. */
#ifndef CHECKIN_FACTS_H
#define CHECKIN_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "feed.pb-c.h"
#include "services/checkin/expected/directory.h"

/* One row for each fact that matters here (see rows.txt); an event that
 * is not valid is logged and passed over, for it would be so for ever. */
struct entry_facts {
    uint64_t seq;
    struct bytes *items; /* into bytes */
    size_t count;
    struct buf bytes;
};

struct entry_facts *entry_facts_new(const Feed__Entry *entry);
void entry_facts_free(struct entry_facts **facts);
/* Tells the directory. gates: for each action among the facts, its gates'
 * ids by index, each ended by a newline: what expected.lua returned. */
void entry_facts_learn(const struct entry_facts *facts,
                       const struct store_reply *gates, size_t gates_count,
                       struct campaign *campaign);

#endif
