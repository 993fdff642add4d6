/* crypto -- libsodium, in the few shapes Muster needs.
 *
 * Keys are files of 32 random bytes, mode 0600, never in Redis. Everything
 * that compares secrets does so in constant time. */
#ifndef COMMON_CRYPTO_CRYPTO_H
#define COMMON_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/link.h"
#include "common/crypto/reference.h"
#include "common/crypto/vault.h"

#define CRYPTO_KEY_BYTES 32
#define CRYPTO_SEAL_EXTRA_BYTES 40 /* XChaCha20-Poly1305: nonce 24, tag 16 */
#define CRYPTO_HASH_BYTES 32
#define CRYPTO_SIGNATURE_BYTES 64
#define CRYPTO_PUBLIC_BYTES 32
#define CRYPTO_PASSWORD_HASH_SIZE 128 /* text with its NUL */

struct crypto_key {
    uint8_t bytes[CRYPTO_KEY_BYTES];
};

void crypto_init(void); /* once, first; exits when libsodium cannot start */
/* Makes the file (0600) when it is missing and may_create; exits when it
 * cannot be read or is readable by others (start-up only). */
void crypto_key_load(const char *path, bool may_create, struct crypto_key *out);
/* A key of its own for each purpose ("email-index"), from one file. */
void crypto_key_derive(const struct crypto_key *from, const char *purpose,
                       struct crypto_key *out);
void crypto_random(void *to, size_t len);

/* to: plain.len + CRYPTO_SEAL_EXTRA_BYTES. context is bound, not stored. */
void crypto_seal(const struct crypto_key *key, struct bytes plain,
                 struct bytes context, uint8_t *to);
/* to: sealed.len - CRYPTO_SEAL_EXTRA_BYTES. False: not ours, or changed. */
MUST_CHECK bool crypto_unseal(const struct crypto_key *key, struct bytes sealed,
                              struct bytes context, uint8_t *to);

/* BLAKE2b, keyed (key NULL: plain); out_len 1..64; below 16 it is the
 * first bytes of the hash of 16. */
void crypto_digest(const struct crypto_key *key, const void *bytes, size_t len,
                   uint8_t *out, size_t out_len);
/* SipHash-2-4 of the first 16 key bytes: short MACs at millions a second. */
uint64_t crypto_mac64(const struct crypto_key *key, const void *bytes,
                      size_t len);
MUST_CHECK bool crypto_is_equal(const void *a, const void *b, size_t len);

/* Ed25519; the key is the seed. */
void crypto_public_of(const struct crypto_key *seed,
                      uint8_t public_key[CRYPTO_PUBLIC_BYTES]);
void crypto_make_signature(const struct crypto_key *seed, const void *bytes,
                           size_t len,
                           uint8_t signature[CRYPTO_SIGNATURE_BYTES]);
MUST_CHECK bool crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_BYTES],
                              const void *bytes, size_t len,
                              const uint8_t signature[CRYPTO_SIGNATURE_BYTES]);

/* argon2id, interactive limits: about 60 ms and 64 MiB, so never on the loop
 * of a service (see worker.h). */
MUST_CHECK bool crypto_password_hash(const char *password,
                                     char to[CRYPTO_PASSWORD_HASH_SIZE]);
MUST_CHECK bool crypto_password_verify(const char *hash, const char *password);

/* base64url without padding, and hex: append to a buf. The decoders return
 * bytes written, or -1 when it is not that form or longer than size. */
void crypto_add_base64url(struct buf *to, const void *bytes, size_t len);
/* The same into to, whole and NUL-terminated: size is at least
 * (4 * len + 2) / 3 + 1. */
void crypto_write_base64url(const void *bytes, size_t len, char *to,
                            size_t size);
long crypto_read_base64url(const char *text, size_t len, uint8_t *to,
                           size_t size);
void crypto_add_hex(struct buf *to, const void *bytes, size_t len);
long crypto_read_hex(const char *text, size_t len, uint8_t *to, size_t size);

#endif
