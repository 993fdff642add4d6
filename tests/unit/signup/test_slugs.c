/* test_slugs -- ids found in long lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "services/signup/definitions/slugs.h"

#define MANY 5000

static void
each_of_many_is_found_by_its_number(void **state)
{
    (void)state;
    static char ids[MANY][16];
    struct slugs slugs = {.size = 0};
    assert_int_equal(slugs_find(&slugs, "place-1"), 0);
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "place-%u", i);
        assert_true(slugs_add(&slugs, ids[i], i + 1));
    }
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(slugs_find(&slugs, ids[i]), i + 1);
    }
    assert_int_equal(slugs_find(&slugs, "place-5000"), 0);
    assert_int_equal(slugs_find(&slugs, ""), 0);
    slugs_fini(&slugs);
    assert_int_equal(slugs_find(&slugs, "place-1"), 0);
}

static void
a_list_with_two_the_same_is_told(void **state)
{
    (void)state;
    char *good[] = {"a", "b", "c"}, *twice[] = {"a", "b", "a"};
    struct slugs slugs = {.size = 0};
    assert_true(slugs_add_list(&slugs, good, 3));
    slugs_fini(&slugs);
    assert_false(slugs_add_list(&slugs, twice, 3));
    assert_int_equal(slugs_find(&slugs, "a"), 1);
    slugs_fini(&slugs);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_is_found_by_its_number),
        cmocka_unit_test(a_list_with_two_the_same_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
