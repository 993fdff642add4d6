/* clock -- the one seam through which time comes in. Milliseconds always.
 *
 * Stored times are wall (UTC). Deadlines are boot time, which goes on while
 * the machine sleeps and never steps. Tests set their own clock. */
#ifndef COMMON_BASE_CLOCK_H
#define COMMON_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

int64_t clock_wall_ms(void); /* since 1970, UTC; may step */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME; never steps */
int64_t clock_boot_us(void); /* microseconds, for measuring */

/* From now on both clocks say these; negative: the real ones again. */
void clock_set_for_test(int64_t wall_ms, int64_t boot_ms);

/* A page that several processes look at: what it says is added to their
 * clocks, so that days pass for all of them at once. Timers stay real. */
struct clock_page {
    int64_t wall_offset_ms, boot_offset_ms; /* as this machine has numbers */
};
/* From now on, for the process's whole life. False: path is no such file. */
MUST_CHECK bool clock_share_for_test(const char *path);

#define CLOCK_TEXT_SIZE sizeof("2026-11-23T07:23:11.042Z")
/* RFC 3339, UTC, milliseconds. Returns text. */
const char *clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
/* RFC 3339 with any offset; -1 when it is not that. */
int64_t clock_parse(const char *text);

#endif
