/* person -- one supporter as the store has them at this moment. */
#include "services/signup/supporter/person.h"

#include "common/base/base.h"
#include "services/signup/people/address.h"

static bool
read_facts(struct bytes facts, struct person *out)
{
    struct signup_facts_row row;
    if (!signup_facts_row_read(&facts, &row)) {
        return false;
    }
    out->flags = row.flags;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        struct signup_value_row value;
        if (!signup_value_row_read(&facts, &value)) {
            return false;
        }
        out->said[a] = value.value;
    }
    out->states = facts.data;
    out->state_count = facts.len;
    return true;
}

void
person_read_facts(const struct store_reply *reply, size_t i, struct person *out)
{
    const struct store_reply *record = &reply->items[i * 2],
                             *facts = &reply->items[i * 2 + 1];
    out->sealed = bytes_of(record->string, record->len);
    out->state_count = 0;
    out->exists =
        record->len > 0 && read_facts(bytes_of(facts->string, facts->len), out);
    out->is_readable = out->exists;
}

void
person_read(const struct campaign *campaign, const struct store_reply *reply,
            size_t i, uint32_t number, struct person *out)
{
    person_read_facts(reply, i, out);
    if (!out->exists) {
        return;
    }
    out->is_readable = record_unseal(&campaign->signup->keys->record,
                                     campaign->id, out->sealed, &out->record);
    if (!out->is_readable) {
        log_error("record.unreadable", log_str("campaign", campaign->id),
                  log_int("number", number));
    }
}
