/* show_find -- "Find my tickets": a contact is typed, then the code sent there.
 *
 * The same words for a contact that is known and one that is not. */
#ifndef GATEWAY_PAGES_SHOW_FIND_H
#define GATEWAY_PAGES_SHOW_FIND_H

#include <stdbool.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

struct show_find {
    const Signup__Campaign *campaign;
    const char *contact; /* as typed; "" */
    const char *error;   /* a sentence; NULL: nothing is wrong */
    const char *done;    /* what has just been done: a slug; NULL */
    bool may_remember;
    bool provider_stops; /* as common/client/reach.h's */
};
/* Where the browser keeps no cookie, and a code would lead nowhere. */
void show_find_not_here(struct buf *to, const Signup__Campaign *campaign);
void show_find(struct buf *to, const struct show_find *find);
void show_find_code(struct buf *to, const struct show_find *find);
/* With whom: a link for each campaign. */
void show_find_where(struct buf *to, const Signup__Campaigns *campaigns);

#endif
