/* test_buf -- bytes that grow, up to a stated maximum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"

static void
an_empty_buf_reads_as_the_empty_string(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    assert_string_equal(buf_string(&b), "");
    buf_fini(&b);
}

static void
what_is_appended_is_there_and_nul_terminated(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    for (int i = 0; i < 1000; i++) {
        buf_printf(&b, "%d,", i);
    }
    assert_int_equal(b.len, strlen(buf_string(&b)));
    assert_non_null(strstr(buf_string(&b), ",998,999,"));
    buf_fini(&b);
}

static void
an_append_past_the_maximum_adds_nothing_and_says_so(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_add_string(&b, "12345678");
    assert_false(b.is_cut);
    buf_add_byte(&b, '9');
    assert_true(b.is_cut);
    assert_string_equal(buf_string(&b), "12345678");
    buf_fini(&b);
}

static void
taking_hands_over_the_memory_and_empties(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    buf_add(&b, "a\0b", 3);
    size_t len = 0;
    char *taken = buf_take(&b, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(taken, "a\0b", 4);
    assert_int_equal(b.len, 0);
    free(taken);
    free(buf_take(&b, NULL));
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buf_reads_as_the_empty_string),
        cmocka_unit_test(what_is_appended_is_there_and_nul_terminated),
        cmocka_unit_test(an_append_past_the_maximum_adds_nothing_and_says_so),
        cmocka_unit_test(taking_hands_over_the_memory_and_empties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
