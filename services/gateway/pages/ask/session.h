/* session -- a browser that knows a contact: the cookie of /my/{c}.
 *
 * It holds a link (purpose LINK_SESSION) and when it ends, sealed, for one
 * campaign. Who ticked "my own phone" is remembered until 30 days after the
 * last action of that contact; anybody else for two hours, or until the
 * browser is closed. The link's salt ends it when the contact changes. */
#ifndef GATEWAY_PAGES_SESSION_H
#define GATEWAY_PAGES_SESSION_H

#include "common/crypto/crypto.h"
#include "services/gateway/door/exchange.h"
#include "services/gateway/pages/ask/sealed.h"
#include "signup.pb-c.h"

#define SESSION_SHORT_MS (2 * 3600 * 1000LL)
#define SESSION_AFTER_MS (30 * 24 * 3600 * 1000LL)
#define SESSION_KEY_SIZE 17 /* 16 hex digits and NUL */

struct session {
    struct link link;
    int64_t until_ms;
    bool is_remembered;
    char key[SESSION_KEY_SIZE]; /* what a form says that this cookie acts in */
};

/* False: the browser has none for that campaign, or it has ended. */
bool session_read(const struct exchange *x, const char *campaign,
                  struct session *out);
/* A value of Set-Cookie that begins it, or ends it. The caller frees. */
char *session_begin(const struct gateway *g, const char *campaign,
                    const struct session *session);
char *session_end(const char *campaign);
/* Until when somebody is remembered: page's people have places at about's
 * actions. */
int64_t session_until(const Signup__Actions *about,
                      const Signup__ContactPage *page, int64_t now_ms);
/* No: staff work in this browser, so it is not one person's own; or it would
 * not keep the cookie. */
bool session_may_remember(const struct exchange *x);

#endif
