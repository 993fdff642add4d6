/* endpoint -- where Redis is, as the setting says it. Pure.
 *
 *   unix:/path | tcp:HOST[:PORT] | sentinel:NAME@HOST[:PORT],... |
 *   cluster:HOST[:PORT],...            an IPv6 address stands in brackets
 *
 * For the store alone. */
#ifndef COMMON_STORE_ENDPOINT_H
#define COMMON_STORE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#define STORE_PLACES_MAX 16
#define STORE_HOST_SIZE 256
#define STORE_MASTER_SIZE 64
#define STORE_NAME_SIZE (STORE_HOST_SIZE + 16)
#define STORE_PORT 6379
#define STORE_SENTINEL_PORT 26379

enum store_kind { STORE_UNIX, STORE_TCP, STORE_SENTINEL, STORE_CLUSTER };

/* One server. Port 0: host is the path of a socket. */
struct store_place {
    char host[STORE_HOST_SIZE];
    int port;
};

struct store_endpoint {
    enum store_kind kind;
    char master[STORE_MASTER_SIZE]; /* STORE_SENTINEL: what it watches */
    struct store_place places[STORE_PLACES_MAX];
    size_t count; /* at least 1 */
};

/* NULL when understood, else what is wrong with text (static). */
const char *store_endpoint_read(const char *text, struct store_endpoint *out);

/* "host:port" with the port after the last colon, as Redis writes it in
 * MOVED and ASK: an IPv6 address without brackets. False: it is not one. */
bool store_place_read(const char *text, struct store_place *out);
bool store_place_is(const struct store_place *place,
                    const struct store_place *other);
/* As an endpoint has it: "[::1]:6379", "/path". */
void store_place_name(const struct store_place *place,
                      char name[STORE_NAME_SIZE]);

#endif
