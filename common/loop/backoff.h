/* backoff -- how long to wait before trying again: full jitter.
 *
 * A random part of a longest wait that doubles with each try up to most_ms,
 * so that those who failed together do not come back together. */
#ifndef COMMON_LOOP_BACKOFF_H
#define COMMON_LOOP_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t first_ms, most_ms; /* both at least 1 */
    unsigned tries;            /* since the last success */
};

/* Pure: the longest wait before try number tries + 1. */
int64_t backoff_longest_ms(const struct backoff *backoff);
/* 1..backoff_longest_ms; counts the try. */
int64_t backoff_next_ms(struct backoff *backoff);
void backoff_reset(struct backoff *backoff); /* it worked */

#endif
