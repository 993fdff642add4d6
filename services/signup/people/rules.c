/* rules -- who may be sent what: one person, one channel, one class. */
#include "services/signup/people/rules.h"

int
rules_channel_index(Words__Channel channel)
{
    switch (channel) {
    case WORDS__CHANNEL__CHANNEL_SMS:
        return 0;
    case WORDS__CHANNEL__CHANNEL_EMAIL:
        return 1;
    case WORDS__CHANNEL__CHANNEL_NONE:
    case _WORDS__CHANNEL_IS_INT_SIZE:
    default:
        return -1;
    }
}

bool
rules_has_consent(uint32_t flags, int channel_index)
{
    return (flags & FLAG_GIVEN(channel_index)) != 0 &&
           (flags & FLAG_WITHDRAWN(channel_index)) == 0;
}

bool
rules_need_action(Words__Class class_)
{
    return class_ == WORDS__CLASS__CLASS_SERVICE ||
           class_ == WORDS__CLASS__CLASS_SAFETY;
}

Words__Rule
rules_apply(Words__Class class_, int channel_index, uint32_t flags,
            bool has_place)
{
    bool is_campaign = class_ == WORDS__CLASS__CLASS_CAMPAIGN;
    bool is_safety = class_ == WORDS__CLASS__CLASS_SAFETY;
    if ((flags & FLAG_CONTACT(channel_index)) == 0) {
        return WORDS__RULE__RULE_NO_CONTACT;
    }
    if ((flags & FLAG_SUPPRESSED(channel_index)) != 0) {
        return WORDS__RULE__RULE_SUPPRESSED;
    }
    if (!is_safety && (flags & FLAG_WITHDRAWN(channel_index)) != 0) {
        return WORDS__RULE__RULE_WITHDRAWN;
    }
    if (!is_campaign && !has_place) {
        return WORDS__RULE__RULE_NOT_SIGNED_UP;
    }
    if (is_campaign && !rules_has_consent(flags, channel_index)) {
        return WORDS__RULE__RULE_NO_CONSENT;
    }
    return WORDS__RULE__RULE_NONE;
}

void
rules_fill(Words__Class class_, int channel_index, struct rules_table *out)
{
    for (unsigned place = 0; place < 2; place++) {
        for (unsigned flags = 0; flags < RULES_FLAGS_COUNT; flags++) {
            out->rule[place][flags] =
                (uint8_t)rules_apply(class_, channel_index, flags, place == 1);
        }
    }
}
