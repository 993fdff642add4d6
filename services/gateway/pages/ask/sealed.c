/* sealed -- words that go out to a browser and come back later. */
#include "services/gateway/pages/ask/sealed.h"

#include <string.h>

#define END_BYTES 8
#define PLAIN_MAX (END_BYTES + SEALED_WORDS_MAX)

void
sealed_write(const struct crypto_key *key, const struct sealed *sealed,
             char text[SEALED_TEXT_SIZE])
{
    uint8_t plain[PLAIN_MAX], bytes[PLAIN_MAX + CRYPTO_SEAL_EXTRA_BYTES];
    size_t len = strlen(sealed->words);
    for (int i = 0; i < END_BYTES; i++) {
        plain[i] = (uint8_t)((uint64_t)sealed->until_ms >> (8 * i));
    }
    memcpy(plain + END_BYTES, sealed->words, len);
    crypto_seal(key, bytes_of(plain, END_BYTES + len),
                bytes_of_string(sealed->purpose), bytes);
    crypto_write_base64url(bytes, END_BYTES + len + CRYPTO_SEAL_EXTRA_BYTES,
                           text, SEALED_TEXT_SIZE);
}

bool
sealed_read(const struct crypto_key *key, const char *text, int64_t now_ms,
            struct sealed *sealed)
{
    uint8_t plain[PLAIN_MAX], bytes[PLAIN_MAX + CRYPTO_SEAL_EXTRA_BYTES];
    long len = crypto_read_base64url(text, strlen(text), bytes, sizeof(bytes));
    if (len < END_BYTES + CRYPTO_SEAL_EXTRA_BYTES ||
        !crypto_unseal(key, bytes_of(bytes, (size_t)len),
                       bytes_of_string(sealed->purpose), plain)) {
        return false;
    }
    size_t words = (size_t)len - END_BYTES - CRYPTO_SEAL_EXTRA_BYTES;
    uint64_t until_ms = 0;
    for (int i = 0; i < END_BYTES; i++) {
        until_ms |= (uint64_t)plain[i] << (8 * i);
    }
    memcpy(sealed->words, plain + END_BYTES, words);
    sealed->words[words] = '\0';
    sealed->until_ms = (int64_t)until_ms;
    return sealed->until_ms > now_ms;
}
