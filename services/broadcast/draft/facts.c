/* facts -- what a text needs to know of a campaign and its actions.
 *
 * signup owns them; a copy is kept here for FACTS_FRESH_MS and asked for
 * again when it is older. Those who ask meanwhile wait for one answer. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/broadcast/draft/facts.h"

/* What signup last said of one campaign and its actions. */
struct shelved {
    struct shelved *next;
    struct broadcast *broadcast;
    char *campaign;
    Signup__Reply *reply; /* of list_actions; NULL: not known yet */
    int64_t at_ms;        /* boot clock */
    bool must_ask;        /* fresh is not good enough */
    bool is_busy;         /* asked for, or being told */
    struct waiters waiters;
};

struct facts_shelf {
    struct shelved *first;
    size_t count;
};

/* ---- the shelf ---- */

struct facts_shelf *
facts_shelf_new(void)
{
    return mem_new(sizeof(struct facts_shelf));
}

static void
take_off(struct facts_shelf *shelf, struct shelved **at)
{
    struct shelved *shelved = *at;
    *at = shelved->next;
    shelf->count--;
    wire_free(shelved->reply);
    free(shelved->campaign);
    free(shelved);
}

void
facts_shelf_free(struct facts_shelf **shelf)
{
    while ((*shelf)->first != NULL) {
        take_off(*shelf, &(*shelf)->first);
    }
    free(*shelf);
    *shelf = NULL;
}

/* One that nobody waits for. */
static void
drop_oldest(struct facts_shelf *shelf)
{
    struct shelved **oldest = NULL;
    for (struct shelved **at = &shelf->first; *at != NULL; at = &(*at)->next) {
        if (!(*at)->is_busy &&
            (oldest == NULL || (*at)->at_ms < (*oldest)->at_ms)) {
            oldest = at;
        }
    }
    if (oldest != NULL) {
        take_off(shelf, oldest);
    }
}

static struct shelved *
get_shelved(struct broadcast *broadcast, const char *campaign)
{
    struct facts_shelf *shelf = broadcast->facts;
    for (struct shelved *shelved = shelf->first; shelved != NULL;
         shelved = shelved->next) {
        if (strcmp(shelved->campaign, campaign) == 0) {
            return shelved;
        }
    }
    if (shelf->count >= FACTS_CAMPAIGNS_MAX) {
        drop_oldest(shelf);
    }
    struct shelved *shelved = mem_new(sizeof(*shelved));
    shelved->broadcast = broadcast;
    shelved->campaign = mem_copy_string(campaign);
    shelved->next = shelf->first;
    shelf->first = shelved;
    shelf->count++;
    return shelved;
}

/* ---- asking ---- */

static void
tell(struct shelved *shelved, enum err err, const char *detail)
{
    shelved->broadcast->open--;
    waiters_tell(&shelved->waiters, err, detail,
                 err == ERR_NONE ? shelved->reply->list_actions : NULL);
    shelved->is_busy = shelved->waiters.count > 0; /* a new round */
}

static void
facts_answered(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    struct shelved *shelved = arg;
    if (err == ERR_NONE) {
        wire_free(shelved->reply);
        shelved->reply = wire_copy(reply);
        shelved->at_ms = clock_boot_ms();
        err = shelved->reply == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    tell(shelved, err, detail);
}

static void
ask_signup(struct shelved *shelved)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = shelved->campaign;
    shelved->must_ask = false;
    signup_ask_list_actions(shelved->broadcast->signup, &list, facts_answered,
                            shelved);
}

static void
facts_are_fresh(void *arg)
{
    struct shelved *shelved = arg;
    if (shelved->must_ask) {
        ask_signup(shelved);
    } else {
        tell(shelved, ERR_NONE, NULL);
    }
}

static void
wait_for(struct shelved *shelved, bool is_good, waiter_cb *cb, void *arg)
{
    shelved->must_ask |= !is_good;
    if (!waiters_add(&shelved->waiters, cb, arg)) {
        return;
    }
    shelved->is_busy = true;
    shelved->broadcast->open++;
    if (is_good) {
        loop_defer(shelved->broadcast->service.loop, facts_are_fresh, shelved);
    } else {
        ask_signup(shelved);
    }
}

void
facts_get(struct broadcast *broadcast, const char *campaign, waiter_cb *cb,
          void *arg)
{
    struct shelved *shelved = get_shelved(broadcast, campaign);
    bool is_fresh = shelved->reply != NULL &&
                    clock_boot_ms() - shelved->at_ms < FACTS_FRESH_MS;
    wait_for(shelved, is_fresh, cb, arg);
}

void
facts_get_newest(struct broadcast *broadcast, const char *campaign,
                 waiter_cb *cb, void *arg)
{
    wait_for(get_shelved(broadcast, campaign), false, cb, arg);
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
        same.has_unproved = same.has_held = same.has_asked = false;
        wire_pack(&same, &packed);
    }
    uint32_t version;
    crypto_digest(NULL, packed.data, packed.len, (uint8_t *)&version,
                  sizeof(version));
    buf_fini(&packed);
    return version == 0 ? 1 : version;
}

void
facts_add_field(struct facts_fields *fields, const char *name,
                const char *value)
{
    assert(fields->count < FACTS_FIELDS_MAX);
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
    facts_add_field(fields, "campaign", facts->campaign->name);
    if (action != NULL) {
        write_start(action->starts_at_ms, fields->starts,
                    sizeof(fields->starts));
        facts_add_field(fields, "action", action->name);
        facts_add_field(fields, "place", action->place);
        facts_add_field(fields, "starts", fields->starts);
    }
}
