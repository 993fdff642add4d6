/* http_form -- any bytes as a plain form (urlencoded): a value that is taken
 * is text, fits, and is there as often as its name. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define VALUES_MAX 40

static const char *const names[] = {"name",    "phone",    "email", "actions",
                                    "consent", "language", "code",  "website"};

static size_t
count_pairs(const char *form)
{
    size_t count = 1;
    for (; *form != '\0'; form++) {
        count += *form == '&';
    }
    return count;
}

static void
try_values(const char *form, const char *name, size_t size)
{
    char value[512];
    size_t index = 0;
    while (index < VALUES_MAX &&
           http_form_value(form, name, index, value, size)) {
        assert(strlen(value) < size);
        assert(utf8_is_valid(value));
        index++;
    }
    assert(index <= count_pairs(form));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *form = mem_new(len + 1), decoded[512];
    if (len > 0) {
        memcpy(form, bytes, len);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        try_values(form, names[i], 512);
        try_values(form, names[i], 8);
        try_values(form, names[i], 1);
    }
    if (http_decode(form, strlen(form), true, decoded, sizeof(decoded))) {
        assert(strlen(decoded) <= strlen(form));
        assert(utf8_is_valid(decoded));
    }
    free(form);
    return 0;
}
