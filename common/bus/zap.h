/* zap -- CURVE keys, and who is let in (ZeroMQ RFC 27); for the bus alone.
 *
 * A directory holds <name>.secret (mode 0600: the public and the secret key,
 * a line each, Z85) for this process and <name>.public for every peer. A
 * client whose key is in no .public file there is refused; the others are
 * known by that file's name. The directory is read at each handshake, so a
 * file added or removed counts from then on. */
#ifndef COMMON_BUS_ZAP_H
#define COMMON_BUS_ZAP_H

#include <stdbool.h>

#include "common/bus/bus.h"

#define ZAP_KEY_SIZE 41 /* Z85 text with its NUL */

struct zap;
struct zap_keys {
    char public_key[ZAP_KEY_SIZE], secret_key[ZAP_KEY_SIZE];
};

/* Binds inproc://zeromq.zap.01, before any CURVE socket. Exits with a
 * sentence when a key is missing or readable by others. */
struct zap *zap_open(struct bus *bus, const char *dir, const char *name);
void zap_close(struct zap **zap);
const struct zap_keys *zap_own_keys(const struct zap *zap);
/* Exits when there is no <name>.public. */
void zap_public_of(const struct zap *zap, const char *name,
                   char key[ZAP_KEY_SIZE]);

#endif
