/* signing -- one entry on its way, and the batch's language. Pure but for
 * sealing.
 *
 * An entry is a fresh supporter of its own number. Who answers for it decides
 * how it begins:
 *
 *   nobody          unproved: it may be written to by the one contact that
 *                   confirms it; whatever else was typed is kept, unused
 *   server or desk  vouched: both contacts are used at once
 *
 * An unproved one goes by itself (due_ms): a day after it was typed if its
 * message was never accepted, else, as tend/ then says, a week after its last
 * action. Who left no contact to write to goes a week after the last action.
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
#include "services/signup/people/record.h"
#include "services/signup/people/rules.h"

#define SIGNING_ACTIONS_MAX 32
#define SIGNING_CONSENTS_MAX 8
#define SIGNING_TRIES_MAX 16 /* for definitions that have changed */
#define SIGNING_KEY_BYTES_MAX 32
#define SIGNING_DIGEST_BYTES 8

struct signing_consent {
    struct record_given given;
    bool is_import;
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
    bool is_rung;         /* its number is, and not texted */
    int confirms_by;      /* words.Channel */
    struct record record; /* as typed */
    uint8_t phone_hash[ADDRESS_HASH_BYTES], email_hash[ADDRESS_HASH_BYTES];
    uint8_t name_hash[SIGNING_DIGEST_BYTES], digest[SIGNING_DIGEST_BYTES];
    struct buf sealed;
    uint32_t flags;
    int64_t due_ms; /* when it goes, unless it is proved */
};

/* ---- binding.c: signing's asked, to its campaign's words ----
 *
 * Each says what is wrong; detail is NULL when nothing is. */
struct signup_fault signing_bind_attributes(struct signing *signing);
struct signup_fault signing_bind_actions(struct signing *signing);
/* After the actions. */
struct signup_fault signing_bind_contacts(struct signing *signing);

/* ---- signing.c ---- */

/* By a server or staff. */
bool signing_is_vouched(const struct signing *signing);

/* Prepares what is written, once all else is bound: the record, sealed, the
 * flags, when it goes. now_ms: the wall clock's. */
void signing_prepare(struct signing *signing, int64_t now_ms);

/* Appends the item of sign_up.lua. */
void signing_add_item(const struct signing *signing, struct buf *to);

struct signing_reply {
    uint32_t number;
    uint16_t role;
    const uint8_t *states; /* borrowed: action_count of them */
};

/* False: not such a reply. */
MUST_CHECK bool signing_read_reply(const struct signing *signing,
                                   const struct store_reply *reply,
                                   struct signing_reply *out);

#endif
