/* utf8 -- one character of a text after the other (RFC 3629). */
#include "common/text/utf8.h"

/* What the first byte of a sequence says: bytes that follow, its own bits,
 * the least code point that may be written so. */
static int
sequence_of(unsigned char first, uint32_t *c_out, uint32_t *least_out)
{
    if (first < 0x80) {
        *c_out = first;
        *least_out = 0;
        return 0;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *c_out = first & 0x1fu;
        *least_out = 0x80;
        return 1;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *c_out = first & 0x0fu;
        *least_out = 0x800;
        return 2;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *c_out = first & 0x07u;
        *least_out = 0x10000;
        return 3;
    }
    return -1;
}

uint32_t
utf8_next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    uint32_t c, least;
    int more = sequence_of(s[0], &c, &least);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            more = -1;
            break;
        }
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (more < 0 || c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        *text += 1;
        return UTF8_REPLACEMENT;
    }
    *text += c == 0 ? 0 : more + 1;
    return c;
}

size_t
utf8_put(uint32_t c, char to[UTF8_BYTES_MAX])
{
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len; i > 1; i--) {
        to[i - 1] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    to[0] = (char)(first[len] | c);
    return len;
}
