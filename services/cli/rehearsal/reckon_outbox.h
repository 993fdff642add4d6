/* reckon_outbox -- what is in the outbox since a rehearsal began. */
#ifndef CLI_RECKON_OUTBOX_H
#define CLI_RECKON_OUTBOX_H

#include <stdbool.h>

#include "common/text/text.h"
#include "services/cli/rehearsal/rehearsal.h"

/* Messages of one broadcast. */
struct found {
    long long messages[CHANNELS], twice;
    json_t *recipients[CHANNELS]; /* by supporter number; owned */
};

void found_init(struct found *found);
void found_clear(struct found *found);
/* False: said why. */
MUST_CHECK bool reckon_read_outbox(struct rehearsal *r, const char *broadcast,
                                   struct found *found);

#endif
