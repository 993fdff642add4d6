/* consents -- what a campaign asks consent for, in which words.
 *
 * A consent is kept with the wording that was shown. The wording is read
 * from signup and held for CONSENTS_MS, the time that a page may be older
 * than a change. */
#ifndef GATEWAY_CONSENTS_H
#define GATEWAY_CONSENTS_H

#include "services/gateway/door/exchange.h"

#define CONSENTS_MS 5000
#define CONSENTS_CAMPAIGNS_MAX 256 /* held at once */

struct consents;

/* wording and version are borrowed for the call, "" when the campaign has
 * none; err: the campaign's, as signup says. */
typedef void consents_cb(struct exchange *x, enum err err, const char *detail,
                         const char *wording, const char *version);

struct consents *consents_new(struct gateway *g);
void consents_free(struct consents **consents);
/* For the exchange's campaign. wanted: a version that a page has shown (NULL:
 * any); when another is held, signup is asked again. Exactly one call of cb,
 * always later. */
void consents_get(struct exchange *x, const char *wanted, consents_cb *cb);

#endif
