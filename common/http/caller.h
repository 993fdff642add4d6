/* caller -- whose connection it is, and how many they have; for http's own
 * files alone.
 *
 * No address is kept: a caller is the keyed hash of their IPv4 address or
 * IPv6 /64, with a key of this process. */
#ifndef COMMON_HTTP_CALLER_H
#define COMMON_HTTP_CALLER_H

#include "common/http/conn.h"

/* At http_open; exits with a sentence when [proxies] cannot be read. */
void http_callers_open(struct http_server *server);
/* Once its descriptor is known: whose it is. */
void http_caller_count(struct http_conn *conn);
void http_caller_uncount(struct http_conn *conn);
/* Has its caller more than a caller may have? */
bool http_caller_is_over(const struct http_conn *conn);
/* Whom the proxy says that it asks for; header: its X-Forwarded-For. */
uint64_t http_caller_forwarded(const struct http_conn *conn,
                               const char *header);
/* For tests: the hash of an address. */
uint64_t http_caller_of_text(const struct http_server *server,
                             const char *address);

/* ---- who is between requests, the idlest first ---- */

void http_idle_add(struct http_conn *conn);
void http_idle_remove(struct http_conn *conn);
/* The idlest of all, or of conn's caller; never conn itself. NULL: none. */
struct http_conn *http_idle_first(const struct http_conn *conn,
                                  bool is_of_caller);

#endif
