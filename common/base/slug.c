/* slug -- see slug.h. */
#include "common/base/slug.h"

#include <stddef.h>

bool
slug_is_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool
slug_is_valid(const char *text)
{
    size_t len = 0;
    while (text != NULL && len < SLUG_SIZE && slug_is_byte(text[len])) {
        len++;
    }
    return len > 0 && len < SLUG_SIZE && text[len] == '\0';
}
