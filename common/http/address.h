/* address -- who is at the other end, as bytes: pure, no memory of its own.
 *
 * IPv4 is held as IPv6 that maps it (::ffff:192.0.2.1), so that there is one
 * form. A caller is an IPv4 address or an IPv6 /64: a household or a phone
 * has a whole /64 and may take any address of it. */
#ifndef COMMON_HTTP_ADDRESS_H
#define COMMON_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define HTTP_PREFIXES_MAX 32

struct http_address {
    uint8_t bytes[16];
};

struct http_prefix {
    struct http_address address;
    int bits; /* of 128 */
};

/* Those whose word is believed. */
struct http_prefixes {
    struct http_prefix items[HTTP_PREFIXES_MAX];
    size_t count;
};

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80". */
bool http_address_read(const char *text, size_t len, struct http_address *out);
/* False: neither IPv4 nor IPv6. */
bool http_address_of(const struct sockaddr *peer, struct http_address *out);
bool http_address_is_loopback(const struct http_address *address);
/* How many of its first bytes are the caller's: 16, or 8 of IPv6. */
size_t http_address_caller_bytes(const struct http_address *address);

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; "" is none. False: not such a list, or
 * more than HTTP_PREFIXES_MAX. */
bool http_prefixes_read(const char *text, struct http_prefixes *out);
bool http_prefixes_hold(const struct http_prefixes *prefixes,
                        const struct http_address *address);

/* The caller that an X-Forwarded-For names: each proxy appends whom it saw, so
 * it is the right-most that is no proxy itself. False: none can be read. */
bool http_address_forwarded(const char *list,
                            const struct http_prefixes *proxies,
                            struct http_address *out);

#endif
