/* bytes -- some bytes and how many, borrowed. */
#ifndef COMMON_BASE_BYTES_H
#define COMMON_BASE_BYTES_H

#include <stddef.h>
#include <string.h>

struct bytes {
    const void *data; /* borrowed */
    size_t len;
};

static inline struct bytes
bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

static inline struct bytes
bytes_of_string(const char *s)
{
    return (struct bytes){s, strlen(s)};
}

#endif
