/* merging_prove -- a contact is proved: what becomes of the record. */
#include "services/signup/people/merging.h"
#include "services/signup/people/rules.h"

/* There is one. */
static size_t
newest_of(const struct record *record, int channel)
{
    size_t i = record->given_count;
    do {
        i--;
    } while (record_given_channel(&record->given[i]) != channel);
    return i;
}

void
merging_prove(struct record *record, uint32_t *flags, int channel,
              int64_t now_ms)
{
    if (record->proved_at_ms[channel] == 0) {
        record->proved_at_ms[channel] = now_ms;
    }
    for (size_t i = 0; i < record->given_count; i++) {
        struct record_given *given = &record->given[i];
        if (record_given_channel(given) == channel &&
            given->proved_at_ms == 0 && !given->is_withdrawn) {
            given->proved_at_ms = now_ms;
        }
    }
    /* News of a contact that was changed wait for this. */
    bool is_yes = record_find_given(record, channel) != NULL &&
                  !record->given[newest_of(record, channel)].is_withdrawn;
    if (is_yes && (*flags & FLAG_WITHDRAWN(channel)) == 0) {
        *flags |= FLAG_GIVEN(channel);
    }
    *flags |= FLAG_PROVED(channel) | FLAG_CONTACT(channel);
    /* The other one is whoever's until it is proved too. */
    if ((*flags & (FLAG_PROVED(1 - channel) | FLAG_VOUCHED)) == 0) {
        *flags &= ~(uint32_t)FLAG_CONTACT(1 - channel);
    }
    *flags &= ~(uint32_t)(FLAG_NOT_ME | FLAG_CALL);
}
