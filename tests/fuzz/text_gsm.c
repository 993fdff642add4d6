/* text_gsm -- any bytes can be counted, and the parts hold the units. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = mem_new(len + 1);
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    struct gsm_count count = gsm_count(text);
    unsigned each = count.is_ucs2 ? 67 : 153;
    assert(count.units <= 2 * len);
    assert((count.parts == 0) == (text[0] == '\0'));
    assert(count.parts <= 1 || (count.units <= count.parts * each &&
                                count.units > (count.parts - 1) * (each - 1)));
    free(text);
    return 0;
}
