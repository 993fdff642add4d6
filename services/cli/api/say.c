/* say -- a sentence to whoever typed the words. */
#include "services/cli/api/say.h"

#include <stdarg.h>
#include <stdio.h>

void
say_error(const char *format, ...)
{
    va_list list;
    (void)fputs("muster: ", stderr);
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
}
