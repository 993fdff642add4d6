/* test_call -- typed calls: what is asked is what is answered, or a fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/client/checkin.h"
#include "common/loop/loop.h"

#define WAIT_MS 5000

/* How the server answers. */
enum manner { RIGHT, ANOTHER_QUESTION, GARBAGE };

struct world {
    char dir[32];
    char *endpoint;
    struct loop *loop;
    struct bus *server, *asker;
    struct bus_peer *peer;
    enum manner manner;
    char asked_for[32];
    int answers;
    enum err err;
    bool has_reply;
};

static void
on_request(void *arg, struct bus_request *request)
{
    struct world *world = arg;
    size_t len;
    const void *body = bus_request_body(request, &len);
    Checkin__Request *asked =
        wire_unpack(&checkin__request__descriptor, body, len, len);
    assert_non_null(asked);
    assert_int_equal(asked->is_case, CHECKIN__REQUEST__IS_PRESENT);
    (void)snprintf(world->asked_for, sizeof(world->asked_for), "%s/%s/%u",
                   asked->present->campaign, asked->present->action,
                   asked->present->chunk);
    wire_free(asked);
    static uint8_t bits[2] = {1, 2};
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    Checkin__Present present = CHECKIN__PRESENT__INIT;
    Checkin__Keys keys = CHECKIN__KEYS__INIT;
    present.bits = (ProtobufCBinaryData){sizeof(bits), bits};
    keys.public_key = present.bits;
    reply.is_case = CHECKIN__REPLY__IS_PRESENT;
    reply.present = &present;
    if (world->manner == ANOTHER_QUESTION) {
        reply.is_case = CHECKIN__REPLY__IS_KEYS;
        reply.keys = &keys;
    }
    struct buf out;
    buf_init(&out, 0);
    wire_pack(&reply, &out);
    bus_reply(request, ERR_NONE, NULL,
              world->manner == GARBAGE ? "\xff\xff" : out.data,
              world->manner == GARBAGE ? 2 : out.len);
    buf_fini(&out);
}

static void
on_present(void *arg, enum err err, const char *detail,
           const Checkin__Reply *reply)
{
    struct world *world = arg;
    (void)detail;
    world->answers++;
    world->err = err;
    world->has_reply = reply != NULL;
    if (reply != NULL) {
        assert_int_equal(reply->present->bits.len, 2);
    }
}

static void
each_answer_is_to_what_was_asked_or_a_fault(void **state)
{
    (void)state;
    struct world world = {.dir = "/tmp/muster-call-XXXXXX"};
    assert_non_null(mkdtemp(world.dir));
    world.endpoint = mem_format("ipc://%s/ask", world.dir);
    world.loop = loop_new();
    world.server = bus_new(world.loop, &(struct bus_options){.name = "c.0"});
    world.asker = bus_new(world.loop, &(struct bus_options){.name = "a.0"});
    bus_serve(world.server, world.endpoint, on_request, &world);
    world.peer = bus_connect(world.asker, "checkin", world.endpoint);
    static const enum err want[] = {ERR_NONE, ERR_INTERNAL, ERR_INTERNAL};
    for (int manner = RIGHT; manner <= GARBAGE; manner++) {
        Checkin__GetPresent get = CHECKIN__GET_PRESENT__INIT;
        get.campaign = (char *)"pu";
        get.action = (char *)"rally";
        get.chunk = 3;
        world.manner = (enum manner)manner;
        world.answers = 0;
        checkin_ask_present(world.peer, &get, on_present, &world);
        assert_int_equal(world.answers, 0); /* always later */
        for (int i = 0; i < WAIT_MS / 10 && world.answers == 0; i++) {
            loop_turn(world.loop, 10);
        }
        assert_int_equal(world.answers, 1);
        assert_int_equal(world.err, want[manner]);
        assert_int_equal(world.has_reply, manner == RIGHT);
        assert_string_equal(world.asked_for, "pu/rally/3");
    }
    bus_free(&world.asker);
    bus_free(&world.server);
    loop_free(&world.loop);
    (void)unlink(world.endpoint + strlen("ipc://"));
    assert_int_equal(rmdir(world.dir), 0);
    free(world.endpoint);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_is_to_what_was_asked_or_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
