/* turning -- one switch of one person turned on or off. */
#include "services/signup/people/turning.h"

#include "services/signup/people/rules.h"

static enum switch_verdict
turn_service(uint32_t *flags, int channel, const struct switch_ask *ask)
{
    uint32_t off = FLAG_SERVICE_OFF(channel);
    bool is_off = (*flags & off) != 0;
    if (is_off == ask->given.is_withdrawn) {
        return SWITCH_SAME;
    }
    if (is_off && !ask->is_from_contact) {
        return ask->is_import ? SWITCH_SAME : SWITCH_FORBIDDEN;
    }
    *flags ^= off;
    return SWITCH_CHANGED;
}

static enum switch_verdict
turn_news(struct record *record, uint32_t *flags, int channel,
          const struct switch_ask *ask)
{
    bool is_lift =
        !ask->given.is_withdrawn && (*flags & FLAG_WITHDRAWN(channel)) != 0;
    if (is_lift && !ask->is_import && !ask->is_from_contact) {
        return SWITCH_FORBIDDEN;
    }
    return record_apply_consent(record, flags, &ask->given, ask->is_import)
               ? SWITCH_CHANGED
               : SWITCH_SAME;
}

enum switch_verdict
switch_turn(struct record *record, uint32_t *flags,
            const struct switch_ask *ask)
{
    int channel = record_given_channel(&ask->given);
    if (!ask->given.is_withdrawn && (*flags & FLAG_CONTACT(channel)) == 0) {
        return SWITCH_NO_CONTACT;
    }
    return ask->purpose == WORDS__CLASS__CLASS_SERVICE
               ? turn_service(flags, channel, ask)
               : turn_news(record, flags, channel, ask);
}
