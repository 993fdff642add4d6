/* mem -- allocation that never returns NULL: running out of memory aborts.
 * All sizes in bytes. What is returned is owned by the caller; free(). */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t size);                     /* zeroed */
void *mem_new_array(size_t count, size_t size); /* zeroed; overflow aborts */
void *mem_resize(void *old, size_t size);       /* as realloc */
void *mem_copy(const void *bytes, size_t len);
char *mem_copy_string(const char *s); /* NULL gives NULL */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
