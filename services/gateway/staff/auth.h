/* auth -- who is asking: sessions and tokens, default deny.
 *
 * A token is "<campaign>.<43 characters>", 32 random bytes in base64url;
 * kept as its keyed hash alone. A session is a token that ends after
 * SESSION_MS; the browser holds it in the cookie muster_session (HttpOnly,
 * SameSite=Strict). A request that acts and comes with the cookie must also
 * say that it comes from our own pages (Sec-Fetch-Site, or Origin). */
#ifndef GATEWAY_AUTH_H
#define GATEWAY_AUTH_H

#include "services/gateway/door/exchange.h"

#define SESSION_MS (12 * 3600 * 1000LL)
#define TOKEN_RANDOM_BYTES 32
#define TOKEN_TEXT_SIZE (ID_CHARS_MAX + 1 + 43 + 1)
#define SESSION_COOKIE "muster_session"

/* Finds out who asks, then calls next; or replies 401, 403 or 503. */
void auth_check(struct exchange *x, void (*next)(struct exchange *x));

/* Makes a token for the campaign, and its hash. */
void auth_make_token(const struct gateway *g, const char *campaign,
                     char token[TOKEN_TEXT_SIZE],
                     uint8_t hash[CRYPTO_HASH_BYTES]);
/* Reads the bootstrap token's file, or makes it; start-up only. */
void auth_open(struct gateway *g);

#endif
