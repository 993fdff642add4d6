// links: svc_checkin
/* checkin_bench -- marks a second, and bytes for each person who came.
 *
 *   checkin_bench [marks]    (default 200,000)
 *
 * First the bare batched script: packed beforehand, Redis never idle.
 * Then the same number through the bus and the real service, as the gateway
 * asks. Prints one JSON line for each figure; asserts that the count rose by
 * the number of marks answered. Own Redis, own service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkin_rows.h"
#include "checkin_scripts.h"
#include "common/base/base.h"
#include "common/client/checkin.h"
#include "common/crypto/crypto.h"
#include "services/checkin/marks/presence.h"
#include "services/checkin/tickets/ticket.h"
#include "tests/support/rigs/checkin_rig.h"

#define MARKS_USUAL 200000
#define MARKS_MAX 4000000
#define BATCH 500
#define BATCHES_IN_FLIGHT 8 /* the yardstick: Redis never waits for us */
#define ASKS_IN_FLIGHT 2048
#define CAMPAIGN "bench"
#define EVENT_BYTES 40 /* about what an event is */

static void
print_figure(const char *name, double value, const char *unit, double other)
{
    if (other > 0) {
        printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\","
               "\"against\":\"the bare batched script\",\"ratio\":%.3f}\n",
               name, value, unit, value / other);
    } else {
        printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\","
               "\"against\":null,\"ratio\":null}\n",
               name, value, unit);
    }
    (void)fflush(stdout);
}

/* ---- the bare script ---- */

struct bare {
    struct store *store;
    struct store_script *script;
    struct loop *loop;
    struct buf packed; /* of all marks */
    size_t each;       /* bytes of one */
    long count, begun, ended;
};

/* As mark.lua reads it. */
static void
pack(struct buf *to, uint32_t number)
{
    static const uint8_t event[2 + EVENT_BYTES] = {2 << 3 | 2, EVENT_BYTES};
    struct presence_stamp stamp = {clock_wall_ms(), number % 8,
                                   CHECKIN__MARK_KIND__ARRIVED,
                                   (uint8_t)(number % 3)};
    struct mark_row row = {.action = 1,
                           .number = number,
                           .at = (uint64_t)stamp.at_ms,
                           .tail = presence_tail(&stamp),
                           .role = (uint8_t)(number % 3),
                           .event = bytes_of(event, sizeof(event))};
    crypto_random(row.scan, sizeof(row.scan));
    crypto_random(row.content, sizeof(row.content));
    mark_row_append(to, &row);
}

static void send_batch(struct bare *bare);

static void
on_committed(void *arg, enum err err, const struct store_reply *reply)
{
    struct bare *bare = arg;
    assert_int_equal(err, ERR_NONE);
    bare->ended += (long)reply->items[1].len / 3;
    send_batch(bare);
}

static void
send_batch(struct bare *bare)
{
    struct bytes args[BATCH + 1], key = bytes_of_string("{bare}:ci:feed");
    size_t count = 0;
    args[count++] = bytes_of_string("1764000000000");
    while (count <= BATCH && bare->begun < bare->count) {
        args[count++] = bytes_of(
            bare->packed.data + (size_t)bare->begun++ * bare->each, bare->each);
    }
    if (count > 1) {
        const struct store_call call = {.script = bare->script,
                                        .keys = &key,
                                        .key_count = 1,
                                        .args = args,
                                        .arg_count = count};
        store_run(bare->store, &call, on_committed, bare);
    }
}

static long
used_memory(struct checkin_rig *rig)
{
    char *text = redis_do(rig->redis, "INFO memory");
    long bytes = strtol(strstr(text, "used_memory:") + 12, NULL, 10);
    free(text);
    return bytes;
}

static double
measure_bare(struct checkin_rig *rig, long count)
{
    struct bare bare = {.store = redis_store(rig->redis, rig->loop),
                        .loop = rig->loop,
                        .count = count};
    buf_init(&bare.packed, 0);
    bare.script =
        store_script(bare.store, checkin_scripts[CHECKIN_SCRIPT_MARK]);
    for (long i = 0; i < count; i++) {
        pack(&bare.packed, (uint32_t)i);
    }
    bare.each = bare.packed.len / (size_t)count;
    long before = used_memory(rig);
    int64_t began_us = clock_boot_us();
    for (int i = 0; i < BATCHES_IN_FLIGHT; i++) {
        send_batch(&bare);
    }
    while (bare.ended < count) {
        loop_turn(rig->loop, 100);
    }
    double seconds = (double)(clock_boot_us() - began_us) / 1e6;
    char *inside = redis_do(rig->redis, "HGET '{bare}:ci:1:n' i");
    assert_int_equal(strtol(inside, NULL, 10), count);
    print_figure("bytes for each person who came",
                 (double)(used_memory(rig) - before) / (double)count, "bytes",
                 0);
    free(inside);
    store_free(&bare.store);
    buf_fini(&bare.packed);
    return (double)count / seconds;
}

/* ---- through the service ---- */

struct through {
    struct checkin_rig *rig;
    const struct ticket_keys *keys;
    long count, begun, ended;
};

static void ask_next(struct through *t);

static void
on_marked(void *arg, enum err err, const char *detail,
          const Checkin__Reply *reply)
{
    struct through *t = arg;
    if (err != ERR_NONE || !reply->mark->is_first) {
        fail_msg("refused: %s", detail);
    }
    t->ended++;
    ask_next(t);
}

static void
ask_next(struct through *t)
{
    static const char *const gates[] = {"north", "west", "river"};
    if (t->begun == t->count) {
        return;
    }
    long i = t->begun++;
    char code[TICKET_CODE_SIZE], scan[32];
    struct ticket ticket = {.campaign = 1, .action = 1, .number = (uint32_t)i};
    ticket_write_code(t->keys, &ticket, code);
    (void)snprintf(scan, sizeof(scan), "bench-%010ld", i);
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    mark.campaign = CAMPAIGN;
    mark.action = "rally";
    mark.gate = (char *)gates[i % 3];
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.code = code;
    mark.scan_id = scan;
    mark.device = "north-1";
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    checkin_ask(t->rig->checkin, 0, &request, on_marked, t);
}

static double
measure_through(struct checkin_rig *rig, long count)
{
    struct crypto_key key;
    struct ticket_keys keys;
    char *path = temp_path(rig->dir, "ticket.key");
    crypto_key_load(path, false, &key);
    ticket_keys_derive(&key, &keys);
    struct through t = {.rig = rig, .keys = &keys, .count = count};
    int64_t began_us = clock_boot_us();
    for (int i = 0; i < ASKS_IN_FLIGHT; i++) {
        ask_next(&t);
    }
    while (t.ended < count) {
        loop_turn(rig->loop, 100);
    }
    double seconds = (double)(clock_boot_us() - began_us) / 1e6;
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_int_equal(now->inside, count);
    wire_free(now);
    free(path);
    return (double)count / seconds;
}

int
main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : MARKS_USUAL;
    if (count < 1 || count > MARKS_MAX) {
        (void)fputs("usage: checkin_bench [marks]\n", stderr);
        return 2;
    }
    struct checkin_rig *rig = checkin_rig_new(1);
    struct rig_campaign *campaign = rig_put_campaign(rig, CAMPAIGN);
    rig_put_action(rig, campaign, "rally", 1, "north west river");
    rig_wait_for_feed(rig);
    double bare = measure_bare(rig, count);
    print_figure("marks, bare batched script", bare, "per second", 0);
    print_figure("marks through the bus and the service",
                 measure_through(rig, count), "per second", bare);
    checkin_rig_free(&rig);
    return 0;
}
