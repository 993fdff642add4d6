/* mem -- allocation that never returns NULL. */
#include "common/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
check_memory(void *p)
{
    if (p == NULL) {
        (void)fputs("out of memory\n", stderr);
        abort();
    }
    return p;
}

void *
mem_new(size_t size)
{
    return check_memory(calloc(1, size == 0 ? 1 : size));
}

void *
mem_new_array(size_t count, size_t size)
{
    return check_memory(calloc(count == 0 ? 1 : count, size));
}

void *
mem_resize(void *old, size_t size)
{
    return check_memory(realloc(old, size == 0 ? 1 : size));
}

void *
mem_copy(const void *bytes, size_t len)
{
    void *copy = mem_new(len);
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    return copy;
}

char *
mem_copy_string(const char *s)
{
    return s == NULL ? NULL : mem_copy(s, strlen(s) + 1);
}

char *
mem_format(const char *format, ...)
{
    char *s = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&s, format, args);
    va_end(args);
    return check_memory(n < 0 ? NULL : s);
}
