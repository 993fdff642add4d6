/* vault -- a stream that is sealed to a public key. */
#include "common/crypto/vault.h"

#include <sodium.h>
#include <string.h>

#define MAGIC_BYTES (sizeof(VAULT_MAGIC) - 1)
#define STREAM_KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define BOX_BYTES (STREAM_KEY_BYTES + crypto_box_SEALBYTES)
#define HEADER_BYTES crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define LAST crypto_secretstream_xchacha20poly1305_TAG_FINAL

static_assert(VAULT_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "X25519");
static_assert(VAULT_KEY_BYTES == crypto_box_SECRETKEYBYTES, "X25519");

typedef crypto_secretstream_xchacha20poly1305_state stream_state;

void
vault_make_keys(struct vault_keys *out)
{
    (void)crypto_box_keypair(out->public_key, out->secret);
}

void
vault_set_public(struct vault_keys *keys)
{
    (void)crypto_scalarmult_base(keys->public_key, keys->secret);
}

/* ---- sealing ---- */

static bool
write_all(const void *bytes, size_t len, FILE *to)
{
    return fwrite(bytes, 1, len, to) == len;
}

static bool
write_head(FILE *to, const uint8_t public_key[VAULT_KEY_BYTES],
           stream_state *state)
{
    uint8_t key[STREAM_KEY_BYTES], box[BOX_BYTES], header[HEADER_BYTES];
    crypto_secretstream_xchacha20poly1305_keygen(key);
    (void)crypto_box_seal(box, key, sizeof(key), public_key);
    (void)crypto_secretstream_xchacha20poly1305_init_push(state, header, key);
    sodium_memzero(key, sizeof(key));
    return write_all(VAULT_MAGIC, MAGIC_BYTES, to) &&
           write_all(box, sizeof(box), to) &&
           write_all(header, sizeof(header), to);
}

bool
vault_seal(FILE *from, FILE *to, const uint8_t public_key[VAULT_KEY_BYTES])
{
    static uint8_t plain[VAULT_FRAME_BYTES],
        sealed[VAULT_FRAME_BYTES + EXTRA_BYTES];
    stream_state state;
    bool is_last = false;
    if (!write_head(to, public_key, &state)) {
        return false;
    }
    while (!is_last) {
        unsigned long long len = 0;
        size_t read = fread(plain, 1, sizeof(plain), from);
        if (ferror(from)) {
            return false;
        }
        is_last = read < sizeof(plain);
        (void)crypto_secretstream_xchacha20poly1305_push(
            &state, sealed, &len, plain, read, NULL, 0, is_last ? LAST : 0);
        if (!write_all(sealed, (size_t)len, to)) {
            return false;
        }
    }
    return fflush(to) == 0;
}

/* ---- opening ---- */

static bool
read_all(void *bytes, size_t len, FILE *from)
{
    return fread(bytes, 1, len, from) == len;
}

static const char *
read_head(FILE *from, const struct vault_keys *keys, stream_state *state)
{
    uint8_t magic[MAGIC_BYTES], box[BOX_BYTES], header[HEADER_BYTES],
        key[STREAM_KEY_BYTES];
    if (!read_all(magic, sizeof(magic), from) ||
        memcmp(magic, VAULT_MAGIC, MAGIC_BYTES) != 0) {
        return "this is no backup that muster made";
    }
    if (!read_all(box, sizeof(box), from) ||
        !read_all(header, sizeof(header), from)) {
        return "this backup is cut off";
    }
    if (crypto_box_seal_open(key, box, sizeof(box), keys->public_key,
                             keys->secret) != 0) {
        return "this backup was made for another key";
    }
    int failed =
        crypto_secretstream_xchacha20poly1305_init_pull(state, header, key);
    sodium_memzero(key, sizeof(key));
    return failed != 0 ? "this backup is damaged" : NULL;
}

const char *
vault_open(FILE *from, FILE *to, const struct vault_keys *keys)
{
    static uint8_t plain[VAULT_FRAME_BYTES],
        sealed[VAULT_FRAME_BYTES + EXTRA_BYTES];
    stream_state state;
    uint8_t tag = 0;
    const char *why = read_head(from, keys, &state);
    while (why == NULL && tag != LAST) {
        unsigned long long len = 0;
        size_t read = fread(sealed, 1, sizeof(sealed), from);
        if (read < EXTRA_BYTES) {
            return "this backup is cut off";
        }
        if (crypto_secretstream_xchacha20poly1305_pull(
                &state, plain, &len, &tag, sealed, read, NULL, 0) != 0) {
            return read < sizeof(sealed) ? "this backup is cut off, or damaged"
                                         : "this backup is damaged";
        }
        if (!write_all(plain, (size_t)len, to)) {
            return "what the backup holds could not be written: is the disk "
                   "full?";
        }
    }
    if (why == NULL && fgetc(from) != EOF) {
        return "this backup is damaged: something follows its end";
    }
    return why == NULL && fflush(to) != 0
               ? "what the backup holds could not be written: is the disk full?"
               : why;
}
