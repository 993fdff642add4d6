/* test_conf -- the file, the environment over it, and what ends a program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"

static char path[] = "/tmp/muster-conf-XXXXXX";

static void
write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct conf *
open_text(const char *text)
{
    write_file(text);
    return conf_open(path);
}

/* What read does with the file text, in a process of its own: its exit. */
static int
exit_of(const char *text, void (*read)(struct conf *conf))
{
    write_file(text);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(9);
        }
        struct conf *conf = conf_open(path);
        if (read != NULL) {
            read(conf);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
values_come_from_the_file_or_are_the_fallback(void **state)
{
    (void)state;
    struct conf *conf = open_text("; words\n[run]\ndir = /var/run ; x\n"
                                  "[route.a]\nrate=500\nis_idempotent = yes\n"
                                  "body = {\"to\":\"{{to}}\"}\n");
    assert_string_equal(conf_string(conf, "run", "dir", NULL), "/var/run ; x");
    assert_string_equal(conf_string(conf, "route.a", "body", NULL),
                        "{\"to\":\"{{to}}\"}");
    assert_null(conf_string(conf, "run", "other", NULL));
    assert_int_equal(
        conf_number(conf, "route.a", "rate", 1, (struct conf_range){1, 500}),
        500);
    assert_int_equal(
        conf_number(conf, "route.b", "rate", 7, (struct conf_range){1, 5}), 7);
    assert_true(conf_bool(conf, "route.a", "is_idempotent", false));
    assert_true(conf_bool(conf, "route.b", "is_idempotent", true));
    conf_close(&conf);
    assert_null(conf);
}

static void
the_environment_wins_over_the_file(void **state)
{
    (void)state;
    struct conf *conf = open_text("[route.a-b]\nrate = 5\n");
    assert_int_equal(setenv("MUSTER_ROUTE_A_B_RATE", "6", 1), 0);
    assert_int_equal(
        conf_number(conf, "route.a-b", "rate", 1, (struct conf_range){1, 9}),
        6);
    assert_int_equal(unsetenv("MUSTER_ROUTE_A_B_RATE"), 0);
    assert_int_equal(
        conf_number(conf, "route.a-b", "rate", 1, (struct conf_range){1, 9}),
        5);
    conf_close(&conf);
}

static void
note_section(void *arg, const char *section)
{
    buf_printf(arg, "%s ", section);
}

static void
sections_come_once_and_in_file_order(void **state)
{
    (void)state;
    struct conf *conf = open_text("[route.b]\nx=1\ny=1\n[run]\nx=1\n"
                                  "[route.a]\nx=1\n[route.b]\nz=1\n");
    struct buf seen;
    buf_init(&seen, 0);
    conf_each_section(conf, "route.", note_section, &seen);
    assert_string_equal(buf_string(&seen), "route.b route.a ");
    buf_fini(&seen);
    conf_close(&conf);
}

static void
read_number(struct conf *conf)
{
    (void)conf_number(conf, "a", "n", 1, (struct conf_range){1, 10});
}

static void
read_bool(struct conf *conf)
{
    (void)conf_bool(conf, "a", "n", false);
}

static void
what_cannot_be_meant_ends_the_program(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        void (*read)(struct conf *conf);
        int exit;
    } rows[] = {
        {"[a]\nn = 3\n", read_number, 0},
        {"[a]\nn = 3x\n", read_number, 1},
        {"[a]\nn =\n", read_number, 1},
        {"[a]\nn = 11\n", read_number, 1},
        {"[a]\nn = 99999999999999999999\n", read_number, 1},
        {"[a]\nn = perhaps\n", read_bool, 1},
        {"[a]\nno equals sign\n", NULL, 1},
        {"[a\nn = 1\n", NULL, 1},
        {"[a]\nn = 1\nn = 2\n", NULL, 1},
        {"[a]\nkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk = 1\n",
         NULL, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int got = exit_of(rows[i].text, rows[i].read);
        if (got != rows[i].exit) {
            fail_msg("row %zu: got exit %d, want %d", i, got, rows[i].exit);
        }
    }
}

static void
a_line_is_never_cut_in_silence(void **state)
{
    (void)state;
    char text[9000] = "[a]\nn = ";
    size_t start = strlen(text);
    memset(text + start, 'x', 8100);
    struct conf *conf = open_text(text);
    assert_int_equal(strlen(conf_string(conf, "a", "n", "")), 8100);
    conf_close(&conf);
    memset(text + start, 'x', 8300);
    assert_int_equal(exit_of(text, NULL), 1);
}

static void
read_nothing(struct conf *conf)
{
    (void)conf;
    _exit(conf_string(conf_open("/nowhere/muster.ini"), "a", "b", "") == NULL);
}

static void
a_file_that_is_not_there_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(exit_of("", read_nothing), 1);
}

static int
make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_from_the_file_or_are_the_fallback),
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(sections_come_once_and_in_file_order),
        cmocka_unit_test(what_cannot_be_meant_ends_the_program),
        cmocka_unit_test(a_line_is_never_cut_in_silence),
        cmocka_unit_test(a_file_that_is_not_there_ends_the_program),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
