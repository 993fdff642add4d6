/* form -- percent-encoding, for paths, queries and plain forms. */
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The byte that stands at text[*at]; moves *at past it. -1: bad encoding. */
static int
next_byte(const char *text, size_t len, size_t *at, bool plus_is_space)
{
    char c = text[(*at)++];
    if (c == '+' && plus_is_space) {
        return ' ';
    }
    if (c != '%') {
        return (unsigned char)c;
    }
    if (len - *at < 2) {
        return -1;
    }
    int high = hex_digit(text[*at]), low = hex_digit(text[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool
http_decode(const char *text, size_t len, bool plus_is_space, char *to,
            size_t size)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        int byte = next_byte(text, len, &at, plus_is_space);
        if (byte <= 0 || n + 1 >= size) {
            return false;
        }
        to[n++] = (char)byte;
    }
    to[n] = '\0';
    return size > 0 && utf8_is_valid(to);
}

bool
http_form_value(const char *form, const char *name, size_t index, char *to,
                size_t size)
{
    size_t name_len = strlen(name);
    while (*form != '\0') {
        size_t len = strcspn(form, "&");
        const char *equals = memchr(form, '=', len);
        size_t key_len = equals == NULL ? len : (size_t)(equals - form);
        if (key_len == name_len && memcmp(form, name, name_len) == 0 &&
            index-- == 0) {
            const char *value = equals == NULL ? form + len : equals + 1;
            return http_decode(value, len - (size_t)(value - form), true, to,
                               size);
        }
        form += len + (form[len] == '&');
    }
    return false;
}
