/* signing -- one sign-up on its way, and the batch's language. Pure but for
 * sealing.
 *
 * signing.c writes the items of sign_up.lua and reads its replies;
 * signup_flow.c moves them. */
#ifndef SIGNUP_JOINING_SIGNING_H
#define SIGNUP_JOINING_SIGNING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/client/attributes.h"
#include "common/store/store.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/people/address.h"
#include "services/signup/people/identity.h"
#include "services/signup/people/record.h"
#include "services/signup/people/rules.h"

#define SIGNING_ACTIONS_MAX 32
#define SIGNING_CONSENTS_MAX 8
#define SIGNING_TRIES_MAX 16
#define SIGNING_ENTRY_SIZE 300 /* of the blind index: 32 numbers as text */

struct signing_consent {
    struct record_given given;
    bool is_import;
};

/* Who it is: decided on what the index and the record were. */
struct signing_decision {
    bool is_made;
    char saw_phone[SIGNING_ENTRY_SIZE], saw_email[SIGNING_ENTRY_SIZE];
    int32_t target; /* -1: a new supporter */
    uint8_t version[RECORD_VERSION_BYTES];
    bool adds_phone, adds_email;
};

struct signing {
    struct asked *asked;
    struct campaign *campaign;
    bool is_reread; /* of the definitions, for a word not found */
    int tries;
    uint16_t said[ATTRIBUTE_COUNT]; /* index + 1; 0: not said */
    size_t action_count;
    const struct campaign_action *actions[SIGNING_ACTIONS_MAX];
    size_t consent_count;
    struct signing_consent consents[SIGNING_CONSENTS_MAX];
    struct record wanted; /* as asked for, no consents in it */
    uint8_t phone_hash[ADDRESS_HASH_BYTES], email_hash[ADDRESS_HASH_BYTES];
    struct signing_decision decision;
    /* What is written: */
    struct buf sealed; /* empty: the record stays */
    uint32_t flags_set, flags_clear;
    uint8_t lifts; /* channels as bits */
};

/* Prepares what is written for a supporter nobody knew: the record, sealed,
 * and the flags. */
void signing_prepare_new(struct signing *signing);

/* Appends the item of sign_up.lua. */
void signing_add_item(const struct signing *signing, struct buf *to);

struct signing_reply {
    bool is_committed;
    uint32_t number;
    bool is_new;
    uint16_t role;
    const uint8_t *states; /* borrowed: action_count of them */
};

/* Reads the item's reply. When it is not committed (others have the phone or
 * the email), decides who it is and prepares what is written.
 * ERR_LIMIT: too many share the phone or the email already. */
MUST_CHECK enum err signing_read_reply(struct signing *signing,
                                       const struct store_reply *reply,
                                       struct signing_reply *out);

#endif
