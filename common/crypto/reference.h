/* reference -- our name for one recipient, given to the provider.
 *
 * "<campaign>.<broadcast>.<number>.<s|e>.<MAC>": whatever field the provider
 * echoes (client reference, Message-ID) brings a receipt back to its four
 * bits with no index, and the MAC (crypto_mac64, under a key of its own from
 * <keys.dir>/broadcast.key) says that it was ours. */
#ifndef COMMON_CRYPTO_REFERENCE_H
#define COMMON_CRYPTO_REFERENCE_H

#include <stdint.h>

#include "common/base/base.h"

#define REFERENCE_ID_SIZE SLUG_SIZE /* a campaign's or broadcast's id, NUL */
/* Two ids, ten digits, a letter, 11 characters of MAC, four dots, NUL. */
#define REFERENCE_TEXT_SIZE (2 * (REFERENCE_ID_SIZE - 1) + 10 + 1 + 11 + 4 + 1)

struct crypto_key;

struct reference {
    char campaign[REFERENCE_ID_SIZE];
    char broadcast[REFERENCE_ID_SIZE]; /* [a-z0-9-] */
    uint32_t number;
    int channel; /* words.Channel: SMS or EMAIL */
};

/* keys_dir: [keys] dir. Makes broadcast.key when missing; start-up only. */
void reference_key_load(const char *keys_dir, struct crypto_key *out);
void reference_write(const struct crypto_key *key,
                     const struct reference *reference,
                     char text[REFERENCE_TEXT_SIZE]);
/* ERR_NOT_FOUND: not one of ours. */
MUST_CHECK enum err reference_read(const struct crypto_key *key,
                                   const char *text, struct reference *out);

#endif
