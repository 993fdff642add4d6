/* address -- a supporter's phone and email: as typed, as kept, as looked up,
 * as hinted at.
 *
 * The blind index is a keyed hash (BLAKE2b, 62 bits of it) of the normalised
 * phone or email under a key of its own for each: whoever reads Redis can
 * neither read nor guess them without the key file. A chance match of two
 * hashes is harmless, since the record itself is compared after it. */
#ifndef SIGNUP_PEOPLE_ADDRESS_H
#define SIGNUP_PEOPLE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/signup/people/record.h"

/* Four hexadecimal digits, 0000 to 3fff, of its bucket, then six bytes. */
#define ADDRESS_HASH_BYTES 10

/* Derived from signup.key; kept in memory alone. */
struct address_keys {
    struct record_keys record;
    struct crypto_key phone, email, name, check; /* name: of entries */
    struct crypto_key withdrawn; /* MACs of the file of withdrawals */
};
void address_keys_derive(const struct crypto_key *from,
                         struct address_keys *out);

void address_hash_phone(const struct address_keys *keys, const char *campaign,
                        uint64_t phone, uint8_t out[ADDRESS_HASH_BYTES]);
/* The local part is hashed in lower case: Ann@ and ann@ are one mailbox
 * everywhere in practice. */
void address_hash_email(const struct address_keys *keys, const char *campaign,
                        const char *email, uint8_t out[ADDRESS_HASH_BYTES]);
#define ADDRESS_NAME_HASH_BYTES 8
/* Of the name as likeness_normalise has it. */
void address_hash_name(const struct address_keys *keys, const char *campaign,
                       const char *name, uint8_t out[ADDRESS_NAME_HASH_BYTES]);
/* Of a number without its last three digits: of a thousand that follow each
 * other. */
void address_hash_block(const struct address_keys *keys, const char *campaign,
                        uint64_t phone, uint8_t out[ADDRESS_HASH_BYTES]);
bool address_is_same_email(const char *a, const char *b);

uint64_t address_phone_digits(const char *e164);
void address_phone_text(uint64_t phone, char out[PHONE_TEXT_SIZE]);
/* Whether we text a number that nobody proved or vouched for: a mobile of the
 * United Kingdom itself; no landline, none of Jersey, Guernsey or Man. */
bool address_is_texted(uint64_t phone);

/* "…123" and "a…@example.org": enough to know one's own by. */
#define ADDRESS_HINT_SIZE (EMAIL_TEXT_SIZE + 4)
void address_hint_phone(uint64_t phone, char out[ADDRESS_HINT_SIZE]);
void address_hint_email(const char *email, char out[ADDRESS_HINT_SIZE]);

#endif
