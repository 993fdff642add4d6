/* turning -- one switch of one person turned on or off: news, or messages
 * about what they signed up for, of one channel. Pure.
 *
 * Off may be said by whoever may speak for the person. What was said is
 * undone from that very contact alone: by a link that was sent to it. STOP by
 * text is no switch: it is the number's (stop_flow.c), and none lifts it. */
#ifndef SIGNUP_PEOPLE_TURNING_H
#define SIGNUP_PEOPLE_TURNING_H

#include <stdbool.h>
#include <stdint.h>

#include "services/signup/people/record.h"
#include "words.pb-c.h"

struct switch_ask {
    Words__Class purpose;      /* CAMPAIGN or SERVICE */
    struct record_given given; /* says the channel, and whether it is off */
    bool is_import;            /* somebody's list */
    bool is_from_contact;      /* by that channel's own contact */
};

enum switch_verdict {
    SWITCH_SAME,      /* as it is already, or older than what is */
    SWITCH_CHANGED,   /* record and flags are changed */
    SWITCH_FORBIDDEN, /* only from that contact */
    SWITCH_NO_CONTACT,
};

enum switch_verdict switch_turn(struct record *record, uint32_t *flags,
                                const struct switch_ask *ask);

#endif
