/* test_store -- the store on a real Redis, through its worst days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "tests/support/redis/redis.h"

#define WAIT_MS 20000
#define COUNT_SCRIPT "return redis.call('INCRBY', KEYS[1], ARGV[1])"
#define REFUSE_SCRIPT "return redis.error_reply(ARGV[1])"

struct fixture {
    struct redis *redis;
    struct loop *loop;
    struct store *store;
    int answers;
    int outcomes[ERR_COUNT];
    enum err err; /* of the last answer, as all below */
    int64_t integer;
    char text[256];
    bool is_in_order; /* integers rose */
};

static struct fixture *
set_up(void)
{
    struct fixture *f = mem_new(sizeof(*f));
    f->redis = redis_start(NULL);
    f->loop = loop_new();
    f->store = redis_store(f->redis, f->loop);
    f->is_in_order = true;
    return f;
}

static void
tear_down(struct fixture *f)
{
    store_free(&f->store);
    loop_free(&f->loop);
    redis_free(&f->redis);
    free(f);
}

static void
on_reply(void *arg, enum err err, const struct store_reply *reply)
{
    struct fixture *f = arg;
    f->answers++;
    f->outcomes[err]++;
    f->err = err;
    if (err == ERR_NONE && reply->type == STORE_INTEGER) {
        f->is_in_order = f->is_in_order && reply->integer > f->integer;
        f->integer = reply->integer;
    }
    (void)snprintf(f->text, sizeof(f->text), "%s",
                   reply->type == STORE_STRING ? reply->string : "");
}

static void
send_script(struct fixture *f, struct store_script *script, const char *arg)
{
    struct bytes key = bytes_of_string("{c}:su:n");
    struct bytes word = bytes_of_string(arg);
    struct store_call call = {.script = script,
                              .keys = &key,
                              .key_count = 1,
                              .args = &word,
                              .arg_count = 1};
    store_run(f->store, &call, on_reply, f);
}

static void
turn_until_answered(struct fixture *f, int answers)
{
    int64_t end_ms = clock_boot_ms() + WAIT_MS;
    while (f->answers < answers) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(f->loop, 10);
    }
}

static void
turn_until_ready(struct fixture *f, bool is_ready)
{
    int64_t end_ms = clock_boot_ms() + WAIT_MS;
    while (store_is_ready(f->store) != is_ready) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(f->loop, 10);
    }
}

static int64_t
ask_integer(struct fixture *f, const char *verb, const char *key)
{
    struct bytes words[] = {bytes_of_string(verb), bytes_of_string(key)};
    store_command(f->store, words, 2, on_reply, f);
    turn_until_answered(f, f->answers + 1);
    assert_int_equal(f->err, ERR_NONE);
    return f->text[0] == '\0' ? 0 : strtoll(f->text, NULL, 10);
}

/* ---- */

static void
ten_thousand_scripts_are_pipelined_in_order(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *count = store_script(f->store, COUNT_SCRIPT);
    int sent = 0;
    while (sent < 10000) {
        while (sent < 10000 &&
               store_in_flight(f->store) < STORE_IN_FLIGHT_MAX) {
            send_script(f, count, "1");
            sent++;
        }
        loop_turn(f->loop, 10);
    }
    turn_until_answered(f, 10000);
    assert_int_equal(f->outcomes[ERR_NONE], 10000);
    assert_int_equal(f->integer, 10000);
    assert_true(f->is_in_order);
    tear_down(f);
}

static void
a_forgotten_script_is_loaded_and_sent_again(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *count = store_script(f->store, COUNT_SCRIPT);
    send_script(f, count, "1");
    turn_until_answered(f, 1);
    free(redis_do(f->redis, "SCRIPT FLUSH"));
    for (int i = 0; i < 100; i++) {
        send_script(f, count, "1");
    }
    turn_until_answered(f, 101);
    assert_int_equal(f->outcomes[ERR_NONE], 101);
    assert_int_equal(f->integer, 101);
    assert_true(f->is_in_order);
    tear_down(f);
}

static void
a_kill_heals_and_forgets_nothing(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *count = store_script(f->store, COUNT_SCRIPT);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 500; i++) {
            send_script(f, count, "1");
        }
        loop_turn(f->loop, 0);
        redis_kill(f->redis);
        turn_until_ready(f, false);
        send_script(f, count, "1");
        turn_until_answered(f, (round + 1) * 501);
        assert_int_equal(f->err, ERR_UNAVAILABLE);
        redis_restart(f->redis);
        turn_until_ready(f, true);
    }
    int good = f->outcomes[ERR_NONE], unknown = f->outcomes[ERR_UNKNOWN];
    int none = f->outcomes[ERR_UNAVAILABLE];
    assert_int_equal(good + unknown + none, 3 * 501);
    int64_t kept = ask_integer(f, "GET", "{c}:su:n");
    assert_in_range(kept, good, good + unknown);
    tear_down(f);
}

static void
a_frozen_redis_leaves_an_outcome_that_can_be_looked_up(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *count = store_script(f->store, COUNT_SCRIPT);
    redis_freeze(f->redis);
    send_script(f, count, "1");
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_UNKNOWN);
    assert_false(store_is_ready(f->store));
    send_script(f, count, "1");
    turn_until_answered(f, 2);
    assert_int_equal(f->err, ERR_UNAVAILABLE);
    redis_thaw(f->redis);
    turn_until_ready(f, true);
    /* Ready again: the lost connection is dead, what it carried has happened
     * or never will. */
    int64_t first = ask_integer(f, "GET", "{c}:su:n");
    assert_in_range(first, 0, 1);
    char *clients = redis_do(f->redis, "CLIENT LIST");
    int lines = 1;
    for (const char *c = clients; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    assert_int_equal(lines, 2); /* the store's and redis-cli's own */
    free(clients);
    assert_int_equal(ask_integer(f, "GET", "{c}:su:n"), first);
    tear_down(f);
}

static const struct refusal {
    const char *reply;
    enum err want;
    const char *sentence;
} refusals[] = {
    {"CONFLICT other content", ERR_CONFLICT, "other content"},
    {"NOTFOUND no such action", ERR_NOT_FOUND, "no such action"},
    {"BADREQUEST no gate", ERR_BAD_REQUEST, "no gate"},
    {"LIMIT full", ERR_LIMIT, "full"},
    {"GONE closed", ERR_GONE, "closed"},
    {"FORBIDDEN not yours", ERR_FORBIDDEN, "not yours"},
    {"CONFLICT", ERR_CONFLICT, ""},
    {"CONFLICTED x", ERR_INTERNAL, "CONFLICTED x"},
};

static void
a_script_refuses_by_its_first_word(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *refuse = store_script(f->store, REFUSE_SCRIPT);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        send_script(f, refuse, refusals[i].reply);
        turn_until_answered(f, (int)i + 1);
        if (f->err != refusals[i].want ||
            strcmp(f->text, refusals[i].sentence) != 0) {
            fail_msg("%s: got %s \"%s\"", refusals[i].reply, err_name(f->err),
                     f->text);
        }
    }
    tear_down(f);
}

static void
a_broken_script_is_our_own_fault(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    send_script(f, store_script(f->store, "return nil + 1"), "1");
    send_script(f, store_script(f->store, "this is not Lua"), "1");
    turn_until_answered(f, 2);
    assert_int_equal(f->outcomes[ERR_INTERNAL], 2);
    assert_true(store_is_ready(f->store));
    tear_down(f);
}

static void
a_full_memory_is_unavailable_and_heals(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_script *count = store_script(f->store, COUNT_SCRIPT);
    free(redis_do(f->redis, "CONFIG SET maxmemory 1"));
    send_script(f, count, "1");
    turn_until_answered(f, 1);
    assert_int_equal(f->err, ERR_UNAVAILABLE);
    turn_until_ready(f, false);
    free(redis_do(f->redis, "CONFIG SET maxmemory 0"));
    turn_until_ready(f, true);
    assert_int_equal(ask_integer(f, "GET", "{c}:su:n"), 0);
    tear_down(f);
}

static void
on_tree(void *arg, enum err err, const struct store_reply *reply)
{
    struct fixture *f = arg;
    assert_int_equal(err, ERR_NONE);
    assert_int_equal(reply->type, STORE_ARRAY);
    assert_int_equal(reply->count, 4);
    assert_int_equal(reply->items[0].integer, 1);
    assert_int_equal(reply->items[1].type, STORE_ARRAY);
    assert_int_equal(reply->items[1].count, 2);
    assert_int_equal(reply->items[1].items[1].len, 3);
    assert_memory_equal(reply->items[1].items[1].string, "a\0b", 4);
    assert_int_equal(reply->items[2].type, STORE_NIL);
    assert_string_equal(reply->items[2].string, "");
    assert_int_equal(reply->items[3].type, STORE_ARRAY);
    assert_int_equal(reply->items[3].count, 0);
    f->answers++;
}

static void
nested_answers_and_binary_bytes_come_whole(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct store_call call = {
        .script =
            store_script(f->store, "return {1, {2, 'a\\0b'}, false, {}}")};
    store_run(f->store, &call, on_tree, f);
    turn_until_answered(f, 1);
    tear_down(f);
}

static int
start_in_child(struct redis *redis, const char *user, const char *password)
{
    pid_t child = fork();
    if (child == 0) {
        struct loop *loop = loop_new();
        struct store_options options = {
            .endpoint = redis->endpoint, .user = user, .password = password};
        store_wait_ready(store_new(loop, &options), 1500);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_redis_that_forgets_is_refused(void **state)
{
    (void)state;
    struct redis_options options = {.is_volatile = true};
    struct redis *redis = redis_start(&options);
    assert_int_equal(start_in_child(redis, NULL, NULL), 1);
    struct loop *loop = loop_new();
    struct store *store = redis_store(redis, loop); /* allowed: it is told */
    assert_true(store_is_ready(store));
    store_free(&store);
    loop_free(&loop);
    redis_free(&redis);
}

static void
a_service_user_needs_no_more_than_its_own_keys(void **state)
{
    (void)state;
    struct redis_options options = {
        .acl = redis_acl(REDIS_DEFAULT_OFF, "signup", "secret")};
    struct redis *redis = redis_start(&options);
    assert_int_equal(start_in_child(redis, "signup", "secret"), 0);
    assert_int_equal(start_in_child(redis, "signup", "wrong"), 1);
    assert_int_equal(start_in_child(redis, NULL, NULL), 1);
    redis_free(&redis);
}

/* Whoever gets at a service's password finds no key that it cannot name. */
static void
a_service_user_cannot_look_round(void **state)
{
    (void)state;
    static const char *const words[] = {"SCAN 0", "RANDOMKEY", "DBSIZE",
                                        "GET {c}:bc:n"};
    struct redis_options options = {
        .acl = redis_acl("user default on nopass ~* &* +@all", "signup", "s")};
    struct redis *redis = redis_start(&options);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char *command = mem_format("--user signup --pass s %s", words[i]);
        char *answer = redis_do(redis, command);
        if (strncmp(answer, "NOPERM", 6) != 0) {
            fail_msg("%s: %s", words[i], answer);
        }
        free(answer);
        free(command);
    }
    redis_free(&redis);
}

/* Two keys set by one script, as the ACL user; then Redis is killed. */
static struct fixture *
write_two_keys_and_kill(void)
{
    const struct redis_options options = {
        .acl = redis_acl(REDIS_DEFAULT_OFF, "signup", "secret")};
    struct fixture *f = mem_new(sizeof(*f));
    f->redis = redis_start(&options);
    f->loop = loop_new();
    f->store = store_new(f->loop,
                         &(struct store_options){.endpoint = f->redis->endpoint,
                                                 .user = "signup",
                                                 .password = "secret"});
    store_wait_ready(f->store, WAIT_MS);
    send_script(f,
                store_script(f->store, "redis.call('SET', KEYS[1], 7) "
                                       "redis.call('SET', KEYS[1] .. 2, 8) "
                                       "return 1"),
                "");
    turn_until_answered(f, 1);
    redis_kill(f->redis);
    turn_until_ready(f, false);
    return f;
}

/* Redis writes what one script changed as one transaction, and reads it back
 * as its default user: without rights it would drop it, silently. */
static void
what_a_script_wrote_together_survives_a_kill_under_acl(void **state)
{
    (void)state;
    struct fixture *f = write_two_keys_and_kill();
    redis_restart(f->redis);
    turn_until_ready(f, true);
    assert_int_equal(ask_integer(f, "GET", "{c}:su:n"), 7);
    assert_int_equal(ask_integer(f, "GET", "{c}:su:n2"), 8);
    tear_down(f);
}

static void
a_redis_that_skipped_part_of_its_log_is_refused(void **state)
{
    (void)state;
    struct fixture *f = write_two_keys_and_kill();
    char *acl = temp_path(f->redis->dir, "users.acl");
    file_write(acl, redis_acl("user default off", "signup", "secret"));
    redis_restart(f->redis);
    assert_int_equal(start_in_child(f->redis, "signup", "secret"), 1);
    int64_t end_ms = clock_boot_ms() + WAIT_MS;
    const char *why = "";
    while (strstr(why, "data is missing") == NULL) {
        assert_true(clock_boot_ms() < end_ms);
        assert_false(store_is_ready(f->store));
        loop_turn(f->loop, 10);
        why = store_not_ready_why(f->store);
        why = why == NULL ? "" : why;
    }
    free(acl);
    tear_down(f);
}

/* What hiredis cannot format must not be queued as nothing: the next answer
 * would be taken for its own. */
static void
too_much_at_once_is_refused_and_shifts_no_answer(void **state)
{
    (void)state;
    struct fixture *f = set_up();
    struct fixture over = {.is_in_order = true};
    size_t len = STORE_COMMAND_BYTES_MAX / 4;
    char *part = mem_new(len);
    struct bytes words[6] = {bytes_of_string("MSET")};
    for (int i = 1; i < 6; i++) {
        words[i] = bytes_of(part, len);
    }
    struct bytes echo[2] = {bytes_of_string("ECHO"), bytes_of_string("mine")};
    store_command(f->store, words, 6, on_reply, &over);
    store_command(f->store, echo, 2, on_reply, f);
    int64_t end_ms = clock_boot_ms() + WAIT_MS;
    while (over.answers + f->answers < 2) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(f->loop, 10);
    }
    assert_int_equal(over.err, ERR_LIMIT);
    assert_int_equal(f->err, ERR_NONE);
    assert_string_equal(f->text, "mine");
    free(part);
    tear_down(f);
}

static int
find_free_port(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET,
                              .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(any);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &len), 0);
    (void)close(fd);
    return ntohs(any.sin_port);
}

static void
a_redis_at_a_port_is_reached_by_name(void **state)
{
    (void)state;
    char *port = mem_format("%d", find_free_port());
    char *endpoint = mem_format("tcp:localhost:%s", port);
    const char *extra[] = {"--port", port, NULL};
    struct redis_options with_port = {.extra = extra};
    struct redis *redis = redis_start(&with_port);
    struct loop *loop = loop_new();
    struct store_options options = {.endpoint = endpoint};
    struct store *store = store_new(loop, &options);
    store_wait_ready(store, WAIT_MS);
    assert_true(store_is_ready(store));
    store_free(&store);
    loop_free(&loop);
    redis_free(&redis);
    free(endpoint);
    free(port);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_scripts_are_pipelined_in_order),
        cmocka_unit_test(a_forgotten_script_is_loaded_and_sent_again),
        cmocka_unit_test(a_kill_heals_and_forgets_nothing),
        cmocka_unit_test(
            a_frozen_redis_leaves_an_outcome_that_can_be_looked_up),
        cmocka_unit_test(a_script_refuses_by_its_first_word),
        cmocka_unit_test(a_broken_script_is_our_own_fault),
        cmocka_unit_test(a_full_memory_is_unavailable_and_heals),
        cmocka_unit_test(nested_answers_and_binary_bytes_come_whole),
        cmocka_unit_test(a_redis_that_forgets_is_refused),
        cmocka_unit_test(
            what_a_script_wrote_together_survives_a_kill_under_acl),
        cmocka_unit_test(a_redis_that_skipped_part_of_its_log_is_refused),
        cmocka_unit_test(too_much_at_once_is_refused_and_shifts_no_answer),
        cmocka_unit_test(a_redis_at_a_port_is_reached_by_name),
        cmocka_unit_test(a_service_user_needs_no_more_than_its_own_keys),
        cmocka_unit_test(a_service_user_cannot_look_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
