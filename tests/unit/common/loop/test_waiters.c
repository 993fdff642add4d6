/* test_waiters -- those who wait for one ask, and those who try again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/loop/loop.h"

struct told {
    struct waiters *again; /* NULL: does not come back */
    int calls, place;
    enum err err;
    const char *value;
    uint64_t trace;
};

static int places;

static void
on_told(void *arg, enum err err, const char *detail, void *value)
{
    struct told *told = arg;
    (void)detail;
    told->calls++;
    told->place = places++;
    told->err = err;
    told->value = value;
    told->trace = trace_now();
    if (told->again != NULL) {
        struct waiters *again = told->again;
        told->again = NULL;
        assert_true(waiters_add(again, on_told, told)); /* a new round */
    }
}

static void
only_the_first_to_wait_asks_and_all_are_told_once_in_order(void **state)
{
    (void)state;
    struct waiters waiters = {0};
    struct told first = {0}, second = {0};
    char value[] = "what was asked for";
    int place = places;
    uint64_t before = trace_enter(7);
    assert_true(waiters_add(&waiters, on_told, &first));
    (void)trace_enter(8);
    assert_false(waiters_add(&waiters, on_told, &second));
    (void)trace_enter(before);
    assert_int_equal(waiters.count, 2);
    assert_int_equal(first.calls + second.calls, 0); /* always later */
    waiters_tell(&waiters, ERR_NONE, NULL, value);
    assert_int_equal(first.place, place);
    assert_int_equal(second.place, place + 1);
    assert_int_equal(first.trace, 7);
    assert_int_equal(second.trace, 8);
    assert_string_equal(second.value, value);
    assert_int_equal(waiters.count, 0);
    waiters_tell(&waiters, ERR_NONE, NULL, value); /* nobody is left */
    assert_int_equal(first.calls, 1);
}

static void
who_comes_back_while_being_told_waits_for_the_next(void **state)
{
    (void)state;
    struct waiters waiters = {0};
    struct told keen = {.again = &waiters};
    assert_true(waiters_add(&waiters, on_told, &keen));
    waiters_tell(&waiters, ERR_UNAVAILABLE, "not now", NULL);
    assert_int_equal(keen.calls, 1);
    assert_int_equal(keen.err, ERR_UNAVAILABLE);
    assert_int_equal(waiters.count, 1);
    waiters_tell(&waiters, ERR_NONE, NULL, NULL);
    assert_int_equal(keen.calls, 2);
}

static void
what_is_known_is_told_after_the_call_has_returned(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct told told = {0};
    waiters_tell_later(loop, &(struct waiters_answer){ERR_GONE, NULL, NULL},
                       on_told, &told);
    assert_int_equal(told.calls, 0);
    for (int i = 0; i < 100 && told.calls == 0; i++) {
        loop_turn(loop, 10);
    }
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.err, ERR_GONE);
    loop_free(&loop);
}

static void
a_wait_doubles_to_its_most_and_any_part_of_it_may_come(void **state)
{
    (void)state;
    static const int64_t longest_ms[] = {50, 100, 200, 400, 800, 1000, 1000};
    struct backoff backoff = {.first_ms = 50, .most_ms = 1000};
    int64_t least_ms = 1000, most_ms = 0;
    for (size_t i = 0; i < sizeof(longest_ms) / sizeof(longest_ms[0]); i++) {
        assert_int_equal(backoff_longest_ms(&backoff), longest_ms[i]);
        assert_in_range(backoff_next_ms(&backoff), 1, longest_ms[i]);
    }
    for (int i = 0; i < 1000; i++) { /* by now: 1..1000 */
        int64_t ms = backoff_next_ms(&backoff);
        least_ms = ms < least_ms ? ms : least_ms;
        most_ms = ms > most_ms ? ms : most_ms;
    }
    assert_true(least_ms < 100);
    assert_true(most_ms > 900);
    backoff_reset(&backoff);
    assert_int_equal(backoff_longest_ms(&backoff), 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            only_the_first_to_wait_asks_and_all_are_told_once_in_order),
        cmocka_unit_test(who_comes_back_while_being_told_waits_for_the_next),
        cmocka_unit_test(what_is_known_is_told_after_the_call_has_returned),
        cmocka_unit_test(
            a_wait_doubles_to_its_most_and_any_part_of_it_may_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
