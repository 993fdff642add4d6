/* london -- UTC times as clocks in the United Kingdom show them.
 *
 * Summer time by the rule in force since 1996 (Summer Time Order 2002): from
 * the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00
 * UTC. No time zone files, so that every machine says the same. */
#ifndef COMMON_TEXT_LONDON_H
#define COMMON_TEXT_LONDON_H

#include <stdbool.h>
#include <stdint.h>

struct london_time {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour, minute;
    int weekday; /* 0 Sunday .. 6 */
    bool is_summer;
};

void london_of(int64_t wall_ms, struct london_time *out);

/* "Jan"; "Sun". */
const char *london_month(const struct london_time *time);
const char *london_weekday(const struct london_time *time);

#define LONDON_TEXT_SIZE 40
/* "Thu 25 Feb 2027, 11:00". Returns text. */
const char *london_format(int64_t wall_ms, char text[LONDON_TEXT_SIZE]);

#endif
