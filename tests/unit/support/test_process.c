/* test_process -- the tests' own hands: children, directories, Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/process/process.h"
#include "tests/support/redis/redis.h"

static void
start_shell(struct process *process, const char *dir, const char *script)
{
    char *output = temp_path(dir, "output");
    const char *argv[] = {"sh", "-c", script, "sh", dir, NULL};
    process_start(process, output, argv);
    free(output);
}

static void
a_child_is_awaited_by_line_file_and_number(void **state)
{
    (void)state;
    char *dir = temp_dir_new(), *port = temp_path(dir, "port");
    struct process process;
    start_shell(&process, dir, "echo hello; echo 4242 >$1/port; exec sleep 60");
    process_wait_for_line(&process, "hello");
    process_wait_for_file(&process, port);
    assert_int_equal(process_wait_for_number(&process, port), 4242);
    assert_true(process_is_running(&process));
    process_kill(&process);
    assert_false(process_is_running(&process));
    free(port);
    temp_dir_remove(&dir);
    assert_null(dir);
}

static void
exit_codes_and_signals_are_told_apart(void **state)
{
    (void)state;
    char *dir = temp_dir_new();
    struct process process;
    start_shell(&process, dir, "exit 7");
    assert_int_equal(process_wait(&process), 7);
    start_shell(&process, dir,
                "trap 'exit 3' TERM; echo up; while :; do sleep 0.01; done");
    process_wait_for_line(&process, "up");
    assert_int_equal(process_terminate(&process), 3);
    start_shell(&process, dir, "exec sleep 60");
    process_signal(&process, SIGKILL);
    assert_int_equal(process_wait(&process), 128 + SIGKILL);
    temp_dir_remove(&dir);
}

static void
a_directory_goes_with_all_in_it(void **state)
{
    (void)state;
    char *dir = temp_dir_new();
    char *deep = temp_path(dir, "a"), *file = temp_path(dir, "a/b");
    char *kept = temp_path(dir, "");
    assert_int_equal(mkdir(deep, 0700), 0);
    file_write(file, "text");
    size_t len = 0;
    char *text = file_read(file, &len);
    assert_string_equal(text, "text");
    assert_int_equal(len, 4);
    temp_dir_remove(&dir);
    struct stat st;
    assert_int_not_equal(stat(kept, &st), 0);
    free(text);
    free(deep);
    free(file);
    free(kept);
}

static bool
is_gone(void *arg)
{
    pid_t *pid = arg;
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)*pid);
    char *text = file_read(path, NULL);
    bool is_dead = text == NULL || strstr(text, ") Z ") != NULL;
    free(text);
    return is_dead;
}

static void
a_redis_dies_with_its_test(void **state)
{
    (void)state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t test = fork();
    if (test == 0) {
        struct redis *redis = redis_start(NULL);
        struct {
            pid_t pid;
            char dir[PROCESS_PATH_SIZE];
        } told = {.pid = redis->process.pid};
        strcpy(told.dir, redis->dir);
        _exit(write(pipes[1], &told, sizeof(told)) == sizeof(told) &&
              raise(SIGKILL) == 0);
    }
    struct {
        pid_t pid;
        char dir[PROCESS_PATH_SIZE];
    } told;
    assert_int_equal(read(pipes[0], &told, sizeof(told)), sizeof(told));
    assert_int_equal(waitpid(test, NULL, 0), test);
    assert_true(wait_until(is_gone, &told.pid, PROCESS_WAIT_MS));
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    char *dir = strdup(told.dir);
    temp_dir_remove(&dir);
}

static void
assert_redis_says(struct redis *redis, const char *command, const char *want)
{
    char *got = redis_do(redis, command);
    assert_string_equal(got, want);
    free(got);
}

static void
a_redis_keeps_what_it_acknowledged_through_a_kill(void **state)
{
    (void)state;
    struct redis *redis = redis_start(NULL);
    assert_redis_says(redis, "SET a 'one two'", "OK");
    redis_kill(redis);
    redis_restart(redis);
    assert_redis_says(redis, "GET a", "one two");
    redis_stop(redis);
    redis_restart(redis);
    assert_redis_says(redis, "GET a", "one two");
    redis_free(&redis);
    assert_null(redis);
}

static void
a_redis_knows_its_users(void **state)
{
    (void)state;
    struct redis_options options = {
        .acl = "user default off\nuser signup on >secret ~{*}:su:* +@all\n"};
    struct redis *redis = redis_start(&options);
    assert_redis_says(redis, "GET a", "NOAUTH Authentication required.");
    assert_redis_says(redis, "--user signup --pass secret GET '{x}:su:a'", "");
    redis_free(&redis);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_awaited_by_line_file_and_number),
        cmocka_unit_test(exit_codes_and_signals_are_told_apart),
        cmocka_unit_test(a_directory_goes_with_all_in_it),
        cmocka_unit_test(a_redis_dies_with_its_test),
        cmocka_unit_test(a_redis_keeps_what_it_acknowledged_through_a_kill),
        cmocka_unit_test(a_redis_knows_its_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
