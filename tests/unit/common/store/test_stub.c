/* test_store_stub -- what the store makes of a Redis that misbehaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "tests/support/process/process.h"
#include "tests/support/redis/stub_redis.h"

#define READY_MS 10000
/* The promise is 2 s; the rest is for a busy machine. */
#define NOTICE_MS 3000

struct fixture {
    struct loop *loop;
    struct stub_redis *stub;
    struct store *store;
    struct store_script *script;
    int answers;
    enum err err; /* of the last answer */
    char text[256];
};

static struct fixture *
set_up(void)
{
    struct fixture *f = mem_new(sizeof(*f));
    f->loop = loop_new();
    f->stub = stub_redis_start();
    struct store_options options = {.endpoint = stub_redis_endpoint(f->stub),
                                    .user = "signup",
                                    .password = "secret"};
    f->store = store_new(f->loop, &options);
    f->script = store_script(f->store, "return 1");
    return f;
}

static void
tear_down(struct fixture *f)
{
    store_free(&f->store);
    stub_redis_stop(&f->stub);
    loop_free(&f->loop);
    free(f);
}

static void
on_reply(void *arg, enum err err, const struct store_reply *reply)
{
    struct fixture *f = arg;
    f->answers++;
    f->err = err;
    (void)snprintf(f->text, sizeof(f->text), "%s", reply->string);
}

static void
run_script(struct fixture *f)
{
    struct store_call call = {.script = f->script};
    store_run(f->store, &call, on_reply, f);
}

static bool
turn_until_ready(struct fixture *f, bool is_ready, int64_t ms)
{
    int64_t end_ms = clock_boot_ms() + ms;
    while (store_is_ready(f->store) != is_ready) {
        if (clock_boot_ms() > end_ms) {
            return false;
        }
        loop_turn(f->loop, 10);
    }
    return true;
}

static void
turn_until_answered(struct fixture *f, int answers)
{
    int64_t end_ms = clock_boot_ms() + READY_MS;
    while (f->answers < answers) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(f->loop, 10);
    }
}

/* ---- */

static const struct misbehaviour {
    const char *name;
    enum stub_mode mode;
    const char *error;
    enum err want;
} misbehaviours[] = {
    {"OOM", STUB_ERROR, "OOM command not allowed when used memory > max",
     ERR_UNAVAILABLE},
    {"BUSY", STUB_REFUSE, "BUSY Redis is busy running a script",
     ERR_UNAVAILABLE},
    {"LOADING", STUB_REFUSE, "LOADING Redis is loading the dataset in memory",
     ERR_UNAVAILABLE},
    {"MISCONF", STUB_ERROR, "MISCONF Errors writing to the AOF file",
     ERR_UNAVAILABLE},
    {"READONLY", STUB_ERROR, "READONLY You can't write against a replica",
     ERR_UNAVAILABLE},
    {"NOAUTH", STUB_REFUSE, "NOAUTH Authentication required.", ERR_UNAVAILABLE},
    {"NOPERM", STUB_REFUSE, "NOPERM this user has no permissions",
     ERR_UNAVAILABLE},
    {"an error of ours", STUB_ERROR, "ERR wrong number of arguments",
     ERR_INTERNAL},
    {"garbage", STUB_GARBAGE, NULL, ERR_UNKNOWN},
    {"silence", STUB_SILENT, NULL, ERR_UNKNOWN},
    {"a cut answer", STUB_CUT, NULL, ERR_UNKNOWN},
};

static void
check_misbehaviour(struct fixture *f, const struct misbehaviour *row)
{
    if (!turn_until_ready(f, true, READY_MS)) {
        fail_msg("%s: not ready at first", row->name);
    }
    assert_null(store_not_ready_why(f->store));
    int before = f->answers;
    stub_redis_set(f->stub, row->mode, row->error);
    run_script(f);
    assert_int_equal(f->answers, before);
    if (!turn_until_ready(f, false, NOTICE_MS)) {
        fail_msg("%s: still ready", row->name);
    }
    assert_string_not_equal(store_not_ready_why(f->store), "");
    turn_until_answered(f, before + 1);
    if (f->err != row->want) {
        fail_msg("%s: got %s, want %s", row->name, err_name(f->err),
                 err_name(row->want));
    }
    stub_redis_set(f->stub, STUB_GOOD, NULL);
    if (!turn_until_ready(f, true, NOTICE_MS)) {
        fail_msg("%s: does not recover", row->name);
    }
    assert_int_equal(f->answers, before + 1);
    assert_int_equal(store_in_flight(f->store), 0);
}

static void
every_misbehaviour_has_its_outcome_and_heals(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    for (size_t i = 0; i < sizeof(misbehaviours) / sizeof(misbehaviours[0]);
         i++) {
        check_misbehaviour(f, &misbehaviours[i]);
    }
    tear_down(f);
}

static void
an_answer_too_many_breaks_the_link_and_nothing_else(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    assert_true(turn_until_ready(f, true, READY_MS));
    stub_redis_set(f->stub, STUB_TWICE, NULL);
    run_script(f);
    assert_true(turn_until_ready(f, false, NOTICE_MS));
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_NONE); /* the first answer was its own */
    stub_redis_set(f->stub, STUB_GOOD, NULL);
    assert_true(turn_until_ready(f, true, NOTICE_MS));
    tear_down(f);
}

static void
an_answer_in_single_bytes_is_an_answer(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    stub_redis_set(f->stub, STUB_FRAGMENT, NULL);
    assert_true(turn_until_ready(f, true, READY_MS));
    run_script(f);
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_NONE);
    assert_string_equal(f->text, "PONG");
    tear_down(f);
}

static void
nothing_is_sent_while_there_is_no_server(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    run_script(f);
    assert_int_equal(f->answers, 0);
    assert_int_equal(store_in_flight(f->store), 1);
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_UNAVAILABLE);
    assert_string_not_equal(f->text, "");
    tear_down(f);
}

static void
more_than_the_maximum_in_flight_is_refused(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    assert_true(turn_until_ready(f, true, READY_MS));
    stub_redis_set(f->stub, STUB_SILENT, NULL);
    for (int i = 0; i < STORE_IN_FLIGHT_MAX; i++) {
        run_script(f);
    }
    run_script(f);
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_LIMIT);
    turn_until_answered(f, STORE_IN_FLIGHT_MAX + 1);
    assert_int_equal(f->err, ERR_UNKNOWN);
    tear_down(f);
}

static void
too_many_arguments_are_refused(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    assert_true(turn_until_ready(f, true, READY_MS));
    struct bytes *args = mem_new_array(STORE_ARGS_MAX + 1, sizeof(*args));
    struct store_call call = {.script = f->script, .args = args};
    call.arg_count = STORE_ARGS_MAX + 1;
    store_run(f->store, &call, on_reply, f);
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_LIMIT);
    call.arg_count = STORE_ARGS_MAX;
    store_run(f->store, &call, on_reply, f);
    turn_until_answered(f, 2);
    assert_int_equal(f->err, ERR_NONE);
    free(args);
    tear_down(f);
}

static void
what_is_open_at_the_end_is_unknown(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    assert_true(turn_until_ready(f, true, READY_MS));
    stub_redis_set(f->stub, STUB_SILENT, NULL);
    run_script(f);
    run_script(f);
    store_free(&f->store);
    assert_null(f->store);
    assert_int_equal(f->answers, 2);
    assert_int_equal(f->err, ERR_UNKNOWN);
    tear_down(f);
}

static void
on_reply_run_again(void *arg, enum err err, const struct store_reply *reply)
{
    struct fixture *f = arg;
    (void)err;
    (void)reply;
    f->answers++;
    run_script(f);
}

static void
run_script_again(struct fixture *f)
{
    struct store_call call = {.script = f->script};
    store_run(f->store, &call, on_reply_run_again, f);
}

static void
a_callback_may_send_the_next_command_even_at_the_end(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    assert_true(turn_until_ready(f, true, READY_MS));
    run_script_again(f);
    turn_until_answered(f, 2);
    stub_redis_set(f->stub, STUB_SILENT, NULL);
    run_script_again(f);
    store_free(&f->store);
    assert_int_equal(f->answers, 4);
    assert_int_equal(f->err, ERR_UNAVAILABLE);
    tear_down(f);
}

static void
a_dead_server_is_tried_again_but_not_hammered(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    stub_redis_set(f->stub, STUB_CUT, NULL);
    int64_t end_ms = clock_boot_ms() + 1500;
    while (clock_boot_ms() < end_ms) {
        loop_turn(f->loop, 10);
    }
    /* Full jitter from 50 ms doubling to 1 s: about 7 in the mean. */
    assert_in_range(stub_redis_connections(f->stub), 1, 60);
    stub_redis_set(f->stub, STUB_GOOD, NULL);
    assert_true(turn_until_ready(f, true, NOTICE_MS));
    tear_down(f);
}

/* This program again, as one that starts on the stub: not a fork of it, for
 * the stub's thread may hold a lock at that moment. */
static int
start_on(const char *endpoint)
{
    struct loop *loop = loop_new();
    struct store_options options = {.endpoint = endpoint};
    store_wait_ready(store_new(loop, &options), 1000);
    return 0;
}

/* Its exit code; *text_out: what it said, owned by the caller. */
static int
start_in_child(struct stub_redis *stub, char **text_out)
{
    char *dir = temp_dir_new(), *output = temp_path(dir, "output");
    const char *argv[] = {"/proc/self/exe", "--start",
                          stub_redis_endpoint(stub), NULL};
    struct process process;
    process_start(&process, output, argv);
    int code = process_wait(&process);
    *text_out = file_read(output, NULL);
    temp_dir_remove(&dir);
    free(output);
    return code;
}

static void
assert_refuses_to_start(struct stub_redis *stub, const char *part)
{
    char *text = NULL;
    assert_int_equal(start_in_child(stub, &text), 1);
    assert_non_null(text);
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, text);
    }
    free(text);
}

static void
starting_on_a_server_that_is_not_durable_is_refused(void **state)
{
    (void)state;
    struct stub_redis *stub = stub_redis_start();
    stub_redis_set_fsync(stub, "everysec");
    assert_refuses_to_start(stub, "set appendfsync always");
    stub_redis_set(stub, STUB_SILENT, NULL);
    assert_refuses_to_start(stub, "not ready");
    stub_redis_set(stub, STUB_REFUSE, "WRONGPASS invalid username-password");
    assert_refuses_to_start(stub, "WRONGPASS");
    stub_redis_stop(&stub);
}

/* It answers then, but what it will have skipped is not known yet. */
static void
a_server_that_still_reads_its_files_is_waited_for(void **state)
{
    (void)state;
    struct stub_redis *stub = stub_redis_start();
    stub_redis_set_loading(stub, true);
    assert_refuses_to_start(stub, "still reading its files");
    stub_redis_stop(&stub);
    struct fixture *f = set_up();
    stub_redis_set_loading(f->stub, true);
    int64_t end_ms = clock_boot_ms() + 300;
    while (clock_boot_ms() < end_ms) {
        loop_turn(f->loop, 10);
        assert_false(store_is_ready(f->store));
    }
    stub_redis_set_loading(f->stub, false);
    assert_true(turn_until_ready(f, true, NOTICE_MS));
    tear_down(f);
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--start") == 0) {
        return start_on(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_misbehaviour_has_its_outcome_and_heals),
        cmocka_unit_test(an_answer_too_many_breaks_the_link_and_nothing_else),
        cmocka_unit_test(an_answer_in_single_bytes_is_an_answer),
        cmocka_unit_test(nothing_is_sent_while_there_is_no_server),
        cmocka_unit_test(more_than_the_maximum_in_flight_is_refused),
        cmocka_unit_test(too_many_arguments_are_refused),
        cmocka_unit_test(what_is_open_at_the_end_is_unknown),
        cmocka_unit_test(a_callback_may_send_the_next_command_even_at_the_end),
        cmocka_unit_test(a_dead_server_is_tried_again_but_not_hammered),
        cmocka_unit_test(starting_on_a_server_that_is_not_durable_is_refused),
        cmocka_unit_test(a_server_that_still_reads_its_files_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
