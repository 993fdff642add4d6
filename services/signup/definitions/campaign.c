/* campaign -- one campaign's definitions and its actions', in memory. */
#include "services/signup/definitions/campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/keep/columns.h"
#include "services/signup/keep/given.h"
#include "services/signup/keep/store_withdrawn.h"
#include "services/signup/people/address.h"

struct campaign *
campaign_new(struct signup *signup, const char *id)
{
    struct campaign *campaign = mem_new(sizeof(*campaign));
    campaign->signup = signup;
    (void)snprintf(campaign->id, sizeof(campaign->id), "%s", id);
    campaign->evidence = evidence_new(campaign);
    campaign->columns = columns_new(signup->su, campaign->id);
    const struct withdrawn_place place = {signup->withdrawn_dir,
                                          signup->service.name, campaign->id,
                                          &signup->keys->withdrawn};
    campaign->keeper = keeper_new(signup->su, signup->service.loop, &place);
    campaign->given = given_new(&place);
    keeper_count_failures(campaign->keeper, signup->metrics.not_kept);
    return campaign;
}

static void
free_action(struct campaign_action *action)
{
    if (action != NULL) {
        wire_free(action->definition);
        buf_fini(&action->slug_field);
        free(action);
    }
}

void
campaign_free(struct campaign **campaign)
{
    struct campaign *c = *campaign;
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->action_count; i++) {
        free_action(c->actions[i]);
    }
    free(c->actions);
    slugs_fini(&c->action_ids);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        slugs_fini(&c->words[a]);
    }
    wire_free(c->definition);
    evidence_free(&c->evidence);
    columns_free(&c->columns);
    keeper_free(&c->keeper);
    given_free(&c->given);
    batch_free(&c->batch);
    free(c);
    *campaign = NULL;
}

struct campaign_action *
campaign_find_action(const struct campaign *campaign, const char *id)
{
    uint32_t number = slugs_find(&campaign->action_ids, id);
    return number == 0 ? NULL : campaign->actions[number - 1];
}

/* ---- definitions ---- */

void
campaign_pack_slug(const char *action_id, struct buf *to)
{
    Signup__PlaceChanged changed = SIGNUP__PLACE_CHANGED__INIT;
    changed.action = (char *)action_id;
    wire_pack(&changed, to);
}

static struct campaign_action *
new_action(const Signup__Action *definition)
{
    struct campaign_action *action = mem_new(sizeof(*action));
    action->number = (uint16_t)definition->number;
    (void)snprintf(action->id, sizeof(action->id), "%s", definition->id);
    buf_init(&action->slug_field, 0);
    campaign_pack_slug(action->id, &action->slug_field);
    return action;
}

static void
make_room(struct campaign *campaign, size_t count)
{
    size_t was = campaign->action_count;
    if (count <= was) {
        return;
    }
    campaign->actions =
        mem_resize(campaign->actions, count * sizeof(campaign->actions[0]));
    memset(&campaign->actions[was], 0,
           (count - was) * sizeof(campaign->actions[0]));
    campaign->action_count = count;
}

/* Takes over definition. */
static bool
put_action(struct campaign *campaign, Signup__Action *definition)
{
    if (definition->number < 1 || definition->number > SU_ACTIONS_MAX ||
        !slug_is_valid(definition->id)) {
        wire_free(definition);
        return false;
    }
    make_room(campaign, definition->number);
    struct campaign_action **slot = &campaign->actions[definition->number - 1];
    if (*slot == NULL) {
        *slot = new_action(definition);
        (void)slugs_add(&campaign->action_ids, (*slot)->id, (*slot)->number);
    }
    wire_free((*slot)->definition);
    (*slot)->definition = definition;
    return true;
}

/* Takes over definition. */
static bool
put_campaign(struct campaign *campaign, Signup__Campaign *definition)
{
    bool is_good = true;
    wire_free(campaign->definition);
    campaign->definition = definition;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        slugs_fini(&campaign->words[a]);
        if (attributes[a].fixed == NULL) {
            char *const *words;
            size_t count = attribute_words(&attributes[a], definition, &words);
            is_good &= slugs_add_list(&campaign->words[a], words, count);
        }
    }
    return is_good;
}

static bool
put_definition(struct campaign *campaign, const char *field,
               const struct store_reply *value)
{
    bool is_action = strncmp(field, "a:", 2) == 0;
    void *message = wire_unpack(is_action ? &signup__action__descriptor
                                          : &signup__campaign__descriptor,
                                value->string, value->len, BUS_BODY_BYTES_MAX);
    campaign->definitions_len += value->len;
    if (message == NULL) {
        return false;
    }
    return is_action ? put_action(campaign, message)
                     : put_campaign(campaign, message);
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

static bool
take_definitions(struct campaign *campaign, const struct store_reply *list)
{
    bool is_good = true;
    campaign->definitions_len = 0;
    for (size_t i = 0; i + 1 < list->count; i += 2) {
        is_good &= put_definition(campaign, list->items[i].string,
                                  &list->items[i + 1]);
    }
    return is_good && is_whole(campaign);
}

/* ---- the meta hash ---- */

static const char *
find_field(const struct store_reply *meta, const char *name)
{
    for (size_t i = 0; i + 1 < meta->count; i += 2) {
        if (strcmp(meta->items[i].string, name) == 0) {
            return meta->items[i + 1].string;
        }
    }
    return NULL;
}

/* What is told of an action, and the field that counts it. */
static void
tell_count(const char *field, size_t len, uint32_t count, Signup__Action *to)
{
    const struct {
        const char *counter;
        protobuf_c_boolean *has;
        uint32_t *count;
    } rows[] = {{"confirmed", &to->has_confirmed, &to->confirmed},
                {"waitlisted", &to->has_waitlisted, &to->waitlisted},
                {"held", &to->has_held, &to->held},
                {"asked", &to->has_asked, &to->asked},
                {"unproved", &to->has_unproved, &to->unproved},
                {"twins", &to->has_twins, &to->twins},
                {"twins-waiting", &to->has_twins_waiting, &to->twins_waiting}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strlen(rows[i].counter) == len &&
            memcmp(rows[i].counter, field, len) == 0) {
            *rows[i].has = true;
            *rows[i].count = count;
        }
    }
}

/* Fields of actions are a state and the action's number: "confirmed:12". */
static void
put_count(struct campaign *campaign, const char *field, const char *value)
{
    const char *colon = strchr(field, ':');
    if (colon == NULL || value == NULL) {
        return;
    }
    unsigned long number = strtoul(colon + 1, NULL, 10);
    if (number < 1 || number > campaign->action_count) {
        return;
    }
    struct campaign_action *action = campaign->actions[number - 1];
    action->has_places = true;
    tell_count(field, (size_t)(colon - field),
               (uint32_t)strtoul(value, NULL, 10), action->definition);
}

/* No format is written down in data of 0.1: that is 1. */
static unsigned
read_format(const struct store_reply *meta)
{
    const char *format = find_field(meta, "format");
    return format == NULL ? 1 : (unsigned)strtoul(format, NULL, 10);
}

enum err
campaign_take(struct campaign *campaign, const struct store_reply *reply)
{
    if (reply->count != 3) {
        return ERR_INTERNAL;
    }
    const struct store_reply *meta = &reply->items[1],
                             *definitions = &reply->items[2];
    if (reply->items[0].len == 0) {
        return ERR_NOT_FOUND;
    }
    campaign->format = read_format(meta);
    if (campaign->format > SU_FORMAT) {
        return ERR_UNAVAILABLE;
    }
    const char *number = find_field(meta, "number");
    campaign->own_number =
        number == NULL ? 0 : (uint32_t)strtoul(number, NULL, 10);
    if (definitions->type != STORE_NIL &&
        !take_definitions(campaign, definitions)) {
        log_error("campaign.unreadable", log_str("campaign", campaign->id));
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i + 1 < meta->count; i += 2) {
        put_count(campaign, meta->items[i].string, meta->items[i + 1].string);
    }
    (void)snprintf(campaign->revision, sizeof(campaign->revision), "%s",
                   reply->items[0].string);
    return ERR_NONE;
}
