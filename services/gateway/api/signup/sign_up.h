/* sign_up -- one sign-up on its way through the gateway.
 *
 *  sign_up_read.c   from JSON or a plain form, what was said
 *  sign_up_flow.c   asks signup, then checkin for the codes
 *  sign_up_reply.c  the answer: JSON, or on to the slip's page */
#ifndef GATEWAY_SIGN_UP_H
#define GATEWAY_SIGN_UP_H

#include "common/client/attributes.h"
#include "services/gateway/api/checkin/tickets.h"
#include "services/gateway/door/exchange.h"
#include "services/gateway/entry/slip.h"
#include "signup.pb-c.h"

#define SIGN_UP_NAME_CHARS_MAX 100
#define SIGN_UP_ACTIONS_MAX SLIP_PLACES_MAX
#define SIGN_UP_CHANNELS 2
/* name, phone, email, key, consent_version, confirm_by */
#define SIGN_UP_WORDS 6
#define SIGN_UP_KEY_BYTES 16

struct sign_up_place {
    char action[ID_CHARS_MAX + 1];
    uint32_t action_number;
    Words__PlaceState state;
    char code[TICKET_CODE_SIZE];
    struct sign_up_flow *flow;
};

struct sign_up_flow {
    struct exchange *x;
    Signup__EnteredBy by;
    bool is_form;
    /* What was said: borrowed from the body, or from text. */
    const char *name, *phone, *email;
    const char *said[ATTRIBUTE_COUNT]; /* words; not the fixed ones */
    const char *key, *version;         /* NULL: not said */
    int format, confirm_by;            /* -1: not said */
    const char *actions[SIGN_UP_ACTIONS_MAX];
    size_t action_count;
    bool consents[SIGN_UP_CHANNELS]; /* sms, email */
    bool is_for_other, has_no_contact, is_suspect, has_key;
    uint8_t key_bytes[SIGN_UP_KEY_BYTES];
    char text[SIGN_UP_WORDS + ATTRIBUTE_COUNT]
             [SIGN_UP_NAME_CHARS_MAX * 4 + 1]; /* a form's, decoded */
    char action_text[SIGN_UP_ACTIONS_MAX][ID_CHARS_MAX + 1];
    /* What came back. */
    uint32_t number, campaign_number, role;
    Words__Channel confirms_by;
    struct sign_up_place places[SIGN_UP_ACTIONS_MAX];
    size_t place_count, tickets_open;
};

/* Reads the body into flow. False: it has replied, with all that is wrong. */
MUST_CHECK bool sign_up_read(struct exchange *x, struct sign_up_flow *flow);
/* Ends the exchange. */
void sign_up_reply(struct sign_up_flow *flow);

#endif
