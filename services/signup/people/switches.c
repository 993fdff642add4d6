/* switches -- what one person turns on and off, as their flags have it. */
#include "services/signup/people/switches.h"

#include <stdbool.h>

#include "services/signup/people/rules.h"

#define CHANNELS 2

static void
add(struct person_switches *to, int channel, Words__Class purpose, bool is_on,
    bool is_withdrawn)
{
    Signup__Switch *s = &to->each[to->count];
    signup__switch__init(s);
    s->channel = channel == 0 ? WORDS__CHANNEL__CHANNEL_SMS
                              : WORDS__CHANNEL__CHANNEL_EMAIL;
    s->purpose = purpose;
    s->is_on = is_on;
    s->has_is_withdrawn = true;
    s->is_withdrawn = is_withdrawn;
    to->list[to->count++] = s;
}

void
switches_fill(uint32_t flags, struct person_switches *out)
{
    out->count = 0;
    for (int i = 0; i < CHANNELS; i++) {
        if ((flags & FLAG_CONTACT(i)) == 0) {
            continue;
        }
        bool is_off = (flags & FLAG_SERVICE_OFF(i)) != 0;
        add(out, i, WORDS__CLASS__CLASS_CAMPAIGN, rules_has_consent(flags, i),
            (flags & FLAG_WITHDRAWN(i)) != 0);
        add(out, i, WORDS__CLASS__CLASS_SERVICE, !is_off, is_off);
    }
}
