/* resolve_flow -- contacts at the moment of hand-over.
 *
 *   check -> definitions -> people -> whom some were merged into -> budgets
 *         -> answered
 *
 * Reads Redis each time and caches nothing of people: who said STOP a second
 * ago is withheld. Asked by courier alone. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/store.h"
#include "services/signup/notes/resolve_notes.h"
#include "services/signup/people/rules.h"
#include "services/signup/supporter/budgets.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/resolving.h"

#define NUMBERS_MAX 1000
#define NUMBER_MAX ((1U << 24) - 1)

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void read_people(struct resolving *r);
static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void follow_merged(struct resolving *r);
static void followed_done(void *arg, enum err err,
                          const struct store_reply *reply);
static void limit(struct resolving *r);
static void limited(void *arg, enum err err);

static struct signup_fault
find_fault(const Signup__Resolve *ask)
{
    if (ask->class_ == WORDS__CLASS__CLASS_NONE) {
        return (struct signup_fault){"class", "a class is needed"};
    }
    if (rules_channel_index(ask->channel) < 0) {
        return (struct signup_fault){"channel", "a channel is needed"};
    }
    if (ask->action == NULL && rules_need_action(ask->class_)) {
        return (struct signup_fault){
            "action",
            "a service or safety message is about an action: name it"};
    }
    if (ask->n_numbers == 0 || ask->n_numbers > NUMBERS_MAX) {
        return (struct signup_fault){"numbers", "ask for 1 to 1,000 numbers"};
    }
    for (size_t i = 0; i < ask->n_numbers; i++) {
        if (ask->numbers[i] > NUMBER_MAX) {
            return (struct signup_fault){"numbers",
                                         "a number is below 16,777,216"};
        }
    }
    return (struct signup_fault){NULL, NULL};
}

/* "courier", "courier.0": by its key's name with CURVE, else as it says. */
static bool
is_courier(const struct bus_request *request)
{
    static const char name[] = "courier";
    const char *caller = bus_request_caller(request);
    size_t len = sizeof(name) - 1;
    return strncmp(caller, name, len) == 0 &&
           (caller[len] == '\0' || caller[len] == '.');
}

void
resolve_flow_start(struct asked *asked)
{
    const Signup__Resolve *ask = signup_request(asked)->resolve;
    struct signup_fault fault = find_fault(ask);
    if (!is_courier(asked->request)) {
        asked_refuse(asked, ERR_FORBIDDEN, "contacts are for courier alone");
        return;
    }
    if (fault.detail != NULL) {
        signup_refuse(asked, &fault);
        return;
    }
    struct resolving *r = mem_new(sizeof(*r));
    r->asked = asked;
    r->channel_index = rules_channel_index(ask->channel);
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, ask->campaign);
    /* A confirmation names actions, so it must know which there are. */
    if (known != NULL && ask->class_ != WORDS__CLASS__CLASS_CONFIRMATION) {
        campaign_done(r, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   r);
}

static void
finish(struct resolving *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->targets[i].actions);
    }
    free(r->targets);
    free(r->actions);
    free(r);
}

static void
refuse(struct resolving *r, enum err err, const char *detail)
{
    asked_refuse(r->asked, err, detail);
    finish(r);
}

/* ---- whose places are read ---- */

/* False: this campaign has no such action. */
static bool
choose_action(struct resolving *r)
{
    const struct campaign_action *action =
        campaign_find_action(r->campaign, resolving_ask(r)->action);
    if (action == NULL) {
        return false;
    }
    r->actions = mem_new_array(1, sizeof(r->actions[0]));
    r->actions[r->action_count++] = action->number;
    return true;
}

/* Those at which somebody ever had a place. */
static void
choose_all(struct resolving *r)
{
    const struct campaign *campaign = r->campaign;
    r->actions =
        mem_new_array(campaign->action_count + 1, sizeof(r->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            r->actions[r->action_count++] = campaign->actions[i]->number;
        }
    }
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct resolving *r = arg;
    if (err != ERR_NONE) {
        refuse(r, err, detail);
        return;
    }
    r->campaign = campaign;
    const Signup__Resolve *ask = resolving_ask(r);
    if (ask->class_ == WORDS__CLASS__CLASS_NOTE) {
        resolve_notes(r->asked, campaign);
        finish(r);
    } else if (ask->class_ == WORDS__CLASS__CLASS_CONFIRMATION) {
        choose_all(r);
        read_people(r);
    } else if (ask->action == NULL || choose_action(r)) {
        read_people(r);
    } else if (r->is_reread) {
        refuse(r, ERR_NOT_FOUND, "this campaign has no such action");
    } else {
        r->is_reread = true;
        campaigns_read(signup_of(r->asked)->campaigns, campaign->id,
                       campaign_done, r);
    }
}

/* ---- who they are now ---- */

static void
read_people(struct resolving *r)
{
    const Signup__Resolve *ask = resolving_ask(r);
    r->count = ask->n_numbers;
    r->targets = mem_new_array(r->count, sizeof(r->targets[0]));
    for (size_t i = 0; i < r->count; i++) {
        signup__contact__init(&r->targets[i].message);
        r->targets[i].number = ask->numbers[i];
        r->targets[i].message.number = ask->numbers[i];
    }
    su_read_people(signup_of(r->asked)->su, r->campaign->id,
                   &(struct su_people){.actions = r->actions,
                                       .action_count = r->action_count,
                                       .numbers = ask->numbers,
                                       .number_count = ask->n_numbers},
                   people_done, r);
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct resolving *r = arg;
    if (err == ERR_NONE && reply->count != r->count * 2) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(r, err, NULL);
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        resolving_take(r, reply, i, &r->targets[i]);
    }
    follow_merged(r);
}

static void
follow_merged(struct resolving *r)
{
    uint32_t numbers[NUMBERS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->targets[i].is_followed) {
            numbers[count++] = r->targets[i].number;
        }
    }
    if (count == 0) {
        limit(r);
        return;
    }
    r->hops++;
    su_read_people(signup_of(r->asked)->su, r->campaign->id,
                   &(struct su_people){.actions = r->actions,
                                       .action_count = r->action_count,
                                       .numbers = numbers,
                                       .number_count = count},
                   followed_done, r);
}

static void
followed_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct resolving *r = arg;
    if (err != ERR_NONE) {
        refuse(r, err, NULL);
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < r->count && (at + 1) * 2 <= reply->count; i++) {
        if (r->targets[i].is_followed) {
            resolving_take(r, reply, at++, &r->targets[i]);
        }
    }
    follow_merged(r);
}

/* ---- how much may be sent, and the answer ---- */

static void
limit(struct resolving *r)
{
    if (!budgets_ask(r, limited)) {
        limited(r, ERR_NONE);
    }
}

static void
answer(struct resolving *r)
{
    Signup__Contact **pointers = mem_new_array(r->count, sizeof(void *));
    int64_t withheld = 0;
    for (size_t i = 0; i < r->count; i++) {
        struct target *target = &r->targets[i];
        pointers[i] = &target->message;
        target->message.has_withheld = target->rule != WORDS__RULE__RULE_NONE;
        target->message.withheld = target->rule;
        withheld += target->message.has_withheld;
    }
    Signup__Resolved resolved = SIGNUP__RESOLVED__INIT;
    resolved.n_contacts = r->count;
    resolved.contacts = pointers;
    Signup__Reply message = SIGNUP__REPLY__INIT;
    message.is_case = SIGNUP__REPLY__IS_RESOLVE;
    message.resolve = &resolved;
    metric_add(signup_of(r->asked)->metrics.resolved, (int64_t)r->count);
    metric_add(signup_of(r->asked)->metrics.withheld, withheld);
    asked_answer(r->asked, &message);
    free(pointers);
    finish(r);
}

static void
limited(void *arg, enum err err)
{
    struct resolving *r = arg;
    if (err == ERR_NONE && !campaigns_is_current(r->campaign)) {
        err = ERR_UNAVAILABLE; /* of a store that may have gone back since */
    }
    if (err != ERR_NONE) {
        refuse(r, err, NULL);
    } else {
        answer(r);
    }
}
