/* rules -- who may be sent what: one person, one channel, one class. Pure.
 *
 *   campaign  needs consent for the channel, given and not withdrawn
 *   service   needs a place at the action (confirmed, waitlisted or
 *             offered); STOP on the channel ends these too
 *   safety    needs a place at the action; reaches those who said STOP,
 *             since a warning is no marketing, but no address known dead
 *
 * One table serves the preview over millions and the last look before a
 * hand-over, so that the two cannot differ. */
#ifndef SIGNUP_PEOPLE_RULES_H
#define SIGNUP_PEOPLE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "signup_rows.h"
#include "words.pb-c.h"

/* The flag of a channel (see rows.txt): SMS has index 0, email 1. */
#define FLAG_CONTACT(i) (FLAG_SMS_CONTACT << (i))
#define FLAG_GIVEN(i) (FLAG_SMS_GIVEN << (i))
#define FLAG_WITHDRAWN(i) (FLAG_SMS_WITHDRAWN << (i))
#define FLAG_SUPPRESSED(i) (FLAG_SMS_SUPPRESSED << (i))

#define RULES_COUNT 6 /* words.Rule's values, RULE_NONE first */

/* The rules go by the lowest byte of a supporter's flags. */
#define RULES_FLAGS_COUNT 256

/* [has a place at the action][flags] -> words.Rule; RULE_NONE: may be sent. */
struct rules_table {
    uint8_t rule[2][RULES_FLAGS_COUNT];
};

/* 0 SMS, 1 email; -1: neither. */
int rules_channel_index(Words__Channel channel);
bool rules_has_consent(uint32_t flags, int channel_index);
/* Given in the order of the rules below; the first that holds is the why. */
Words__Rule rules_apply(Words__Class class_, int channel_index, uint32_t flags,
                        bool has_place);
void rules_fill(Words__Class class_, int channel_index,
                struct rules_table *out);
/* Class service and safety are about an action. */
bool rules_need_action(Words__Class class_);

#endif
