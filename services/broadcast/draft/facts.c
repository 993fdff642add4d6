/* facts -- what a text needs to know of a campaign and its actions.
 *
 * signup owns them; a copy is kept here for FACTS_FRESH_MS and asked for
 * again when it is older. Those who ask meanwhile wait for one answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/plan/plan.h"

struct facts_waiter {
    struct facts_waiter *next;
    facts_cb *cb;
    void *arg;
};

static void
answer_waiters(struct campaign *campaign, enum err err, const char *detail)
{
    struct facts *facts = &campaign->facts;
    struct facts_waiter *waiter = facts->waiters;
    facts->waiters = NULL;
    while (waiter != NULL) {
        struct facts_waiter *next = waiter->next;
        waiter->cb(waiter->arg, err, detail,
                   err == ERR_NONE ? facts->reply->list_actions : NULL);
        free(waiter);
        waiter = next;
    }
}

static void
facts_answered(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    struct campaign *campaign = arg;
    struct facts *facts = &campaign->facts;
    campaign->broadcast->open--;
    facts->is_asked = false;
    if (err == ERR_NONE) {
        struct buf packed;
        buf_init(&packed, 0);
        wire_pack(reply, &packed);
        wire_free(facts->reply);
        facts->reply = wire_unpack(&signup__reply__descriptor, packed.data,
                                   packed.len, BUS_BODY_BYTES_MAX);
        facts->at_ms = clock_boot_ms();
        buf_fini(&packed);
        err = facts->reply == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    answer_waiters(campaign, err, detail);
}

static void
facts_are_fresh(void *arg)
{
    struct campaign *campaign = arg;
    campaign->broadcast->open--;
    campaign->facts.is_asked = false;
    answer_waiters(campaign, ERR_NONE, "");
}

static void
ask_facts(struct campaign *campaign)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    list.campaign = campaign->id;
    request.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
    request.list_actions = &list;
    signup_ask(campaign->broadcast->signup, 0, &request, facts_answered,
               campaign);
}

void
facts_get(struct campaign *campaign, facts_cb *cb, void *arg)
{
    struct facts *facts = &campaign->facts;
    struct facts_waiter *waiter = mem_new(sizeof(*waiter));
    *waiter = (struct facts_waiter){facts->waiters, cb, arg};
    facts->waiters = waiter;
    if (facts->is_asked) {
        return;
    }
    facts->is_asked = true;
    campaign->broadcast->open++;
    if (facts->reply != NULL &&
        clock_boot_ms() - facts->at_ms < FACTS_FRESH_MS) {
        loop_defer(campaign->broadcast->service.loop, facts_are_fresh,
                   campaign);
    } else {
        ask_facts(campaign);
    }
}

const Signup__Action *
facts_find_action(const Signup__Actions *facts, const char *id)
{
    for (size_t i = 0; id != NULL && i < facts->n_actions; i++) {
        if (strcmp(facts->actions[i]->id, id) == 0) {
            return facts->actions[i];
        }
    }
    return NULL;
}

uint32_t
facts_version(const Signup__Actions *facts, const struct record *record)
{
    const char *id = record->content->action;
    const Signup__Action *action = facts_find_action(facts, id);
    struct buf packed;
    buf_init(&packed, 0);
    buf_add_string(&packed, record->hash);
    wire_pack(facts->campaign, &packed);
    if (action != NULL) {
        Signup__Action same = *action; /* but for what people do */
        same.has_confirmed = same.has_waitlisted = false;
        wire_pack(&same, &packed);
    }
    uint32_t version;
    crypto_digest(NULL, packed.data, packed.len, (uint8_t *)&version,
                  sizeof(version));
    buf_fini(&packed);
    return version == 0 ? 1 : version;
}

static void
add_field(struct facts_fields *fields, const char *name, const char *value)
{
    Signup__Field *field = &fields->fields[fields->count];
    signup__field__init(field);
    field->name = (char *)(uintptr_t)name;
    field->value = (char *)(uintptr_t)(value == NULL ? "" : value);
    fields->list[fields->count++] = field;
}

/* "Tue 25 Feb, 11:00" */
static void
write_start(int64_t starts_at_ms, char *to, size_t size)
{
    struct london_time time;
    london_of(starts_at_ms, &time);
    (void)snprintf(to, size, "%s %d %s, %02d:%02d", london_weekday(&time),
                   time.day, london_month(&time), time.hour, time.minute);
}

void
facts_fill(const Signup__Actions *facts, const char *action_id,
           struct facts_fields *fields)
{
    const Signup__Action *action = facts_find_action(facts, action_id);
    fields->count = 0;
    add_field(fields, "campaign", facts->campaign->name);
    if (action != NULL) {
        write_start(action->starts_at_ms, fields->starts,
                    sizeof(fields->starts));
        add_field(fields, "action", action->name);
        add_field(fields, "place", action->place);
        add_field(fields, "starts", fields->starts);
    }
}

void
facts_free(struct facts *facts)
{
    wire_free(facts->reply);
    facts->reply = NULL;
}
