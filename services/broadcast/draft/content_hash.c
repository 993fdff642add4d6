/* content_hash -- what an approval binds to. */
#include "services/broadcast/draft/content_hash.h"

#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

void
content_hash(const Broadcast__Content *content, char hash[CONTENT_HASH_SIZE])
{
    Broadcast__Content known = *content;
    known.base.n_unknown_fields = 0;
    known.base.unknown_fields = NULL;
    struct buf packed, text;
    buf_init(&packed, 0);
    buf_init(&text, 0);
    wire_pack(&known, &packed);
    uint8_t digest[CRYPTO_HASH_BYTES];
    crypto_digest(NULL, packed.data, packed.len, digest, sizeof(digest));
    crypto_add_hex(&text, digest, sizeof(digest));
    memcpy(hash, buf_string(&text), CONTENT_HASH_SIZE);
    buf_fini(&packed);
    buf_fini(&text);
}
