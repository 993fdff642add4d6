/* endpoint -- see endpoint.h. */
#include "common/store/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define PORT_MAX 65535

/* ---- one place ---- */

/* 0: not a port. */
static int
read_port(const char *text, size_t len)
{
    char digits[6] = "";
    if (len == 0 || len >= sizeof(digits) || strspn(text, "0123456789") < len) {
        return 0;
    }
    memcpy(digits, text, len);
    long port = strtol(digits, NULL, 10);
    return port <= PORT_MAX ? (int)port : 0;
}

static bool
set_host(struct store_place *place, const char *text, size_t len)
{
    if (len == 0 || len >= STORE_HOST_SIZE) {
        return false;
    }
    memcpy(place->host, text, len);
    place->host[len] = '\0';
    return true;
}

/* text of len: HOST[:PORT] or [IPV6][:PORT]. */
static const char *
read_place(const char *text, size_t len, int port, struct store_place *out)
{
    *out = (struct store_place){.port = port};
    const char *end = text + len, *host = text;
    const char *host_end = memchr(text, ':', len);
    if (len > 0 && *text == '[') {
        host = text + 1;
        host_end = memchr(text, ']', len);
        if (host_end == NULL) {
            return "a bracket is not closed";
        }
    }
    host_end = host_end == NULL ? end : host_end;
    if (!set_host(out, host, (size_t)(host_end - host))) {
        return "a host is empty or too long";
    }
    const char *after = host == text ? host_end : host_end + 1;
    if (after == end) {
        return NULL;
    }
    if (*after == ':' && memchr(after + 1, ':', (size_t)(end - after - 1))) {
        return "an IPv6 address stands in brackets";
    }
    out->port =
        *after == ':' ? read_port(after + 1, (size_t)(end - after - 1)) : 0;
    return out->port == 0 ? "a port is not a number from 1 to 65535" : NULL;
}

bool
store_place_read(const char *text, struct store_place *out)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL) {
        return false;
    }
    *out =
        (struct store_place){.port = read_port(colon + 1, strlen(colon + 1))};
    size_t len = (size_t)(colon - text);
    if (len >= STORE_HOST_SIZE || out->port == 0) {
        return false;
    }
    memcpy(out->host, text, len); /* "": the host that was asked */
    return true;
}

bool
store_place_is(const struct store_place *place, const struct store_place *other)
{
    return place->port == other->port && strcmp(place->host, other->host) == 0;
}

void
store_place_name(const struct store_place *place, char name[STORE_NAME_SIZE])
{
    if (place->port == 0) {
        (void)snprintf(name, STORE_NAME_SIZE, "%s", place->host);
        return;
    }
    bool is_v6 = strchr(place->host, ':') != NULL;
    (void)snprintf(name, STORE_NAME_SIZE, is_v6 ? "[%s]:%d" : "%s:%d",
                   place->host, place->port);
}

/* ---- the endpoint ---- */

static const char *
read_path(const char *text, struct store_endpoint *out)
{
    out->count = 1;
    out->places[0].port = 0;
    if (*text == '\0' ||
        strlen(text) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        return "the socket's path is empty or too long";
    }
    (void)set_host(&out->places[0], text, strlen(text));
    return NULL;
}

static const char *
read_places(const char *text, int port, struct store_endpoint *out)
{
    const char *at = text;
    for (;;) {
        size_t len = strcspn(at, ",");
        if (out->count == STORE_PLACES_MAX) {
            return "more than 16 places";
        }
        const char *wrong = read_place(at, len, port, &out->places[out->count]);
        if (wrong != NULL) {
            return wrong;
        }
        out->count++;
        if (at[len] == '\0') {
            return NULL;
        }
        at += len + 1;
    }
}

static const char *
read_sentinels(const char *text, struct store_endpoint *out)
{
    const char *at = strchr(text, '@');
    size_t len = at == NULL ? 0 : (size_t)(at - text);
    if (len == 0 || len >= STORE_MASTER_SIZE) {
        return "the master's name is missing: sentinel:NAME@host:port,…";
    }
    memcpy(out->master, text, len);
    return read_places(at + 1, STORE_SENTINEL_PORT, out);
}

static const char *
read_one(const char *text, struct store_endpoint *out)
{
    const char *wrong = read_places(text, STORE_PORT, out);
    return wrong == NULL && out->count > 1
               ? "tcp: has one place; cluster: and sentinel: have several"
               : wrong;
}

const char *
store_endpoint_read(const char *text, struct store_endpoint *out)
{
    static const struct {
        const char *scheme;
        enum store_kind kind;
    } rows[] = {{"unix:", STORE_UNIX},
                {"tcp:", STORE_TCP},
                {"sentinel:", STORE_SENTINEL},
                {"cluster:", STORE_CLUSTER}};
    memset(out, 0, sizeof(*out));
    size_t row = 0;
    const size_t row_count = sizeof(rows) / sizeof(rows[0]);
    while (row < row_count &&
           strncmp(text, rows[row].scheme, strlen(rows[row].scheme)) != 0) {
        row++;
    }
    if (row == row_count) {
        return "it begins with none of unix:, tcp:, sentinel:, cluster:";
    }
    const char *rest = text + strlen(rows[row].scheme);
    out->kind = rows[row].kind;
    switch (out->kind) {
    case STORE_UNIX:
        return read_path(rest, out);
    case STORE_TCP:
        return read_one(rest, out);
    case STORE_SENTINEL:
        return read_sentinels(rest, out);
    case STORE_CLUSTER:
        break;
    }
    return read_places(rest, STORE_PORT, out);
}
