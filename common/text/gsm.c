/* gsm -- how many SMS parts a text needs (3GPP TS 23.038, 23.040). */
#include "common/text/gsm.h"

#include <stdint.h>

#include "common/text/utf8.h"

/* One concatenation's worth: alone, or in each part of several. */
struct size {
    unsigned alone, each;
};
static const struct size sizes[2] = {{160, 153}, {70, 67}};

/* The basic alphabet beyond ASCII (TS 23.038, 6.2.1). */
static const uint16_t basic[] = {
    0x00a3, 0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec, 0x00f2, 0x00c7,
    0x00d8, 0x00f8, 0x00c5, 0x00e5, 0x0394, 0x03a6, 0x0393, 0x039b,
    0x03a9, 0x03a0, 0x03a8, 0x03a3, 0x0398, 0x039e, 0x00c6, 0x00e6,
    0x00df, 0x00c9, 0x00a4, 0x00a1, 0x00c4, 0x00d6, 0x00d1, 0x00dc,
    0x00a7, 0x00bf, 0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0,
};

/* Septets of c, or 0 when GSM-7 has no such character. */
static unsigned
septets_of(uint32_t c)
{
    switch (c) {
    case '\f': /* page break, in the extension table */
    case '^':
    case '{':
    case '}':
    case '\\':
    case '[':
    case '~':
    case ']':
    case '|':
    case 0x20ac:
        return 2;
    case '`':
        return 0;
    default:
        break;
    }
    if ((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r') {
        return 1;
    }
    for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++) {
        if (basic[i] == c) {
            return 1;
        }
    }
    return 0;
}

static unsigned
utf16_units_of(uint32_t c)
{
    return c > 0xffff ? 2 : 1;
}

static bool
needs_ucs2(const char *text)
{
    uint32_t c;
    while ((c = utf8_next(&text)) != 0) {
        if (septets_of(c) == 0) {
            return true;
        }
    }
    return false;
}

struct gsm_count
gsm_count(const char *text)
{
    struct gsm_count count = {.is_ucs2 = needs_ucs2(text)};
    const struct size *size = &sizes[count.is_ucs2];
    unsigned parts = 0, room = 0;
    uint32_t c;
    while ((c = utf8_next(&text)) != 0) {
        unsigned units = count.is_ucs2 ? utf16_units_of(c) : septets_of(c);
        if (units > room) { /* a pair is never split over two parts */
            parts++;
            room = size->each;
        }
        room -= units;
        count.units += units;
    }
    count.parts = count.units == 0 ? 0 : count.units <= size->alone ? 1 : parts;
    return count;
}
