/* circuit -- keeps leases away from a route whose provider fails. */
#include "services/broadcast/schedule/circuit.h"

enum circuit_pass
circuit_ask(const struct circuit *circuit, int64_t now_ms)
{
    switch (circuit->state) {
    case CIRCUIT_CLOSED:
        return CIRCUIT_GO;
    case CIRCUIT_OPEN:
        return now_ms >= circuit->open_until_ms ? CIRCUIT_PROBE : CIRCUIT_STOP;
    case CIRCUIT_PROBING:
        break;
    }
    return CIRCUIT_STOP;
}

void
circuit_probe_granted(struct circuit *circuit)
{
    circuit->state = CIRCUIT_PROBING;
}

static void
turn_window(struct circuit *circuit, int64_t now_ms)
{
    int64_t passed = now_ms - circuit->half_began_ms;
    if (passed < CIRCUIT_HALF_WINDOW_MS) {
        return;
    }
    bool is_next = passed < 2 * CIRCUIT_HALF_WINDOW_MS;
    circuit->good[1] = is_next ? circuit->good[0] : 0;
    circuit->bad[1] = is_next ? circuit->bad[0] : 0;
    circuit->good[0] = circuit->bad[0] = 0;
    circuit->half_began_ms = now_ms;
}

static void
open_circuit(struct circuit *circuit, int64_t now_ms)
{
    int64_t cool_ms = circuit->cool_ms * 2;
    if (cool_ms < CIRCUIT_COOL_MS_MIN) {
        cool_ms = CIRCUIT_COOL_MS_MIN;
    }
    if (cool_ms > CIRCUIT_COOL_MS_MAX) {
        cool_ms = CIRCUIT_COOL_MS_MAX;
    }
    *circuit = (struct circuit){.state = CIRCUIT_OPEN,
                                .half_began_ms = now_ms,
                                .open_until_ms = now_ms + cool_ms,
                                .cool_ms = cool_ms};
}

static void
hear_probe(struct circuit *circuit, uint32_t good, uint32_t bad, int64_t now_ms)
{
    if (bad > 0) {
        open_circuit(circuit, now_ms);
    } else if (good > 0) {
        *circuit = (struct circuit){.half_began_ms = now_ms};
    } else {
        circuit->state = CIRCUIT_OPEN;
        circuit->open_until_ms = now_ms;
    }
}

void
circuit_hear(struct circuit *circuit, uint32_t good, uint32_t bad,
             bool is_probe, int64_t now_ms)
{
    if (circuit->state == CIRCUIT_PROBING && is_probe) {
        hear_probe(circuit, good, bad, now_ms);
        return;
    }
    if (circuit->state != CIRCUIT_CLOSED) {
        return; /* leases granted before it opened: known already */
    }
    turn_window(circuit, now_ms);
    circuit->good[0] += good;
    circuit->bad[0] += bad;
    uint32_t all_bad = circuit->bad[0] + circuit->bad[1];
    uint32_t all = all_bad + circuit->good[0] + circuit->good[1];
    if (all >= CIRCUIT_OUTCOMES_MIN && all_bad * 2 > all) {
        open_circuit(circuit, now_ms);
    }
}
