/* link -- the links in messages that act for one person without a login. */
#include "common/crypto/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

#define BODY_BYTES 7 /* purpose, campaign number, supporter number */
#define TOKEN_BYTES (BODY_BYTES + 8)

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
write_mac(const struct crypto_key *key, const uint8_t body[BODY_BYTES],
          uint8_t to[8])
{
    uint64_t mac = crypto_mac64(key, body, BODY_BYTES);
    for (int i = 0; i < 8; i++) {
        to[i] = (uint8_t)(mac >> (8 * i));
    }
}

void
link_write(const struct crypto_key *key, const struct link *link,
           char token[LINK_TOKEN_SIZE])
{
    assert(link->campaign_number <= UINT16_MAX);
    uint8_t bytes[TOKEN_BYTES] = {
        (uint8_t)link->purpose,         (uint8_t)(link->campaign_number >> 8),
        (uint8_t)link->campaign_number, (uint8_t)(link->number >> 24),
        (uint8_t)(link->number >> 16),  (uint8_t)(link->number >> 8),
        (uint8_t)link->number,
    };
    write_mac(key, bytes, bytes + BODY_BYTES);
    crypto_write_base64url(bytes, sizeof(bytes), token, LINK_TOKEN_SIZE);
}

void
link_write_path(const struct crypto_key *key, const struct link *link,
                char path[LINK_PATH_SIZE])
{
    char token[LINK_TOKEN_SIZE];
    link_write(key, link, token);
    (void)snprintf(path, LINK_PATH_SIZE, "/%c/%s",
                   link->purpose == LINK_PREFERENCES ? 'p' : 'u', token);
}

enum err
link_read(const struct crypto_key *key, const char *token, struct link *out)
{
    uint8_t bytes[TOKEN_BYTES], mac[8];
    if (strlen(token) != LINK_TOKEN_SIZE - 1 ||
        crypto_read_base64url(token, LINK_TOKEN_SIZE - 1, bytes,
                              sizeof(bytes)) != TOKEN_BYTES) {
        return ERR_NOT_FOUND;
    }
    write_mac(key, bytes, mac);
    if (!crypto_is_equal(mac, bytes + BODY_BYTES, sizeof(mac)) ||
        bytes[0] < LINK_PREFERENCES || bytes[0] > LINK_UNSUBSCRIBE_EMAIL) {
        return ERR_NOT_FOUND;
    }
    *out = (struct link){
        .purpose = (enum link_purpose)bytes[0],
        .campaign_number = (uint32_t)(bytes[1] << 8 | bytes[2]),
        .number = (uint32_t)bytes[3] << 24 | (uint32_t)bytes[4] << 16 |
                  (uint32_t)bytes[5] << 8 | bytes[6],
    };
    return ERR_NONE;
}
