/* test_ring_slug -- the two smallest of base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/base.h"

static void
a_slug_is_one_to_forty_of_its_letters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"a", true},
        {"westminster-rally-2", true},
        {"1234567890123456789012345678901234567890", true},
        {"12345678901234567890123456789012345678901", false},
        {"Rally", false},
        {"a b", false},
        {"a/b", false},
        {"caf\xc3\xa9", false},
        {"a\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (slug_is_valid(rows[i].text) != rows[i].want) {
            fail_msg("row %zu: \"%s\"", i, rows[i].text);
        }
    }
}

static size_t
count(const struct ring *head)
{
    size_t n = 0;
    for (const struct ring *at = head->next; at != head; at = at->next) {
        assert_ptr_equal(at->next->previous, at);
        n++;
    }
    return n;
}

static void
a_ring_keeps_the_order_of_coming(void **state)
{
    (void)state;
    struct ring head, items[3], other;
    ring_init(&head);
    for (int i = 0; i < 3; i++) {
        ring_add(&head, &items[i]);
    }
    assert_int_equal(count(&head), 3);
    assert_ptr_equal(head.next, &items[0]);
    ring_remove(&items[1]);
    ring_remove(&items[1]); /* in no ring: nothing happens */
    assert_int_equal(count(&head), 2);
    ring_move(&head, &other);
    assert_int_equal(count(&head), 0);
    assert_int_equal(count(&other), 2);
    assert_ptr_equal(other.next, &items[0]);
    assert_ptr_equal(other.previous, &items[2]);
    ring_move(&head, &other); /* of an empty one: empty */
    assert_int_equal(count(&other), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slug_is_one_to_forty_of_its_letters),
        cmocka_unit_test(a_ring_keeps_the_order_of_coming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
