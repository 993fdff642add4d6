/* show_here -- self check-in at a gate: type the code, and you are in. */
#ifndef GATEWAY_PAGES_SHOW_HERE_H
#define GATEWAY_PAGES_SHOW_HERE_H

#include <stdbool.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

struct show_here {
    const char *campaign; /* id */
    const Signup__Action *action;
    const Signup__Gate *gate;
    const char *scan_id;
    const char *code;  /* as typed, or "" */
    const char *error; /* NULL: none */
};
void show_here(struct buf *to, const struct show_here *here);
void show_here_done(struct buf *to, const struct show_here *here,
                    bool was_present);

#endif
