/* utf8 -- whether a text is UTF-8. */
#include "common/base/utf8.h"

#include <stddef.h>

static bool
is_utf8_tail(const unsigned char *s, size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

/* Bytes of the character at s (NUL-terminated), 0 when it is not UTF-8:
 * RFC 3629, no overlong form, no surrogate, at most U+10FFFF. */
static size_t
utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80) {
        return 1;
    }
    if (s[0] >= 0xc2 && s[0] <= 0xdf) {
        return is_utf8_tail(s, 1) ? 2 : 0;
    }
    if (s[0] >= 0xe0 && s[0] <= 0xef) {
        bool is_bad =
            (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f);
        return !is_bad && is_utf8_tail(s, 2) ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        bool is_bad =
            (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
        return !is_bad && is_utf8_tail(s, 3) ? 4 : 0;
    }
    return 0;
}

bool
utf8_is_valid(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s != '\0') {
        size_t len = utf8_length(s);
        if (len == 0) {
            return false;
        }
        s += len;
    }
    return true;
}
