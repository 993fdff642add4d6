/* show_home -- every campaign with what one can come to. */
#ifndef GATEWAY_PAGES_SHOW_HOME_H
#define GATEWAY_PAGES_SHOW_HOME_H

#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

/* A campaign's part of the front page; actions that ended before now_ms are
 * left out. The parts together are show_home's. */
void show_home_part(struct buf *to, const Signup__Actions *about,
                    int64_t now_ms);
void show_home(struct buf *to, const struct buf *parts);

#endif
