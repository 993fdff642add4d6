/* about -- a campaign and its actions, by number or by name. */
#ifndef GATEWAY_PAGES_ABOUT_H
#define GATEWAY_PAGES_ABOUT_H

#include "services/gateway/door/exchange.h"
#include "signup.pb-c.h"

/* A state that needs it begins with one; about_fini frees what it owns. */
struct about {
    uint32_t campaign_number;
    char campaign[ID_CHARS_MAX + 1]; /* "": found by its number */
    const char *what;                /* for page_answered; a literal */
    Signup__Actions *actions;        /* owned; NULL until found */
    void (*found)(struct exchange *x);
};

/* Calls found later, or replies with a page that says why not. about is the
 * exchange's state, or its first member. */
void about_find(struct exchange *x);
void about_fini(struct about *about);

#endif
