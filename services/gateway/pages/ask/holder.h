/* holder -- whoever holds a contact, as a link (/y/{token}) or this browser's
 * cookie (/my/{c}) says: their campaign, and what OpenContact shows them. */
#ifndef GATEWAY_PAGES_HOLDER_H
#define GATEWAY_PAGES_HOLDER_H

#include "services/gateway/pages/ask/about.h"
#include "services/gateway/pages/ask/session.h"

#define HOLDER_POST_SIZE 64

/* A state that needs it begins with one; holder_fini frees what it owns. */
struct holder {
    struct about about;
    struct link link;
    bool is_session;
    struct session session;      /* where is_session */
    char post[HOLDER_POST_SIZE]; /* the page's own path */
    Signup__ContactPage *page;   /* owned; NULL until opened */
    void (*opened)(struct exchange *x);
};

/* From the path's token, or the cookie of the path's campaign. False: it has
 * replied, and x is gone. */
MUST_CHECK bool holder_by_link(struct exchange *x, struct holder *holder);
MUST_CHECK bool holder_by_cookie(struct exchange *x, struct holder *holder);
/* From a code, for the path's campaign. */
void holder_by_proof(const struct exchange *x, struct holder *holder,
                     const Signup__Proof *proof);
/* Calls opened later, or replies with a page that says why not. holder is the
 * exchange's state, or its first member. */
void holder_open(struct exchange *x);
/* True when err is ERR_NONE; else it has replied: a link that is none any more
 * leads to "Find my tickets". */
MUST_CHECK bool holder_answered(struct exchange *x, enum err err);
void holder_fini(struct holder *holder);

#endif
