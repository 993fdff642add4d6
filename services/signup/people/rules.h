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

#include "words.pb-c.h"

/* The flags column, one byte a person. */
enum {
    FLAG_SMS_CONTACT = 1 << 0,
    FLAG_EMAIL_CONTACT = 1 << 1,
    FLAG_SMS_GIVEN = 1 << 2,
    FLAG_EMAIL_GIVEN = 1 << 3,
    FLAG_SMS_WITHDRAWN = 1 << 4,
    FLAG_EMAIL_WITHDRAWN = 1 << 5,
    FLAG_SMS_SUPPRESSED = 1 << 6, /* number gone, or erased */
    FLAG_EMAIL_SUPPRESSED = 1 << 7,
};
/* The flag of a channel: SMS has index 0, email 1. */
#define FLAG_CONTACT(i) ((uint8_t)(FLAG_SMS_CONTACT << (i)))
#define FLAG_GIVEN(i) ((uint8_t)(FLAG_SMS_GIVEN << (i)))
#define FLAG_WITHDRAWN(i) ((uint8_t)(FLAG_SMS_WITHDRAWN << (i)))
#define FLAG_SUPPRESSED(i) ((uint8_t)(FLAG_SMS_SUPPRESSED << (i)))

#define RULES_COUNT 6 /* words.Rule's values, RULE_NONE first */

/* [has a place at the action][flags] -> words.Rule; RULE_NONE: may be sent. */
struct rules_table {
    uint8_t rule[2][256];
};

/* 0 SMS, 1 email; -1: neither. */
int rules_channel_index(Words__Channel channel);
bool rules_has_consent(uint8_t flags, int channel_index);
/* Given in the order of the rules below; the first that holds is the why. */
Words__Rule rules_apply(Words__Class class_, int channel_index, uint8_t flags,
                        bool has_place);
void rules_fill(Words__Class class_, int channel_index,
                struct rules_table *out);
/* Class service and safety are about an action. */
bool rules_need_action(Words__Class class_);

#endif
