/* sim_courier -- the couriers of a simulated broadcast, as the contract in
 * proto/broadcast.proto binds them, and the providers they hand over to. */
#include <assert.h>
#include <string.h>

#include "tests/support/sim/sim_inside.h"

#define S(name) WORDS__RECIPIENT_STATE__##name

/* ---- the courier asks ---- */

static uint64_t
done_below(const struct courier *courier)
{
    uint64_t below = courier->request + 1;
    for (int i = 0; i < ASKS; i++) {
        if (courier->asks[i].request != 0 && courier->asks[i].request < below) {
            below = courier->asks[i].request;
        }
    }
    return below;
}

static void
send_ask(struct sim *sim, int c, int i)
{
    struct courier *courier = &sim->couriers[c];
    struct courier_ask *ask = &courier->asks[i];
    ask->attempt++;
    ask->tries++;
    ask->sent_ms = sim->now;
    struct sim_message message = {.courier = c,
                                  .boot = courier->boot,
                                  .request = ask->request,
                                  .attempt = ask->attempt,
                                  .sent_ms = sim->now,
                                  .index = i,
                                  .done_below = done_below(courier)};
    for (int j = 0; j < JOURNAL; j++) {
        if (courier->journal[j].lease != 0) {
            message.held[message.held_count++] = courier->journal[j].lease;
        }
    }
    int copies = sim_is_lost(sim)
                     ? 0
                     : 1 + (sim_is_trouble(sim) && !sim_chance(sim, 15));
    for (int k = 0; k < copies; k++) {
        struct sim_event *event =
            sim_event_at(sim, sim->now + sim_network_ms(sim), ASK_ARRIVES);
        event->message = message;
        event->planner = (int)sim_chance(sim, PLANNERS);
    }
    sim_event_at(sim, sim->now + ASK_MS, ASK_TIMES_OUT)->message = message;
}

static bool
is_of_ask(const struct courier *courier, const struct sim_message *message)
{
    const struct courier_ask *ask = &courier->asks[message->index];
    return !courier->is_down && courier->boot == message->boot &&
           ask->request == message->request;
}

void
sim_ask_times_out(struct sim *sim, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    struct courier *courier = &sim->couriers[message->courier];
    struct courier_ask *ask = &courier->asks[message->index];
    if (!is_of_ask(courier, message) || ask->attempt != message->attempt) {
        return;
    }
    if (ask->tries >= 3) {
        ask->request = 0; /* given up: done_below passes it */
    } else {
        sim->result.repeats++;
        send_ask(sim, message->courier, message->index);
    }
}

/* ---- a lease arrives ---- */

static struct journal *
find_journal(struct courier *courier, uint64_t lease)
{
    for (int i = 0; i < JOURNAL; i++) {
        if (courier->journal[i].lease == lease) {
            return &courier->journal[i];
        }
    }
    return NULL;
}

void
sim_lease_arrives(struct sim *sim, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    struct courier *courier = &sim->couriers[message->courier];
    if (!is_of_ask(courier, message)) {
        return; /* answers an ask that is done: thrown away */
    }
    struct courier_ask *ask = &courier->asks[message->index];
    /* Counted from when the attempt that is answered was sent. */
    int64_t sent_ms = message->sent_ms;
    ask->request = 0;
    if (message->lease == 0 || find_journal(courier, message->lease) != NULL) {
        return;
    }
    struct journal *journal = find_journal(courier, 0);
    assert(journal != NULL);
    memset(journal, 0, sizeof(*journal));
    journal->lease = message->lease;
    journal->begin_until_ms = sent_ms + message->time_left_ms;
    for (size_t i = 0; i < message->count; i++) {
        journal->mark[message->numbers[i]] = NOT_BEGUN + 1;
    }
}

/* ---- a courier at work ---- */

static void
begin_hand_over(struct sim *sim, int c, struct journal *journal,
                uint32_t number)
{
    struct courier *courier = &sim->couriers[c];
    journal->mark[number] = ON_WIRE + 1;
    courier->on_wire++;
    sim_note(sim, 77 + number);
    if (sim->is_open[number]) {
        sim_broken(sim, "handed over twice", number);
    }
    if (sim->stop_answered_ms != 0 && sim->now > sim->stop_answered_ms + 1000) {
        sim_broken(sim, "handed over a second after the stop", number);
    }
    sim->is_open[number] = true;
    sim->is_unheard[number] = true;
    struct sim_event *event =
        sim_event_at(sim, sim->now + 1 + sim_chance(sim, 20), PROVIDER_GETS);
    event->message = (struct sim_message){.courier = c,
                                          .boot = courier->boot,
                                          .lease = journal->lease,
                                          .number = number};
}

static void
withhold(struct journal *journal, uint32_t number)
{
    journal->mark[number] = HEARD + 1;
    journal->outcome[number] = S(WITHHELD);
}

static void
begin_some(struct sim *sim, int c, struct journal *journal)
{
    struct courier *courier = &sim->couriers[c];
    bool is_late = sim->now >= journal->begin_until_ms;
    if (is_late && sim->bug != BUG_BEGINS_LATE) {
        return;
    }
    for (uint32_t n = 0; n < sim->model->people; n++) {
        if (journal->mark[n] != NOT_BEGUN + 1 ||
            courier->on_wire >= CONCURRENCY) {
            continue;
        }
        if (n % 13 == 5) {
            withhold(journal, n); /* said STOP */
        } else {
            begin_hand_over(sim, c, journal, n);
        }
    }
}

/* What the journal says of a number now; 0: nothing yet. */
static unsigned
outcome_of(const struct sim *sim, const struct journal *journal, uint32_t n)
{
    switch (journal->mark[n]) {
    case HEARD + 1:
        return journal->outcome[n];
    case NOT_BEGUN + 1:
        return sim->now >= journal->begin_until_ms ? S(PENDING) : 0;
    default:
        return 0;
    }
}

static void
send_settle(struct sim *sim, int c, struct journal *journal)
{
    struct courier *courier = &sim->couriers[c];
    struct sim_message message = {
        .courier = c, .boot = courier->boot, .lease = journal->lease};
    bool is_all = true;
    for (uint32_t n = 0; n < sim->model->people; n++) {
        unsigned outcome = outcome_of(sim, journal, n);
        is_all &= journal->mark[n] == 0 || outcome != 0;
        if (outcome != 0) {
            message.numbers[message.count] = (uint8_t)n;
            message.states[message.count++] = (uint8_t)outcome;
        }
    }
    message.is_final = is_all;
    if (!is_all && (message.count == 0 || sim_chance(sim, 3) != 0)) {
        return;
    }
    if (is_all) {
        /* What was not begun will not be begun any more. */
        journal->begin_until_ms = INT64_MIN;
    }
    int copies = sim_is_lost(sim)
                     ? 0
                     : 1 + (sim_is_trouble(sim) && !sim_chance(sim, 10));
    for (int i = 0; i < copies; i++) {
        sim_event_at(sim, sim->now + sim_network_ms(sim), SETTLE_RUNS)
            ->message = message;
    }
}

void
sim_courier_turn(struct sim *sim, const struct sim_event *event)
{
    int c = event->message.courier;
    struct courier *courier = &sim->couriers[c];
    if (courier->is_down || courier->boot != event->message.boot) {
        return;
    }
    struct sim_event *next =
        sim_event_at(sim, sim->now + 20 + sim_chance(sim, 30), COURIER_TURN);
    next->message = event->message;
    int held = 0;
    for (int i = 0; i < JOURNAL; i++) {
        if (courier->journal[i].lease != 0) {
            held++;
            begin_some(sim, c, &courier->journal[i]);
            send_settle(sim, c, &courier->journal[i]);
        }
    }
    for (int i = 0; i < ASKS && held + ASKS < JOURNAL / 2; i++) {
        if (courier->asks[i].request == 0) {
            courier->asks[i] =
                (struct courier_ask){++courier->request, 0, 0, 0};
            send_ask(sim, c, i);
        }
    }
}

void
sim_settle_done(struct sim *sim, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    struct courier *courier = &sim->couriers[message->courier];
    struct journal *journal = find_journal(courier, message->lease);
    if (courier->is_down || courier->boot != message->boot || journal == NULL ||
        !message->is_final) {
        return;
    }
    journal->lease = 0;
}

/* ---- the provider ---- */

/* Most are taken; some fail, some are refused for now; some answers never
 * come, taken or not. */
void
sim_provider_gets(struct sim *sim, const struct sim_event *event)
{
    uint32_t number = event->message.number;
    uint32_t dice = sim_chance(sim, 100);
    unsigned state = S(ACCEPTED);
    bool is_answered = true;
    if (dice < 6) {
        state = S(FAILED);
    } else if (dice < 14) {
        state = S(DEFERRED);
    } else if (dice < 18) {
        is_answered = false;
        state = dice < 16 ? S(ACCEPTED) : S(FAILED);
    }
    if (state == S(ACCEPTED) && ++sim->taken[number] > 1) {
        sim_broken(sim, "taken twice by a provider", number);
    }
    struct sim_event *says = sim_event_at(
        sim, sim->now + (is_answered ? 1 + sim_chance(sim, 200) : TIMEOUT_MS),
        PROVIDER_SAYS);
    says->message = event->message;
    says->message.states[0] = (uint8_t)(is_answered ? state : S(IN_DOUBT));
}

void
sim_provider_says(struct sim *sim, const struct sim_event *event)
{
    const struct sim_message *message = &event->message;
    struct courier *courier = &sim->couriers[message->courier];
    uint32_t number = message->number;
    struct journal *journal = find_journal(courier, message->lease);
    if (courier->is_down || courier->boot != message->boot) {
        return; /* said to nobody */
    }
    courier->on_wire--;
    assert(journal != NULL && journal->mark[number] == ON_WIRE + 1);
    journal->mark[number] = HEARD + 1;
    journal->outcome[number] = message->states[0];
    if (message->states[0] != S(IN_DOUBT)) {
        sim->is_unheard[number] = false;
    }
    if (message->states[0] == S(DEFERRED)) {
        sim->is_open[number] = false;
    }
}

/* ---- a new life ---- */

/* The journal outlives the courier: what was on the wire is in doubt, what
 * was never begun is not begun any more. */
void
sim_restart_courier(struct sim *sim, int c)
{
    struct courier *courier = &sim->couriers[c];
    courier->is_down = false;
    courier->boot++;
    courier->request = 0;
    courier->on_wire = 0;
    courier->frozen_until_ms = 0;
    memset(courier->asks, 0, sizeof(courier->asks));
    for (int i = 0; i < JOURNAL; i++) {
        struct journal *journal = &courier->journal[i];
        journal->begin_until_ms = INT64_MIN;
        for (uint32_t n = 0; n < sim->model->people; n++) {
            if (journal->mark[n] == ON_WIRE + 1) {
                journal->mark[n] = HEARD + 1;
                journal->outcome[n] = S(IN_DOUBT);
            }
        }
    }
    struct sim_event *turn = sim_event_at(sim, sim->now + 1, COURIER_TURN);
    turn->message.courier = c;
    turn->message.boot = courier->boot;
}
