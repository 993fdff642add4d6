/* test_bus -- ask and announce, when all is well and when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "wire.pb-c.h"

#define WAIT_MS 10000
#define SERVERS_MAX 2

/* One server; it answers by the first byte of the body:
 * e echo, s say nothing, u unavailable, b too big an answer, f forbidden,
 * w something is wrong with a field. */
struct server {
    struct world *world;
    struct bus *bus;
    int n;
    int seen;
    char caller[64];
    int64_t time_left_ms;
    uint64_t trace;
    struct bus_request **kept; /* it said nothing to these */
    int kept_count;
};

struct world {
    char dir[32];
    struct loop *loop;
    struct bus *client;
    struct bus_peer *peer;
    struct server servers[SERVERS_MAX];
};

struct answer {
    int count;
    enum err err;
    char body[64], detail[128], field[32], type[32];
    size_t len;
    uint64_t trace;
    int place; /* how many were answered before it */
};

static int answered;

static void
on_answer(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct answer *answer = arg;
    answer->count++;
    answer->err = err;
    answer->len = len;
    answer->trace = trace_now();
    answer->place = answered++;
    (void)snprintf(answer->detail, sizeof(answer->detail), "%s", detail);
    (void)snprintf(answer->field, sizeof(answer->field), "%s",
                   bus_answer_fault()->field);
    (void)snprintf(answer->type, sizeof(answer->type), "%s",
                   bus_answer_fault()->type);
    (void)snprintf(answer->body, sizeof(answer->body), "%.*s",
                   (int)(len > 60 ? 60 : len), (const char *)body);
}

static void
on_request(void *arg, struct bus_request *request)
{
    struct server *server = arg;
    size_t len;
    const char *body = bus_request_body(request, &len);
    server->seen++;
    server->time_left_ms = bus_request_time_left_ms(request);
    server->trace = bus_request_trace(request);
    assert_int_equal(trace_now(), server->trace);
    (void)snprintf(server->caller, sizeof(server->caller), "%s",
                   bus_request_caller(request));
    static char big[BUS_BODY_BYTES_MAX + 1];
    switch (len == 0 ? 'e' : body[0]) {
    case 's':
        server->kept[server->kept_count++] = request;
        break;
    case 'u':
        bus_reply(request, ERR_UNAVAILABLE, "not now", NULL, 0);
        break;
    case 'b':
        bus_reply(request, ERR_NONE, NULL, big, sizeof(big));
        break;
    case 'f':
        bus_reply(request, ERR_FORBIDDEN, "ask an organiser", "x", 1);
        break;
    case 'w':
        bus_refuse(request, &(struct bus_fault){ERR_BAD_REQUEST, "too short",
                                                "phone", "invalid-field"});
        break;
    default:
        bus_reply(request, ERR_NONE, NULL, body, len);
    }
}

static char *
endpoint_of(struct world *world, int n, const char *kind)
{
    return mem_format("ipc://%s/s.%d.%s", world->dir, n, kind);
}

static void
start_server(struct world *world, int n)
{
    struct server *server = &world->servers[n];
    char *name = mem_format("s.%d", n);
    char *ask = endpoint_of(world, n, "ask");
    char *news = endpoint_of(world, n, "news");
    *server = (struct server){.world = world, .n = n};
    server->kept =
        mem_new_array(BUS_OPEN_REQUESTS_MAX, sizeof(struct bus_request *));
    server->bus = bus_new(world->loop, &(struct bus_options){.name = name});
    bus_serve(server->bus, ask, on_request, server);
    bus_publish_at(server->bus, news);
    free(name);
    free(ask);
    free(news);
}

static void
stop_server(struct world *world, int n)
{
    struct server *server = &world->servers[n];
    bus_free(&server->bus);
    while (server->kept_count > 0) { /* to nobody */
        struct bus_request *request = server->kept[--server->kept_count];
        bus_reply(request, ERR_NONE, NULL, "late", 4);
    }
    free(server->kept);
    server->kept = NULL;
}

static void
open_world(struct world *world, int server_count)
{
    *world = (struct world){.dir = "/tmp/muster-bus-XXXXXX"};
    assert_non_null(mkdtemp(world->dir));
    world->loop = loop_new();
    world->client =
        bus_new(world->loop, &(struct bus_options){.name = "asker.0"});
    char *first = endpoint_of(world, 0, "ask");
    char *second = endpoint_of(world, 1, "ask");
    char *both = mem_format("%s,%s", first, second);
    for (int i = 0; i < server_count; i++) {
        start_server(world, i);
    }
    world->peer =
        bus_connect(world->client, "s", server_count == 2 ? both : first);
    free(first);
    free(second);
    free(both);
}

static void
close_world(struct world *world)
{
    bus_free(&world->client);
    for (int i = 0; i < SERVERS_MAX; i++) {
        if (world->servers[i].bus != NULL) {
            stop_server(world, i);
        }
    }
    loop_free(&world->loop);
    for (int i = 0; i < SERVERS_MAX; i++) { /* libzmq leaves them */
        char *ask = endpoint_of(world, i, "ask");
        char *news = endpoint_of(world, i, "news");
        (void)unlink(ask + strlen("ipc://"));
        (void)unlink(news + strlen("ipc://"));
        free(ask);
        free(news);
    }
    assert_int_equal(rmdir(world->dir), 0);
}

/* Turns the loop until *count is want. */
static void
wait_for(struct world *world, const int *count, int want)
{
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (*count < want && clock_boot_ms() < until_ms) {
        loop_turn(world->loop, 20);
    }
    assert_int_equal(*count, want);
}

static struct answer
ask_with(struct world *world, const struct bus_ask *ask)
{
    struct answer answer = {0};
    bus_ask(world->peer, ask, on_answer, &answer);
    assert_int_equal(answer.count, 0); /* always later */
    wait_for(world, &answer.count, 1);
    return answer;
}

static struct answer
ask(struct world *world, const char *body)
{
    return ask_with(world, &(struct bus_ask){.body = body,
                                             .len = strlen(body),
                                             .is_repeatable = true});
}

static void
ask_until_connected(struct world *world, int instance)
{
    struct bus_ask hello = {.body = "e", .len = 1, .instance = instance};
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (ask_with(world, &hello).err != ERR_NONE) {
        assert_true(clock_boot_ms() < until_ms);
    }
}

static void
an_ask_is_answered_with_everything_it_said(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    struct bus_ask question = {
        .body = "echo", .len = 4, .deadline_ms = 5000, .trace = 77};
    struct answer got = ask_with(&world, &question);
    assert_int_equal(got.err, ERR_NONE);
    assert_string_equal(got.body, "echo");
    assert_string_equal(world.servers[0].caller, "asker.0");
    assert_int_equal(world.servers[0].trace, 77);
    assert_in_range(world.servers[0].time_left_ms, 1, 5000);
    assert_int_equal(ask(&world, "").len, 0);
    close_world(&world);
}

static void
a_refusal_carries_its_reason_and_no_body(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    struct answer got = ask(&world, "f");
    assert_int_equal(got.err, ERR_FORBIDDEN);
    assert_string_equal(got.detail, "ask an organiser");
    assert_int_equal(got.len, 0);
    close_world(&world);
}

static void
a_refusal_names_its_field_and_type_for_as_long_as_it_is_told(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    struct answer got = ask(&world, "w");
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    assert_string_equal(got.detail, "too short");
    assert_string_equal(got.field, "phone");
    assert_string_equal(got.type, "invalid-field");
    assert_string_equal(bus_answer_fault()->field, "");
    got = ask(&world, "f"); /* says neither */
    assert_string_equal(got.field, "");
    assert_string_equal(got.type, "");
    close_world(&world);
}

/* An ask as a peer of version 0.1 sends it. */
static void
an_asker_of_an_older_version_is_refused_in_words(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    char *endpoint = endpoint_of(&world, 0, "ask");
    void *context = zmq_ctx_new();
    void *old = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;
    (void)zmq_setsockopt(old, ZMQ_LINGER, &linger, sizeof(linger));
    assert_int_equal(zmq_connect(old, endpoint), 0);
    Wire__Ask envelope = WIRE__ASK__INIT;
    envelope.request_id = 9;
    envelope.time_left_ms = 5000;
    uint8_t packed[64], answer[BUS_BODY_BYTES_MAX / 1024];
    size_t len = wire__ask__pack(&envelope, packed);
    assert_int_equal(zmq_send(old, packed, len, ZMQ_SNDMORE), (int)len);
    assert_int_equal(zmq_send(old, "e", 1, 0), 1);
    int got = -1;
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (got < 0 && clock_boot_ms() < until_ms) {
        loop_turn(world.loop, 10);
        got = zmq_recv(old, answer, sizeof(answer), ZMQ_DONTWAIT);
    }
    assert_true(got > 0);
    Wire__Answer *said = wire__answer__unpack(NULL, (size_t)got, answer);
    assert_non_null(said);
    assert_int_equal(said->code, ERR_UNAVAILABLE);
    assert_non_null(strstr(said->detail, "older version"));
    assert_int_equal(world.servers[0].seen, 0);
    wire__answer__free_unpacked(said, NULL);
    (void)zmq_close(old);
    (void)zmq_ctx_term(context);
    free(endpoint);
    close_world(&world);
}

static void
what_is_never_asked_is_refused_in_order_and_under_its_trace(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 0);
    static char big[BUS_BODY_BYTES_MAX + 1];
    struct answer answers[3] = {{0}};
    int first = answered;
    for (int i = 0; i < 3; i++) {
        struct bus_ask large = {.body = big, .len = sizeof(big)};
        uint64_t before = trace_enter(100 + (uint64_t)i);
        bus_ask(world.peer, &large, on_answer, &answers[i]);
        (void)trace_enter(before);
    }
    wait_for(&world, &answers[2].count, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(answers[i].err, ERR_TOO_LARGE);
        assert_int_equal(answers[i].place, first + i);
        assert_int_equal(answers[i].trace, 100 + i);
    }
    close_world(&world);
}

static void
asks_go_round_the_instances_and_to_one_by_number(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 2);
    ask_until_connected(&world, 1);
    ask_until_connected(&world, 2);
    int before[2] = {world.servers[0].seen, world.servers[1].seen};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ask(&world, "e").err, ERR_NONE);
    }
    assert_int_equal(world.servers[0].seen - before[0], 5);
    assert_int_equal(world.servers[1].seen - before[1], 5);
    struct bus_ask second = {.body = "e", .len = 1, .instance = 2};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ask_with(&world, &second).err, ERR_NONE);
    }
    assert_int_equal(world.servers[1].seen - before[1], 9);
    struct bus_ask nobody = {.body = "e", .len = 1, .instance = 3};
    assert_int_equal(ask_with(&world, &nobody).err, ERR_UNAVAILABLE);
    close_world(&world);
}

static void
what_is_too_large_is_refused_before_sending(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    char *big = mem_new(BUS_BODY_BYTES_MAX + 1);
    big[0] = 'e';
    struct bus_ask question = {.body = big, .len = BUS_BODY_BYTES_MAX + 1};
    assert_int_equal(ask_with(&world, &question).err, ERR_TOO_LARGE);
    assert_int_equal(world.servers[0].seen, 0);
    question.len = BUS_BODY_BYTES_MAX;
    assert_int_equal(ask_with(&world, &question).len, BUS_BODY_BYTES_MAX);
    assert_int_equal(ask(&world, "b").err, ERR_INTERNAL);
    assert_int_equal(ask(&world, "e").err, ERR_NONE);
    free(big);
    close_world(&world);
}

static void
nobody_there_is_unavailable_long_before_the_deadline(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 0);
    struct bus_ask question = {.body = "e", .len = 1, .deadline_ms = 60000};
    struct answer got = ask_with(&world, &question); /* WAIT_MS at most */
    assert_int_equal(got.err, ERR_UNAVAILABLE);
    close_world(&world);
}

static void
silence_is_a_time_out_and_the_late_answer_is_dropped(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    ask_until_connected(&world, 0);
    struct bus_ask question = {.body = "s", .len = 1, .deadline_ms = 50};
    assert_int_equal(ask_with(&world, &question).err, ERR_TIMEOUT);
    assert_int_equal(bus_open_requests(world.servers[0].bus), 1);
    bus_reply(world.servers[0].kept[0], ERR_NONE, NULL, "late", 4);
    world.servers[0].kept_count = 0;
    assert_string_equal(ask(&world, "e").body, "e");
    assert_int_equal(bus_stats(world.client)->late_answers, 1);
    assert_int_equal(bus_stats(world.client)->timed_out, 1);
    close_world(&world);
}

static void
only_a_repeatable_ask_moves_on_after_silence(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 2);
    ask_until_connected(&world, 1);
    ask_until_connected(&world, 2);
    int before = world.servers[0].seen + world.servers[1].seen;
    struct bus_ask question = {.body = "s", .len = 1, .deadline_ms = 600};
    assert_int_equal(ask_with(&world, &question).err, ERR_TIMEOUT);
    assert_int_equal(world.servers[0].seen + world.servers[1].seen, before + 1);
    question.is_repeatable = true;
    assert_int_equal(ask_with(&world, &question).err, ERR_TIMEOUT);
    assert_int_equal(world.servers[0].seen + world.servers[1].seen, before + 3);
    assert_int_equal(bus_stats(world.client)->retried, 1);
    close_world(&world);
}

static void
a_refusal_for_now_is_tried_elsewhere(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 2);
    ask_until_connected(&world, 1);
    ask_until_connected(&world, 2);
    bus_stop_serving(world.servers[0].bus);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(ask(&world, "e").err, ERR_NONE);
    }
    bus_stop_serving(world.servers[1].bus);
    int before = world.servers[1].seen;
    struct answer got = ask(&world, "e");
    assert_int_equal(got.err, ERR_UNAVAILABLE);
    assert_int_equal(world.servers[1].seen, before);
    assert_true(bus_stats(world.servers[1].bus)->refused > 0);
    close_world(&world);
}

static void
a_peer_that_goes_is_failed_over_when_that_is_safe(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 2);
    ask_until_connected(&world, 1);
    ask_until_connected(&world, 2);
    struct answer safe = {0}, unsafe = {0};
    struct bus_ask question = {
        .body = "s", .len = 1, .deadline_ms = 60000, .instance = 1};
    int first = world.servers[0].seen, second = world.servers[1].seen;
    bus_ask(world.peer, &question, on_answer, &unsafe);
    question.is_repeatable = true;
    question.instance = 0;
    bus_ask(world.peer, &question, on_answer, &safe); /* one each */
    bus_ask(world.peer, &question, on_answer, &safe);
    wait_for(&world, &world.servers[0].seen, first + 2);
    wait_for(&world, &world.servers[1].seen, second + 1);
    stop_server(&world, 0);
    wait_for(&world, &unsafe.count, 1);
    assert_int_equal(unsafe.err, ERR_UNKNOWN);
    wait_for(&world, &world.servers[1].seen, second + 2);
    assert_int_equal(safe.count, 0);
    assert_int_equal(ask(&world, "e").err, ERR_NONE);
    close_world(&world);
}

static void
a_peer_that_comes_back_is_found_again(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    for (int i = 0; i < 3; i++) {
        ask_until_connected(&world, 0);
        struct answer waiting = {0};
        struct bus_ask question = {.body = "e",
                                   .len = 1,
                                   .deadline_ms = WAIT_MS,
                                   .is_repeatable = true};
        stop_server(&world, 0);
        bus_ask(world.peer, &question, on_answer, &waiting);
        loop_turn(world.loop, 0);
        start_server(&world, 0);
        wait_for(&world, &waiting.count, 1);
    }
    assert_int_equal(bus_stats(world.client)->watchdog_rescues, 0);
    close_world(&world);
}

static void
an_ask_whose_time_is_over_is_dropped_by_the_server(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    ask_until_connected(&world, 0);
    int before = world.servers[0].seen;
    struct answer answers[2] = {{0}};
    struct bus_ask question = {.body = "e", .len = 1, .deadline_ms = 40};
    bus_ask(world.peer, &question, on_answer, &answers[0]);
    usleep(60000); /* the server is frozen: it shares this thread */
    bus_ask(world.peer,
            &(struct bus_ask){.body = "e", .len = 1, .deadline_ms = WAIT_MS},
            on_answer, &answers[1]);
    wait_for(&world, &answers[0].count, 1);
    wait_for(&world, &answers[1].count, 1);
    assert_int_equal(answers[0].err, ERR_TIMEOUT);
    assert_int_equal(answers[1].err, ERR_NONE);
    assert_int_equal(world.servers[0].seen, before + 1);
    assert_int_equal(bus_stats(world.servers[0].bus)->expired, 1);
    close_world(&world);
}

static void
what_is_open_at_the_end_is_answered(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, 1);
    ask_until_connected(&world, 0);
    struct answer sent = {0}, never = {0};
    struct bus_ask question = {.body = "s", .len = 1, .deadline_ms = 60000};
    int before = world.servers[0].seen;
    bus_ask(world.peer, &question, on_answer, &sent);
    wait_for(&world, &world.servers[0].seen, before + 1);
    question.instance = 2;
    bus_ask(world.peer, &question, on_answer, &never);
    bus_free(&world.client);
    assert_int_equal(sent.count, 1);
    assert_int_equal(sent.err, ERR_UNKNOWN);
    assert_int_equal(never.count, 1);
    assert_int_equal(never.err, ERR_UNAVAILABLE);
    close_world(&world);
}

struct news {
    int count;
    char topic[64], body[64];
};

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct news *news = arg;
    news->count++;
    (void)snprintf(news->topic, sizeof(news->topic), "%s", topic);
    (void)snprintf(news->body, sizeof(news->body), "%.*s", (int)len,
                   (const char *)body);
}

static void
announce_until_heard(struct world *world, int n, struct news *news)
{
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    int before = news->count;
    while (news->count == before && clock_boot_ms() < until_ms) {
        bus_announce(world->servers[n].bus, "count/other", "1", 1);
        bus_announce(world->servers[n].bus, "live/rally", "2", 1);
        loop_turn(world->loop, 10);
    }
    assert_true(news->count > before);
    assert_string_equal(news->topic, "live/rally");
    assert_string_equal(news->body, "2");
}

static void
a_follower_hears_its_topic_from_every_instance_and_after_restarts(void **state)
{
    (void)state;
    struct world world;
    struct news news = {0};
    open_world(&world, 2);
    char *first = endpoint_of(&world, 0, "news");
    char *second = endpoint_of(&world, 1, "news");
    char *both = mem_format("%s,%s", first, second);
    bus_follow(world.client, &(struct bus_source){"s", both}, "live/", on_news,
               &news);
    announce_until_heard(&world, 0, &news);
    announce_until_heard(&world, 1, &news);
    char long_topic[BUS_TOPIC_BYTES_MAX + 2] = "live/";
    memset(long_topic + 5, 'x', BUS_TOPIC_BYTES_MAX - 4);
    bus_announce(world.servers[0].bus, long_topic, "3", 1); /* not sent */
    stop_server(&world, 0);
    start_server(&world, 0);
    announce_until_heard(&world, 0, &news);
    free(first);
    free(second);
    free(both);
    close_world(&world);
}

static void
more_asks_than_the_limit_are_refused(void **state)
{
    (void)state;
    struct world world;
    struct answer answer = {0};
    open_world(&world, 0);
    struct bus_ask question = {.body = "e", .len = 1};
    for (int i = 0; i < BUS_ASKS_IN_FLIGHT_MAX; i++) {
        bus_ask(world.peer, &question, on_answer, &answer);
    }
    struct answer over = {0};
    bus_ask(world.peer, &question, on_answer, &over);
    loop_turn(world.loop, 0);
    wait_for(&world, &over.count, 1);
    assert_int_equal(over.err, ERR_LIMIT);
    wait_for(&world, &answer.count, BUS_ASKS_IN_FLIGHT_MAX);
    assert_int_equal(answer.err, ERR_UNAVAILABLE);
    close_world(&world);
}

static void
more_open_requests_than_the_limit_are_refused(void **state)
{
    (void)state;
    struct world world;
    struct answer answer = {0}, over = {0};
    open_world(&world, 1);
    ask_until_connected(&world, 0);
    struct bus *second =
        bus_new(world.loop, &(struct bus_options){.name = "asker.1"});
    char *endpoint = endpoint_of(&world, 0, "ask");
    struct bus_peer *peer = bus_connect(second, "s", endpoint);
    struct bus_ask question = {.body = "s", .len = 1, .deadline_ms = 60000};
    for (int sent = 0; sent < BUS_OPEN_REQUESTS_MAX; sent += 1000) {
        int count = BUS_OPEN_REQUESTS_MAX - sent;
        for (int i = 0; i < (count < 1000 ? count : 1000); i++) {
            bus_ask(world.peer, &question, on_answer, &answer);
        }
        wait_for(&world, &world.servers[0].kept_count,
                 count < 1000 ? BUS_OPEN_REQUESTS_MAX : sent + 1000);
    }
    bus_ask(peer, &question, on_answer, &over);
    wait_for(&world, &over.count, 1);
    assert_int_equal(over.err, ERR_UNAVAILABLE);
    assert_int_equal(bus_stats(world.servers[0].bus)->refused, 1);
    assert_int_equal(answer.count, 0);
    bus_free(&second);
    free(endpoint);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ask_is_answered_with_everything_it_said),
        cmocka_unit_test(a_refusal_carries_its_reason_and_no_body),
        cmocka_unit_test(
            a_refusal_names_its_field_and_type_for_as_long_as_it_is_told),
        cmocka_unit_test(an_asker_of_an_older_version_is_refused_in_words),
        cmocka_unit_test(
            what_is_never_asked_is_refused_in_order_and_under_its_trace),
        cmocka_unit_test(asks_go_round_the_instances_and_to_one_by_number),
        cmocka_unit_test(what_is_too_large_is_refused_before_sending),
        cmocka_unit_test(nobody_there_is_unavailable_long_before_the_deadline),
        cmocka_unit_test(silence_is_a_time_out_and_the_late_answer_is_dropped),
        cmocka_unit_test(only_a_repeatable_ask_moves_on_after_silence),
        cmocka_unit_test(a_refusal_for_now_is_tried_elsewhere),
        cmocka_unit_test(a_peer_that_goes_is_failed_over_when_that_is_safe),
        cmocka_unit_test(a_peer_that_comes_back_is_found_again),
        cmocka_unit_test(an_ask_whose_time_is_over_is_dropped_by_the_server),
        cmocka_unit_test(what_is_open_at_the_end_is_answered),
        cmocka_unit_test(
            a_follower_hears_its_topic_from_every_instance_and_after_restarts),
        cmocka_unit_test(more_asks_than_the_limit_are_refused),
        cmocka_unit_test(more_open_requests_than_the_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
