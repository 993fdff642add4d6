/* text_template -- any text merges or is refused with a reason, and a
 * merged header is one line. */
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
    static const char *const names[] = {"name", "x"};
    char *text = mem_new(len + 1);
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    const struct template_field fields[] = {{"name", text}, {"x", "<&>\r\n"}};
    for (int context = TEMPLATE_TEXT; context <= TEMPLATE_URL; context++) {
        struct buf to;
        char *why = NULL, *why_check = NULL;
        buf_init(&to, 1 << 20);
        enum err err =
            template_merge(text, (enum template_context)context,
                           &(struct template_fields){fields, 2}, &to, &why);
        assert((err == ERR_NONE) == (why == NULL));
        assert(template_check(text, names, 2, &why_check) == err);
        for (size_t i = 0; context == TEMPLATE_HEADER && i < to.len; i++) {
            assert((uint8_t)to.data[i] >= 0x20 && to.data[i] != 0x7f);
        }
        free(why);
        free(why_check);
        buf_fini(&to);
    }
    free(text);
    return 0;
}
