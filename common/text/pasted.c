/* pasted -- text as it comes off a clipboard, made what its writer saw. */
#include "common/text/pasted.h"

#include <string.h>

#include "common/text/utf8.h"

/* first..last: a kind, or what they are plainly. */
struct range {
    uint32_t first, last;
    enum pasted_kind kind;
};

/* In order. */
static const struct range kinds[] = {
    {0x0000, 0x0008, PASTED_CONTROL},   {0x0009, 0x0009, PASTED_BLANK},
    {0x000a, 0x001f, PASTED_CONTROL},   {0x0020, 0x0020, PASTED_BLANK},
    {0x007f, 0x009f, PASTED_CONTROL},   {0x00a0, 0x00a0, PASTED_BLANK},
    {0x00ad, 0x00ad, PASTED_NOTHING},   {0x0300, 0x036f, PASTED_PART},
    {0x061c, 0x061c, PASTED_NOTHING},   {0x115f, 0x1160, PASTED_PART},
    {0x1680, 0x1680, PASTED_BLANK},     {0x17b4, 0x17b5, PASTED_PART},
    {0x180b, 0x180d, PASTED_PART},      {0x180e, 0x180e, PASTED_NOTHING},
    {0x180f, 0x180f, PASTED_PART},      {0x2000, 0x200a, PASTED_BLANK},
    {0x200b, 0x200b, PASTED_NOTHING},   {0x200c, 0x200d, PASTED_JOINER},
    {0x200e, 0x200f, PASTED_NOTHING},   {0x2028, 0x2029, PASTED_CONTROL},
    {0x202a, 0x202e, PASTED_NOTHING},   {0x202f, 0x202f, PASTED_BLANK},
    {0x205f, 0x205f, PASTED_BLANK},     {0x2060, 0x206f, PASTED_NOTHING},
    {0x2800, 0x2800, PASTED_BLANK},     {0x3000, 0x3000, PASTED_BLANK},
    {0x3164, 0x3164, PASTED_BLANK},     {0xfe00, 0xfe0f, PASTED_PART},
    {0xfeff, 0xfeff, PASTED_NOTHING},   {0xffa0, 0xffa0, PASTED_BLANK},
    {0xfff0, 0xfffc, PASTED_NOTHING},   {0x1bca0, 0x1bca3, PASTED_NOTHING},
    {0x1d173, 0x1d17a, PASTED_NOTHING}, {0xe0000, 0xe0fff, PASTED_PART},
};

enum pasted_kind
pasted_kind_of(uint32_t c)
{
    size_t low = 0, high = sizeof(kinds) / sizeof(kinds[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > kinds[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_in =
        low < sizeof(kinds) / sizeof(kinds[0]) && c >= kinds[low].first;
    return is_in ? kinds[low].kind : PASTED_PLAIN;
}

struct plain {
    uint32_t first, last;
    char ascii; /* of first; the others follow it where they rise */
    bool rises;
};

static const struct plain signs[] = {
    {0x00b4, 0x00b4, '\'', false}, {0x02b9, 0x02b9, '\'', false},
    {0x02bb, 0x02bd, '\'', false}, {0x02c8, 0x02c8, '\'', false},
    {0x055a, 0x055a, '\'', false}, {0x058a, 0x058a, '-', false},
    {0x2010, 0x2015, '-', false},  {0x2018, 0x2019, '\'', false},
    {0x201b, 0x201b, '\'', false}, {0x2032, 0x2032, '\'', false},
    {0x2043, 0x2043, '-', false},  {0x207b, 0x207b, '-', false},
    {0x208b, 0x208b, '-', false},  {0x2212, 0x2212, '-', false},
    {0x2e3a, 0x2e3b, '-', false},  {0xa78c, 0xa78c, '\'', false},
    {0xfe52, 0xfe52, '.', false},  {0xfe58, 0xfe58, '-', false},
    {0xfe59, 0xfe5a, '(', true},   {0xfe62, 0xfe62, '+', false},
    {0xfe63, 0xfe63, '-', false},  {0xfe6b, 0xfe6b, '@', false},
    {0xff01, 0xff5e, '!', true},
};

/* The noughts of the scripts that people here write, and middle dots. */
static const struct plain digits[] = {
    {0x00b7, 0x00b7, '.', false},  {0x0660, 0x0669, '0', true},
    {0x06f0, 0x06f9, '0', true},   {0x0966, 0x096f, '0', true},
    {0x09e6, 0x09ef, '0', true},   {0x0a66, 0x0a6f, '0', true},
    {0x0ae6, 0x0aef, '0', true},   {0x0b66, 0x0b6f, '0', true},
    {0x0be6, 0x0bef, '0', true},   {0x0c66, 0x0c6f, '0', true},
    {0x0ce6, 0x0cef, '0', true},   {0x0d66, 0x0d6f, '0', true},
    {0x0e50, 0x0e59, '0', true},   {0x0ed0, 0x0ed9, '0', true},
    {0x1040, 0x1049, '0', true},   {0x17e0, 0x17e9, '0', true},
    {0x2022, 0x2022, '.', false},  {0x2024, 0x2024, '.', false},
    {0x2027, 0x2027, '.', false},  {0x2219, 0x2219, '.', false},
    {0x22c5, 0x22c5, '.', false},  {0x30fb, 0x30fb, '.', false},
    {0x1d7ce, 0x1d7d7, '0', true}, {0x1d7d8, 0x1d7e1, '0', true},
    {0x1d7e2, 0x1d7eb, '0', true}, {0x1d7ec, 0x1d7f5, '0', true},
    {0x1d7f6, 0x1d7ff, '0', true},
};

/* c, or what it is plainly. */
static uint32_t
plain_of(uint32_t c, const struct plain *table, size_t count)
{
    for (size_t i = 0; i < count && c >= table[i].first; i++) {
        if (c <= table[i].last) {
            return (uint32_t)table[i].ascii +
                   (table[i].rises ? c - table[i].first : 0);
        }
    }
    return c;
}

static bool
ends_line(uint32_t c)
{
    return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* What is written for c; 0: nothing. */
static uint32_t
clean_one(uint32_t c, enum pasted_use use)
{
    switch (pasted_kind_of(c)) {
    case PASTED_BLANK:
        return ' ';
    case PASTED_CONTROL:
        return ends_line(c) ? '\n' : c;
    case PASTED_NOTHING:
    case PASTED_JOINER:
        return 0;
    case PASTED_PART:
        return c >= 0x300 && c < 0x370 ? c : 0; /* an accent is seen */
    case PASTED_PLAIN:
    default:
        break;
    }
    if (c < 0x80) {
        return c;
    }
    c = plain_of(c, signs, sizeof(signs) / sizeof(signs[0]));
    return use == PASTED_DIGITS
               ? plain_of(c, digits, sizeof(digits) / sizeof(digits[0]))
               : c;
}

static bool
is_end(char c)
{
    return c == ' ' || c == '\n';
}

bool
pasted_clean(const char *typed, enum pasted_use use, char *out, size_t size)
{
    size_t len = 0;
    for (uint32_t c; (c = utf8_next(&typed)) != 0;) {
        char bytes[UTF8_BYTES_MAX];
        uint32_t plain = clean_one(c, use);
        size_t more = plain == 0 ? 0 : utf8_put(plain, bytes);
        if (more == 0 || (len == 0 && is_end(bytes[0]))) {
            continue;
        }
        if (len + more >= size) {
            return false;
        }
        memcpy(out + len, bytes, more);
        len += more;
    }
    while (len > 0 && is_end(out[len - 1])) {
        len--;
    }
    out[len] = '\0';
    return true;
}
