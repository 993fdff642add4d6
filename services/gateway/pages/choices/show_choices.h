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
    bool is_saved;
};
bool show_has_consent(const Signup__Supporter *supporter,
                      Words__Channel channel);
void show_choices(struct buf *to, const struct show_choices *choices);

#endif
