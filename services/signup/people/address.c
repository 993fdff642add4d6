/* address -- a supporter's phone and email, kept, looked up, hinted at. */
#include "services/signup/people/address.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "services/signup/people/likeness.h"

void
address_keys_derive(const struct crypto_key *from, struct address_keys *out)
{
    out->record =
        (struct record_keys){.count = 1, .list = {{.name = RECORD_KEY_FIRST}}};
    crypto_key_derive(from, "record", &out->record.list[0].key);
    crypto_key_derive(from, "phone-index", &out->phone);
    crypto_key_derive(from, "email-index", &out->email);
    crypto_key_derive(from, "name", &out->name);
    crypto_key_derive(from, "check", &out->check);
    crypto_key_derive(from, "withdrawn", &out->withdrawn);
}

#define DIGEST_BYTES 8
#define ADDRESS_BUCKETS 16384U

/* The campaign is in the hash, so that one person's entries in two campaigns
 * cannot be matched. */
static void
hash(const struct crypto_key *key, const char *campaign, const char *text,
     uint8_t out[ADDRESS_HASH_BYTES])
{
    char bytes[EMAIL_TEXT_SIZE + 64];
    int n = snprintf(bytes, sizeof(bytes), "%s/%s", campaign, text);
    uint8_t digest[DIGEST_BYTES];
    crypto_digest(key, bytes, (size_t)n, digest, sizeof(digest));
    static const char hex[] = "0123456789abcdef";
    unsigned bucket = (digest[0] * 256U + digest[1]) % ADDRESS_BUCKETS;
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)hex[bucket >> (12 - 4 * i) & 0xf];
    }
    memcpy(out + 4, digest + 2, ADDRESS_HASH_BYTES - 4);
}

void
address_hash_phone(const struct address_keys *keys, const char *campaign,
                   uint64_t phone, uint8_t out[ADDRESS_HASH_BYTES])
{
    char text[PHONE_TEXT_SIZE];
    address_phone_text(phone, text);
    hash(&keys->phone, campaign, text, out);
}

void
address_hash_email(const struct address_keys *keys, const char *campaign,
                   const char *email, uint8_t out[ADDRESS_HASH_BYTES])
{
    char lower[EMAIL_TEXT_SIZE];
    size_t len = strnlen(email, EMAIL_TEXT_SIZE - 1);
    for (size_t i = 0; i < len; i++) {
        lower[i] = (char)tolower((unsigned char)email[i]);
    }
    lower[len] = '\0';
    hash(&keys->email, campaign, lower, out);
}

void
address_hash_name(const struct address_keys *keys, const char *campaign,
                  const char *name, uint8_t out[ADDRESS_NAME_HASH_BYTES])
{
    char normal[NAME_BYTES_MAX + 1];
    struct buf text;
    buf_init(&text, 0);
    (void)likeness_normalise(name, normal);
    buf_printf(&text, "%s/%s", campaign, normal);
    crypto_digest(&keys->name, text.data, text.len, out,
                  ADDRESS_NAME_HASH_BYTES);
    buf_fini(&text);
}

void
address_hash_block(const struct address_keys *keys, const char *campaign,
                   uint64_t phone, uint8_t out[ADDRESS_HASH_BYTES])
{
    char text[PHONE_TEXT_SIZE + sizeof("block")];
    (void)snprintf(text, sizeof(text), "block%" PRIu64,
                   phone / 1000 % 1000000000000U);
    hash(&keys->phone, campaign, text, out);
}

bool
address_is_same_email(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

uint64_t
address_phone_digits(const char *e164)
{
    return strtoull(e164 + (*e164 == '+'), NULL, 10);
}

void
address_phone_text(uint64_t phone, char out[PHONE_TEXT_SIZE])
{
    (void)snprintf(out, PHONE_TEXT_SIZE, "+%" PRIu64,
                   phone % 1000000000000000U); /* E.164: 15 digits */
}

bool
address_is_texted(uint64_t phone)
{
    char text[PHONE_TEXT_SIZE];
    address_phone_text(phone, text);
    return phone != 0 && contact_is_home_mobile(text);
}

void
address_hint_phone(uint64_t phone, char out[ADDRESS_HINT_SIZE])
{
    (void)snprintf(out, ADDRESS_HINT_SIZE, "…%03u", (unsigned)(phone % 1000));
}

void
address_hint_email(const char *email, char out[ADDRESS_HINT_SIZE])
{
    const char *at = strrchr(email, '@');
    (void)snprintf(out, ADDRESS_HINT_SIZE, "%.1s…%s", email,
                   at == NULL ? "" : at);
}
