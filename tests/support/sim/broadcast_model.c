/* broadcast_model -- what the scripts of broadcast do, in plain C. */
#include "tests/support/sim/broadcast_model.h"

#include <assert.h>
#include <string.h>

#define S(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name

void
model_init(struct model *model, uint32_t people, enum model_bug bug)
{
    memset(model, 0, sizeof(*model));
    model->people = people;
    model->bug = bug;
    model->stage = STAGE(FREEZING);
    model->epoch = 1;
}

unsigned
model_move(struct model *model, uint32_t number, enum ledger_event event)
{
    unsigned state = ledger_get(model->ledger, sizeof(model->ledger), number);
    unsigned after = ledger_next(state, event);
    if (after == LEDGER_REFUSED) {
        return LEDGER_REFUSED;
    }
    after = ledger_close(after, model->stage);
    if (after != state) {
        ledger_put(model->ledger, number, after);
        model->counts[after]++;
        if (state != S(NOT_IN_IT)) {
            model->counts[state]--;
        }
    }
    return after;
}

uint32_t
model_open(const struct model *model)
{
    return model->counts[S(PENDING)] + model->counts[S(LEASED)] +
           model->counts[S(DEFERRED)];
}

static void
settle_down(struct model *model)
{
    if (model_open(model) == 0 && model->stage == STAGE(SENDING)) {
        model->stage = STAGE(DONE);
    } else if (model_open(model) > 0 && model->stage == STAGE(DONE)) {
        model->stage = STAGE(SENDING);
    }
}

void
model_freeze(struct model *model)
{
    for (uint32_t i = 0; i < model->people; i++) {
        (void)model_move(model, i, EVENT_FREEZE);
    }
    model->stage = STAGE(SENDING);
    settle_down(model);
}

struct model_lease *
model_find_lease(struct model *model, uint64_t id)
{
    struct model_lease *lease = &model->leases[id % MODEL_LEASES_MAX];
    return lease->id == id && id != 0 ? lease : NULL;
}

size_t
model_grant(struct model *model, const struct model_grant *grant,
            uint16_t *granted)
{
    size_t count = 0;
    if ((grant->epoch != 0 && grant->epoch != model->epoch) ||
        (model->stage != STAGE(SENDING) && model->stage != STAGE(STANDING))) {
        return 0;
    }
    for (size_t i = 0; i < grant->count; i++) {
        if (model_move(model, grant->offsets[i], EVENT_GRANT) == S(LEASED)) {
            granted[count++] = grant->offsets[i];
        }
    }
    if (count == 0) {
        return 0;
    }
    uint64_t id = grant->line->id;
    struct model_lease *lease = &model->leases[id % MODEL_LEASES_MAX];
    assert(lease->id == 0);
    memset(lease, 0, sizeof(*lease));
    lease->id = id;
    lease->line = *grant->line;
    lease->left = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        lease->open[granted[i]] = true;
    }
    return count;
}

static enum ledger_event
event_of(struct model *model, const struct keep_outcome *outcome)
{
    enum ledger_event event = (enum ledger_event)outcome->event;
    if (event != EVENT_DEFER) {
        return event;
    }
    bool is_last = model->tries[outcome->number] + 1U >= KEEP_TRIES_MAX;
    return is_last ? EVENT_FAIL : EVENT_DEFER;
}

static uint32_t
settle_one(struct model *model, struct model_lease *lease,
           const struct keep_outcome *outcome, int64_t due_ms)
{
    uint32_t number = outcome->number;
    if (number >= model->people) {
        return 0;
    }
    if (!lease->open[number] && model->bug != BUG_COUNTS_TWICE) {
        return 0;
    }
    lease->left -= lease->open[number];
    lease->open[number] = false;
    unsigned before = ledger_get(model->ledger, sizeof(model->ledger), number);
    unsigned event = event_of(model, outcome);
    unsigned after = model_move(
        model, number,
        (enum ledger_event)(event + (lease->is_late ? LEDGER_LATE : 0u)));
    if (after == S(DEFERRED)) {
        model->due_ms[number] = due_ms;
        model->tries[number]++;
    } else if (after != S(PENDING)) {
        model->tries[number] = 0;
    }
    return after != LEDGER_REFUSED && after != before;
}

static uint32_t
end_rest(struct model *model, struct model_lease *lease, enum ledger_event rest)
{
    uint32_t changed = 0;
    unsigned event = rest + (lease->is_late ? LEDGER_LATE : 0u);
    if (rest == EVENT_LAPSE) {
        event = model->bug == BUG_LAPSE_RETURNS ? EVENT_RETURN : EVENT_LAPSE;
    }
    for (uint32_t i = 0; i < model->people; i++) {
        if (lease->open[i]) {
            unsigned before =
                ledger_get(model->ledger, sizeof(model->ledger), i);
            unsigned after = model_move(model, i, (enum ledger_event)event);
            changed += after != LEDGER_REFUSED && after != before;
        }
    }
    return changed;
}

struct model_settled
model_settle(struct model *model, uint64_t epoch,
             const struct keep_settle *settle, int64_t now_ms, int64_t wait_ms)
{
    struct model_settled settled = {0};
    struct model_lease *lease = model_find_lease(model, settle->lease);
    if (lease == NULL || (epoch != 0 && epoch != model->epoch)) {
        return settled;
    }
    settled.is_known = true;
    for (size_t i = 0; i < settle->count; i++) {
        settled.changed +=
            settle_one(model, lease, &settle->outcomes[i], now_ms + wait_ms);
    }
    bool is_again = settle->rest == EVENT_LAPSE && lease->is_late;
    if (settle->rest != EVENT_COUNT && lease->left > 0 && !is_again) {
        settled.changed += end_rest(model, lease, settle->rest);
    }
    if (settle->fate == KEEP_CLOSE || lease->left == 0) {
        lease->id = 0;
        lease->left = 0;
    } else if (settle->fate == KEEP_LAPSE) {
        lease->is_late = true;
    }
    settled.left = lease->left;
    settle_down(model);
    return settled;
}

void
model_resolve(struct model *model, uint32_t number, enum ledger_event event)
{
    (void)model_move(model, number, event);
    settle_down(model);
}

void
model_retry(struct model *model, int64_t now_ms)
{
    for (uint32_t i = 0; i < model->people; i++) {
        if (model->due_ms[i] != 0 && model->due_ms[i] <= now_ms) {
            model->due_ms[i] = 0;
            (void)model_move(model, i, EVENT_RETRY);
        }
    }
}

void
model_set_stage(struct model *model, Broadcast__Stage stage)
{
    if (stage == STAGE(PAUSED)) {
        model->resume_to = model->stage;
    }
    model->stage = stage;
    settle_down(model);
}

void
model_sweep(struct model *model)
{
    enum ledger_event event =
        model->stage == STAGE(STAGE_STOPPED) ? EVENT_STOP : EVENT_EXPIRE;
    for (uint32_t i = 0; i < model->people; i++) {
        (void)model_move(model, i, event);
        model->due_ms[i] = 0;
        model->tries[i] = 0;
    }
    settle_down(model);
}

bool
model_adds_up(const struct model *model)
{
    uint32_t counted[LEDGER_STATES] = {0};
    uint32_t sum = 0;
    ledger_count(model->ledger, sizeof(model->ledger), counted);
    for (int i = 1; i < LEDGER_STATES; i++) {
        if (counted[i] != model->counts[i]) {
            return false;
        }
        sum += counted[i];
    }
    return sum == model->people || model->stage == STAGE(FREEZING);
}
