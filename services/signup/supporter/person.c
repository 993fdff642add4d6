/* person -- one supporter as the store has them at this moment. */
#include "services/signup/supporter/person.h"

#include "common/base/base.h"
#include "services/signup/people/address.h"

#define FACTS_BYTES_MIN 4

void
person_read_facts(const struct store_reply *reply, size_t i, struct person *out)
{
    const struct store_reply *record = &reply->items[i * 2],
                             *facts = &reply->items[i * 2 + 1];
    const uint8_t *bytes = (const uint8_t *)facts->string;
    out->sealed = bytes_of(record->string, record->len);
    out->exists = record->len > 0 && facts->len >= FACTS_BYTES_MIN;
    out->is_readable = out->exists;
    out->state_count = 0;
    if (out->exists) {
        out->role = bytes[0];
        out->region = bytes[1];
        out->format = bytes[2];
        out->flags = bytes[3];
        out->states = bytes + FACTS_BYTES_MIN;
        out->state_count = facts->len - FACTS_BYTES_MIN;
    }
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
