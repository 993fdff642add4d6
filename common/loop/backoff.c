/* backoff -- see backoff.h. */
#include "common/loop/backoff.h"

#include <stdlib.h>

int64_t
backoff_longest_ms(const struct backoff *backoff)
{
    int64_t longest_ms = backoff->first_ms;
    for (unsigned i = 0; i < backoff->tries && longest_ms < backoff->most_ms;
         i++) {
        longest_ms *= 2;
    }
    return longest_ms < backoff->most_ms ? longest_ms : backoff->most_ms;
}

int64_t
backoff_next_ms(struct backoff *backoff)
{
    int64_t longest_ms = backoff_longest_ms(backoff);
    backoff->tries++;
    return 1 + (int64_t)arc4random_uniform((uint32_t)longest_ms);
}

void
backoff_reset(struct backoff *backoff)
{
    backoff->tries = 0;
}
