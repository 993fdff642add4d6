/* facts -- an entry of signup's feed as expected.lua reads it. */
#include "services/checkin/expected/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "signup.pb-c.h"

/* ---- from events ---- */

/* len holds where the item begins until seal knows where bytes ends up. */
static void
begin(struct facts *facts, char which)
{
    facts->items[facts->count++].len = facts->bytes.len;
    buf_add_byte(&facts->bytes, (uint8_t)which);
}

static void
seal(struct facts *facts)
{
    size_t end = facts->bytes.len;
    for (size_t i = facts->count; i > 0; i--) {
        struct bytes *item = &facts->items[i - 1];
        size_t start = item->len;
        *item = (struct bytes){facts->bytes.data + start, end - start};
        end = start;
    }
}

static void
add_number(struct buf *to, uint32_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        buf_add_byte(to, (uint8_t)(value >> 8 * i));
    }
}

static void
add_place(struct facts *facts, const Signup__PlaceChanged *place)
{
    if (!place->has_number || !place->has_action_number ||
        place->action_number > DIRECTORY_ACTION_MAX ||
        place->role > UINT8_MAX) {
        log_error("facts.bad_place");
        return;
    }
    begin(facts, 'p');
    add_number(&facts->bytes, place->action_number, 2);
    add_number(&facts->bytes, place->number, 4);
    add_number(&facts->bytes, (uint32_t)place->state, 1);
    add_number(&facts->bytes, place->role, 1);
}

static void
add_action(struct facts *facts, const Signup__Action *action)
{
    if (!action->has_number || action->number > DIRECTORY_ACTION_MAX) {
        log_error("facts.bad_action");
        return;
    }
    begin(facts, 'a');
    add_number(&facts->bytes, action->number, 2);
    for (size_t i = 0; i < action->n_gates; i++) {
        buf_add_string(&facts->bytes, action->gates[i]->id);
        buf_add_byte(&facts->bytes, '\n');
    }
    buf_add_byte(&facts->bytes, 0);
    wire_pack(action, &facts->bytes);
}

static void
add_event(struct facts *facts, const ProtobufCBinaryData *packed)
{
    Signup__Event *event = wire_unpack(&signup__event__descriptor, packed->data,
                                       packed->len, BUS_BODY_BYTES_MAX);
    if (event == NULL) {
        log_error("facts.bad_event");
        return;
    }
    if (event->is_case == SIGNUP__EVENT__IS_PLACE_CHANGED) {
        add_place(facts, event->place_changed);
    } else if (event->is_case == SIGNUP__EVENT__IS_ACTION_PUT) {
        add_action(facts, event->action_put);
    } else if (event->is_case == SIGNUP__EVENT__IS_CAMPAIGN_PUT) {
        begin(facts, 'c');
        wire_pack(event->campaign_put, &facts->bytes);
    }
    wire_free(event);
}

struct facts *
facts_new(const Feed__Entry *entry)
{
    struct facts *facts = mem_new(sizeof(*facts));
    facts->seq = entry->seq;
    facts->items = mem_new_array(entry->n_events + 1, sizeof(*facts->items));
    buf_init(&facts->bytes, 0);
    for (size_t i = 0; i < entry->n_events; i++) {
        add_event(facts, &entry->events[i]);
    }
    seal(facts);
    return facts;
}

void
facts_free(struct facts **facts)
{
    if (*facts == NULL) {
        return;
    }
    buf_fini(&(*facts)->bytes);
    free((*facts)->items);
    free(*facts);
    *facts = NULL;
}

/* ---- to the directory ---- */

static void
learn_campaign(struct campaign *campaign, const struct bytes *fact)
{
    const char *record = (const char *)fact->data + 1;
    if (!campaign_put_record(campaign, record, fact->len - 1)) {
        log_error("facts.bad_campaign", log_str("campaign", campaign->id));
    }
}

static void
learn_action(struct campaign *campaign, const struct bytes *fact,
             const char *gates)
{
    const char *text = fact->data;
    const char *record = memchr(text + 3, '\0', fact->len - 3);
    assert(record != NULL);
    record++;
    size_t len = fact->len - (size_t)(record - text);
    if (!campaign_put_action(campaign, record, len, gates)) {
        log_error("facts.bad_action", log_str("campaign", campaign->id));
    }
}

void
facts_learn(const struct facts *facts, const struct store_reply *gates,
            size_t gates_count, struct campaign *campaign)
{
    size_t actions = 0;
    for (size_t i = 0; i < facts->count; i++) {
        const struct bytes *fact = &facts->items[i];
        char which = *(const char *)fact->data;
        if (which == 'c') {
            learn_campaign(campaign, fact);
        } else if (which == 'a' && actions < gates_count) {
            learn_action(campaign, fact, gates[actions++].string);
        }
    }
}
