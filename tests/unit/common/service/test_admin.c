/* test_admin -- what a probe is told on the admin port. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/service/admin.h"
#include "tests/support/process/process.h"

#define WAIT_MS 10000

struct fixture {
    struct loop *loop;
    struct admin *admin;
    struct metrics *metrics;
    char *dir, *port_file;
    const char *why, *warning;
    char text[4096];
};

static const char *
why_not(void *arg)
{
    return ((struct fixture *)arg)->why;
}

static const char *
warning(void *arg)
{
    return ((struct fixture *)arg)->warning;
}

static int
set_up(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof(f));
    f.loop = loop_new();
    f.metrics = metrics_new();
    f.dir = temp_dir_new();
    f.port_file = temp_path(f.dir, "port");
    f.admin =
        admin_open(f.loop, &(struct admin_options){.port_file = f.port_file,
                                                   .metrics = f.metrics,
                                                   .not_ready_why = why_not,
                                                   .warning = warning,
                                                   .arg = &f});
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    admin_close(&f->admin);
    metrics_free(&f->metrics);
    loop_free(&f->loop);
    free(f->port_file);
    temp_dir_remove(&f->dir);
    return 0;
}

/* The whole answer to one request. */
static const char *
ask(struct fixture *f, const char *line)
{
    char request[256];
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)admin_port(f->admin)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int n =
        snprintf(request, sizeof(request),
                 "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", line);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(send(fd, request, (size_t)n, MSG_NOSIGNAL), n);
    int64_t until = clock_boot_ms() + WAIT_MS;
    size_t len = 0;
    ssize_t got = -1;
    while (got != 0 && clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
        got = recv(fd, f->text + len, sizeof(f->text) - 1 - len, MSG_DONTWAIT);
        len += got > 0 ? (size_t)got : 0;
    }
    assert_int_equal(got, 0);
    f->text[len] = '\0';
    (void)close(fd);
    return f->text;
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no \"%s\" in: %s", part, text);
    }
}

static void
it_is_alive_and_ready_or_says_why_not(void **state)
{
    struct fixture *f = *state;
    assert_has(ask(f, "GET /healthz"), "HTTP/1.1 200 OK");
    assert_has(ask(f, "GET /readyz"), "HTTP/1.1 200 OK");
    f->why = "Redis does not answer\n";
    assert_has(ask(f, "GET /readyz"), "HTTP/1.1 503 ");
    assert_has(f->text, "Redis does not answer");
    assert_has(ask(f, "GET /healthz"), "HTTP/1.1 200 OK");
}

static void
a_warning_stands_beside_ready_and_changes_nothing_else(void **state)
{
    struct fixture *f = *state;
    f->warning = "nobody is limited";
    assert_has(ask(f, "GET /readyz"), "HTTP/1.1 200 OK");
    assert_has(f->text, "ready\nwarning: nobody is limited\n");
}

static void
metrics_are_prometheus_text(void **state)
{
    struct fixture *f = *state;
    metric_add(metric_counter(f->metrics, "muster_x_total", NULL, "x"), 3);
    assert_has(ask(f, "GET /metrics"),
               "Content-Type: text/plain; version=0.0.4");
    assert_has(f->text, "\nmuster_x_total 3\n");
}

static void
nothing_else_is_there_and_nothing_can_be_changed(void **state)
{
    struct fixture *f = *state;
    assert_has(ask(f, "GET /"), "HTTP/1.1 404 ");
    assert_has(ask(f, "GET /metricsx"), "HTTP/1.1 404 ");
    assert_has(ask(f, "DELETE /metrics"), "HTTP/1.1 405 ");
}

static void
the_port_is_written_and_taken_away(void **state)
{
    struct fixture *f = *state;
    char *text = file_read(f->port_file, NULL);
    assert_non_null(text);
    assert_int_equal(strtol(text, NULL, 10), admin_port(f->admin));
    free(text);
    admin_close(&f->admin);
    assert_int_not_equal(access(f->port_file, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_alive_and_ready_or_says_why_not),
        TEST(a_warning_stands_beside_ready_and_changes_nothing_else),
        TEST(metrics_are_prometheus_text),
        TEST(nothing_else_is_there_and_nothing_can_be_changed),
        TEST(the_port_is_written_and_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
