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
    /* What goes on beside news: as far as this link's holder may know. */
    bool is_mine_off;              /* "what I signed up for", by that channel */
    bool has_stop, provider_stops; /* as common/client/reach.h's */
};
void show_stop(struct buf *to, const struct show_stop *stop);

#endif
