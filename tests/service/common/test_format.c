/* test_format -- data of a newer form is left alone, an older one is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "tests/support/process/process.h"
#include "tests/support/redis/redis.h"

struct world {
    struct redis *redis;
    char *conf, *output, *program;
};

static void
open_world(struct world *world)
{
    world->redis = redis_start(NULL);
    world->conf = temp_path(world->redis->dir, "muster.ini");
    world->output = temp_path(world->redis->dir, "echo.output");
    world->program = process_test_program("echo_service");
    char *text = mem_format("[run]\ndir = %s/run\n[store]\nendpoint = %s\n",
                            world->redis->dir, world->redis->endpoint);
    file_write(world->conf, text);
    free(text);
    (void)setenv("ECHO_USES_STORE", "yes", 1);
}

static void
close_world(struct world *world)
{
    (void)unsetenv("ECHO_USES_STORE");
    (void)unsetenv("ECHO_FORMAT");
    free(world->program);
    free(world->output);
    free(world->conf);
    redis_free(&world->redis);
}

static void
start(struct world *world, const char *format, struct process *process)
{
    const char *argv[] = {world->program, "--config", world->conf, NULL};
    (void)setenv("ECHO_FORMAT", format, 1);
    (void)unlink(world->output); /* what the one before said */
    process_start(process, world->output, argv);
}

static void
expect_format(struct world *world, const char *want)
{
    char *got = redis_do(world->redis, "HGET {muster}:ec:meta format");
    assert_string_equal(got, want);
    free(got);
}

static void
a_format_is_written_down_and_raised_but_never_lowered(void **state)
{
    (void)state;
    struct world world;
    struct process process;
    open_world(&world);
    start(&world, "2", &process); /* nothing there: format 1, as 0.1 left it */
    process_wait_for_line(&process, "service.running");
    assert_int_equal(process_terminate(&process), 0);
    expect_format(&world, "2");
    start(&world, "3", &process);
    process_wait_for_line(&process, "service.running");
    assert_int_equal(process_terminate(&process), 0);
    expect_format(&world, "3");

    start(&world, "2", &process);
    assert_int_equal(process_wait(&process), 1);
    expect_format(&world, "3");
    char *said = file_read(world.output, NULL);
    assert_non_null(strstr(said, "written by a newer version of echo"));
    free(said);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_is_written_down_and_raised_but_never_lowered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
