/* signup_names -- any text as a name. What is taken can be seen, turns no text
 * round, and tidied again is the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/signup/people/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check(const char *name)
{
    bool is_seen = false;
    const char *at = name;
    size_t letters = 0;
    for (uint32_t c; (c = utf8_next(&at)) != 0; letters++) {
        enum pasted_kind kind = pasted_kind_of(c);
        is_seen |= kind == PASTED_PLAIN;
        assert(kind != PASTED_CONTROL && kind != PASTED_NOTHING);
        assert(kind != PASTED_BLANK || c == ' ');
    }
    assert(is_seen && letters <= NAME_LETTERS_MAX);
    assert(*name != ' ' && name[strlen(name) - 1] != ' ');
    assert(strstr(name, "  ") == NULL);
    assert(utf8_is_valid(name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char once[NAME_BYTES_MAX + 1], twice[NAME_BYTES_MAX + 1];
    char first[NAME_BYTES_MAX + 1];
    char *typed = mem_new(len + 1);
    if (len > 0) {
        memcpy(typed, bytes, len);
    }
    if (names_tidy(typed, once)) {
        check(once);
        assert(names_tidy(once, twice));
        assert(strcmp(once, twice) == 0);
        names_first(once, first);
        assert(strstr(once, first) != NULL);
    }
    free(typed);
    return 0;
}
