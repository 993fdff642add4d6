/* test_london -- clock changes to the minute, over the years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/text/text.h"

static const struct {
    const char *utc, *want;
} times[] = {
    {"2027-02-25T11:00:00Z", "Thu 25 Feb 2027, 11:00"},
    {"2025-09-29T10:30:00Z", "Mon 29 Sep 2025, 11:30"},
    {"2027-03-28T00:59:59Z", "Sun 28 Mar 2027, 00:59"},
    {"2027-03-28T01:00:00Z", "Sun 28 Mar 2027, 02:00"},
    {"2027-10-31T00:59:00Z", "Sun 31 Oct 2027, 01:59"},
    {"2027-10-31T01:00:00Z", "Sun 31 Oct 2027, 01:00"},
    {"2026-03-31T12:00:00Z", "Tue 31 Mar 2026, 13:00"},
    {"2026-10-26T00:00:00Z", "Mon 26 Oct 2026, 00:00"},
    {"2026-06-30T23:30:00Z", "Wed 1 Jul 2026, 00:30"},
    {"2027-12-31T23:59:00Z", "Fri 31 Dec 2027, 23:59"},
    {"1970-01-01T00:00:00Z", "Thu 1 Jan 1970, 00:00"},
};

static void
a_time_is_what_a_clock_in_london_shows(void **state)
{
    (void)state;
    char text[LONDON_TEXT_SIZE];
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        int64_t at = clock_parse(times[i].utc);
        assert_string_equal(london_format(at, text), times[i].want);
    }
}

/* The C library's own table of zones is the judge, every six hours. */
static void
it_agrees_with_the_zone_files_for_forty_years(void **state)
{
    (void)state;
    setenv("TZ", "Europe/London", 1);
    tzset();
    if (access("/usr/share/zoneinfo/Europe/London", R_OK) != 0) {
        skip();
    }
    int64_t end = clock_parse("2037-01-01T00:00:00Z");
    for (int64_t at = clock_parse("1997-01-01T00:00:00Z"); at < end;
         at += (int64_t)6 * 3600 * 1000) {
        time_t seconds = (time_t)(at / 1000);
        struct tm want;
        struct london_time got;
        localtime_r(&seconds, &want);
        london_of(at, &got);
        assert_int_equal(got.hour, want.tm_hour);
        assert_int_equal(got.day, want.tm_mday);
        assert_int_equal(got.weekday, want.tm_wday);
        assert_int_equal(got.is_summer, want.tm_isdst > 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_what_a_clock_in_london_shows),
        cmocka_unit_test(it_agrees_with_the_zone_files_for_forty_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
