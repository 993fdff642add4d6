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
values_come_from_the_file_or_are_the_default(void **state)
{
    (void)state;
    struct conf *conf = open_text("; words\n[run]\ndir = /var/run ; x\n"
                                  "[route.a]\nrate=0.5\nis_idempotent = yes\n"
                                  "priority = 7\nbody = form\n"
                                  "body_template = {\"to\":\"{{to}}\"}\n");
    assert_string_equal(conf_text(conf, SET_RUN_DIR), "/var/run ; x");
    assert_string_equal(conf_text_of(conf, SET_ROUTE_BODY_TEMPLATE, "route.a"),
                        "{\"to\":\"{{to}}\"}");
    assert_null(conf_text_of(conf, SET_ROUTE_BODY_TEMPLATE, "route.b"));
    assert_true(conf_rate_of(conf, SET_ROUTE_RATE, "route.a") == 0.5);
    assert_true(conf_rate_of(conf, SET_ROUTE_RATE, "route.b") == 500);
    assert_int_equal(conf_number_of(conf, SET_ROUTE_PRIORITY, "route.a"), 7);
    assert_int_equal(conf_number_of(conf, SET_ROUTE_PRIORITY, "route.b"), 1);
    assert_true(conf_bool_of(conf, SET_ROUTE_IS_IDEMPOTENT, "route.a"));
    assert_false(conf_bool_of(conf, SET_ROUTE_IS_IDEMPOTENT, "route.b"));
    assert_int_equal(conf_word_of(conf, SET_ROUTE_BODY, "route.a"), 1);
    assert_int_equal(conf_word_of(conf, SET_ROUTE_BODY, "route.b"), 0);
    assert_int_equal(conf_word(conf, SET_RUN_LOG_LEVEL), 1);
    assert_true(conf_has(conf, SET_RUN_DIR));
    assert_false(conf_has(conf, SET_RUN_LOG_LEVEL));
    conf_close(&conf);
    assert_null(conf);
}

static void
the_environment_wins_over_the_file(void **state)
{
    (void)state;
    struct conf *conf = open_text("[route.a-b]\npriority = 5\n");
    assert_int_equal(setenv("MUSTER_ROUTE_A_B_PRIORITY", "6", 1), 0);
    assert_int_equal(conf_number_of(conf, SET_ROUTE_PRIORITY, "route.a-b"), 6);
    assert_int_equal(unsetenv("MUSTER_ROUTE_A_B_PRIORITY"), 0);
    assert_int_equal(conf_number_of(conf, SET_ROUTE_PRIORITY, "route.a-b"), 5);
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
    (void)conf_number_of(conf, SET_ROUTE_PRIORITY, "route.a");
}

static void
read_bool(struct conf *conf)
{
    (void)conf_bool(conf, SET_GATEWAY_BEHIND_PROXY);
}

static void
read_rate(struct conf *conf)
{
    (void)conf_rate_of(conf, SET_ROUTE_RATE, "route.a");
}

static void
read_word(struct conf *conf)
{
    (void)conf_word(conf, SET_RUN_LOG_LEVEL);
}

static void
read_needed(struct conf *conf)
{
    (void)conf_text(conf, SET_RUN_DIR);
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
        {"[route.a]\npriority = 3\n", read_number, 0},
        {"[route.a]\npriority = 3x\n", read_number, 1},
        {"[route.a]\npriority =\n", read_number, 1},
        {"[route.a]\npriority = 0\n", read_number, 1},
        {"[route.a]\npriority = 101\n", read_number, 1},
        {"[route.a]\npriority = 99999999999999999999\n", read_number, 1},
        {"[route.a]\nrate = 0.01\n", read_rate, 0},
        {"[route.a]\nrate = 0.001\n", read_rate, 1},
        {"[route.a]\nrate = nan\n", read_rate, 1},
        {"[route.a]\nrate = 5 a second\n", read_rate, 1},
        {"[gateway]\nbehind_proxy = yes\n", read_bool, 0},
        {"[gateway]\nbehind_proxy = perhaps\n", read_bool, 1},
        {"[run]\nlog_level = debug\n", read_word, 0},
        {"[run]\nlog_level = debu\n", read_word, 1},
        {"[run]\nlog_level = debug|info\n", read_word, 1},
        {"[run]\ndir = run\n", read_needed, 0},
        {"", read_needed, 1},
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
    char text[9000] = "[run]\ndir = ";
    size_t start = strlen(text);
    memset(text + start, 'x', 8100);
    struct conf *conf = open_text(text);
    assert_int_equal(strlen(conf_text(conf, SET_RUN_DIR)), 8100);
    conf_close(&conf);
    memset(text + start, 'x', 8300);
    assert_int_equal(exit_of(text, NULL), 1);
}

static void
read_nothing(struct conf *conf)
{
    (void)conf;
    _exit(conf_text(conf_open("/nowhere/muster.ini"), SET_RUN_DIR) == NULL);
}

static void
a_file_that_is_not_there_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(exit_of("", read_nothing), 1);
}

/* ---- what is not a setting ---- */

static void
note_sentence(void *arg, bool is_of_route, const char *sentence)
{
    buf_printf(arg, "%s%s\n", is_of_route ? "! " : "", sentence);
}

/* What conf_check says of the text, the file's name left out. */
static void
check(const char *text, struct buf *said)
{
    struct conf *conf = open_text(text);
    buf_init(said, 0);
    conf_check(conf, note_sentence, said);
    conf_close(&conf);
}

static void
a_misspelt_setting_is_named_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[gateway]\nport = 1\n", ""},
        {"[admin]\ngateway.11 = 1\n[endpoints]\nsignup.0.ask = ipc://x\n", ""},
        {"[route.a]\nrate = 1\n", ""},
        {"[gateway]\n\nprot = 1\n",
         ":3: [gateway] prot: there is no such setting; did you mean "
         "[gateway] port?\n"},
        {"[gatway]\nport = 1\n", "did you mean [gateway] port?\n"},
        {"[store]\nsingup_password = 1\n",
         "did you mean [store] signup_password?\n"},
        {"[admin]\ngatewy.12 = 1\n", "did you mean [admin] gateway.12?\n"},
        {"[instances]\ncouriers = 1\n", "did you mean [instances] courier?\n"},
        {"[xyzzy]\nfrobnicate = 1\n",
         "[xyzzy] frobnicate: there is no such setting; `muster settings` "
         "lists them all\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf said;
        check(rows[i].text, &said);
        const char *got = buf_string(&said);
        if (strstr(got, rows[i].want) == NULL || got[0] == '!' ||
            (rows[i].want[0] == '\0' && got[0] != '\0')) {
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, got, rows[i].want);
        }
        buf_fini(&said);
    }
}

static void
what_is_misspelt_in_a_route_is_of_a_route(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[route.a]\nratte = 1\n", "did you mean [route.a] rate?\n"},
        {"[route.a]\nfrobnicate = 1\n", "lists them all\n"},
        {"[rout.a]\nrate = 1\n", "did you mean [route.a] rate?\n"},
        {"[route]\ntimeout_ms = 1\n", "did you mean [route.] timeout_ms?\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf said;
        check(rows[i].text, &said);
        const char *got = buf_string(&said);
        if (got[0] != '!' || strstr(got, rows[i].want) == NULL) {
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, got, rows[i].want);
        }
        buf_fini(&said);
    }
}

static void
a_misspelt_variable_is_named_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *want;
    } rows[] = {
        {"MUSTER_GATEWAY_PORT", ""},
        {"MUSTER_STORE_SIGNUP_PASSWORD", ""},
        {"MUSTER_ROUTE_SMS_OUTBOX_COST_MICROS", ""},
        {"MUSTER_CONFIG", ""},
        {"MUSTER_GATEWAY_PROT",
         "MUSTER_GATEWAY_PROT in the environment: there is no such setting; "
         "did you mean MUSTER_GATEWAY_PORT?\n"},
        {"MUSTER_STORE_SINGUP_PASSWORD",
         "did you mean MUSTER_STORE_SIGNUP_PASSWORD?\n"},
        {"MUSTER_ROUTE_SMS_OUTBOX_COST_MICRO",
         "did you mean MUSTER_ROUTE_SMS_OUTBOX_COST_MICROS?\n"},
        {"MUSTER_XYZZY", "lists them all\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf said;
        assert_int_equal(setenv(rows[i].variable, "1", 1), 0);
        check("", &said);
        assert_int_equal(unsetenv(rows[i].variable), 0);
        const char *got = buf_string(&said);
        if (strstr(got, rows[i].want) == NULL ||
            (rows[i].want[0] == '\0' && got[0] != '\0')) {
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, got, rows[i].want);
        }
        buf_fini(&said);
    }
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
        cmocka_unit_test(values_come_from_the_file_or_are_the_default),
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(sections_come_once_and_in_file_order),
        cmocka_unit_test(what_cannot_be_meant_ends_the_program),
        cmocka_unit_test(a_line_is_never_cut_in_silence),
        cmocka_unit_test(a_file_that_is_not_there_ends_the_program),
        cmocka_unit_test(a_misspelt_setting_is_named_with_the_nearest),
        cmocka_unit_test(what_is_misspelt_in_a_route_is_of_a_route),
        cmocka_unit_test(a_misspelt_variable_is_named_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
