/* reference -- our name for one recipient, given to the provider. */
#include "common/crypto/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "words.pb-c.h"

#define MAC_TEXT_LEN 11 /* 8 bytes in base64url */

void
reference_key_load(const char *keys_dir, struct crypto_key *out)
{
    char *path = mem_format("%s/broadcast.key", keys_dir);
    struct crypto_key file;
    crypto_key_load(path, true, &file);
    crypto_key_derive(&file, "reference", out);
    free(path);
}

/* Appends the MAC over text[0..len), which ends with a dot. */
static void
add_mac(const struct crypto_key *key, char *text, size_t len)
{
    uint64_t mac = crypto_mac64(key, text, len);
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(mac >> (8 * i));
    }
    crypto_write_base64url(bytes, sizeof(bytes), text + len, MAC_TEXT_LEN + 1);
}

void
reference_write(const struct crypto_key *key, const struct reference *reference,
                char text[REFERENCE_TEXT_SIZE])
{
    char letter = reference->channel == WORDS__CHANNEL__CHANNEL_SMS ? 's' : 'e';
    int len =
        snprintf(text, REFERENCE_TEXT_SIZE, "%s.%s.%u.%c.", reference->campaign,
                 reference->broadcast, (unsigned)reference->number, letter);
    add_mac(key, text, (size_t)len);
}

/* An id up to the next dot; returns what follows it, NULL: no id. */
static const char *
read_id(const char *text, char id[REFERENCE_ID_SIZE])
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (len == 0 || len >= REFERENCE_ID_SIZE || text[len] != '.') {
        return NULL;
    }
    memcpy(id, text, len);
    id[len] = '\0';
    return text + len + 1;
}

static const char *
read_parts(const char *text, struct reference *out)
{
    text = read_id(text, out->campaign);
    text = text == NULL ? NULL : read_id(text, out->broadcast);
    size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || text[digits] != '.') {
        return NULL;
    }
    out->number = (uint32_t)strtoul(text, NULL, 10);
    text += digits + 1;
    out->channel = text[0] == 's' ? WORDS__CHANNEL__CHANNEL_SMS
                                  : WORDS__CHANNEL__CHANNEL_EMAIL;
    return (text[0] == 's' || text[0] == 'e') && text[1] == '.' ? text + 2
                                                                : NULL;
}

enum err
reference_read(const struct crypto_key *key, const char *text,
               struct reference *out)
{
    char ours[REFERENCE_TEXT_SIZE];
    const char *mac = read_parts(text, out);
    if (mac == NULL || strlen(mac) != MAC_TEXT_LEN) {
        return ERR_NOT_FOUND;
    }
    /* Written again, so that each recipient has one text alone. */
    reference_write(key, out, ours);
    size_t len = strlen(ours);
    return len == strlen(text) && crypto_is_equal(ours, text, len)
               ? ERR_NONE
               : ERR_NOT_FOUND;
}
