/* rules -- who may be sent what: one person, one channel, one class. Pure.
 *
 * One table (rules.c) of what keeps a message back, in the order in which it
 * is looked at: the first that holds is the why. It serves the preview over
 * millions, the freeze and the last look before a hand-over, so that they
 * cannot differ; the pages' sentences are held to it (common/client/reach.h),
 * and so is the README's table.
 *
 * What is asked of a contact is asked of this channel's: consent to texts
 * counts once the number is proved, whatever the address is. */
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
#define FLAG_PROVED(i) (FLAG_SMS_PROVED << (i))
#define FLAG_SERVICE_OFF(i) (FLAG_SMS_SERVICE_OFF << (i))

#define RULES_COUNT 11 /* words.Rule's values, RULE_NONE first */

/* A key is what the rules see of one person on one channel: from the two
 * lowest bytes of their flags, and whether they have a place at the action. */
#define RULES_KEYS 1024

struct rules_table {
    uint16_t low[256], high[256]; /* bytes of flags; ored they are a key */
    uint16_t place;               /* has one: this too */
    uint8_t rule[RULES_KEYS];     /* words.Rule; RULE_NONE: may be sent */
};

/* 0 SMS, 1 email; -1: neither. */
int rules_channel_index(Words__Channel channel);
/* News: said yes, and not no since. */
bool rules_has_consent(uint32_t flags, int channel_index);
/* Neither proved on this channel nor vouched for. */
bool rules_is_unproved(uint32_t flags, int channel_index);
/* A place that the messages about its action go to. */
bool rules_is_place(Words__PlaceState state);

Words__Rule rules_apply(Words__Class class_, int channel_index, uint32_t flags,
                        bool has_place);
void rules_fill(Words__Class class_, int channel_index,
                struct rules_table *out);

/* One that an organiser may choose: what audiences are asked for. */
bool rules_is_chosen(Words__Class class_);
/* Class service and safety are about an action. */
bool rules_need_action(Words__Class class_);

#endif
