/* same_site -- what a browser keeps for us alone, and whether it acts for
 * itself. */
#ifndef GATEWAY_DOOR_SAME_SITE_H
#define GATEWAY_DOOR_SAME_SITE_H

#include "services/gateway/door/exchange.h"

/* A value for Set-Cookie of a cookie that this host alone gets back (its name
 * begins with __Host-), that no script reads and no other site sends along.
 * max_age_s: 0 ends it, below 0 it ends with the browser. The caller frees. */
char *same_site_cookie(const char *name, const char *value, int64_t max_age_s);

/* Does a browser keep such a cookie from this address? Only by https, or where
 * the browser and we are one machine. Whether it is https, our proxy says
 * (X-Forwarded-Proto), else public_url where it names this host. */
bool same_site_keeps_cookies(const struct exchange *x);

/* Where an act comes from, as its Origin says; a page that sends no Referer
 * has the Origin "null", and then the browser's own word decides
 * (Sec-Fetch-Site). */
enum same_site {
    SAME_SITE_UNSAID, /* no browser, or an old one */
    SAME_SITE_OURS,
    SAME_SITE_ELSEWHERE,
};
enum same_site same_site_of(const struct exchange *x);

#endif
