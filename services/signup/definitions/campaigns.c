/* campaigns -- the definitions of campaigns and actions, cached. */
#include "services/signup/definitions/campaigns.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/keep/columns.h"
#include "services/signup/keep/store.h"

struct waiter {
    campaign_cb *cb;
    void *arg;
    struct waiter *next;
};

/* One read under way. Whoever asks while it is waits for the next one, so
 * that what they get is no older than their question. */
struct reading {
    struct campaigns *campaigns;
    char id[SLUG_SIZE];
    struct waiter *now, *after;
    struct reading *next;
};

struct campaigns {
    struct signup *signup;
    size_t count;
    struct campaign *list[SU_CAMPAIGNS_MAX];
    struct reading *readings;
};

struct campaigns *
campaigns_new(struct signup *signup)
{
    struct campaigns *campaigns = mem_new(sizeof(*campaigns));
    campaigns->signup = signup;
    return campaigns;
}

static void
free_campaign(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        wire_free(campaign->actions[i]->definition);
        free(campaign->actions[i]);
    }
    wire_free(campaign->definition);
    evidence_free(&campaign->evidence);
    columns_free(&campaign->columns);
    batch_free(&campaign->batch);
    free(campaign);
}

void
campaigns_free(struct campaigns **campaigns)
{
    if (*campaigns == NULL) {
        return;
    }
    for (size_t i = 0; i < (*campaigns)->count; i++) {
        free_campaign((*campaigns)->list[i]);
    }
    free(*campaigns);
    *campaigns = NULL;
}

struct campaign_action *
campaign_find_action(const struct campaign *campaign, const char *id)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (strcmp(campaign->actions[i]->id, id) == 0) {
            return campaign->actions[i];
        }
    }
    return NULL;
}

unsigned
campaign_index(char *const *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], id) == 0) {
            return (unsigned)i + 1;
        }
    }
    return 0;
}

static struct campaign *
find(const struct campaigns *campaigns, const char *id)
{
    for (size_t i = 0; i < campaigns->count; i++) {
        if (strcmp(campaigns->list[i]->id, id) == 0) {
            return campaigns->list[i];
        }
    }
    return NULL;
}

/* ---- from the store's reply into the cache ---- */

static struct campaign *
add_campaign(struct campaigns *campaigns, const char *id)
{
    assert(campaigns->count < SU_CAMPAIGNS_MAX);
    struct campaign *campaign = mem_new(sizeof(*campaign));
    campaign->signup = campaigns->signup;
    (void)snprintf(campaign->id, sizeof(campaign->id), "%s", id);
    campaign->evidence = evidence_new(campaign);
    campaign->columns = columns_new(campaigns->signup->su, campaign->id);
    campaigns->list[campaigns->count++] = campaign;
    return campaign;
}

static struct campaign_action *
new_action(const Signup__Action *definition)
{
    struct campaign_action *action = mem_new(sizeof(*action));
    action->number = (uint16_t)definition->number;
    (void)snprintf(action->id, sizeof(action->id), "%s", definition->id);
    size_t len = strlen(action->id);
    action->slug_field[0] = 3 << 3 | 2;
    action->slug_field[1] = (uint8_t)len;
    memcpy(action->slug_field + 2, action->id, len);
    action->slug_field_len = len + 2;
    return action;
}

/* Takes over definition. */
static void
put_action(struct campaign *campaign, Signup__Action *definition)
{
    struct campaign_action **slot = &campaign->actions[definition->number - 1];
    if (*slot == NULL) {
        *slot = new_action(definition);
    }
    wire_free((*slot)->definition);
    (*slot)->definition = definition;
    if (definition->number > campaign->action_count) {
        campaign->action_count = definition->number;
    }
}

static bool
put_definition(struct campaign *campaign, const char *field,
               const struct store_reply *value)
{
    bool is_action = strncmp(field, "a:", 2) == 0;
    void *message = wire_unpack(is_action ? &signup__action__descriptor
                                          : &signup__campaign__descriptor,
                                value->string, value->len, BUS_BODY_BYTES_MAX);
    if (message == NULL) {
        return false;
    }
    campaign->definitions_len += value->len;
    if (!is_action) {
        wire_free(campaign->definition);
        campaign->definition = message;
        return true;
    }
    Signup__Action *action = message;
    if (action->number < 1 || action->number > SU_ACTIONS_MAX) {
        wire_free(action);
        return false;
    }
    put_action(campaign, action);
    return true;
}

/* The action whose counter field is, "confirmed:12"; NULL: not such. */
static Signup__Action *
find_counted(struct campaign *campaign, const char *field, const char *name)
{
    size_t len = strlen(name);
    if (strncmp(field, name, len) != 0) {
        return NULL;
    }
    unsigned long number = strtoul(field + len, NULL, 10);
    return number < 1 || number > campaign->action_count
               ? NULL
               : campaign->actions[number - 1]->definition;
}

static void
put_count(struct campaign *campaign, const char *field, const char *value)
{
    uint32_t count = (uint32_t)strtoul(value, NULL, 10);
    Signup__Action *action = find_counted(campaign, field, "confirmed:");
    if (action != NULL) {
        action->has_confirmed = true;
        action->confirmed = count;
    }
    action = find_counted(campaign, field, "waitlisted:");
    if (action != NULL) {
        action->has_waitlisted = true;
        action->waitlisted = count;
    }
}

/* Numbers are dense: none may be missing. */
static bool
is_whole(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i] == NULL) {
            return false;
        }
    }
    return campaign->definition != NULL;
}

static enum err
take_definitions(struct campaigns *campaigns, const char *id,
                 const struct store_reply *reply, struct campaign **out)
{
    const struct store_reply *counts = &reply->items[1],
                             *definitions = &reply->items[2];
    if (reply->items[0].len == 0) {
        return ERR_NOT_FOUND;
    }
    struct campaign *campaign = find(campaigns, id);
    if (campaign == NULL) {
        campaign = add_campaign(campaigns, id);
    }
    campaign->definitions_len = 0;
    bool is_good = true;
    for (size_t i = 0; i + 1 < definitions->count; i += 2) {
        is_good &= put_definition(campaign, definitions->items[i].string,
                                  &definitions->items[i + 1]);
    }
    if (!is_good || !is_whole(campaign)) {
        log_error("campaign.unreadable", log_str("campaign", id));
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i + 1 < counts->count; i += 2) {
        put_count(campaign, counts->items[i].string,
                  counts->items[i + 1].string);
    }
    (void)snprintf(campaign->revision, sizeof(campaign->revision), "%s",
                   reply->items[0].string);
    *out = campaign;
    return ERR_NONE;
}

/* ---- reading ---- */

static void on_definitions(void *arg, enum err err,
                           const struct store_reply *reply);

static void
send_read(struct reading *reading)
{
    su_read_definitions(reading->campaigns->signup->su, reading->id,
                        on_definitions, reading);
}

static void
end_reading(struct reading *reading)
{
    struct reading **at = &reading->campaigns->readings;
    while (*at != reading) {
        at = &(*at)->next;
    }
    *at = reading->next;
    free(reading);
}

static void
on_definitions(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    struct campaign *campaign = NULL;
    if (err == ERR_NONE) {
        err =
            take_definitions(reading->campaigns, reading->id, reply, &campaign);
    }
    struct waiter *waiter = reading->now;
    reading->now = reading->after;
    reading->after = NULL;
    if (reading->now != NULL) {
        send_read(reading);
    } else {
        end_reading(reading);
    }
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        waiter->cb(waiter->arg, err,
                   err == ERR_NOT_FOUND ? "there is no such campaign" : NULL,
                   campaign);
        free(waiter);
        waiter = next;
    }
}

static struct reading *
find_reading(struct campaigns *campaigns, const char *id)
{
    struct reading *reading = campaigns->readings;
    while (reading != NULL && strcmp(reading->id, id) != 0) {
        reading = reading->next;
    }
    return reading;
}

static void
not_a_campaign(void *arg)
{
    struct waiter *waiter = arg;
    waiter->cb(waiter->arg, ERR_NOT_FOUND, "there is no such campaign", NULL);
    free(waiter);
}

void
campaigns_read(struct campaigns *campaigns, const char *id, campaign_cb *cb,
               void *arg)
{
    struct waiter *waiter = mem_new(sizeof(*waiter));
    *waiter = (struct waiter){.cb = cb, .arg = arg};
    if (!su_is_slug(id)) {
        loop_defer(campaigns->signup->service.loop, not_a_campaign, waiter);
        return;
    }
    struct reading *reading = find_reading(campaigns, id);
    if (reading != NULL) {
        waiter->next = reading->after;
        reading->after = waiter;
        return;
    }
    reading = mem_new(sizeof(*reading));
    reading->campaigns = campaigns;
    (void)snprintf(reading->id, sizeof(reading->id), "%s", id);
    reading->now = waiter;
    reading->next = campaigns->readings;
    campaigns->readings = reading;
    send_read(reading);
}

void
campaigns_get(struct campaigns *campaigns, const char *id, campaign_cb *cb,
              void *arg)
{
    struct campaign *campaign = find(campaigns, id);
    if (campaign != NULL) {
        cb(arg, ERR_NONE, NULL, campaign);
        return;
    }
    campaigns_read(campaigns, id, cb, arg);
}
