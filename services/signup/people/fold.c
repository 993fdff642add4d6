/* fold -- letters as they are compared. */
#include "services/signup/people/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What letters of Latin scripts are without their marks, and what is no
 * letter: from Unicode 15's decompositions (blocks Latin-1 to Latin Extended
 * Additional, General Punctuation). In the order of their first. */
struct range {
    uint32_t first, last;
    const char *as; /* "": nothing; " ": a gap */
};

static const struct range ranges[] = {
    {0x80, 0xa1, " "},     {0xa2, 0xac, " "},     {0xad, 0xad, ""},
    {0xae, 0xb3, " "},     {0xb4, 0xb4, ""},      {0xb6, 0xb9, " "},
    {0xbb, 0xbf, " "},     {0xc0, 0xc5, "a"},     {0xc6, 0xc6, "ae"},
    {0xc7, 0xc7, "c"},     {0xc8, 0xcb, "e"},     {0xcc, 0xcf, "i"},
    {0xd0, 0xd0, "d"},     {0xd1, 0xd1, "n"},     {0xd2, 0xd6, "o"},
    {0xd7, 0xd7, " "},     {0xd8, 0xd8, "o"},     {0xd9, 0xdc, "u"},
    {0xdd, 0xdd, "y"},     {0xde, 0xde, "th"},    {0xdf, 0xdf, "ss"},
    {0xe0, 0xe5, "a"},     {0xe6, 0xe6, "ae"},    {0xe7, 0xe7, "c"},
    {0xe8, 0xeb, "e"},     {0xec, 0xef, "i"},     {0xf0, 0xf0, "d"},
    {0xf1, 0xf1, "n"},     {0xf2, 0xf6, "o"},     {0xf7, 0xf7, " "},
    {0xf8, 0xf8, "o"},     {0xf9, 0xfc, "u"},     {0xfd, 0xfd, "y"},
    {0xfe, 0xfe, "th"},    {0xff, 0xff, "y"},     {0x100, 0x105, "a"},
    {0x106, 0x10d, "c"},   {0x10e, 0x111, "d"},   {0x112, 0x11b, "e"},
    {0x11c, 0x123, "g"},   {0x124, 0x127, "h"},   {0x128, 0x131, "i"},
    {0x132, 0x133, "ij"},  {0x134, 0x135, "j"},   {0x136, 0x138, "k"},
    {0x139, 0x142, "l"},   {0x143, 0x14b, "n"},   {0x14c, 0x151, "o"},
    {0x152, 0x153, "oe"},  {0x154, 0x159, "r"},   {0x15a, 0x161, "s"},
    {0x162, 0x167, "t"},   {0x168, 0x173, "u"},   {0x174, 0x175, "w"},
    {0x176, 0x178, "y"},   {0x179, 0x17e, "z"},   {0x17f, 0x17f, "s"},
    {0x1a0, 0x1a1, "o"},   {0x1af, 0x1b0, "u"},   {0x1cd, 0x1ce, "a"},
    {0x1cf, 0x1d0, "i"},   {0x1d1, 0x1d2, "o"},   {0x1d3, 0x1dc, "u"},
    {0x1e6, 0x1e7, "g"},   {0x1e8, 0x1e9, "k"},   {0x1ea, 0x1ed, "o"},
    {0x1f4, 0x1f5, "g"},   {0x1f8, 0x1f9, "n"},   {0x218, 0x219, "s"},
    {0x21a, 0x21b, "t"},   {0x2b9, 0x2bf, ""},    {0x2c6, 0x2cf, ""},
    {0x300, 0x36f, ""},    {0x37e, 0x37e, " "},   {0x386, 0x386, "α"},
    {0x387, 0x387, " "},   {0x388, 0x388, "ε"},   {0x389, 0x389, "η"},
    {0x38a, 0x38a, "ι"},   {0x38c, 0x38c, "ο"},   {0x38e, 0x38e, "υ"},
    {0x38f, 0x38f, "ω"},   {0x3ac, 0x3ac, "α"},   {0x3ad, 0x3ad, "ε"},
    {0x3ae, 0x3ae, "η"},   {0x3af, 0x3af, "ι"},   {0x3c2, 0x3c2, "σ"},
    {0x3cc, 0x3cc, "ο"},   {0x3cd, 0x3cd, "υ"},   {0x3ce, 0x3ce, "ω"},
    {0x451, 0x451, "е"},   {0x55a, 0x55f, " "},   {0x5f3, 0x5f4, ""},
    {0x60c, 0x60d, " "},   {0x640, 0x640, ""},    {0x64b, 0x652, ""},
    {0x1e0c, 0x1e0d, "d"}, {0x1e24, 0x1e25, "h"}, {0x1e62, 0x1e63, "s"},
    {0x1e6c, 0x1e6d, "t"}, {0x1e80, 0x1e89, "w"}, {0x1e92, 0x1e93, "z"},
    {0x1ea0, 0x1eb7, "a"}, {0x1eb8, 0x1ec7, "e"}, {0x1ec8, 0x1ecb, "i"},
    {0x1ecc, 0x1ee3, "o"}, {0x1ee4, 0x1ef1, "u"}, {0x1ef2, 0x1ef9, "y"},
    {0x2000, 0x200a, " "}, {0x200b, 0x200f, ""},  {0x2010, 0x2017, " "},
    {0x2018, 0x201b, ""},  {0x201c, 0x2029, " "}, {0x202a, 0x202e, ""},
    {0x202f, 0x2031, " "}, {0x2032, 0x2035, ""},  {0x2036, 0x205f, " "},
    {0x2060, 0x206f, ""},  {0x2212, 0x2212, " "}, {0x2800, 0x2800, " "},
    {0x2e3a, 0x2e3b, " "}, {0x3000, 0x3003, " "}, {0x30fb, 0x30fb, " "},
    {0x3164, 0x3164, " "}, {0xfe00, 0xfe0f, ""},  {0xfeff, 0xfeff, ""},
    {0xff07, 0xff07, ""},  {0xff0d, 0xff0f, " "}, {0xffa0, 0xffa0, " "},
};

/* Capitals that stand a fixed way before their small letters. */
static const struct capitals {
    uint32_t first, last, distance;
} capitals[] = {
    {0x391, 0x3ab, 0x20}, {0x400, 0x40f, 0x50},   {0x410, 0x42f, 0x20},
    {0x531, 0x556, 0x30}, {0xff21, 0xff3a, 0x20},
};

#define FULL_WIDTH_A 0xff41U
#define FULL_WIDTH_Z 0xff5aU

/* "" says nothing, " " a gap. NULL: no row says anything of it. */
static const char *
find_folded(uint32_t code)
{
    size_t count = sizeof(ranges) / sizeof(ranges[0]), low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > ranges[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_in = low < count && code >= ranges[low].first;
    return is_in ? ranges[low].as : NULL;
}

static uint32_t
small_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++) {
        if (code >= capitals[i].first && code <= capitals[i].last) {
            return code + capitals[i].distance;
        }
    }
    return code;
}

/* Steps over one letter of valid UTF-8. */
static uint32_t
read_code(const unsigned char **at)
{
    unsigned char c = *(*at)++;
    if (c < 0x80) {
        return c;
    }
    uint32_t code = c & (c >= 0xf0 ? 0x07U : c >= 0xe0 ? 0x0fU : 0x1fU);
    while ((**at & 0xc0) == 0x80) {
        code = (code << 6 | (*(*at)++ & 0x3fU)) & 0x1fffffU;
    }
    return code;
}

static struct fold
letters(const char *bytes)
{
    struct fold out = {.kind = FOLD_LETTER, .len = strlen(bytes)};
    memcpy(out.bytes, bytes, out.len);
    return out;
}

static struct fold
letter_of(uint32_t code)
{
    char bytes[FOLD_BYTES_MAX + 1] = "";
    if (code < 0x80) {
        bytes[0] = (char)code;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code & 0x3f));
    } else {
        bytes[0] = (char)(0xf0 | (code >> 18 & 0x07));
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (code & 0x3f));
    }
    return letters(bytes);
}

static struct fold
fold_ascii(uint32_t code)
{
    uint32_t small = code >= 'A' && code <= 'Z' ? code | 0x20 : code;
    bool is_letter =
        (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (is_letter) {
        return letter_of(small);
    }
    bool is_within = code == '\'' || code == '`';
    return (struct fold){.kind = is_within     ? FOLD_NOTHING
                                 : code == ',' ? FOLD_COMMA
                                               : FOLD_GAP};
}

struct fold
fold_next(const char **at)
{
    const unsigned char *next = (const unsigned char *)*at;
    uint32_t code = small_of(read_code(&next));
    *at = (const char *)next;
    if (code >= FULL_WIDTH_A && code <= FULL_WIDTH_Z) {
        code = code - FULL_WIDTH_A + 'a';
    }
    if (code < 0x80) {
        return fold_ascii(code);
    }
    const char *as = find_folded(code);
    if (as == NULL) {
        return letter_of(code);
    }
    if (*as == '\0' || *as == ' ') {
        return (struct fold){.kind = *as == '\0' ? FOLD_NOTHING : FOLD_GAP};
    }
    return letters(as);
}
