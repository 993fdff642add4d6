/* form_key -- a form's key and time, signed. */
#include "services/gateway/entry/form_key.h"

#include <string.h>

#include "common/base/base.h"

#define NONCE_BYTES 8
#define TIME_BYTES 6
#define MAC_BYTES 8
#define SIGNED_BYTES (NONCE_BYTES + TIME_BYTES)

static void
sign(const struct crypto_key *key, const char *campaign, const uint8_t *bytes,
     uint8_t mac[MAC_BYTES])
{
    struct buf whole;
    buf_init(&whole, 0);
    buf_add(&whole, bytes, SIGNED_BYTES);
    buf_add_string(&whole, campaign);
    crypto_digest(key, whole.data, whole.len, mac, MAC_BYTES);
    buf_fini(&whole);
}

void
form_key_make(const struct crypto_key *key, const char *campaign,
              int64_t now_ms, char text[FORM_KEY_TEXT_SIZE])
{
    uint8_t bytes[FORM_KEY_BYTES];
    crypto_random(bytes, NONCE_BYTES);
    for (int i = 0; i < TIME_BYTES; i++) {
        bytes[NONCE_BYTES + i] =
            (uint8_t)((uint64_t)now_ms >> (8 * (TIME_BYTES - 1 - i)));
    }
    sign(key, campaign, bytes, bytes + SIGNED_BYTES);
    crypto_write_base64url(bytes, sizeof(bytes), text, FORM_KEY_TEXT_SIZE);
}

bool
form_key_read(const struct crypto_key *key, const char *campaign,
              const char *text, int64_t *made_at_ms_out)
{
    uint8_t bytes[FORM_KEY_BYTES], mac[MAC_BYTES];
    uint64_t at_ms = 0;
    *made_at_ms_out = 0;
    if (crypto_read_base64url(text, strlen(text), bytes, sizeof(bytes)) !=
        FORM_KEY_BYTES) {
        return false;
    }
    sign(key, campaign, bytes, mac);
    if (!crypto_is_equal(mac, bytes + SIGNED_BYTES, MAC_BYTES)) {
        return false;
    }
    for (int i = 0; i < TIME_BYTES; i++) {
        at_ms = at_ms << 8 | bytes[NONCE_BYTES + i];
    }
    *made_at_ms_out = (int64_t)at_ms;
    return true;
}
