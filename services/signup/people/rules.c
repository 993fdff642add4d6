/* rules -- who may be sent what: one person, one channel, one class. */
#include "services/signup/people/rules.h"

#include <stddef.h>

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
rules_is_unproved(uint32_t flags, int channel_index)
{
    return (flags & (FLAG_PROVED(channel_index) | FLAG_VOUCHED)) == 0;
}

/* Not a twin's: its other one gets the message. */
bool
rules_is_place(Words__PlaceState state)
{
    return state == WORDS__PLACE_STATE__PLACE_CONFIRMED ||
           state == WORDS__PLACE_STATE__PLACE_WAITLISTED ||
           state == WORDS__PLACE_STATE__PLACE_OFFERED ||
           state == WORDS__PLACE_STATE__PLACE_HELD ||
           state == WORDS__PLACE_STATE__PLACE_ASKED;
}

/* ---- what the rules see: a key ---- */

enum key {
    HAS_CONTACT = 1 << 0, /* that may be used */
    IS_SUPPRESSED = 1 << 1,
    NEWS_GIVEN = 1 << 2,
    NEWS_OFF = 1 << 3,
    SERVICE_OFF = 1 << 4,
    SAID_STOP = 1 << 5, /* the number; a mail has none */
    IS_KNOWN = 1 << 6,  /* proved, or vouched for */
    IS_GONE = 1 << 7,
    SAID_NOT_ME = 1 << 8,
    HAS_PLACE = 1 << 9,
};

/* Each bit of a key by itself, so that keys of two bytes may be ored. */
static unsigned
key_of(uint32_t flags, int i)
{
    const struct {
        uint32_t flags;
        enum key key;
    } bits[] = {
        {FLAG_CONTACT(i), HAS_CONTACT},
        {FLAG_SUPPRESSED(i), IS_SUPPRESSED},
        {FLAG_GIVEN(i), NEWS_GIVEN},
        {FLAG_WITHDRAWN(i), NEWS_OFF},
        {FLAG_SERVICE_OFF(i), SERVICE_OFF},
        {i == 0 ? FLAG_SMS_STOP : 0, SAID_STOP},
        {FLAG_PROVED(i) | FLAG_VOUCHED, IS_KNOWN},
        {FLAG_GONE, IS_GONE},
        {FLAG_NOT_ME, SAID_NOT_ME},
    };
    unsigned key = 0;
    for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++) {
        key |= (flags & bits[b].flags) != 0 ? (unsigned)bits[b].key : 0;
    }
    return key;
}

/* ---- the table ---- */

enum class_bit {
    SERVICE = 1 << WORDS__CLASS__CLASS_SERVICE,
    CAMPAIGN = 1 << WORDS__CLASS__CLASS_CAMPAIGN,
    SAFETY = 1 << WORDS__CLASS__CLASS_SAFETY,
    CONFIRMATION = 1 << WORDS__CLASS__CLASS_CONFIRMATION,
    ALL = SERVICE | CAMPAIGN | SAFETY | CONFIRMATION,
};

/* In the order in which they are looked at. */
static const struct {
    enum key about;
    bool when; /* it is so; false: it is not */
    unsigned classes;
    Words__Rule rule;
} rows[] = {
    {IS_GONE, true, ALL, WORDS__RULE__RULE_GONE},
    {HAS_CONTACT, false, ALL, WORDS__RULE__RULE_NO_CONTACT},
    {IS_SUPPRESSED, true, ALL, WORDS__RULE__RULE_SUPPRESSED},
    {SAID_NOT_ME, true, ALL, WORDS__RULE__RULE_NOT_ME},
    {SAID_STOP, true, SERVICE | CAMPAIGN, WORDS__RULE__RULE_WITHDRAWN},
    {NEWS_OFF, true, CAMPAIGN, WORDS__RULE__RULE_WITHDRAWN},
    {SERVICE_OFF, true, SERVICE, WORDS__RULE__RULE_SWITCHED_OFF},
    {HAS_PLACE, false, SERVICE | SAFETY, WORDS__RULE__RULE_NOT_SIGNED_UP},
    {NEWS_GIVEN, false, CAMPAIGN, WORDS__RULE__RULE_NO_CONSENT},
    {IS_KNOWN, false, CAMPAIGN, WORDS__RULE__RULE_NOT_PROVED},
};

/* A class that is not known is kept back as all of them are. */
static unsigned
class_bits(Words__Class class_)
{
    unsigned bit = (unsigned)class_ < 8 ? 1U << class_ : 0;
    return (bit & ALL) != 0 ? bit : ALL;
}

static Words__Rule
find_rule(Words__Class class_, unsigned key)
{
    unsigned classes = class_bits(class_);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_so = (key & (unsigned)rows[i].about) != 0;
        if ((rows[i].classes & classes) != 0 && is_so == rows[i].when) {
            return rows[i].rule;
        }
    }
    return WORDS__RULE__RULE_NONE;
}

Words__Rule
rules_apply(Words__Class class_, int channel_index, uint32_t flags,
            bool has_place)
{
    return find_rule(class_, key_of(flags, channel_index) |
                                 (has_place ? (unsigned)HAS_PLACE : 0));
}

void
rules_fill(Words__Class class_, int channel_index, struct rules_table *out)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        out->low[byte] = (uint16_t)key_of(byte, channel_index);
        out->high[byte] = (uint16_t)key_of(byte << 8, channel_index);
    }
    out->place = HAS_PLACE;
    for (unsigned key = 0; key < RULES_KEYS; key++) {
        out->rule[key] = (uint8_t)find_rule(class_, key);
    }
}

/* ---- classes ---- */

bool
rules_is_chosen(Words__Class class_)
{
    return class_ == WORDS__CLASS__CLASS_SERVICE ||
           class_ == WORDS__CLASS__CLASS_CAMPAIGN ||
           class_ == WORDS__CLASS__CLASS_SAFETY;
}

bool
rules_need_action(Words__Class class_)
{
    return class_ == WORDS__CLASS__CLASS_SERVICE ||
           class_ == WORDS__CLASS__CLASS_SAFETY;
}
