/* form_key -- what a sign-up form carries so that it counts once, and says
 * how long somebody took to fill it in.
 *
 * A key is 8 random bytes, the time it was drawn (48 bits, ms) and a MAC over
 * both and the campaign: 30 characters of base64url. Every answer that the
 * form brings about carries the same key: a double click, a reload and Back
 * are one entry. */
#ifndef GATEWAY_FORM_KEY_H
#define GATEWAY_FORM_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/crypto/crypto.h"

#define FORM_KEY_BYTES 22
#define FORM_KEY_TEXT_SIZE 31 /* with its NUL */

void form_key_make(const struct crypto_key *key, const char *campaign,
                   int64_t now_ms, char text[FORM_KEY_TEXT_SIZE]);
/* False: not a key of this campaign's form. */
MUST_CHECK bool form_key_read(const struct crypto_key *key,
                              const char *campaign, const char *text,
                              int64_t *made_at_ms_out);

#endif
