/* test_loop -- callbacks come later, once, and in the promised order. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/loop/loop.h"

struct fixture {
    struct loop *loop;
    char trace[64];
};

static int
set_up(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    fixture.loop = loop_new();
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    loop_free(&f->loop);
    assert_null(f->loop);
    return 0;
}

static void
note(struct fixture *f, const char *what)
{
    strncat(f->trace, what, sizeof(f->trace) - strlen(f->trace) - 1);
}

static void
on_second(void *arg)
{
    note(arg, "2");
    loop_stop(((struct fixture *)arg)->loop);
}

static void
on_first(void *arg)
{
    struct fixture *f = arg;
    note(f, "1");
    loop_defer(f->loop, on_second, f);
    note(f, "-");
}

static void
what_a_deferred_call_defers_comes_after_it(void **state)
{
    struct fixture *f = *state;
    loop_defer(f->loop, on_first, f);
    assert_string_equal(f->trace, "");
    loop_run(f->loop);
    assert_string_equal(f->trace, "1-2");
}

static void
timers_come_in_order_of_their_time(void **state)
{
    struct fixture *f = *state;
    struct timer *late = timer_new(f->loop, on_second, f);
    struct timer *early = timer_new(f->loop, on_first, f);
    struct timer *never = timer_new(f->loop, on_first, f);
    timer_start(late, 30);
    timer_start(never, 5);
    timer_stop(never);
    assert_false(timer_is_running(never));
    assert_true(timer_is_running(late));
    timer_start_us(early, 100);
    loop_run(f->loop);
    /* early ran, and what it deferred stopped the loop before late. */
    assert_string_equal(f->trace, "1-2");
    timer_free(&late);
    timer_free(&early);
    timer_free(&never);
    assert_null(never);
}

static void
a_watch_is_called_while_there_is_something_to_read(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct watch *watch = watch_new(f->loop, ends[0], on_second, f);
    loop_turn(f->loop, 0);
    assert_string_equal(f->trace, "");
    assert_int_equal(write(ends[1], "x", 1), 1);
    loop_run(f->loop);
    assert_string_equal(f->trace, "2");
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    watch_kick(watch);
    loop_run(f->loop);
    assert_string_equal(f->trace, "22");
    watch_free(&watch);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void
a_signal_arrives_as_a_call_from_the_loop(void **state)
{
    struct fixture *f = *state;
    loop_on_signal(f->loop, SIGUSR1, on_second, f);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_string_equal(f->trace, "");
    loop_run(f->loop);
    assert_string_equal(f->trace, "2");
}

static void
what_is_still_deferred_when_the_loop_goes_is_freed(void **state)
{
    struct fixture *f = *state;
    loop_defer(f->loop, on_first, f);
    loop_defer(f->loop, on_second, f);
    assert_string_equal(f->trace, "");
}

static void
on_first_again(void *arg)
{
    struct fixture *f = arg;
    loop_defer(f->loop, on_first_again, f);
}

static void
who_defers_for_ever_does_not_keep_others_waiting(void **state)
{
    struct fixture *f = *state;
    struct timer *timer = timer_new(f->loop, on_second, f);
    (void)alarm(20); /* it would hang */
    loop_defer(f->loop, on_first_again, f);
    timer_start(timer, 1);
    loop_run(f->loop);
    (void)alarm(0);
    assert_string_equal(f->trace, "2");
    timer_free(&timer);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_deferred_call_defers_comes_after_it),
        TEST(who_defers_for_ever_does_not_keep_others_waiting),
        TEST(timers_come_in_order_of_their_time),
        TEST(a_watch_is_called_while_there_is_something_to_read),
        TEST(a_signal_arrives_as_a_call_from_the_loop),
        TEST(what_is_still_deferred_when_the_loop_goes_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
