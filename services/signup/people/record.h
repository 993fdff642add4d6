/* record -- what is kept of one supporter: sealed, opened, changed. Pure but
 * for the nonce.
 *
 * Stored as signup.Record, sealed with XChaCha20-Poly1305 under a key
 * derived from signup.key and bound to the campaign's id. Before it stands a
 * byte that names the key, so that keys can follow each other; what 0.1
 * sealed has none and is the first key's. The first bytes (the key's name, and
 * of a random nonce) are its version: a script that replaces a record compares
 * them. */
#ifndef SIGNUP_PEOPLE_RECORD_H
#define SIGNUP_PEOPLE_RECORD_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/signup/people/names.h"

#define RECORD_VERSION_BYTES 9
/* Consents kept, given and withdrawn: the first, and the newest of them. */
#define RECORD_GIVEN_MAX 16

/* A consent given or withdrawn. */
struct record_given {
    uint32_t evidence; /* of the campaign: twice its index, plus the channel's
                          index (as rules_channel_index) */
    int64_t at_ms;
    bool is_withdrawn;
    int64_t proved_at_ms; /* of the contact, when that came later; 0: not */
};

/* Fields that a later version keeps, which this one hands on as they are. */
#define RECORD_LATER_FIELDS_MAX 8
#define RECORD_LATER_BYTES_MAX 512

struct record_later {
    size_t count, bytes_len;
    ProtobufCMessageUnknownField fields[RECORD_LATER_FIELDS_MAX]; /* no data */
    uint8_t bytes[RECORD_LATER_BYTES_MAX]; /* theirs, one after the other */
};

/* Actions whose place moved to another supporter with a merge. */
#define RECORD_MOVED_MAX 32
#define RECORD_HIDDEN_MAX 64

struct record {
    char name[NAME_BYTES_MAX + 1];
    uint64_t phone;              /* E.164 digits; 0: none */
    char email[EMAIL_TEXT_SIZE]; /* "": none */
    size_t given_count;
    struct record_given given[RECORD_GIVEN_MAX]; /* oldest first */
    /* By channel's index (rules_channel_index): */
    uint32_t salts[2];       /* of links: 15 bits; 0: of before 0.3, or none */
    int64_t proved_at_ms[2]; /* 0: not proved */
    int confirms_by;         /* words.Channel: an entry's confirmation */
    bool is_for_other;
    bool is_merged;        /* and then: */
    uint32_t into;         /* whose it is now */
    uint32_t flags_before; /* as they were */
    size_t moved_count, places_before_count, winner_before_count;
    uint16_t moved[RECORD_MOVED_MAX];
    /* 16 times the action's number, and the state: its own, and the winner's
     * where both had a place. */
    uint32_t places_before[RECORD_MOVED_MAX], winner_before[RECORD_MOVED_MAX];
    uint32_t flags_lent, flags_taken; /* what the winner got, and lost */
    unsigned lent_contacts;           /* a bit for each channel's index */
    unsigned lent_columns;            /* a bit for each attribute */
    uint64_t winner_phone;            /* what they stand in the place of */
    char winner_email[EMAIL_TEXT_SIZE];
    /* Of who has others merged into them: */
    size_t hidden_count;
    /* 4 times the action's number, and a bit for each channel's index on whose
     * contact's page the place is not shown: it was not made with it. */
    uint32_t hidden[RECORD_HIDDEN_MAX];
    struct record_later later;
};

#define RECORD_KEYS_MAX 8
#define RECORD_KEY_FIRST 1 /* the name of 0.1's */

struct record_key {
    uint8_t name;
    struct crypto_key key;
};

/* The newest is last: it seals. */
struct record_keys {
    size_t count;
    struct record_key list[RECORD_KEYS_MAX];
};

/* Appends. */
void record_seal(const struct record_keys *keys, const char *campaign,
                 const struct record *record, struct buf *to);
/* False: not sealed by one of these keys for this campaign, or not a
 * record. */
MUST_CHECK bool record_unseal(const struct record_keys *keys,
                              const char *campaign, struct bytes sealed,
                              struct record *out);

/* A salt for links to a contact: never 0. */
#define RECORD_SALT_MAX 0x7fffU
uint32_t record_new_salt(void);

/* The channel's index. */
int record_given_channel(const struct record_given *given);
/* The newest yes for the channel; NULL: none. */
const struct record_given *record_find_given(const struct record *record,
                                             int channel);

/* Changes flags (of rules.h) and record if the consent says anything new: a
 * give that is already given, a withdrawal already made, an older word than
 * the newest for its channel and an import (someone else's list) after a
 * withdrawal change nothing. Returns whether it changed anything. */
bool record_apply_consent(struct record *record, uint32_t *flags,
                          const struct record_given *given, bool is_import);

#endif
