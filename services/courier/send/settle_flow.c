/* settle_flow -- tells the planner what became of a lease's recipients.
 *
 * What has been answered is told after SETTLE_EVERY_MS at the latest, and at
 * once when nothing is left; one settle of a lease is open at a time, and is
 * repeated until it is answered, which is safe. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "services/courier/courier.h"
#include "services/courier/send/flows.h"
#include "services/courier/send/lease.h"

#define SETTLE_EVERY_MS 200
#define RETRY_MS_FIRST 100
#define RETRY_MS_MAX 2000

/* lease->told, by recipient. */
enum { UNTOLD, ON_THE_WAY, TOLD };

static void settle_now(struct lease *lease);

/* ---- the message ---- */

struct settle {
    Broadcast__Settle message;
    Broadcast__Outcome outcomes[JOURNAL_NUMBERS_MAX];
    Broadcast__Outcome *list[JOURNAL_NUMBERS_MAX];
    char reasons[JOURNAL_NUMBERS_MAX][REASON_TEXT_SIZE];
};

static void
add_outcome(struct settle *settle, const struct journal_slot *slot,
            uint32_t index)
{
    size_t n = settle->message.n_outcomes++;
    Broadcast__Outcome *outcome = &settle->outcomes[n];
    uint16_t detail = slot->details[index];
    broadcast__outcome__init(outcome);
    outcome->number = slot->lease.numbers[index];
    outcome->state = journal_state(slot, index);
    if (outcome->state == WORDS__RECIPIENT_STATE__WITHHELD) {
        outcome->has_rule = true;
        outcome->rule = (Words__Rule)detail;
    } else if (detail != REASON_NONE) {
        outcome->reason = (char *)reason_text(detail, settle->reasons[n]);
        outcome->has_is_begun_before = detail == REASON_BEGUN_BEFORE;
        outcome->is_begun_before = detail == REASON_BEGUN_BEFORE;
    }
    settle->list[n] = outcome;
}

static void
add_wish(const struct lease *lease, uint32_t index, Broadcast__Outcome *outcome)
{
    if (lease->waits != NULL && lease->waits[index] > 0 &&
        outcome->state == WORDS__RECIPIENT_STATE__DEFERRED) {
        outcome->has_retry_after_ms = true;
        outcome->retry_after_ms = lease->waits[index];
    }
}

static void
collect(struct lease *lease, struct settle *settle)
{
    const struct journal_slot *slot =
        journal_slot(lease->courier->journal, lease->slot);
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        if (lease->told[i] == UNTOLD && slot->marks[i] >= JOURNAL_ANSWERED) {
            add_outcome(settle, slot, i);
            add_wish(lease, i, settle->list[settle->message.n_outcomes - 1]);
            lease->told[i] = ON_THE_WAY;
        }
    }
    settle->message.outcomes = settle->list;
}

/* ---- answers ---- */

static void
move_told(struct lease *lease, uint8_t from, uint8_t to)
{
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        if (lease->told[i] == from) {
            lease->told[i] = to;
            lease->untold += to == UNTOLD;
        }
    }
}

/* Also a refusal is repeated: a lease that is let go of without having been
 * settled would look as if it had never arrived, and its recipients would be
 * granted again. Logged at the first, second, fourth … time. */
static void
note_failure(struct lease *lease, enum err err, const char *detail)
{
    bool is_refusal = err != ERR_UNAVAILABLE && err != ERR_TIMEOUT &&
                      err != ERR_UNKNOWN && err != ERR_LIMIT;
    unsigned failures = lease->settle_backoff.tries;
    metric_add(lease->courier->metrics.settle_retries, 1);
    if (!is_refusal) {
        return;
    }
    metric_add(lease->courier->metrics.settle_refused, 1);
    if ((failures & (failures + 1)) == 0) {
        log_error("settle.refused", log_str("err", err_name(err)),
                  log_str("detail", detail), log_int("failures", failures + 1),
                  log_str("campaign", lease->kept->campaign),
                  log_str("broadcast", lease->kept->broadcast));
    }
}

static void
on_settled(void *arg, enum err err, const char *detail,
           const Broadcast__Reply *reply)
{
    struct lease *lease = arg;
    (void)reply;
    lease->is_settling = false;
    lease->asks--;
    if (err != ERR_NONE) {
        move_told(lease, ON_THE_WAY, UNTOLD);
        note_failure(lease, err, detail);
        timer_start(lease->settle_timer,
                    backoff_next_ms(&lease->settle_backoff));
        return;
    }
    backoff_reset(&lease->settle_backoff);
    move_told(lease, ON_THE_WAY, TOLD);
    if (lease->is_final) {
        lease_end(lease);
    } else if (lease->untold > 0 || lease->left == 0) {
        settle_go(lease);
    }
}

/* ---- telling ---- */

static void
settle_now(struct lease *lease)
{
    /* One at a time, on the one loop: too large for the stack. */
    static struct settle settle;
    const struct journal_lease *kept = lease->kept;
    broadcast__settle__init(&settle.message);
    settle.message.campaign = (char *)kept->campaign;
    settle.message.broadcast = (char *)kept->broadcast;
    settle.message.channel = (Words__Channel)kept->channel;
    settle.message.lease_id = kept->lease_id;
    collect(lease, &settle);
    lease->untold = 0;
    lease->is_final = lease->left == 0;
    settle.message.is_final = lease->is_final;
    lease->is_settling = true;
    lease->asks++;
    timer_stop(lease->settle_timer);
    broadcast_ask_settle(lease->courier->broadcast, &settle.message, on_settled,
                         lease);
}

static void
on_time(void *arg)
{
    struct lease *lease = arg;
    if (!lease->is_settling) {
        settle_now(lease);
    }
}

void
settle_go(struct lease *lease)
{
    if (lease->courier->is_stopped) {
        return;
    }
    if (lease->settle_timer == NULL) {
        lease->settle_timer =
            timer_new(lease->courier->service.loop, on_time, lease);
        lease->settle_backoff = (struct backoff){.first_ms = RETRY_MS_FIRST,
                                                 .most_ms = RETRY_MS_MAX};
    }
    if (lease->is_settling || lease->settle_backoff.tries > 0) {
        return; /* on_settled or the timer goes on */
    }
    if (lease->left == 0) {
        settle_now(lease);
    } else if (!timer_is_running(lease->settle_timer)) {
        timer_start(lease->settle_timer, SETTLE_EVERY_MS);
    }
}
