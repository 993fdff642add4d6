/* same_site -- what a browser keeps for us alone, and whether it acts for
 * itself. */
#ifndef GATEWAY_DOOR_SAME_SITE_H
#define GATEWAY_DOOR_SAME_SITE_H

#include "services/gateway/door/exchange.h"

/* A value for Set-Cookie of a cookie that this host alone gets back (its name
 * begins with __Host-), that no script reads and no other site sends along.
 * max_age_s: 0 ends it, below 0 it ends with the browser. The caller frees. */
char *same_site_cookie(const char *name, const char *value, int64_t max_age_s);

/* Does this act say that it comes from another site? What says nothing does
 * not: a form that needs more says a key of its own. A page that sends no
 * Referer has the Origin "null": then the browser's own word decides
 * (Sec-Fetch-Site). */
bool same_site_is_elsewhere(const struct exchange *x);

#endif
