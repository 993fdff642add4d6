/* test_phone_prefix -- the remembered answers are libphonenumber's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/text/phone_prefix.h"

#define NUMBERS 20000
#define PREFIXES 200 /* so that most numbers meet a remembered one */

static unsigned seed = 1;

static unsigned
random_below(unsigned n)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 8) % n;
}

static void
expect_same(const char *typed)
{
    struct phone_facts got = phone_read(typed), want = phone_shim_read(typed);
    if (got.kind != want.kind || got.country_code != want.country_code ||
        got.national != want.national) {
        fail_msg("\"%s\": got kind %d, +%d %llu; want kind %d, +%d %llu", typed,
                 got.kind, got.country_code, (unsigned long long)got.national,
                 want.kind, want.country_code,
                 (unsigned long long)want.national);
    }
}

static void
random_mobiles_are_read_as_the_library_reads_them(void **state)
{
    (void)state;
    unsigned prefixes[PREFIXES];
    for (unsigned i = 0; i < PREFIXES; i++) {
        prefixes[i] = random_below(100000);
    }
    for (unsigned i = 0; i < NUMBERS; i++) {
        char typed[32];
        unsigned prefix = prefixes[random_below(PREFIXES)];
        unsigned rest = random_below(10000);
        (void)snprintf(typed, sizeof(typed), "%s7%05u%s%04u",
                       i % 2 == 0 ? "0" : "+44", prefix, i % 4 < 2 ? "" : " ",
                       rest);
        expect_same(typed);
    }
}

/* Every range, one number each: 2,000 of the 100,000 prefixes. */
static void
every_range_is_read_as_the_library_reads_it(void **state)
{
    (void)state;
    for (unsigned prefix = 7; prefix < 100000; prefix += 50) {
        for (unsigned rest = 0; rest < 2; rest++) {
            char typed[32];
            (void)snprintf(typed, sizeof(typed), "07%05u%04u", prefix,
                           rest * 9999);
            expect_same(typed);
        }
    }
}

static void
other_forms_are_left_to_the_library(void **state)
{
    (void)state;
    static const char *const typed[] = {"",
                                        "+",
                                        "07",
                                        "+44",
                                        "0790012345",
                                        "079001234567",
                                        "447900123456",
                                        "+4407900123456",
                                        "00447900123456",
                                        "(07900) 123456",
                                        "07900/123456",
                                        "+33612345678",
                                        "0207 219 3000",
                                        "07700 900123",
                                        "07700900999",
                                        "07700 901000",
                                        "7900123456",
                                        "+44 (0)7900 123456",
                                        "++447900123456",
                                        "07900123456+",
                                        "- 07900-123456"};
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        expect_same(typed[i]);
        expect_same(typed[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_mobiles_are_read_as_the_library_reads_them),
        cmocka_unit_test(every_range_is_read_as_the_library_reads_it),
        cmocka_unit_test(other_forms_are_left_to_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
