/* vault -- a stream that is sealed to a public key: whoever makes it cannot
 * open it again, so that a backup may lie anywhere.
 *
 * Layout: VAULT_MAGIC; a stream key in a sealed box (X25519,
 * XSalsa20-Poly1305); then libsodium's secretstream (XChaCha20-Poly1305): its
 * header, and frames of VAULT_FRAME_BYTES of plain text, the last one shorter
 * and marked as the last. */
#ifndef COMMON_CRYPTO_VAULT_H
#define COMMON_CRYPTO_VAULT_H

#include <stdint.h>
#include <stdio.h>

#include "common/base/base.h"

#define VAULT_KEY_BYTES 32
#define VAULT_MAGIC "MUSTER-BACKUP-1\n"
#define VAULT_FRAME_BYTES 65536

struct vault_keys {
    uint8_t public_key[VAULT_KEY_BYTES], secret[VAULT_KEY_BYTES];
};

void vault_make_keys(struct vault_keys *out);
/* secret is set: sets what belongs to it. */
void vault_set_public(struct vault_keys *keys);

/* All of from, sealed, into to. False: errno says why it could not be read or
 * written. */
MUST_CHECK bool vault_seal(FILE *from, FILE *to,
                           const uint8_t public_key[VAULT_KEY_BYTES]);
/* The other way. What was written to `to` is good only when NULL is returned,
 * else a static sentence: no such file, another key, changed or cut off. */
MUST_CHECK const char *vault_open(FILE *from, FILE *to,
                                  const struct vault_keys *keys);

#endif
