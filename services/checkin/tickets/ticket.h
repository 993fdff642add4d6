/* ticket -- a signed proof of a sign-up: what a QR holds, and the short code
 * that a thumb can type. Pure: no time, no I/O; the same ticket always gives
 * the same texts.
 *
 *   scanned  "MU1." + base64url of 88 bytes, all numbers big-endian:
 *            campaign 2, action 2, number 4, party 1, role 1, flags 1,
 *            nonce 5 (a keyed hash of the rest), MAC 8 (SipHash-2-4 of the
 *            16 before it: the server's check), Ed25519 signature 64 of the
 *            same 16: a gate with no network needs the public key alone
 *   code     14 Crockford base-32 characters = 70 bits: campaign 10,
 *            action 10, number 24, MAC 26. Guessing one is 1 in 67 million
 *            a try, so whoever takes codes from outside limits the tries. */
#ifndef CHECKIN_TICKET_H
#define CHECKIN_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

#define TICKET_CODE_CHARS 14
#define TICKET_CODE_SIZE (TICKET_CODE_CHARS + 1)
#define TICKET_TYPED_CHARS_MAX 40 /* with dashes and spaces */
#define TICKET_SCANNED_CHARS 122  /* "MU1." and 118 of base64url */
#define TICKET_BODY_BYTES 16
#define TICKET_CAMPAIGN_MAX 1023
#define TICKET_ACTION_MAX 1023
#define TICKET_NUMBER_MAX 16777215

struct ticket_keys {
    struct crypto_key nonce, mac, code, sign;
    uint8_t public_key[CRYPTO_PUBLIC_BYTES];
};

struct ticket {
    uint16_t campaign, action; /* up to TICKET_..._MAX */
    uint32_t number;
    uint8_t party, role, flags;
    bool is_full; /* read from a QR: party and role are known */
};

/* All keys of a ticket, from the one file. */
void ticket_keys_derive(const struct crypto_key *from, struct ticket_keys *out);
void ticket_write_code(const struct ticket_keys *keys,
                       const struct ticket *ticket, char to[TICKET_CODE_SIZE]);
/* Appends TICKET_SCANNED_CHARS. About 25 us: it signs. */
void ticket_write_scanned(const struct ticket_keys *keys,
                          const struct ticket *ticket, struct buf *to);

/* As typed: any case, O is 0, I and L are 1, dashes and spaces are passed
 * over. False: not a code of ours. */
MUST_CHECK bool ticket_read_code(const struct ticket_keys *keys,
                                 const char *typed, struct ticket *out);
/* By the MAC; the signature is for gates without the key. False: not ours. */
MUST_CHECK bool ticket_read_scanned(const struct ticket_keys *keys,
                                    const char *scanned, struct ticket *out);

#endif
