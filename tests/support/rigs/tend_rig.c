/* tend_rig -- a signup_rig whose days a test moves. */
#include "tests/support/rigs/tend_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "tests/support/rigs/signup_proof.h"

#define TURN_MS 20
#define CAMPAIGN "care"
#define META "{care}:su:m"

static void
write_page(const struct tend_rig *rig)
{
    struct clock_page page = {rig->offset_ms, 0};
    FILE *file = fopen(rig->page, "r+");
    file = file != NULL ? file : fopen(rig->page, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(&page, sizeof(page), 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

/* ---- broadcast ---- */

static void
answer_since(struct tend_rig *rig, struct bus_request *request, uint64_t after)
{
    Feed__Entry entries[TEND_RIG_EVENTS_MAX], *pointers[TEND_RIG_EVENTS_MAX];
    ProtobufCBinaryData events[TEND_RIG_EVENTS_MAX];
    size_t count = 0;
    for (size_t i = after; i < rig->event_count; i++) {
        feed__entry__init(&entries[count]);
        events[count].data = (uint8_t *)rig->events[i]->data;
        events[count].len = rig->events[i]->len;
        entries[count].seq = i + 1;
        entries[count].n_events = 1;
        entries[count].events = &events[count];
        pointers[count] = &entries[count];
        count++;
    }
    Feed__Page page = FEED__PAGE__INIT;
    page.end = rig->event_count;
    page.n_entries = count;
    page.entries = pointers;
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    reply.is_case = BROADCAST__REPLY__IS_SINCE;
    reply.since = &page;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(&reply, &packed);
    bus_reply(request, ERR_NONE, NULL, packed.data, packed.len);
    buf_fini(&packed);
}

static void
serve_broadcast(void *arg, struct bus_request *request)
{
    size_t len;
    const void *body = bus_request_body(request, &len);
    Broadcast__Request *ask = wire_unpack(&broadcast__request__descriptor, body,
                                          len, WIRE_OUTSIDE_BYTES_MAX);
    assert_non_null(ask);
    assert_int_equal(ask->is_case, BROADCAST__REQUEST__IS_SINCE);
    answer_since(arg, request, ask->since->after);
    wire_free(ask);
}

static void
tell(struct tend_rig *rig, Broadcast__HandedOver *handed)
{
    assert_in_range(rig->event_count, 0, TEND_RIG_EVENTS_MAX - 1);
    Broadcast__Event event = BROADCAST__EVENT__INIT;
    event.is_case = BROADCAST__EVENT__IS_HANDED_OVER;
    event.handed_over = handed;
    event.has_at_ms = true;
    event.at_ms = clock_wall_ms();
    struct buf *packed = mem_new(sizeof(*packed));
    buf_init(packed, 0);
    wire_pack(&event, packed);
    rig->events[rig->event_count++] = packed;
    tend_rig_await_answer(rig, "HGET '{care}:su:t' handed",
                          (long)rig->event_count);
}

void
tend_rig_hand_over(struct tend_rig *rig, Words__Class class_,
                   Words__Channel channel, uint32_t number)
{
    Broadcast__HandedOver handed = BROADCAST__HANDED_OVER__INIT;
    handed.has_class_ = handed.has_channel = true;
    handed.class_ = class_;
    handed.channel = channel;
    handed.n_numbers = 1;
    handed.numbers = &number;
    tell(rig, &handed);
}

void
tend_rig_refuse(struct tend_rig *rig, Words__Channel channel, uint32_t number)
{
    Broadcast__HandedOver handed = BROADCAST__HANDED_OVER__INIT;
    handed.has_class_ = handed.has_channel = handed.has_is_refused = true;
    handed.class_ = WORDS__CLASS__CLASS_CONFIRMATION;
    handed.channel = channel;
    handed.is_refused = true;
    handed.n_numbers = 1;
    handed.numbers = &number;
    tell(rig, &handed);
}

/* ---- start and stop ---- */

void
tend_rig_open(struct tend_rig *rig)
{
    *rig = (struct tend_rig){.page_dir = temp_dir_new()};
    rig->page = temp_path(rig->page_dir, "clock");
    write_page(rig);
    (void)setenv("MUSTER_TEST_CLOCK", rig->page, 1);
    assert_true(clock_share_for_test(rig->page));
    signup_rig_open(&rig->signup);
    char *endpoint =
        mem_format("ipc://%s/run/broadcast.0.ask", rig->signup.dir);
    bus_serve(rig->signup.bus, endpoint, serve_broadcast, rig);
    free(endpoint);
}

void
tend_rig_close(struct tend_rig *rig)
{
    signup_rig_close(&rig->signup);
    for (size_t i = 0; i < rig->event_count; i++) {
        buf_fini(rig->events[i]);
        free(rig->events[i]);
    }
    (void)unsetenv("MUSTER_TEST_CLOCK");
    free(rig->page);
    temp_dir_remove(&rig->page_dir);
}

void
tend_rig_pass(struct tend_rig *rig, int64_t ms)
{
    rig->offset_ms += ms;
    write_page(rig);
}

/* ---- entries ---- */

struct signup_answer
tend_rig_enter(struct tend_rig *rig, const struct tend_rig_entry *entry)
{
    Signup__SignUp sign_up = SIGNUP__SIGN_UP__INIT;
    sign_up.campaign = CAMPAIGN;
    sign_up.name = (char *)entry->name;
    sign_up.phone = (char *)entry->phone;
    sign_up.email = (char *)entry->email;
    sign_up.actions = (char **)(uintptr_t)entry->actions;
    while (entry->actions[sign_up.n_actions] != NULL) {
        sign_up.n_actions++;
    }
    sign_up.has_key = entry->key != NULL;
    sign_up.key.data = (uint8_t *)(uintptr_t)entry->key;
    sign_up.key.len = entry->key == NULL ? 0 : strlen(entry->key);
    sign_up.has_by = entry->is_vouched;
    sign_up.by = SIGNUP__ENTERED_BY__ENTERED_BY_SERVER;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SIGN_UP;
    request.sign_up = &sign_up;
    return signup_rig_insist(&rig->signup, &request);
}

unsigned
tend_rig_number(struct tend_rig *rig, const struct tend_rig_entry *entry)
{
    struct signup_answer answer = tend_rig_enter(rig, entry);
    if (answer.err != ERR_NONE) {
        fail_msg("%s: %s: %s", entry->name, err_name(answer.err),
                 answer.detail);
    }
    unsigned number = answer.reply->sign_up->number;
    signup_rig_free(&answer);
    return number;
}

enum err
tend_rig_prove(struct tend_rig *rig, uint32_t number, Words__Channel channel,
               Signup__ProveAnswer answer)
{
    Signup__Proof by = signup_proof_of(&rig->signup, number, channel);
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = CAMPAIGN;
    prove.by = &by;
    prove.answer = answer;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PROVE;
    request.prove = &prove;
    struct signup_answer got = signup_rig_insist(&rig->signup, &request);
    enum err err = got.err;
    signup_rig_free(&got);
    return err;
}

void
tend_rig_cancel(struct tend_rig *rig, uint32_t number, const char *action)
{
    Signup__Cancel ask = SIGNUP__CANCEL__INIT;
    ask.campaign = CAMPAIGN;
    ask.number = number;
    ask.action = (char *)action;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_CANCEL;
    request.cancel = &ask;
    struct signup_answer answer = signup_rig_insist(&rig->signup, &request);
    signup_rig_free(&answer);
}

/* ---- looking ---- */

long
tend_rig_ask(struct tend_rig *rig, const char *command)
{
    char *text = redis_do(rig->signup.redis, command);
    long number = strtol(text, NULL, 10);
    free(text);
    return number;
}

long
tend_rig_count(struct tend_rig *rig, const char *field)
{
    char *command = mem_format("HGET '" META "' %s", field);
    long number = tend_rig_ask(rig, command);
    free(command);
    return number;
}

void
tend_rig_await_answer(struct tend_rig *rig, const char *command, long want)
{
    int64_t until = clock_boot_ms() + PROCESS_WAIT_MS;
    long got = tend_rig_ask(rig, command);
    while (got != want) {
        if (clock_boot_ms() > until) {
            fail_msg("%s is %ld, not %ld", command, got, want);
        }
        loop_turn(rig->signup.loop, TURN_MS);
        got = tend_rig_ask(rig, command);
    }
}

void
tend_rig_await(struct tend_rig *rig, const char *field, long want)
{
    char *command = mem_format("HGET '" META "' %s", field);
    tend_rig_await_answer(rig, command, want);
    free(command);
}

void
tend_rig_settle(struct tend_rig *rig)
{
    char *due = mem_format("EVAL \"return redis.call('LLEN', KEYS[1]) + "
                           "redis.call('ZCOUNT', KEYS[2], '-inf', ARGV[1]) + "
                           "redis.call('ZCOUNT', KEYS[3], '-inf', ARGV[1])\" 3 "
                           "'{care}:su:q' '{care}:su:due' '{care}:su:holds' "
                           "%lld",
                           (long long)clock_wall_ms());
    tend_rig_await_answer(rig, due, 0);
    free(due);
}
