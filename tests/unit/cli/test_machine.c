/* test_machine -- figures and lines as an operator is shown them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/cli/machine/checks.h"
#include "services/cli/machine/log_line.h"
#include "services/cli/machine/machine.h"

#define GB ((int64_t)1000000000)

static const char metrics[] =
    "# HELP handed_total Messages\n"
    "# TYPE handed_total counter\n"
    "handed_total{route=\"a\",state=\"accepted\"} 7\n"
    "handed_total{route=\"ab\",state=\"accepted\"} 30\n"
    "handed_total{route=\"a\",state=\"failed\"} 5\n"
    "handed_total_more 1000\n"
    "open 4";

static void
a_metric_is_the_sum_of_its_lines(void **state)
{
    (void)state;
    assert_int_equal(metric_sum(metrics, "handed_total", NULL), 42);
    assert_int_equal(metric_sum(metrics, "handed_total", "route=\"a\""), 12);
    assert_int_equal(
        metric_sum(metrics, "handed_total", "route=\"a\",state=\"failed\""), 5);
    assert_int_equal(metric_sum(metrics, "open", NULL), 4);
    assert_int_equal(metric_sum(metrics, "handed", NULL), 0);
    assert_int_equal(metric_sum("", "open", NULL), 0);
}

static void
a_line_is_printed_for_people(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"{\"time\":\"2026-11-27T18:06:32.563Z\",\"level\":\"info\","
         "\"service\":\"gateway.0\",\"event\":\"bus.up\",\"peer\":\"x\",\"n\":"
         "3}",
         "18:06:32.563 gateway.0    info  bus.up peer=x n=3"},
        {"{\"event\":\"a\\u001b[2J\"}",
         "                                a?[2J"},
        {"no JSON \x1b[2J", "             redis        no JSON ?[2J"},
        {"{broken", "             redis        {broken"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct buf out;
        buf_init(&out, 0);
        log_line_print(rows[i].line, "redis", &out);
        assert_string_equal(buf_string(&out), rows[i].want);
        buf_fini(&out);
    }
}

static void
lines_of_all_kinds_sort_by_one_time(void **state)
{
    (void)state;
    struct log_line line =
        log_line_read("{\"time\":\"2026-11-27T18:06:32.563Z\"}");
    assert_string_equal(line.time, "2026-11-27T18:06:32.563Z");
    line = log_line_read("15962:M 27 Nov 2026 17:21:14.480 # words");
    assert_string_equal(line.time, "2026-11-27T17:21:14.480Z");
    assert_string_equal(log_line_read("words alone").time, "");
    assert_string_equal(log_line_read("").time, "");
}

static void
a_trace_is_found_in_its_field_alone(void **state)
{
    (void)state;
    assert_true(log_line_has_trace("{\"trace\":\"ab12\"}", "ab12"));
    assert_false(log_line_has_trace("{\"trace\":\"ab123\"}", "ab12"));
    assert_false(log_line_has_trace("{\"event\":\"ab12\"}", "ab12"));
    assert_false(log_line_has_trace("ab12", "ab12"));
    assert_false(log_line_has_trace("{}", ""));
}

static void
figures_are_judged(void **state)
{
    (void)state;
    assert_int_equal(judge_room(50 * GB, 100 * GB, GB), CHECK_GOOD);
    assert_int_equal(judge_room(9 * GB, 100 * GB, GB), CHECK_WARNING);
    assert_int_equal(judge_room(GB, 100 * GB, 0), CHECK_BAD);
    assert_int_equal(judge_room(50 * GB, 100 * GB, 60 * GB), CHECK_BAD);
    assert_int_equal(judge_fsync(900), CHECK_GOOD);
    assert_int_equal(judge_fsync(10001), CHECK_WARNING);
    assert_int_equal(judge_fsync(200000), CHECK_BAD);
    assert_int_equal(judge_log(GB, GB / 4), CHECK_GOOD);
    assert_int_equal(judge_log(0, 16000000), CHECK_GOOD);
    assert_int_equal(judge_log(GB, GB), CHECK_WARNING);
    assert_int_equal(judge_backup(24 * 3600 * 1000LL), CHECK_GOOD);
    assert_int_equal(judge_backup(48 * 3600 * 1000LL), CHECK_WARNING);
    assert_int_equal(judge_redis_version("Redis server v=7.0.15"), CHECK_GOOD);
    assert_int_equal(judge_redis_version("Redis server v=6.2.1"), CHECK_BAD);
    assert_int_equal(judge_redis_version("what?"), CHECK_BAD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_metric_is_the_sum_of_its_lines),
        cmocka_unit_test(a_line_is_printed_for_people),
        cmocka_unit_test(lines_of_all_kinds_sort_by_one_time),
        cmocka_unit_test(a_trace_is_found_in_its_field_alone),
        cmocka_unit_test(figures_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
