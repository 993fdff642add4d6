/* test_provider -- the one table of providers. */
#include "services/courier/providers/provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
each_provider_is_found_by_its_name_and_carries_its_channels(void **state)
{
    (void)state;
    const struct {
        const char *name;
        unsigned channels;
        const struct provider_acts *acts;
    } rows[] = {{"outbox", CARRIES_SMS | CARRIES_EMAIL, &provider_outbox},
                {"http", CARRIES_SMS | CARRIES_EMAIL, &provider_http},
                {"smtp", CARRIES_EMAIL, &provider_smtp}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct provider *got = provider_find(rows[i].name);
        if (got == NULL) {
            fail_msg("%s was not found", rows[i].name);
        }
        assert_int_equal(got->channels, rows[i].channels);
        assert_ptr_equal(got->acts, rows[i].acts);
        assert_non_null(strstr(provider_names(), rows[i].name));
    }
}

static void
what_is_no_provider_is_not_found(void **state)
{
    (void)state;
    assert_null(provider_find("pigeon"));
    assert_null(provider_find(""));
    assert_string_equal(provider_names(), "outbox, http, smtp");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            each_provider_is_found_by_its_name_and_carries_its_channels),
        cmocka_unit_test(what_is_no_provider_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
