/* london -- UTC times as clocks in the United Kingdom show them. */
#include "common/text/london.h"

#include <stdio.h>
#include <time.h>

#define HOUR_MS ((int64_t)60 * 60 * 1000)

static void
utc_of(int64_t wall_ms, struct tm *out)
{
    int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0 ? 1 : 0);
    time_t at = (time_t)seconds;
    gmtime_r(&at, out);
}

/* The last Sunday of a month of 31 days, when day in it is weekday. */
static int
last_sunday(int day, int weekday)
{
    int weekday_of_31st = (weekday + 31 - day) % 7;
    return 31 - weekday_of_31st;
}

static bool
is_summer(const struct tm *utc)
{
    int month = utc->tm_mon + 1;
    if (month != 3 && month != 10) {
        return month > 3 && month < 10;
    }
    int change = last_sunday(utc->tm_mday, utc->tm_wday);
    bool is_after =
        utc->tm_mday > change || (utc->tm_mday == change && utc->tm_hour >= 1);
    return (month == 3) == is_after;
}

void
london_of(int64_t wall_ms, struct london_time *out)
{
    struct tm tm;
    utc_of(wall_ms, &tm);
    out->is_summer = is_summer(&tm);
    if (out->is_summer) {
        utc_of(wall_ms + HOUR_MS, &tm);
    }
    out->year = tm.tm_year + 1900;
    out->month = tm.tm_mon + 1;
    out->day = tm.tm_mday;
    out->hour = tm.tm_hour;
    out->minute = tm.tm_min;
    out->weekday = tm.tm_wday;
}

const char *
london_month(const struct london_time *time)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr",
                                        "May", "Jun", "Jul", "Aug",
                                        "Sep", "Oct", "Nov", "Dec"};
    return names[time->month - 1];
}

const char *
london_weekday(const struct london_time *time)
{
    static const char *const names[] = {"Sun", "Mon", "Tue", "Wed",
                                        "Thu", "Fri", "Sat"};
    return names[time->weekday];
}

const char *
london_format(int64_t wall_ms, char text[LONDON_TEXT_SIZE])
{
    struct london_time time;
    london_of(wall_ms, &time);
    snprintf(text, LONDON_TEXT_SIZE, "%s %d %s %d, %02d:%02d",
             london_weekday(&time), time.day, london_month(&time), time.year,
             time.hour, time.minute);
    return text;
}
