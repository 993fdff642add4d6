/* test_bus_curve -- over tcp only those with a listed key are heard. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "tests/support/process/process.h"

#define WAIT_MS 10000

struct world {
    char *dir, *server_keys, *client_keys;
    char *endpoint, *news;
    struct loop *loop;
    struct bus *server, *client;
    struct bus_peer *peer;
    int served, heard;
    char caller[64];
};

/* Port 0 bound and let go: free a moment ago. */
static char *
free_endpoint(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof(at);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    (void)close(fd);
    return mem_format("tcp://127.0.0.1:%d", ntohs(at.sin_port));
}

static void
on_request(void *arg, struct bus_request *request)
{
    struct world *world = arg;
    world->served++;
    (void)snprintf(world->caller, sizeof(world->caller), "%s",
                   bus_request_caller(request));
    bus_reply(request, ERR_NONE, NULL, "yes", 3);
}

/* Copies <name>.public from one key directory to another. */
static void
introduce(const char *from, const char *to, const char *name)
{
    char *source = mem_format("%s/%s.public", from, name);
    char *target = mem_format("%s/%s.public", to, name);
    char *text = file_read(source, NULL);
    assert_non_null(text);
    file_write(target, text);
    free(text);
    free(target);
    free(source);
}

static void
open_world(struct world *world)
{
    *world = (struct world){.dir = temp_dir_new(), .loop = loop_new()};
    world->server_keys = temp_path(world->dir, "server");
    world->client_keys = temp_path(world->dir, "client");
    assert_int_equal(mkdir(world->server_keys, 0700), 0);
    assert_int_equal(mkdir(world->client_keys, 0700), 0);
    bus_make_keys(world->server_keys, "s.0");
    bus_make_keys(world->client_keys, "asker.0");
    introduce(world->server_keys, world->client_keys, "s.0");
    world->endpoint = free_endpoint();
    world->news = free_endpoint();
    world->server = bus_new(
        world->loop,
        &(struct bus_options){.name = "s.0", .curve_dir = world->server_keys});
    bus_serve(world->server, world->endpoint, on_request, world);
    bus_publish_at(world->server, world->news);
}

static void
close_world(struct world *world)
{
    bus_free(&world->client);
    bus_free(&world->server);
    loop_free(&world->loop);
    free(world->endpoint);
    free(world->news);
    free(world->server_keys);
    free(world->client_keys);
    temp_dir_remove(&world->dir);
}

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct world *world = arg;
    (void)topic;
    (void)body;
    (void)len;
    world->heard++;
}

static void
connect_client(struct world *world, const char *curve_dir)
{
    world->client =
        bus_new(world->loop, &(struct bus_options){.name = "asker.0",
                                                   .curve_dir = curve_dir});
    world->peer = bus_connect(world->client, "s", world->endpoint);
    bus_follow(world->client, &(struct bus_source){"s", world->news}, "",
               on_news, world);
}

struct answer {
    int count;
    enum err err;
};

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

static enum err
ask(struct world *world)
{
    struct answer answer = {0};
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    bus_ask(world->peer, &(struct bus_ask){.body = "?", .len = 1}, on_answer,
            &answer);
    while (answer.count == 0 && clock_boot_ms() < until_ms) {
        bus_announce(world->server, "t", "news", 4);
        loop_turn(world->loop, 10);
    }
    assert_int_equal(answer.count, 1);
    return answer.err;
}

static enum err
ask_until_answered(struct world *world)
{
    enum err err = ERR_UNAVAILABLE;
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (err != ERR_NONE && clock_boot_ms() < until_ms) {
        err = ask(world);
    }
    return err;
}

static void
assert_nothing_passes(struct world *world)
{
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(world), ERR_UNAVAILABLE);
    }
    assert_int_equal(world->served, 0);
    assert_int_equal(world->heard, 0);
}

static void
a_listed_key_is_heard_and_known_by_its_name(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    introduce(world.client_keys, world.server_keys, "asker.0");
    connect_client(&world, world.client_keys);
    assert_int_equal(ask_until_answered(&world), ERR_NONE);
    assert_string_equal(world.caller, "asker.0");
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (world.heard == 0 && clock_boot_ms() < until_ms) {
        assert_int_equal(ask(&world), ERR_NONE);
    }
    assert_true(world.heard > 0);
    close_world(&world);
}

static void
the_name_is_the_keys_and_not_what_the_asker_says(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    char *from = temp_path(world.client_keys, "asker.0.public");
    char *to = temp_path(world.server_keys, "gateway.7.public");
    char *key = file_read(from, NULL);
    file_write(to, key);
    connect_client(&world, world.client_keys);
    assert_int_equal(ask_until_answered(&world), ERR_NONE);
    assert_string_equal(world.caller, "gateway.7");
    free(key);
    free(to);
    free(from);
    close_world(&world);
}

static void
an_unlisted_key_delivers_nothing_until_it_is_listed(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    connect_client(&world, world.client_keys);
    assert_nothing_passes(&world);
    introduce(world.client_keys, world.server_keys, "asker.0");
    assert_int_equal(ask_until_answered(&world), ERR_NONE);
    close_world(&world);
}

static void
no_key_delivers_nothing(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    connect_client(&world, NULL);
    assert_nothing_passes(&world);
    close_world(&world);
}

static void
a_wrong_server_key_delivers_nothing(void **state)
{
    (void)state;
    struct world world;
    open_world(&world);
    introduce(world.client_keys, world.server_keys, "asker.0");
    char *other = temp_path(world.dir, "other");
    assert_int_equal(mkdir(other, 0700), 0);
    bus_make_keys(other, "s.0");
    introduce(other, world.client_keys, "s.0");
    connect_client(&world, world.client_keys);
    assert_nothing_passes(&world);
    free(other);
    close_world(&world);
}

/* The exit of a bus opened so, in a process of its own. */
static int
exit_of(const char *curve_dir, const char *endpoint)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct loop *loop = loop_new();
        struct bus *bus =
            bus_new(loop, &(struct bus_options){.name = "asker.0",
                                                .curve_dir = curve_dir});
        (void)bus_connect(bus, "s", endpoint);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
a_key_that_is_missing_or_open_to_others_ends_the_program(void **state)
{
    (void)state;
    char *dir = temp_dir_new();
    char *secret = temp_path(dir, "asker.0.secret");
    assert_int_equal(exit_of(dir, "tcp://127.0.0.1:9"), 1);
    bus_make_keys(dir, "asker.0");
    assert_int_equal(exit_of(dir, "tcp://127.0.0.1:9"), 1); /* no s.0 */
    bus_make_keys(dir, "s.0");
    assert_int_equal(exit_of(dir, "tcp://127.0.0.1:9"), 0);
    assert_int_equal(chmod(secret, 0640), 0);
    assert_int_equal(exit_of(dir, "tcp://127.0.0.1:9"), 1);
    free(secret);
    temp_dir_remove(&dir);
}

static void
a_network_without_keys_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(exit_of(NULL, "tcp://192.0.2.1:9"), 1);
    assert_int_equal(exit_of(NULL, "tcp://127.0.0.1:9"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        /* These fork: before any bus has threads. */
        cmocka_unit_test(
            a_key_that_is_missing_or_open_to_others_ends_the_program),
        cmocka_unit_test(a_network_without_keys_ends_the_program),
        cmocka_unit_test(a_listed_key_is_heard_and_known_by_its_name),
        cmocka_unit_test(the_name_is_the_keys_and_not_what_the_asker_says),
        cmocka_unit_test(an_unlisted_key_delivers_nothing_until_it_is_listed),
        cmocka_unit_test(no_key_delivers_nothing),
        cmocka_unit_test(a_wrong_server_key_delivers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
