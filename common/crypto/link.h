/* link -- the links in messages that act for one person without a login.
 *
 * A token is 15 bytes in base64url: version and purpose (four bits each),
 * campaign number, supporter number, a MAC of 8 (see crypto_mac64) under the
 * key of its own that comes from <keys.dir>/link.key. The courier writes them,
 * the gateway reads them.
 * Version 0 is the only one; a newer one is refused like a stranger's.
 * They do not run out: an old mail's unsubscribe must go on working. */
#ifndef COMMON_CRYPTO_LINK_H
#define COMMON_CRYPTO_LINK_H

#include <stdint.h>

#include "common/base/base.h"

#define LINK_TOKEN_SIZE 21 /* 20 characters and NUL */
#define LINK_PATH_SIZE (LINK_TOKEN_SIZE + 3)

struct crypto_key;

enum link_purpose {
    LINK_PREFERENCES = 1,       /* GET and POST /p/{token} */
    LINK_UNSUBSCRIBE_SMS = 2,   /* /u/{token}: GET shows, POST acts */
    LINK_UNSUBSCRIBE_EMAIL = 3, /* the same */
};

struct link {
    enum link_purpose purpose;
    uint32_t campaign_number; /* at most 65,535 */
    uint32_t number;          /* the supporter's */
};

/* keys_dir: [keys] dir. Makes link.key when it is missing; start-up only. */
void link_key_load(const char *keys_dir, struct crypto_key *out);

void link_write(const struct crypto_key *key, const struct link *link,
                char token[LINK_TOKEN_SIZE]);
/* "/p/…" or "/u/…", to put behind [gateway] public_url. */
void link_write_path(const struct crypto_key *key, const struct link *link,
                     char path[LINK_PATH_SIZE]);
/* ERR_NOT_FOUND: not one of ours. */
MUST_CHECK enum err link_read(const struct crypto_key *key, const char *token,
                              struct link *out);

#endif
