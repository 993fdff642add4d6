/* address -- who is at the other end, as bytes. */
#include "common/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define TEXT_SIZE 64

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool
is_mapped(const struct http_address *address)
{
    return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

static void
put_four(struct http_address *out, const void *four)
{
    memcpy(out->bytes, mapped, sizeof(mapped));
    memcpy(out->bytes + sizeof(mapped), four, 4);
}

/* Cuts a port, brackets and blanks off; false: too long for an address. */
static bool
copy_host(char to[TEXT_SIZE], const char *text, size_t len)
{
    while (len > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        len--;
    }
    const char *colon = memchr(text, ':', len);
    if (len > 0 && *text == '[') {
        const char *close = memchr(text, ']', len);
        text++;
        len = close == NULL ? 0 : (size_t)(close - text);
    } else if (colon != NULL &&
               memchr(colon + 1, ':', len - (size_t)(colon + 1 - text)) ==
                   NULL) {
        len = (size_t)(colon - text); /* IPv6 has two colons at least */
    }
    if (len == 0 || len >= TEXT_SIZE) {
        return false;
    }
    memcpy(to, text, len);
    to[len] = '\0';
    return true;
}

bool
http_address_read(const char *text, size_t len, struct http_address *out)
{
    char host[TEXT_SIZE];
    uint8_t four[4];
    if (!copy_host(host, text, len)) {
        return false;
    }
    if (inet_pton(AF_INET, host, four) == 1) {
        put_four(out, four);
        return true;
    }
    return inet_pton(AF_INET6, host, out->bytes) == 1;
}

bool
http_address_of(const struct sockaddr *peer, struct http_address *out)
{
    if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, peer, sizeof(six));
        memcpy(out->bytes, &six.sin6_addr, 16);
        return true;
    }
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, peer, sizeof(four));
        put_four(out, &four.sin_addr);
        return true;
    }
    return false;
}

bool
http_address_is_loopback(const struct http_address *address)
{
    static const uint8_t one[16] = {[15] = 1};
    return is_mapped(address) ? address->bytes[12] == 127
                              : memcmp(address->bytes, one, 16) == 0;
}

size_t
http_address_caller_bytes(const struct http_address *address)
{
    return is_mapped(address) ? 16 : 8;
}

/* ---- prefixes ---- */

/* "10.0.0.0/8", or an address alone. */
static bool
read_prefix(const char *text, size_t len, struct http_prefix *out)
{
    const char *slash = memchr(text, '/', len);
    size_t host_len = slash == NULL ? len : (size_t)(slash - text);
    if (!http_address_read(text, host_len, &out->address)) {
        return false;
    }
    int all = is_mapped(&out->address) ? 32 : 128;
    int bits = slash == NULL ? all : 0;
    for (size_t i = host_len + 1; slash != NULL && i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || bits > all) {
            return false;
        }
        bits = bits * 10 + (text[i] - '0');
    }
    bool has_bits = slash == NULL || host_len + 1 < len;
    out->bits = bits + 128 - all;
    return has_bits && bits <= all;
}

bool
http_prefixes_read(const char *text, struct http_prefixes *out)
{
    out->count = 0;
    while (*(text += strspn(text, " \t,")) != '\0') {
        size_t len = strcspn(text, " \t,");
        if (out->count == HTTP_PREFIXES_MAX ||
            !read_prefix(text, len, &out->items[out->count])) {
            return false;
        }
        out->count++;
        text += len;
    }
    return true;
}

static bool
is_within(const struct http_prefix *prefix, const struct http_address *address)
{
    int whole = prefix->bits / 8, rest = prefix->bits % 8;
    if (memcmp(prefix->address.bytes, address->bytes, (size_t)whole) != 0) {
        return false;
    }
    return rest == 0 ||
           ((prefix->address.bytes[whole] ^ address->bytes[whole]) >>
            (8 - rest)) == 0;
}

bool
http_prefixes_hold(const struct http_prefixes *prefixes,
                   const struct http_address *address)
{
    for (size_t i = 0; i < prefixes->count; i++) {
        if (is_within(&prefixes->items[i], address)) {
            return true;
        }
    }
    return false;
}

bool
http_address_forwarded(const char *list, const struct http_prefixes *proxies,
                       struct http_address *out)
{
    size_t end = strlen(list);
    for (;;) {
        size_t start = end;
        while (start > 0 && list[start - 1] != ',') {
            start--;
        }
        if (!http_address_read(list + start, end - start, out)) {
            return false;
        }
        if (start == 0 || !http_prefixes_hold(proxies, out)) {
            return true;
        }
        end = start - 1;
    }
}
