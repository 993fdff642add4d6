/* slip -- what one sign-up has brought: the address of its page.
 *
 * /s/<token>: which entry, and its places as they were answered, sealed by
 * encryption under a MAC of its own (so it is as long as its places are many,
 * and says nothing to whoever reads it in a history). It opens its own places
 * and nothing else, for ever the same: what has become of them since is said
 * by each ticket's page and by the contact's own link.
 *
 * What the person typed is not in it. That browser alone has it, sealed in a
 * cookie that fits this one token, for SLIP_TYPED_S. */
#ifndef GATEWAY_SLIP_H
#define GATEWAY_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/crypto/crypto.h"
#include "words.pb-c.h"

#define SLIP_PLACES_MAX 32 /* as signup.proto's SignUp.actions */
#define SLIP_TEXT_SIZE 129 /* 128 characters and NUL: a parameter of a path */
#define SLIP_TYPED_S 900
#define SLIP_COOKIE "muster_slip"
#define SLIP_COOKIE_SIZE 2048

struct slip_place {
    uint32_t action_number;
    Words__PlaceState state;
};

struct slip {
    uint32_t campaign_number, number, role;
    Words__Channel confirms_by; /* CHANNEL_NONE: there is no way to write */
    bool is_vouched, is_for_other;
    size_t count;
    struct slip_place places[SLIP_PLACES_MAX];
};

/* Has a place in that state a ticket to show? */
bool slip_has_code(Words__PlaceState state);
void slip_write(const struct crypto_key *key, const struct slip *slip,
                char text[SLIP_TEXT_SIZE]);
/* False: not ours. */
MUST_CHECK bool slip_read(const struct crypto_key *key, const char *text,
                          struct slip *out);

/* "": not given. */
struct slip_typed {
    char name[404], phone[164], email[256];
};

/* The cookie's value. */
void slip_write_typed(const struct crypto_key *key, const char *slip,
                      const struct slip_typed *typed,
                      char to[SLIP_COOKIE_SIZE]);
/* False: another browser's, another slip's, or not ours. */
MUST_CHECK bool slip_read_typed(const struct crypto_key *key, const char *slip,
                                const char *cookie, struct slip_typed *out);

#endif
