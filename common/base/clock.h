/* clock -- the one seam through which time comes in. Milliseconds always.
 *
 * Stored times are wall (UTC). Deadlines are boot time, which goes on while
 * the machine sleeps and never steps. Tests set their own clock. */
#ifndef COMMON_BASE_CLOCK_H
#define COMMON_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* since 1970, UTC; may step */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME; never steps */
int64_t clock_boot_us(void); /* microseconds, for measuring */

/* From now on both clocks say these; negative: the real ones again. */
void clock_set_for_test(int64_t wall_ms, int64_t boot_ms);

#define CLOCK_TEXT_SIZE sizeof("2026-11-23T07:23:11.042Z")
/* RFC 3339, UTC, milliseconds. Returns text. */
const char *clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
/* RFC 3339 with any offset; -1 when it is not that. */
int64_t clock_parse(const char *text);

#endif
