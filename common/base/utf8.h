/* utf8 -- whether a text is UTF-8: RFC 3629, no overlong form, no surrogate. */
#ifndef COMMON_BASE_UTF8_H
#define COMMON_BASE_UTF8_H

#include <stdbool.h>

bool utf8_is_valid(const char *text);

#endif
