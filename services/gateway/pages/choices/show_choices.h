/* show_choices -- what we may send a person, and their places. */
#ifndef GATEWAY_PAGES_SHOW_CHOICES_H
#define GATEWAY_PAGES_SHOW_CHOICES_H

#include <stdbool.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

struct show_choices {
    const Signup__Actions *about;
    const Signup__Supporter *supporter;
    const char *token;
    Words__Channel by;   /* whose holder the link was sent to; NONE: unknown */
    bool provider_stops; /* as common/client/reach.h's */
    bool is_saved;
};
void show_choices(struct buf *to, const struct show_choices *choices);

#endif
