/* pacing -- how fast leases of a route are granted: a bucket of tokens. */
#include "services/broadcast/schedule/pacing.h"

static double
burst_of(double rate)
{
    double burst = rate * PACING_BURST_MS / 1000;
    return burst < 1 ? 1 : burst;
}

void
pacing_init(struct pacing *pacing, double rate, int64_t now_us)
{
    rate = rate < PACING_RATE_MIN ? PACING_RATE_MIN : rate;
    *pacing = (struct pacing){rate, burst_of(rate), burst_of(rate), now_us};
}

static void
fill(struct pacing *pacing, int64_t now_us)
{
    if (now_us > pacing->at_us) {
        double seconds = (double)(now_us - pacing->at_us) / 1e6;
        pacing->tokens += seconds * pacing->rate;
        if (pacing->tokens > pacing->burst) {
            pacing->tokens = pacing->burst;
        }
    }
    pacing->at_us = now_us;
}

void
pacing_set_rate(struct pacing *pacing, double rate, int64_t now_us)
{
    fill(pacing, now_us);
    pacing->rate = rate < PACING_RATE_MIN ? PACING_RATE_MIN : rate;
    pacing->burst = burst_of(pacing->rate);
    if (pacing->tokens > pacing->burst) {
        pacing->tokens = pacing->burst;
    }
}

uint32_t
pacing_tokens(struct pacing *pacing, int64_t now_us)
{
    fill(pacing, now_us);
    return pacing->tokens <= 0 ? 0 : (uint32_t)(pacing->tokens + 1e-6);
}

void
pacing_take(struct pacing *pacing, uint32_t n)
{
    pacing->tokens -= n;
}

void
pacing_give_back(struct pacing *pacing, uint32_t n)
{
    pacing->tokens += n;
    if (pacing->tokens > pacing->burst) {
        pacing->tokens = pacing->burst;
    }
}

int64_t
pacing_wait_us(const struct pacing *pacing, uint32_t n, int64_t now_us)
{
    double want = n > pacing->burst ? pacing->burst : n;
    double passed = (double)(now_us - pacing->at_us) / 1e6;
    double there = pacing->tokens + (passed > 0 ? passed * pacing->rate : 0);
    if (there + 1e-6 >= want) {
        return 0;
    }
    return (int64_t)((want - there) / pacing->rate * 1e6) + 1;
}
