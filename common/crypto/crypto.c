/* crypto -- libsodium, in the few shapes Muster needs. */
#include "common/crypto/crypto.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(NONCE_BYTES + TAG_BYTES == CRYPTO_SEAL_EXTRA_BYTES, "seal");
_Static_assert(crypto_sign_BYTES == CRYPTO_SIGNATURE_BYTES, "signature");
_Static_assert(crypto_pwhash_STRBYTES == CRYPTO_PASSWORD_HASH_SIZE, "hash");
_Static_assert(crypto_shorthash_KEYBYTES <= CRYPTO_KEY_BYTES, "mac key");

void
crypto_init(void)
{
    if (sodium_init() < 0) {
        log_fatal("libsodium cannot start: no source of randomness");
    }
}

/* ---- keys ---- */

/* Written whole under another name, then linked into place: of two processes
 * that start at once, both use the key of the one that came first. */
static void
make_key_file(const char *path)
{
    char *draft = mem_format("%s.%ld.new", path, (long)getpid());
    uint8_t bytes[CRYPTO_KEY_BYTES];
    randombytes_buf(bytes, sizeof(bytes));
    (void)unlink(draft);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, sizeof(bytes)) != sizeof(bytes) ||
        fsync(fd) != 0) {
        log_fatal("cannot write the key file %s: %s", draft, strerror(errno));
    }
    (void)close(fd);
    if (link(draft, path) != 0 && errno != EEXIST) {
        log_fatal("cannot make the key file %s: %s", path, strerror(errno));
    }
    (void)unlink(draft);
    char *copy = mem_copy_string(path);
    int dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        (void)fsync(dir);
        (void)close(dir);
    }
    free(copy);
    free(draft);
    sodium_memzero(bytes, sizeof(bytes));
}

void
crypto_key_load(const char *path, bool may_create, struct crypto_key *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && may_create) {
        make_key_file(path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        log_fatal("cannot read the key file %s: %s", path, strerror(errno));
    }
    struct stat stat;
    if (fstat(fd, &stat) != 0 || (stat.st_mode & 077) != 0) {
        log_fatal("the key file %s can be read by others: chmod 600 it", path);
    }
    if (stat.st_size != CRYPTO_KEY_BYTES ||
        read(fd, out->bytes, CRYPTO_KEY_BYTES) != CRYPTO_KEY_BYTES) {
        log_fatal("the key file %s does not hold %d bytes", path,
                  CRYPTO_KEY_BYTES);
    }
    (void)close(fd);
}

void
crypto_key_derive(const struct crypto_key *from, const char *purpose,
                  struct crypto_key *out)
{
    struct crypto_key derived;
    crypto_digest(from, purpose, strlen(purpose), derived.bytes,
                  sizeof(derived.bytes));
    *out = derived;
}

void
crypto_random(void *to, size_t len)
{
    randombytes_buf(to, len);
}

/* ---- sealing ---- */

void
crypto_seal(const struct crypto_key *key, struct bytes plain,
            struct bytes context, uint8_t *to)
{
    randombytes_buf(to, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        to + NONCE_BYTES, NULL, plain.data, plain.len, context.data,
        context.len, NULL, to, key->bytes);
}

bool
crypto_unseal(const struct crypto_key *key, struct bytes sealed,
              struct bytes context, uint8_t *to)
{
    const uint8_t *nonce = sealed.data;
    if (sealed.len < CRYPTO_SEAL_EXTRA_BYTES) {
        return false;
    }
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               to, NULL, NULL, nonce + NONCE_BYTES, sealed.len - NONCE_BYTES,
               context.data, context.len, nonce, key->bytes) == 0;
}

/* ---- hashes and MACs ---- */

void
crypto_digest(const struct crypto_key *key, const void *bytes, size_t len,
              uint8_t *out, size_t out_len)
{
    assert(out_len >= 1 && out_len <= crypto_generichash_BYTES_MAX);
    uint8_t whole[crypto_generichash_BYTES_MAX];
    size_t whole_len = out_len < crypto_generichash_BYTES_MIN
                           ? crypto_generichash_BYTES_MIN
                           : out_len;
    (void)crypto_generichash(whole, whole_len, bytes, len,
                             key == NULL ? NULL : key->bytes,
                             key == NULL ? 0 : CRYPTO_KEY_BYTES);
    memcpy(out, whole, out_len);
}

uint64_t
crypto_mac64(const struct crypto_key *key, const void *bytes, size_t len)
{
    uint8_t mac[crypto_shorthash_BYTES];
    (void)crypto_shorthash(mac, bytes, len, key->bytes);
    uint64_t value = 0;
    for (size_t i = sizeof(mac); i-- > 0;) {
        value = value << 8 | mac[i];
    }
    return value;
}

bool
crypto_is_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

/* ---- signatures ---- */

void
crypto_public_of(const struct crypto_key *seed,
                 uint8_t public_key[CRYPTO_PUBLIC_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(public_key, secret, seed->bytes);
    sodium_memzero(secret, sizeof(secret));
}

void
crypto_make_signature(const struct crypto_key *seed, const void *bytes,
                      size_t len, uint8_t signature[CRYPTO_SIGNATURE_BYTES])
{
    uint8_t public_key[CRYPTO_PUBLIC_BYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(public_key, secret, seed->bytes);
    (void)crypto_sign_detached(signature, NULL, bytes, len, secret);
    sodium_memzero(secret, sizeof(secret));
}

bool
crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_BYTES], const void *bytes,
              size_t len, const uint8_t signature[CRYPTO_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, bytes, len, public_key) == 0;
}

/* ---- passwords ---- */

bool
crypto_password_hash(const char *password, char to[CRYPTO_PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(to, password, strlen(password),
                                 crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool
crypto_password_verify(const char *hash, const char *password)
{
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

/* ---- text forms ---- */

void
crypto_add_base64url(struct buf *to, const void *bytes, size_t len)
{
    const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t size = sodium_base64_encoded_len(len, form);
    char *text = buf_room(to, size);
    if (text == NULL) {
        return;
    }
    (void)sodium_bin2base64(text, size, bytes, len, form);
    to->len += size - 1;
}

void
crypto_write_base64url(const void *bytes, size_t len, char *to, size_t size)
{
    (void)sodium_bin2base64(to, size, bytes, len,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

long
crypto_read_base64url(const char *text, size_t len, uint8_t *to, size_t size)
{
    size_t got;
    if (sodium_base642bin(to, size, text, len, NULL, &got, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return -1;
    }
    return (long)got;
}

void
crypto_add_hex(struct buf *to, const void *bytes, size_t len)
{
    char *text = buf_room(to, 2 * len + 1);
    if (text == NULL) {
        return;
    }
    (void)sodium_bin2hex(text, 2 * len + 1, bytes, len);
    to->len += 2 * len;
}

long
crypto_read_hex(const char *text, size_t len, uint8_t *to, size_t size)
{
    size_t got;
    if (len % 2 != 0 ||
        sodium_hex2bin(to, size, text, len, NULL, &got, NULL) != 0) {
        return -1;
    }
    return (long)got;
}
