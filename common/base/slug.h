/* slug -- the short names of things, as they stand in URLs and keys.
 *
 * 1 to 40 of a-z, 0-9 and "-". */
#ifndef COMMON_BASE_SLUG_H
#define COMMON_BASE_SLUG_H

#include <stdbool.h>

#define SLUG_SIZE 41 /* with NUL */

/* NULL is none. */
bool slug_is_valid(const char *text);
bool slug_is_byte(char c);

#endif
