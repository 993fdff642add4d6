/* pacing -- how fast leases of a route are granted: a bucket of tokens.
 *
 * Pure. A token is one message. The bucket fills at the route's rate and
 * holds a quarter of a second of it (at least one), so a pause is never made
 * up for by a flood. Times are microseconds of the boot clock. */
#ifndef BROADCAST_SCHEDULE_PACING_H
#define BROADCAST_SCHEDULE_PACING_H

#include <stdint.h>

#define PACING_BURST_MS 250
#define PACING_RATE_MIN 0.01 /* messages a second */

struct pacing {
    double rate, burst, tokens;
    int64_t at_us; /* tokens are as of then */
};

/* Begins full. */
void pacing_init(struct pacing *pacing, double rate, int64_t now_us);
/* Keeps what is in the bucket, up to the new burst. */
void pacing_set_rate(struct pacing *pacing, double rate, int64_t now_us);
/* Whole tokens there now. A clock that goes back gives none. */
uint32_t pacing_tokens(struct pacing *pacing, int64_t now_us);
/* Takes n; give back what was not used. */
void pacing_take(struct pacing *pacing, uint32_t n);
void pacing_give_back(struct pacing *pacing, uint32_t n);
/* Until n (cut to the burst) tokens are there; 0: now. */
int64_t pacing_wait_us(const struct pacing *pacing, uint32_t n, int64_t now_us);

#endif
