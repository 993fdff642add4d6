/* test_metrics -- what Prometheus reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"

static void
assert_text(const struct metrics *m, const char *want)
{
    struct buf text;
    buf_init(&text, 0);
    metrics_write(m, &text);
    assert_string_equal(buf_string(&text), want);
    buf_fini(&text);
}

static void
assert_holds(const struct metrics *m, const char *part)
{
    struct buf text;
    buf_init(&text, 0);
    metrics_write(m, &text);
    if (strstr(buf_string(&text), part) == NULL) {
        fail_msg("not in the text: %s\n%s", part, buf_string(&text));
    }
    buf_fini(&text);
}

static void
no_metric_is_no_text(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    assert_text(m, "");
    metrics_free(&m);
    assert_null(m);
    metrics_free(&m);
}

static void
metrics_of_one_name_stand_together_under_one_head(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    metric_add(metric_counter(m, "a_total", "channel=\"sms\"", "Sent."), 3);
    metric_set(metric_gauge(m, "b", NULL, "Open now."), -7);
    metric_add(metric_counter(m, "a_total", "channel=\"email\"", "Sent."), 4);
    assert_text(m, "# HELP a_total Sent.\n"
                   "# TYPE a_total counter\n"
                   "a_total{channel=\"sms\"} 3\n"
                   "a_total{channel=\"email\"} 4\n"
                   "# HELP b Open now.\n"
                   "# TYPE b gauge\n"
                   "b -7\n");
    metrics_free(&m);
}

static void
the_same_name_and_labels_are_the_same_metric(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct metric *one = metric_counter(m, "a_total", "x=\"1\"", "A.");
    struct metric *two = metric_counter(m, "a_total", "x=\"2\"", "A.");
    assert_ptr_not_equal(one, two);
    assert_ptr_equal(metric_counter(m, "a_total", "x=\"1\"", "A."), one);
    metric_add(one, 1);
    metric_add(one, 41);
    assert_int_equal(metric_value(one), 42);
    assert_int_equal(metric_value(two), 0);
    metrics_free(&m);
}

static void
histogram_buckets_add_up_and_include_their_bound(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct metric *h = metric_histogram(m, "wait_ms", NULL, "Waited.");
    metric_observe_ms(h, 1.0);
    metric_observe_ms(h, 1.5);
    metric_observe_ms(h, 5000.0);
    metric_observe_ms(h, 5000.5);
    assert_text(m, "# HELP wait_ms Waited.\n"
                   "# TYPE wait_ms histogram\n"
                   "wait_ms_bucket{le=\"1\"} 1\n"
                   "wait_ms_bucket{le=\"2\"} 2\n"
                   "wait_ms_bucket{le=\"5\"} 2\n"
                   "wait_ms_bucket{le=\"10\"} 2\n"
                   "wait_ms_bucket{le=\"25\"} 2\n"
                   "wait_ms_bucket{le=\"50\"} 2\n"
                   "wait_ms_bucket{le=\"100\"} 2\n"
                   "wait_ms_bucket{le=\"250\"} 2\n"
                   "wait_ms_bucket{le=\"500\"} 2\n"
                   "wait_ms_bucket{le=\"1000\"} 2\n"
                   "wait_ms_bucket{le=\"2500\"} 2\n"
                   "wait_ms_bucket{le=\"5000\"} 3\n"
                   "wait_ms_bucket{le=\"+Inf\"} 4\n"
                   "wait_ms_sum 10003.000\n"
                   "wait_ms_count 4\n");
    metrics_free(&m);
}

static void
histogram_labels_stand_before_the_bound(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    metric_observe_ms(metric_histogram(m, "w", "path=\"/\"", "W."), 3);
    assert_holds(m, "w_bucket{path=\"/\",le=\"5\"} 1\n");
    assert_holds(m, "w_sum{path=\"/\"} 3.000\n");
    assert_holds(m, "w_count{path=\"/\"} 1\n");
    metrics_free(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_metric_is_no_text),
        cmocka_unit_test(metrics_of_one_name_stand_together_under_one_head),
        cmocka_unit_test(the_same_name_and_labels_are_the_same_metric),
        cmocka_unit_test(histogram_buckets_add_up_and_include_their_bound),
        cmocka_unit_test(histogram_labels_stand_before_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
