/* test_bounds -- what is filled in bit by bit ends the program before it
 * writes past its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/broadcast/draft/facts.h"
#include "services/broadcast/keep/store_inside.h"

/* What lies behind must stay as it is. */
static struct guarded_args {
    struct keep_args args;
    uint8_t behind[64];
} args;
static struct guarded_fields {
    struct facts_fields fields;
    uint8_t behind[64];
} fields;

static void
add_bytes(void)
{
    keep_args_bytes(&args.args, args.args.count, bytes_of("x", 1));
}

static void
add_number(void)
{
    keep_args_number(&args.args, args.args.count, 7);
}

static void
add_field(void)
{
    facts_add_field(&fields.fields, "name", "value");
}

/* The signal that ended a process which did it so often; 0: it lived. */
static int
end_of(void (*add)(void), int times)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        (void)close(STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        for (int i = 0; i < times; i++) {
            add();
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
one_more_than_there_is_room_for_ends_the_program(void **state)
{
    const struct {
        void (*add)(void);
        int room;
    } rows[] = {
        {add_bytes, KEEP_ARGS_MAX},
        {add_number, KEEP_ARGS_MAX},
        {add_field, FACTS_FIELDS_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(end_of(rows[i].add, rows[i].room), 0);
        assert_int_equal(end_of(rows[i].add, rows[i].room + 1), SIGABRT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_than_there_is_room_for_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
