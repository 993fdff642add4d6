/* test_log -- every line is one JSON object, whatever is put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"

/* What one call writes to standard error. */
static const char *
written_by(void (*call)(void))
{
    static char line[8192];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    call();
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(ends[1]);
    ssize_t n = read(ends[0], line, sizeof(line) - 1);
    line[n < 0 ? 0 : n] = '\0';
    (void)close(ends[0]);
    (void)close(kept);
    return line;
}

static void
write_awkward(void)
{
    log_warn("x.y", log_str("k", "a\"b\\c\nd\x01"), log_int("n", -5));
}

static void
write_bare(void)
{
    log_info("started");
}

static void
write_too_quiet(void)
{
    log_debug("detail");
}

static void
write_too_long(void)
{
    static char text[6000];
    memset(text, 'x', sizeof(text) - 1);
    log_info("long", log_str("text", text), log_int("n", 7));
}

static void
a_line_is_json_with_everything_escaped(void **state)
{
    (void)state;
    clock_set_for_test(1740481200042, 0);
    assert_string_equal(
        written_by(write_awkward),
        "{\"time\":\"2025-02-25T11:00:00.042Z\",\"level\":\"warn\","
        "\"service\":\"testing\",\"event\":\"x.y\","
        "\"k\":\"a\\\"b\\\\c\\u000ad\\u0001\",\"n\":-5}\n");
    assert_string_equal(
        written_by(write_bare),
        "{\"time\":\"2025-02-25T11:00:00.042Z\",\"level\":\"info\","
        "\"service\":\"testing\",\"event\":\"started\"}\n");
    clock_set_for_test(-1, -1);
}

static void
write_traced(void)
{
    uint64_t before = trace_enter(0xab);
    log_info("started");
    (void)trace_enter(before);
    log_info("after");
}

static void
a_line_names_the_trace_that_is_entered(void **state)
{
    (void)state;
    const char *lines = written_by(write_traced);
    const char *second = strchr(lines, '\n') + 1;
    const char *trace = strstr(lines, "\"trace\":\"00000000000000ab\"");
    assert_non_null(trace);
    assert_true(trace < second);
    assert_null(strstr(second, "trace"));
}

static void
a_level_below_the_least_is_not_written(void **state)
{
    (void)state;
    assert_string_equal(written_by(write_too_quiet), "");
}

static void
a_field_that_does_not_fit_is_left_out(void **state)
{
    (void)state;
    const char *line = written_by(write_too_long);
    size_t len = strlen(line);
    assert_in_range(len, 1, 4096);
    assert_null(strstr(line, "xxx"));
    assert_string_equal(strstr(line, ",\"n\""), ",\"n\":7}\n");
}

static void
every_err_has_a_name_and_a_status(void **state)
{
    (void)state;
    for (unsigned code = 0; code < ERR_COUNT; code++) {
        assert_int_equal(err_from_code(code), code);
        assert_true(strlen(err_name((enum err)code)) > 0);
        assert_in_range(err_http_status((enum err)code), 200, 504);
    }
    assert_int_equal(err_from_code(ERR_COUNT), ERR_INTERNAL);
    assert_int_equal(err_http_status(ERR_CONFLICT), 409);
}

int
main(void)
{
    log_open("testing", LOG_INFO);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_json_with_everything_escaped),
        cmocka_unit_test(a_line_names_the_trace_that_is_entered),
        cmocka_unit_test(a_level_below_the_least_is_not_written),
        cmocka_unit_test(a_field_that_does_not_fit_is_left_out),
        cmocka_unit_test(every_err_has_a_name_and_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
