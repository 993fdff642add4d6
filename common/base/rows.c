/* rows -- see rows.h. */
#include "common/base/rows.h"

#include <assert.h>
#include <string.h>

void
rows_put(struct buf *to, uint64_t value, size_t size)
{
    assert(size >= 1 && size <= sizeof(value));
    assert(size == sizeof(value) || value >> (8 * size) == 0);
    char *at = buf_room(to, size);
    if (at == NULL) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        at[i] = (char)(uint8_t)(value >> (8 * (size - 1 - i)));
    }
    to->len += size;
    to->data[to->len] = '\0';
}

static void
skip(struct bytes *from, size_t len)
{
    *from = bytes_of((const uint8_t *)from->data + len, from->len - len);
}

bool
rows_get(struct bytes *from, size_t size, uint64_t *out)
{
    const uint8_t *at = from->data;
    if (from->len < size) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | at[i];
    }
    skip(from, size);
    *out = value;
    return true;
}

bool
rows_get_bytes(struct bytes *from, uint8_t *out, size_t size)
{
    if (from->len < size) {
        return false;
    }
    memcpy(out, from->data, size);
    skip(from, size);
    return true;
}

bool
rows_get_string(struct bytes *from, size_t prefix_size, struct bytes *out)
{
    struct bytes rest = *from;
    uint64_t len;
    if (!rows_get(&rest, prefix_size, &len) || rest.len < len) {
        return false;
    }
    *out = bytes_of(rest.data, (size_t)len);
    skip(&rest, (size_t)len);
    *from = rest;
    return true;
}
