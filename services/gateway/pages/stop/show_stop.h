/* show_stop -- stop these messages: asked, and done. */
#ifndef GATEWAY_PAGES_SHOW_STOP_H
#define GATEWAY_PAGES_SHOW_STOP_H

#include <stdbool.h>

#include "common/base/base.h"

struct show_stop {
    const char *campaign; /* name */
    const char *token;
    const char *preferences_path;
    bool is_sms; /* else email */
    bool is_done;
};
void show_stop(struct buf *to, const struct show_stop *stop);

#endif
