/* link -- the links in messages that act for one person without a login. */
#include "common/crypto/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "words.pb-c.h"

#define MAC_BYTES 8
#define BODY_BYTES_0 7 /* purpose, campaign number, number */
#define BODY_BYTES_1 8 /* and the contact, for a byte less of number */
#define TOKEN_BYTES_0 (BODY_BYTES_0 + MAC_BYTES)
#define TOKEN_BYTES_1 (BODY_BYTES_1 + MAC_BYTES)
#define TOKEN_CHARS_0 20
#define NUMBER_MAX_1 0xffffff
#define EMAIL_BIT 0x8000

void
link_key_load(const char *keys_dir, struct crypto_key *out)
{
    char *path = mem_format("%s/link.key", keys_dir);
    struct crypto_key file;
    crypto_key_load(path, true, &file);
    crypto_key_derive(&file, "link", out);
    free(path);
}

static void
write_mac(const struct crypto_key *key, const uint8_t *body, size_t len,
          uint8_t to[MAC_BYTES])
{
    uint64_t mac = crypto_mac64(key, body, len);
    for (int i = 0; i < MAC_BYTES; i++) {
        to[i] = (uint8_t)(mac >> (8 * i));
    }
}

static bool
is_signed(const struct crypto_key *key, const uint8_t *body, size_t len)
{
    uint8_t mac[MAC_BYTES];
    write_mac(key, body, len, mac);
    return crypto_is_equal(mac, body + len, sizeof(mac));
}

/* ---- version 0 ---- */

static void
write_0(const struct crypto_key *key, const struct link *link,
        char token[LINK_TOKEN_SIZE])
{
    assert(link->purpose <= LINK_UNSUBSCRIBE_EMAIL && link->salt == 0);
    uint8_t bytes[TOKEN_BYTES_0] = {
        (uint8_t)link->purpose,         (uint8_t)(link->campaign_number >> 8),
        (uint8_t)link->campaign_number, (uint8_t)(link->number >> 24),
        (uint8_t)(link->number >> 16),  (uint8_t)(link->number >> 8),
        (uint8_t)link->number,
    };
    write_mac(key, bytes, BODY_BYTES_0, bytes + BODY_BYTES_0);
    crypto_write_base64url(bytes, sizeof(bytes), token, LINK_TOKEN_SIZE);
}

static enum err
read_0(const struct crypto_key *key, const uint8_t bytes[TOKEN_BYTES_0],
       struct link *out)
{
    static const int channels[] = {
        [LINK_PREFERENCES] = WORDS__CHANNEL__CHANNEL_NONE,
        [LINK_UNSUBSCRIBE_SMS] = WORDS__CHANNEL__CHANNEL_SMS,
        [LINK_UNSUBSCRIBE_EMAIL] = WORDS__CHANNEL__CHANNEL_EMAIL,
    };
    if (bytes[0] < LINK_PREFERENCES || bytes[0] > LINK_UNSUBSCRIBE_EMAIL ||
        !is_signed(key, bytes, BODY_BYTES_0)) {
        return ERR_NOT_FOUND;
    }
    *out = (struct link){
        .purpose = (enum link_purpose)bytes[0],
        .campaign_number = (uint32_t)(bytes[1] << 8 | bytes[2]),
        .number = (uint32_t)bytes[3] << 24 | (uint32_t)bytes[4] << 16 |
                  (uint32_t)bytes[5] << 8 | bytes[6],
        .channel = channels[bytes[0]],
    };
    return ERR_NONE;
}

/* ---- version 1 ---- */

static void
write_1(const struct crypto_key *key, const struct link *link,
        char token[LINK_TOKEN_SIZE])
{
    assert(link->number <= NUMBER_MAX_1 && link->salt <= LINK_SALT_MAX);
    bool is_email = link->channel == WORDS__CHANNEL__CHANNEL_EMAIL;
    unsigned contact = link->salt | (is_email ? EMAIL_BIT : 0U);
    uint8_t bytes[TOKEN_BYTES_1] = {
        (uint8_t)(1U << 4 | link->purpose),
        (uint8_t)(link->campaign_number >> 8),
        (uint8_t)link->campaign_number,
        (uint8_t)(link->number >> 16),
        (uint8_t)(link->number >> 8),
        (uint8_t)link->number,
        (uint8_t)(contact >> 8),
        (uint8_t)contact,
    };
    write_mac(key, bytes, BODY_BYTES_1, bytes + BODY_BYTES_1);
    crypto_write_base64url(bytes, sizeof(bytes), token, LINK_TOKEN_SIZE);
}

static enum err
read_1(const struct crypto_key *key, const uint8_t bytes[TOKEN_BYTES_1],
       struct link *out)
{
    int purpose = bytes[0] & 15;
    unsigned contact = (unsigned)bytes[6] << 8 | bytes[7];
    if (bytes[0] >> 4 != 1 || purpose < LINK_PREFERENCES ||
        purpose > LINK_SESSION || !is_signed(key, bytes, BODY_BYTES_1)) {
        return ERR_NOT_FOUND;
    }
    *out = (struct link){
        .purpose = (enum link_purpose)purpose,
        .campaign_number = (uint32_t)(bytes[1] << 8 | bytes[2]),
        .number = (uint32_t)bytes[3] << 16 | (uint32_t)bytes[4] << 8 | bytes[5],
        .channel = contact & EMAIL_BIT ? WORDS__CHANNEL__CHANNEL_EMAIL
                                       : WORDS__CHANNEL__CHANNEL_SMS,
        .salt = contact & LINK_SALT_MAX,
    };
    return ERR_NONE;
}

/* ---- either ---- */

void
link_write(const struct crypto_key *key, const struct link *link,
           char token[LINK_TOKEN_SIZE])
{
    assert(link->campaign_number <= UINT16_MAX);
    if (link->channel == WORDS__CHANNEL__CHANNEL_NONE) {
        write_0(key, link, token);
    } else {
        write_1(key, link, token);
    }
}

void
link_write_path(const struct crypto_key *key, const struct link *link,
                char path[LINK_PATH_SIZE])
{
    static const char letters[] = {
        [LINK_PREFERENCES] = 'p',
        [LINK_UNSUBSCRIBE_SMS] = 'u',
        [LINK_UNSUBSCRIBE_EMAIL] = 'u',
        [LINK_CONTACT] = 'y',
    };
    char token[LINK_TOKEN_SIZE];
    assert(link->purpose < sizeof(letters)); /* a cookie is no page */
    link_write(key, link, token);
    (void)snprintf(path, LINK_PATH_SIZE, "/%c/%s", letters[link->purpose],
                   token);
}

enum err
link_read(const struct crypto_key *key, const char *token, struct link *out)
{
    uint8_t bytes[TOKEN_BYTES_1];
    size_t len = strlen(token);
    if (len != TOKEN_CHARS_0 && len != LINK_TOKEN_CHARS) {
        return ERR_NOT_FOUND;
    }
    switch (crypto_read_base64url(token, len, bytes, sizeof(bytes))) {
    case TOKEN_BYTES_0:
        return read_0(key, bytes, out);
    case TOKEN_BYTES_1:
        return read_1(key, bytes, out);
    default:
        return ERR_NOT_FOUND;
    }
}
