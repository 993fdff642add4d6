/* test_service -- what every process does around its subject. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
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
#include "common/bus/bus.h"
#include "tests/support/process/process.h"

struct world {
    char *dir, *conf, *output, *program;
    struct process echo;
    struct loop *loop;
    struct bus *bus;
    struct bus_peer *peer;
};

struct answer {
    int count;
    enum err err;
};

static void
start_echo(struct world *world, struct process *process)
{
    const char *argv[] = {world->program, "--config", world->conf,
                          "--instance",   "0",        NULL};
    process_start(process, world->output, argv);
}

static void
open_world(struct world *world)
{
    *world = (struct world){.dir = temp_dir_new()};
    world->conf = temp_path(world->dir, "muster.ini");
    world->output = temp_path(world->dir, "output");
    world->program = process_test_program("echo_service");
    char *text = mem_format("[run]\ndir = %s/run\n", world->dir);
    file_write(world->conf, text);
    free(text);
    start_echo(world, &world->echo);
    process_wait_for_line(&world->echo, "service.running");
    world->loop = loop_new();
    world->bus = bus_new(world->loop, &(struct bus_options){.name = "t.0"});
    char *endpoint = mem_format("ipc://%s/run/echo.0.ask", world->dir);
    world->peer = bus_connect(world->bus, "echo", endpoint);
    free(endpoint);
}

static void
close_world(struct world *world)
{
    bus_free(&world->bus);
    loop_free(&world->loop);
    process_kill(&world->echo);
    free(world->program);
    free(world->output);
    free(world->conf);
    temp_dir_remove(&world->dir);
}

static void
on_answer(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct answer *answer = arg;
    (void)detail;
    (void)body;
    (void)len;
    answer->count++;
    answer->err = err;
}

static void
begin_ask(struct world *world, const char *body, struct answer *answer)
{
    *answer = (struct answer){0};
    bus_ask(world->peer,
            &(struct bus_ask){.body = body,
                              .len = strlen(body),
                              .deadline_ms = 15000,
                              .is_repeatable = strcmp(body, "slow") == 0},
            on_answer, answer);
}

static enum err
end_ask(struct world *world, struct answer *answer)
{
    int64_t until_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (answer->count == 0 && clock_boot_ms() < until_ms) {
        loop_turn(world->loop, 10);
    }
    assert_int_equal(answer->count, 1);
    return answer->err;
}

static void
get(struct world *world, const char *path, char *to, size_t size)
{
    char *file = temp_path(world->dir, "run/echo.0.admin-port");
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_port = htons((uint16_t)process_wait_for_number(&world->echo, file));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    char *request = mem_format(
        "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    size_t len = 0;
    ssize_t n;
    while (len + 1 < size && (n = read(fd, to + len, size - 1 - len)) > 0) {
        len += (size_t)n;
    }
    to[len] = '\0';
    (void)close(fd);
    free(request);
    free(file);
}

static void
a_service_answers_and_its_admin_port_says_so(void **state)
{
    (void)state;
    struct world world;
    struct answer answer;
    static char text[65536];
    open_world(&world);
    begin_ask(&world, "hello", &answer);
    assert_int_equal(end_ask(&world, &answer), ERR_NONE);
    get(&world, "/healthz", text, sizeof(text));
    assert_non_null(strstr(text, "200"));
    get(&world, "/readyz", text, sizeof(text));
    assert_non_null(strstr(text, "200"));
    get(&world, "/metrics", text, sizeof(text));
    assert_non_null(strstr(text, "muster_bus_watchdog_rescues_total 0"));
    assert_int_equal(process_terminate(&world.echo), 0);
    close_world(&world);
}

static void
a_stopping_service_finishes_what_it_took_and_takes_nothing_new(void **state)
{
    (void)state;
    struct world world;
    struct answer first, slow, after;
    open_world(&world);
    begin_ask(&world, "slow", &slow);
    begin_ask(&world, "hello", &first); /* read after it */
    assert_int_equal(end_ask(&world, &first), ERR_NONE);
    process_signal(&world.echo, SIGTERM);
    process_wait_for_line(&world.echo, "service.draining");
    begin_ask(&world, "hello", &after);
    assert_int_equal(end_ask(&world, &after), ERR_UNAVAILABLE);
    assert_int_equal(end_ask(&world, &slow), ERR_NONE);
    assert_int_equal(process_wait(&world.echo), 0);
    close_world(&world);
}

static void
a_service_that_cannot_finish_still_stops_within_its_limit(void **state)
{
    (void)state;
    struct world world;
    struct answer keep, after;
    open_world(&world);
    begin_ask(&world, "keep", &keep);
    begin_ask(&world, "hello", &after);
    assert_int_equal(end_ask(&world, &after), ERR_NONE);
    assert_int_equal(process_terminate(&world.echo), 0);
    process_wait_for_line(&world.echo, "drain_cut_short");
    assert_int_equal(end_ask(&world, &keep), ERR_UNKNOWN);
    close_world(&world);
}

static void
two_processes_of_one_name_never_run_together(void **state)
{
    (void)state;
    struct world world;
    struct answer answer;
    struct process second;
    open_world(&world);
    start_echo(&world, &second);
    assert_int_equal(process_wait(&second), 1);
    begin_ask(&world, "hello", &answer);
    assert_int_equal(end_ask(&world, &answer), ERR_NONE);
    close_world(&world);
}

static void
a_killed_service_is_found_again_and_what_may_be_repeated_is(void **state)
{
    (void)state;
    struct world world;
    struct answer answer, slow, keep;
    open_world(&world);
    for (int i = 0; i < 5; i++) {
        begin_ask(&world, "slow", &slow);
        begin_ask(&world, "keep", &keep);
        begin_ask(&world, "hello", &answer);
        assert_int_equal(end_ask(&world, &answer), ERR_NONE);
        process_kill(&world.echo);
        start_echo(&world, &world.echo);
        assert_int_equal(end_ask(&world, &keep), ERR_UNKNOWN);
        assert_int_equal(end_ask(&world, &slow), ERR_NONE);
    }
    assert_int_equal(bus_stats(world.bus)->watchdog_rescues, 0);
    close_world(&world);
}

static void
a_frozen_instance_is_passed_over(void **state)
{
    (void)state;
    struct world world;
    struct answer answer;
    struct process second;
    open_world(&world);
    const char *argv[] = {world.program, "--config", world.conf,
                          "--instance",  "1",        NULL};
    process_start(&second, world.output, argv);
    process_wait_for_line(&second, "\"echo.1\",\"event\":\"service.running");
    char *both = mem_format("ipc://%s/run/echo.0.ask,ipc://%s/run/echo.1.ask",
                            world.dir, world.dir);
    world.peer = bus_connect(world.bus, "echo", both);
    process_signal(&world.echo, SIGSTOP);
    for (int i = 0; i < 4; i++) { /* each would wait for it in its turn */
        answer = (struct answer){0};
        bus_ask(world.peer,
                &(struct bus_ask){.body = "hello",
                                  .len = 5,
                                  .deadline_ms = 1000,
                                  .is_repeatable = true},
                on_answer, &answer);
        assert_int_equal(end_ask(&world, &answer), ERR_NONE);
    }
    assert_in_range(bus_stats(world.bus)->retried, 0, 2);
    process_signal(&world.echo, SIGCONT);
    process_kill(&second);
    free(both);
    close_world(&world);
}

static void
arguments_that_mean_nothing_end_the_program(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        int exit;
    } rows[] = {
        {"--help", NULL, 0},      {"--version", NULL, 0},
        {"--instance", "16", 1},  {"--instance", "-1", 1},
        {"--instance", NULL, 1},  {"--config", "/nowhere", 1},
        {"--instance", "two", 1}, {"serve", NULL, 1},
        {NULL, NULL, 1}, /* no [run] dir */
    };
    char *dir = temp_dir_new();
    char *output = temp_path(dir, "output");
    char *program = process_test_program("echo_service");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *argv[] = {program, rows[i].first, rows[i].second, NULL};
        struct process process;
        process_start(&process, output, argv);
        int got = process_wait(&process);
        if (got != rows[i].exit) {
            fail_msg("row %zu: got exit %d, want %d", i, got, rows[i].exit);
        }
    }
    free(program);
    free(output);
    temp_dir_remove(&dir);
}

/* How the echo service of a world ends, and what it says. */
static int
start_with(const char *more, char **said_out)
{
    struct world world = {.dir = temp_dir_new()};
    world.conf = temp_path(world.dir, "muster.ini");
    world.output = temp_path(world.dir, "output");
    world.program = process_test_program("echo_service");
    char *text = mem_format("[run]\ndir = %s/run\n%s", world.dir, more);
    file_write(world.conf, text);
    free(text);
    start_echo(&world, &world.echo);
    int code = -1;
    if (strncmp(more, "[route.", 7) == 0) {
        code = process_wait(&world.echo);
    } else {
        process_wait_for_line(&world.echo, "service.running");
        process_kill(&world.echo);
    }
    *said_out = file_read(world.output, NULL);
    free(world.program);
    free(world.output);
    free(world.conf);
    temp_dir_remove(&world.dir);
    return code;
}

static void
a_misspelt_setting_is_logged_and_the_service_starts(void **state)
{
    (void)state;
    char *said;
    (void)start_with("[gateway]\nprot = 80\n", &said);
    assert_non_null(strstr(said, "conf.unknown_setting"));
    assert_non_null(strstr(said, "muster.ini:4: [gateway] prot: there is no "
                                 "such setting; did you mean [gateway] port?"));
    free(said);
    assert_int_equal(setenv("MUSTER_GATEWAY_PROT", "80", 1), 0);
    (void)start_with("", &said);
    assert_int_equal(unsetenv("MUSTER_GATEWAY_PROT"), 0);
    assert_non_null(strstr(said, "did you mean MUSTER_GATEWAY_PORT?"));
    free(said);
    (void)start_with("[gateway]\nport = 80\n", &said);
    assert_null(strstr(said, "conf.unknown_setting"));
    free(said);
}

static void
a_misspelt_setting_of_a_route_ends_the_program(void **state)
{
    (void)state;
    char *said;
    assert_int_equal(start_with("[route.a]\nratte = 80\n", &said), 1);
    assert_non_null(strstr(said, "muster.ini:4: [route.a] ratte: there is no "
                                 "such setting; did you mean [route.a] rate?"));
    free(said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_answers_and_its_admin_port_says_so),
        cmocka_unit_test(
            a_stopping_service_finishes_what_it_took_and_takes_nothing_new),
        cmocka_unit_test(
            a_service_that_cannot_finish_still_stops_within_its_limit),
        cmocka_unit_test(two_processes_of_one_name_never_run_together),
        cmocka_unit_test(
            a_killed_service_is_found_again_and_what_may_be_repeated_is),
        cmocka_unit_test(a_frozen_instance_is_passed_over),
        cmocka_unit_test(arguments_that_mean_nothing_end_the_program),
        cmocka_unit_test(a_misspelt_setting_is_logged_and_the_service_starts),
        cmocka_unit_test(a_misspelt_setting_of_a_route_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
