/* crypto_reference -- any text is a reference of ours or is not; one that is
 * reads back as itself. */
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
    char *text = mem_new(len + 1), again[REFERENCE_TEXT_SIZE];
    struct reference reference;
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    if (reference_read(&key, text, &reference) == ERR_NONE) {
        reference_write(&key, &reference, again);
        assert(strcmp(again, text) == 0);
    }
    free(text);
    return 0;
}
