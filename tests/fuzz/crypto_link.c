/* crypto_link -- any text is a token of ours or is not; one that is reads
 * back as itself. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct crypto_key key = {{9}};
    char *text = mem_new(len + 1), token[LINK_TOKEN_SIZE];
    struct link link;
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    if (link_read(&key, text, &link) == ERR_NONE) {
        link_write(&key, &link, token);
        assert(strcmp(token, text) == 0);
    }
    free(text);
    return 0;
}
