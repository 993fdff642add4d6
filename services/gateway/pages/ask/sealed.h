/* sealed -- words that go out to a browser and come back later: nobody reads
 * or changes them on the way, and they end.
 *
 * purpose ("my:<campaign>") is bound to them: what was sealed for another is
 * none. The gateway keeps nothing; every gateway with the same keys reads
 * them. */
#ifndef GATEWAY_PAGES_SEALED_H
#define GATEWAY_PAGES_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

#define SEALED_WORDS_MAX 320
/* In base64url: the end's eight bytes, the words, what sealing adds; NUL. */
#define SEALED_TEXT_SIZE                                                       \
    ((4 * (8 + SEALED_WORDS_MAX + CRYPTO_SEAL_EXTRA_BYTES) + 2) / 3 + 1)

struct sealed {
    const char *purpose;
    int64_t until_ms;
    char words[SEALED_WORDS_MAX + 1];
};

void sealed_write(const struct crypto_key *key, const struct sealed *sealed,
                  char text[SEALED_TEXT_SIZE]);
/* sealed->purpose is the caller's. False: not ours, or ended at now_ms. */
MUST_CHECK bool sealed_read(const struct crypto_key *key, const char *text,
                            int64_t now_ms, struct sealed *sealed);

#endif
