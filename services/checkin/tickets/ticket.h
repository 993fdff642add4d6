/* ticket -- a signed proof of a sign-up: what a QR holds, and the short code
 * that a thumb can type. Pure: no time, no I/O; the same ticket always gives
 * the same texts.
 *
 *   scanned  "MU1." + base64url of 88 bytes, all numbers big-endian:
 *            a row ticket_body of 16 (rows.txt; its nonce is a keyed hash of
 *            the rest), MAC 8 (SipHash-2-4 of the body: the server's check),
 *            Ed25519 signature 64 of the same 16: a gate with no network
 *            needs the public key alone
 *   code     20 Crockford base-32 characters = 100 bits: campaign 10,
 *            action 16, number 24, MAC 50: guessing one is 1 in 10^15 a try.
 *            Shown in four groups of five
 *   old      14 characters = 70 bits, as 0.1 gave them: campaign 10,
 *            action 10, number 24, MAC 26. Told by their length; no longer
 *            made, and good for what 0.1 knew of (action_takes_old_codes) */
#ifndef CHECKIN_TICKET_H
#define CHECKIN_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

#define TICKET_CODE_CHARS 20
#define TICKET_CODE_SIZE (TICKET_CODE_CHARS + 1)
#define TICKET_OLD_CODE_CHARS 14
#define TICKET_SCANNED_CHARS 122 /* "MU1." and 118 of base64url */
#define TICKET_CAMPAIGN_MAX 1023
#define TICKET_ACTION_MAX 65535
#define TICKET_NUMBER_MAX 16777215

struct ticket_keys {
    struct crypto_key nonce, mac, code, old_code, sign;
    uint8_t public_key[CRYPTO_PUBLIC_BYTES];
};

struct ticket {
    uint16_t campaign, action; /* up to TICKET_..._MAX */
    uint32_t number;
    uint8_t party, role, flags;
    bool is_full; /* read from a QR: party and role are known */
    bool is_old;  /* read from a code of 0.1: see whether it is still good */
};

/* All keys of a ticket, from the one file. */
void ticket_keys_derive(const struct crypto_key *from, struct ticket_keys *out);
void ticket_write_code(const struct ticket_keys *keys,
                       const struct ticket *ticket, char to[TICKET_CODE_SIZE]);
/* Appends TICKET_SCANNED_CHARS. About 25 us: it signs. */
void ticket_write_scanned(const struct ticket_keys *keys,
                          const struct ticket *ticket, struct buf *to);

/* As typed, pasted or dictated (text/code.h). False: not a code of ours. */
MUST_CHECK bool ticket_read_code(const struct ticket_keys *keys,
                                 const char *typed, struct ticket *out);
/* By the MAC; the signature is for gates without the key. False: not ours. */
MUST_CHECK bool ticket_read_scanned(const struct ticket_keys *keys,
                                    const char *scanned, struct ticket *out);
/* Either: a scanner also reads the address, and a QR's text is pasted too. */
MUST_CHECK bool ticket_read_any(const struct ticket_keys *keys,
                                const char *text, struct ticket *out);

#endif
