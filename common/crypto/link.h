/* link -- the links in messages that act for one person without a login.
 *
 * A token is version and purpose (four bits each), campaign number,
 * supporter number, what it says of the contact it was sent to, and a MAC of
 * 8 bytes (see crypto_mac64) under the key of its own that comes from
 * <keys.dir>/link.key; in base64url. The courier writes them, the gateway
 * reads them; whether the salt is still the contact's, signup says.
 *
 *   version 1  22 characters: number of three bytes; two of contact, whose
 *              top bit is 1 for email, the others the contact's salt
 *   version 0  20 characters: number of four bytes, no contact. Those of
 *              before 0.3; written only where no contact is known
 *
 * A newer version is refused like a stranger's. They do not run out: an old
 * mail's unsubscribe must go on working. */
#ifndef COMMON_CRYPTO_LINK_H
#define COMMON_CRYPTO_LINK_H

#include <stdint.h>

#include "common/base/base.h"

#define LINK_TOKEN_CHARS 22
#define LINK_TOKEN_SIZE (LINK_TOKEN_CHARS + 1)
#define LINK_PATH_SIZE (LINK_TOKEN_SIZE + 3)
#define LINK_SALT_MAX 0x7fff /* 15 bits */

struct crypto_key;

enum link_purpose {
    LINK_PREFERENCES = 1,       /* GET and POST /p/{token} */
    LINK_UNSUBSCRIBE_SMS = 2,   /* /u/{token}: GET shows, POST acts */
    LINK_UNSUBSCRIBE_EMAIL = 3, /* the same */
    LINK_CONTACT = 4,           /* the same at /y/{token}: the proof */
    LINK_SESSION = 5,           /* a remembered browser's cookie; no path */
};

struct link {
    enum link_purpose purpose;
    uint32_t campaign_number; /* at most 65,535 */
    uint32_t number;          /* the supporter's, at most 16,777,215 */
    int channel;   /* words.Channel; read from version 0: by purpose, or NONE */
    uint16_t salt; /* of that contact; 0: none, as in version 0 */
};

/* keys_dir: [keys] dir. Makes link.key when it is missing; start-up only. */
void link_key_load(const char *keys_dir, struct crypto_key *out);

/* With a channel. Without (NONE), as a link of no salt for the purposes of
 * version 0, which is how they are read again. */
void link_write(const struct crypto_key *key, const struct link *link,
                char token[LINK_TOKEN_SIZE]);
/* "/p/…", "/u/…" or "/y/…", to put behind [gateway] public_url. */
void link_write_path(const struct crypto_key *key, const struct link *link,
                     char path[LINK_PATH_SIZE]);
/* ERR_NOT_FOUND: not one of ours. */
MUST_CHECK enum err link_read(const struct crypto_key *key, const char *token,
                              struct link *out);

#endif
