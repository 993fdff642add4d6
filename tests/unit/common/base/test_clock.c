/* test_clock -- times in and out as RFC 3339, and the seam for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"

static const struct {
    const char *text;
    int64_t ms;
} readable[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2025-02-25T11:00:00Z", 1740481200000},
    {"2025-02-25T11:00:00.042Z", 1740481200042},
    {"2025-09-29T11:30:00+01:00", 1759141800000},
    {"2025-02-25T06:00:00-05:00", 1740481200000},
};

static void
rfc_3339_with_any_offset_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++) {
        if (clock_parse(readable[i].text) != readable[i].ms) {
            fail_msg("%s: got %lld, want %lld", readable[i].text,
                     (long long)clock_parse(readable[i].text),
                     (long long)readable[i].ms);
        }
    }
}

static void
what_is_not_rfc_3339_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "now",
                                        "2025-02-25",
                                        "2025-02-25T11:00:00",
                                        "2025-02-25T11:00Z",
                                        "2025-02-25T11:00:00+1:00",
                                        "2025-02-25T11:00:00+01:00x",
                                        "2025-02-25T11:00:00 Z",
                                        "2025-02-25T11:00:00+",
                                        "2025-13-25T11:00:00Z",
                                        "2025-02-25T11:00:00#01:00"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        if (clock_parse(wrong[i]) != -1) {
            fail_msg("\"%s\" was read as %lld", wrong[i],
                     (long long)clock_parse(wrong[i]));
        }
    }
}

static void
what_is_written_is_read_back(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    for (int64_t ms = 1; ms < 4000000000000; ms += 99999999977) {
        assert_int_equal(clock_parse(clock_format(ms, text)), ms);
    }
    assert_string_equal(clock_format(1740481200042, text),
                        "2025-02-25T11:00:00.042Z");
}

static void
a_test_sets_both_clocks_and_gives_them_back(void **state)
{
    (void)state;
    clock_set_for_test(5000, 70);
    assert_int_equal(clock_wall_ms(), 5000);
    assert_int_equal(clock_boot_ms(), 70);
    clock_set_for_test(-1, -1);
    assert_true(clock_wall_ms() > 1740481200000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_3339_with_any_offset_is_read),
        cmocka_unit_test(what_is_not_rfc_3339_is_refused),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_test_sets_both_clocks_and_gives_them_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
