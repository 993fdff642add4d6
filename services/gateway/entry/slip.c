/* slip -- the address of one sign-up's page.
 *
 *   8 bytes   MAC of the rest, and the seed of what covers it
 *   1         purpose and version
 *   2, 3, 1   campaign, number, role
 *   1         confirms_by (2 bits), vouched, for another
 *   2 each    the actions' numbers, then 4 bits each: their states */
#include "services/gateway/entry/slip.h"

#include <stdio.h>
#include <string.h>

#include "common/base/base.h"

#define MAC_BYTES 8
#define HEAD_BYTES 8
#define VERSION 0x51
#define BODY_BYTES_MAX (HEAD_BYTES + 2 * SLIP_PLACES_MAX + SLIP_PLACES_MAX / 2)
#define FLAG_VOUCHED 4u
#define FLAG_FOR_OTHER 8u

bool
slip_has_code(Words__PlaceState state)
{
    return state == WORDS__PLACE_STATE__PLACE_CONFIRMED ||
           state == WORDS__PLACE_STATE__PLACE_HELD ||
           state == WORDS__PLACE_STATE__PLACE_ASKED ||
           state == WORDS__PLACE_STATE__PLACE_TWIN;
}

static size_t
body_bytes(size_t count)
{
    return HEAD_BYTES + 2 * count + (count + 1) / 2;
}

/* Covers and uncovers. */
static void
cover(const struct crypto_key *key, const uint8_t mac[MAC_BYTES], uint8_t *body,
      size_t len)
{
    uint8_t stream[CRYPTO_HASH_BYTES], seed[MAC_BYTES + 1];
    memcpy(seed, mac, MAC_BYTES);
    for (size_t i = 0; i < len; i++) {
        if (i % sizeof(stream) == 0) {
            seed[MAC_BYTES] = (uint8_t)(1 + i / sizeof(stream));
            crypto_digest(key, seed, sizeof(seed), stream, sizeof(stream));
        }
        body[i] ^= stream[i % sizeof(stream)];
    }
}

static void
put_whole(uint8_t *to, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        to[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    }
}

static uint32_t
get_whole(const uint8_t *from, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

void
slip_write(const struct crypto_key *key, const struct slip *slip,
           char text[SLIP_TEXT_SIZE])
{
    uint8_t whole[MAC_BYTES + BODY_BYTES_MAX] = {0}, *body = whole + MAC_BYTES;
    size_t len = body_bytes(slip->count);
    uint8_t *states = body + HEAD_BYTES + 2 * slip->count;
    body[0] = VERSION;
    put_whole(body + 1, slip->campaign_number, 2);
    put_whole(body + 3, slip->number, 3);
    put_whole(body + 6, slip->role, 1);
    body[7] = (uint8_t)((unsigned)slip->confirms_by |
                        (slip->is_vouched ? FLAG_VOUCHED : 0) |
                        (slip->is_for_other ? FLAG_FOR_OTHER : 0));
    for (size_t i = 0; i < slip->count; i++) {
        unsigned state = (unsigned)slip->places[i].state & 15u;
        put_whole(body + HEAD_BYTES + 2 * i, slip->places[i].action_number, 2);
        states[i / 2] |= (uint8_t)(state << (i % 2 == 0 ? 4 : 0));
    }
    crypto_digest(key, body, len, whole, MAC_BYTES);
    cover(key, whole, body, len);
    crypto_write_base64url(whole, MAC_BYTES + len, text, SLIP_TEXT_SIZE);
}

static void
read_places(const uint8_t *body, struct slip *out)
{
    const uint8_t *states = body + HEAD_BYTES + 2 * out->count;
    for (size_t i = 0; i < out->count; i++) {
        unsigned state = states[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15u;
        out->places[i].action_number = get_whole(body + HEAD_BYTES + 2 * i, 2);
        out->places[i].state = (Words__PlaceState)state;
    }
}

/* Of a body of that length: 2 bytes and a half each, rounded up. */
static size_t
count_of(size_t len)
{
    return len < HEAD_BYTES ? 0 : (len - HEAD_BYTES) * 2 / 5;
}

bool
slip_read(const struct crypto_key *key, const char *text, struct slip *out)
{
    uint8_t whole[MAC_BYTES + BODY_BYTES_MAX], *body = whole + MAC_BYTES;
    uint8_t mac[MAC_BYTES];
    memset(out, 0, sizeof(*out));
    long n = crypto_read_base64url(text, strlen(text), whole, sizeof(whole));
    size_t len = n < MAC_BYTES ? 0 : (size_t)n - MAC_BYTES;
    size_t count = count_of(len);
    if (len < HEAD_BYTES || body_bytes(count) != len) {
        return false;
    }
    cover(key, whole, body, len);
    crypto_digest(key, body, len, mac, MAC_BYTES);
    if (!crypto_is_equal(mac, whole, MAC_BYTES) || body[0] != VERSION) {
        return false;
    }
    out->campaign_number = get_whole(body + 1, 2);
    out->number = get_whole(body + 3, 3);
    out->role = get_whole(body + 6, 1);
    out->confirms_by = (Words__Channel)(body[7] & 3u);
    out->is_vouched = (body[7] & FLAG_VOUCHED) != 0;
    out->is_for_other = (body[7] & FLAG_FOR_OTHER) != 0;
    out->count = count;
    read_places(body, out);
    return true;
}

/* ---- what was typed ---- */

#define TYPED_BYTES_MAX sizeof(struct slip_typed)

/* The words one behind the other, each with its NUL. */
static size_t
pack_typed(const struct slip_typed *typed, char to[TYPED_BYTES_MAX])
{
    const char *const words[] = {typed->name, typed->phone, typed->email};
    size_t len = 0;
    for (size_t i = 0; i < 3; i++) {
        memcpy(to + len, words[i], strlen(words[i]) + 1);
        len += strlen(words[i]) + 1;
    }
    return len;
}

void
slip_write_typed(const struct crypto_key *key, const char *slip,
                 const struct slip_typed *typed, char to[SLIP_COOKIE_SIZE])
{
    char plain[TYPED_BYTES_MAX];
    uint8_t sealed[TYPED_BYTES_MAX + CRYPTO_SEAL_EXTRA_BYTES];
    size_t len = pack_typed(typed, plain);
    crypto_seal(key, (struct bytes){plain, len}, bytes_of_string(slip), sealed);
    crypto_write_base64url(sealed, len + CRYPTO_SEAL_EXTRA_BYTES, to,
                           SLIP_COOKIE_SIZE);
}

/* Takes the next word of what is left; false: there is none that fits. */
static bool
take_word(const char **at, const char *end, char *to, size_t size)
{
    size_t len = strnlen(*at, (size_t)(end - *at));
    if (*at + len == end || len >= size) {
        return false;
    }
    memcpy(to, *at, len + 1);
    *at += len + 1;
    return true;
}

bool
slip_read_typed(const struct crypto_key *key, const char *slip,
                const char *cookie, struct slip_typed *out)
{
    char plain[TYPED_BYTES_MAX];
    uint8_t sealed[TYPED_BYTES_MAX + CRYPTO_SEAL_EXTRA_BYTES];
    memset(out, 0, sizeof(*out));
    long n =
        crypto_read_base64url(cookie, strlen(cookie), sealed, sizeof(sealed));
    if (n < CRYPTO_SEAL_EXTRA_BYTES ||
        !crypto_unseal(key, (struct bytes){(char *)sealed, (size_t)n},
                       bytes_of_string(slip), (uint8_t *)plain)) {
        return false;
    }
    const char *at = plain, *end = plain + n - CRYPTO_SEAL_EXTRA_BYTES;
    return take_word(&at, end, out->name, sizeof(out->name)) &&
           take_word(&at, end, out->phone, sizeof(out->phone)) &&
           take_word(&at, end, out->email, sizeof(out->email));
}
