/* circuit -- keeps leases away from a route whose provider fails.
 *
 * Pure. Closed: leases flow. When at least CIRCUIT_OUTCOMES_MIN outcomes of
 * the last window (5 to 10 s) are known and more than half are bad (refused
 * for now, no answer, lapsed), it opens: no leases for a while (1 s, doubled
 * at each failed probe, at most 30 s). Then one probe: a lease of one. A good
 * outcome closes it; a bad one opens it again; neither (the recipient was
 * withheld, the courier never began) lets another probe go. */
#ifndef BROADCAST_SCHEDULE_CIRCUIT_H
#define BROADCAST_SCHEDULE_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

#define CIRCUIT_HALF_WINDOW_MS 5000
#define CIRCUIT_OUTCOMES_MIN 20
#define CIRCUIT_COOL_MS_MIN 1000
#define CIRCUIT_COOL_MS_MAX 30000

struct circuit {
    enum circuit_state { CIRCUIT_CLOSED, CIRCUIT_OPEN, CIRCUIT_PROBING } state;
    uint32_t good[2], bad[2]; /* this half of the window, and the last */
    int64_t half_began_ms;
    int64_t open_until_ms;
    int64_t cool_ms;
};

enum circuit_pass { CIRCUIT_STOP, CIRCUIT_PROBE, CIRCUIT_GO };

/* All zero is a closed circuit. */
enum circuit_pass circuit_ask(const struct circuit *circuit, int64_t now_ms);
void circuit_probe_granted(struct circuit *circuit);
/* What a settle or a lapse said; both 0 when it said nothing about the
 * provider. is_probe: of the probe's lease. */
void circuit_hear(struct circuit *circuit, uint32_t good, uint32_t bad,
                  bool is_probe, int64_t now_ms);

#endif
