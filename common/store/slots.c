/* slots -- see slots.h. */
#include "common/store/slots.h"

#include <string.h>

#define POLYNOMIAL 0x1021U

static unsigned
crc16(const char *data, size_t len)
{
    unsigned crc = 0;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned)(unsigned char)data[i] << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x8000U) != 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
        }
        crc &= 0xffffU;
    }
    return crc;
}

int
store_slot_of(const struct bytes *key)
{
    const char *data = key->data, *end = data + key->len;
    const char *open = key->len == 0 ? NULL : memchr(data, '{', key->len);
    const char *close =
        open == NULL ? NULL : memchr(open + 1, '}', (size_t)(end - open - 1));
    if (close != NULL && close > open + 1) {
        return (int)(crc16(open + 1, (size_t)(close - open - 1)) % STORE_SLOTS);
    }
    return (int)(crc16(data, key->len) % STORE_SLOTS);
}
