/* facts -- an entry of signup's feed as expected.lua reads it. */
#include "services/checkin/expected/facts.h"

#include <stdlib.h>
#include <string.h>

#include "checkin_rows.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "signup.pb-c.h"

/* ---- from events ---- */

/* The next row begins; len holds where, until seal knows where bytes ends
 * up. */
static struct buf *
begin(struct entry_facts *facts)
{
    facts->items[facts->count++].len = facts->bytes.len;
    return &facts->bytes;
}

static void
seal(struct entry_facts *facts)
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
add_place(struct entry_facts *facts, const Signup__PlaceChanged *place)
{
    if (!place->has_number || !place->has_action_number ||
        place->action_number > DIRECTORY_ACTION_MAX ||
        place->role > UINT8_MAX || (unsigned)place->state > UINT8_MAX) {
        log_error("facts.bad_place");
        return;
    }
    place_fact_row_append(
        begin(facts),
        &(struct place_fact_row){.fact = FACT_PLACE,
                                 .action = (uint16_t)place->action_number,
                                 .number = place->number,
                                 .place = (uint8_t)place->state,
                                 .role = (uint8_t)place->role});
}

static void
add_fold(struct entry_facts *facts, const Signup__Folded *folded)
{
    if (!folded->has_number) {
        log_error("facts.bad_fold");
        return;
    }
    fold_fact_row_append(
        begin(facts),
        &(struct fold_fact_row){.fact = FACT_FOLD,
                                .number = folded->number,
                                .is_folded = folded->has_into ? 1 : 0,
                                .into = folded->has_into ? folded->into : 0});
}

static void
add_action(struct entry_facts *facts, const Signup__Action *action)
{
    if (!action->has_number || action->number > DIRECTORY_ACTION_MAX ||
        action->n_gates > DIRECTORY_GATES_MAX) {
        log_error("facts.bad_action");
        return;
    }
    struct buf gates, record;
    buf_init(&gates, 0);
    buf_init(&record, 0);
    for (size_t i = 0; i < action->n_gates; i++) {
        buf_add_string(&gates, action->gates[i]->id);
        buf_add_byte(&gates, '\n');
    }
    wire_pack(action, &record);
    action_fact_row_append(begin(facts),
                           &(struct action_fact_row){
                               .fact = FACT_ACTION,
                               .action = (uint16_t)action->number,
                               .gates = bytes_of(buf_string(&gates), gates.len),
                               .record = bytes_of(record.data, record.len)});
    buf_fini(&gates);
    buf_fini(&record);
}

static void
add_campaign(struct entry_facts *facts, const Signup__Campaign *campaign)
{
    struct buf record;
    buf_init(&record, 0);
    wire_pack(campaign, &record);
    campaign_fact_row_append(begin(facts),
                             &(struct campaign_fact_row){
                                 .fact = FACT_CAMPAIGN,
                                 .record = bytes_of(record.data, record.len)});
    buf_fini(&record);
}

static void
add_event(struct entry_facts *facts, const ProtobufCBinaryData *packed)
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
        add_campaign(facts, event->campaign_put);
    } else if (event->is_case == SIGNUP__EVENT__IS_FOLDED) {
        add_fold(facts, event->folded);
    }
    wire_free(event);
}

struct entry_facts *
entry_facts_new(const Feed__Entry *entry)
{
    struct entry_facts *facts = mem_new(sizeof(*facts));
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
entry_facts_free(struct entry_facts **facts)
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
learn_campaign(struct campaign *campaign, struct bytes fact)
{
    struct campaign_fact_row row;
    if (!campaign_fact_row_read(&fact, &row) ||
        !campaign_put_record(campaign, row.record.data, row.record.len)) {
        log_error("facts.bad_campaign", log_str("campaign", campaign->id));
    }
}

static void
learn_action(struct campaign *campaign, struct bytes fact,
             const struct store_reply *gates)
{
    struct action_fact_row row;
    if (!action_fact_row_read(&fact, &row) || gates->type != STORE_STRING ||
        !campaign_put_action(campaign, row.record.data, row.record.len,
                             gates->string)) {
        log_error("facts.bad_action", log_str("campaign", campaign->id));
    }
}

void
entry_facts_learn(const struct entry_facts *facts,
                  const struct store_reply *gates, size_t gates_count,
                  struct campaign *campaign)
{
    size_t actions = 0;
    for (size_t i = 0; i < facts->count; i++) {
        struct bytes fact = facts->items[i];
        uint8_t which = *(const uint8_t *)fact.data;
        if (which == FACT_CAMPAIGN) {
            learn_campaign(campaign, fact);
        } else if (which == FACT_ACTION && actions < gates_count) {
            learn_action(campaign, fact, &gates[actions++]);
        }
    }
}
