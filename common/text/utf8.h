/* utf8 -- one character of a text after the other (RFC 3629). Pure. */
#ifndef COMMON_TEXT_UTF8_H
#define COMMON_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xfffdu
#define UTF8_BYTES_MAX 4 /* of one character */

/* The next character, past which *text moves; a byte that does not belong to
 * one is U+FFFD. 0 at the end, where *text stays. */
uint32_t utf8_next(const char **text);
/* Its bytes; returns how many. c: up to U+10FFFF. */
size_t utf8_put(uint32_t c, char to[UTF8_BYTES_MAX]);

#endif
