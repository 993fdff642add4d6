/* test_asked -- requests find their row, and each is ended once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/loop/loop.h"
#include "common/service/asked.h"

#define WAIT_MS 5000

struct desk_test {
    char dir[32];
    char *endpoint;
    struct loop *loop;
    struct bus *bus, *asker;
    struct bus_peer *peer;
    struct asked_desk desk;
    struct asked *kept; /* one that was not ended at once */
    int served, answers;
    enum err err;
    char detail[128], field[32];
    size_t len;
};

static void
give_keys(struct asked *asked)
{
    struct desk_test *t = asked->service;
    const Checkin__Request *request = asked->message;
    assert_int_equal(request->is_case, CHECKIN__REQUEST__IS_KEYS);
    t->served++;
    static uint8_t key[4];
    Checkin__Keys given = CHECKIN__KEYS__INIT;
    given.public_key = (ProtobufCBinaryData){sizeof(key), key};
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_KEYS;
    reply.keys = &given;
    asked_answer(asked, &reply);
}

static void
keep_it(struct asked *asked)
{
    struct desk_test *t = asked->service;
    t->served++;
    t->kept = asked;
}

static void
refuse_it(struct asked *asked)
{
    asked_refuse_fault(asked, &(struct bus_fault){.err = ERR_BAD_REQUEST,
                                                  .detail = "no such gate",
                                                  .field = "gate"});
}

static const struct asked_row rows[] = {
    {CHECKIN__REQUEST__IS_KEYS, give_keys},
    {CHECKIN__REQUEST__IS_SINCE, keep_it},
    {CHECKIN__REQUEST__IS_READ, refuse_it},
};

static const struct asked_api api = {
    .name = "checkin",
    .request = &checkin__request__descriptor,
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .body_bytes_max = WIRE_OUTSIDE_BYTES_MAX,
};

static void
on_answer(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct desk_test *t = arg;
    (void)body;
    t->answers++;
    t->err = err;
    t->len = len;
    (void)snprintf(t->detail, sizeof(t->detail), "%s", detail);
    (void)snprintf(t->field, sizeof(t->field), "%s", bus_answer_fault()->field);
}

static void
turn_until(struct desk_test *t, const int *count, int want)
{
    int64_t until_ms = clock_boot_ms() + WAIT_MS;
    while (*count < want && clock_boot_ms() < until_ms) {
        loop_turn(t->loop, 10);
    }
    assert_int_equal(*count, want);
}

static void
ask_bytes(struct desk_test *t, const void *body, size_t len)
{
    bus_ask(t->peer, &(struct bus_ask){.body = body, .len = len}, on_answer, t);
}

static void
ask(struct desk_test *t, const Checkin__Request *request)
{
    struct buf body;
    buf_init(&body, 0);
    wire_pack(request, &body);
    ask_bytes(t, body.data, body.len);
    buf_fini(&body);
}

static struct desk_test *
set_up(void)
{
    struct desk_test *t = mem_new(sizeof(*t));
    (void)snprintf(t->dir, sizeof(t->dir), "/tmp/muster-asked-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    t->endpoint = mem_format("ipc://%s/ask", t->dir);
    t->loop = loop_new();
    t->bus = bus_new(t->loop, &(struct bus_options){.name = "checkin.0"});
    t->asker = bus_new(t->loop, &(struct bus_options){.name = "asker.0"});
    asked_init(&t->desk, &api, t);
    bus_serve(t->bus, t->endpoint, asked_serve, &t->desk);
    t->peer = bus_connect(t->asker, "checkin", t->endpoint);
    return t;
}

static void
tear_down(struct desk_test *t)
{
    bus_free(&t->asker);
    bus_free(&t->bus);
    loop_free(&t->loop);
    (void)unlink(t->endpoint + strlen("ipc://"));
    assert_int_equal(rmdir(t->dir), 0);
    free(t->endpoint);
    free(t);
}

static void
a_request_finds_its_row_and_ends_when_its_handler_ends_it(void **state)
{
    (void)state;
    struct desk_test *t = set_up();
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    Checkin__GetKeys keys = CHECKIN__GET_KEYS__INIT;
    request.is_case = CHECKIN__REQUEST__IS_KEYS;
    request.keys = &keys;
    ask(t, &request);
    turn_until(t, &t->answers, 1);
    assert_int_equal(t->err, ERR_NONE);
    assert_true(asked_is_idle(&t->desk));

    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = (char *)"c";
    request.is_case = CHECKIN__REQUEST__IS_SINCE;
    request.since = &since;
    ask(t, &request);
    turn_until(t, &t->served, 2);
    assert_false(asked_is_idle(&t->desk));
    asked_refuse(t->kept, ERR_UNKNOWN, NULL);
    turn_until(t, &t->answers, 2);
    assert_int_equal(t->err, ERR_UNKNOWN);
    assert_non_null(strstr(t->detail, "safe to ask the same again"));
    assert_true(asked_is_idle(&t->desk));
    tear_down(t);
}

static void
what_has_no_row_is_refused_and_calls_nobody(void **state)
{
    (void)state;
    struct desk_test *t = set_up();
    static const struct {
        const char *what;
        uint8_t bytes[4];
        size_t len;
    } bad[] = {
        {"nothing", {0}, 0},
        {"a case of a newer peer", {0xfa, 0x3f, 0}, 3},
        {"no protobuf", {0xff, 0xff, 0xff, 0xff}, 4},
    };
    for (int i = 0; i < 3; i++) {
        ask_bytes(t, bad[i].bytes, bad[i].len);
        turn_until(t, &t->answers, i + 1);
        if (t->err != ERR_BAD_REQUEST || t->served != 0) {
            fail_msg("%s: %s", bad[i].what, err_name(t->err));
        }
        assert_string_equal(t->detail, "this is not a request to checkin");
    }
    assert_true(asked_is_idle(&t->desk));
    tear_down(t);
}

static void
a_refusal_names_the_field(void **state)
{
    (void)state;
    struct desk_test *t = set_up();
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    Checkin__ReadTicket read = CHECKIN__READ_TICKET__INIT;
    request.is_case = CHECKIN__REQUEST__IS_READ;
    request.read = &read;
    ask(t, &request);
    turn_until(t, &t->answers, 1);
    assert_string_equal(t->field, "gate");
    assert_string_equal(t->detail, "no such gate");
    tear_down(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_request_finds_its_row_and_ends_when_its_handler_ends_it),
        cmocka_unit_test(what_has_no_row_is_refused_and_calls_nobody),
        cmocka_unit_test(a_refusal_names_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
