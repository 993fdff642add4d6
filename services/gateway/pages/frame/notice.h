/* notice -- when there is no page to show: what, why, and where to go. */
#ifndef GATEWAY_PAGES_FRAME_NOTICE_H
#define GATEWAY_PAGES_FRAME_NOTICE_H

#include "common/base/base.h"

void show_notice(struct buf *to, const char *heading, const char *text);
/* The same with another way on: a path, and what it says. */
struct show_way {
    const char *path, *words;
};
void show_notice_with(struct buf *to, const char *heading, const char *text,
                      const struct show_way *way);

#endif
