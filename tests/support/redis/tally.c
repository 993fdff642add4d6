/* tally -- see tally.h. */
#include "tests/support/redis/tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/process/process.h"

#define KEY_SIZE 32
#define REST_MS 10

/* As the services' scripts do, it derives what it writes to from its one key,
 * and writes twice: half of it alone would show. */
static const char source[] =
    "local prefix = string.sub(KEYS[1], 1, -2)\n"
    "redis.call('HINCRBY', prefix .. 'first', ARGV[1], 1)\n"
    "return redis.call('HINCRBY', prefix .. 'second', ARGV[1], 1)\n";

struct write {
    struct tally *tally;
    int id;
};

struct tally *
tally_new(const struct store_options *options, int tags)
{
    struct tally *tally = mem_new(sizeof(*tally));
    tally->loop = loop_new();
    tally->store = store_new(tally->loop, options);
    tally->script = store_script(tally->store, source);
    tally->tags = tags;
    tally->outcome = mem_new(TALLY_MAX);
    memset(tally->outcome, -1, TALLY_MAX);
    store_wait_ready(tally->store, PROCESS_WAIT_MS);
    return tally;
}

void
tally_free(struct tally **tally)
{
    struct tally *t = *tally;
    store_free(&t->store);
    loop_free(&t->loop);
    free(t->outcome);
    free(t->sentence);
    free(t);
    *tally = NULL;
}

/* ---- writing ---- */

static void
on_written(void *arg, enum err err, const struct store_reply *reply)
{
    struct write *write = arg;
    struct tally *tally = write->tally;
    tally->answered++;
    tally->outcomes[err]++;
    tally->outcome[write->id] = (signed char)err;
    if (err != ERR_NONE) {
        free(tally->sentence);
        tally->sentence = mem_copy_string(reply->string);
        tally->rest_until_ms = clock_boot_ms() + REST_MS;
    }
    free(write);
}

static void
write_one(struct tally *tally)
{
    struct write *write = mem_new(sizeof(*write));
    char key[KEY_SIZE], id[KEY_SIZE];
    *write = (struct write){tally, tally->sent++};
    assert_true(tally->sent < TALLY_MAX);
    (void)snprintf(key, sizeof(key), "{c%d}:su:m", write->id % tally->tags);
    (void)snprintf(id, sizeof(id), "%d", write->id);
    const struct bytes keys = bytes_of_string(key), args = bytes_of_string(id);
    store_run(tally->store,
              &(struct store_call){.script = tally->script,
                                   .keys = &keys,
                                   .key_count = 1,
                                   .args = &args,
                                   .arg_count = 1},
              on_written, write);
}

static void
turn(struct tally *tally, int open)
{
    int unanswered = tally->sent - tally->answered;
    bool is_resting = clock_boot_ms() < tally->rest_until_ms;
    for (int i = unanswered; i < open && !is_resting; i++) {
        write_one(tally);
    }
    loop_turn(tally->loop, 10);
}

void
tally_write(struct tally *tally, int open, int64_t ms)
{
    int64_t end_ms = clock_boot_ms() + ms;
    while (clock_boot_ms() < end_ms) {
        turn(tally, open);
    }
}

void
tally_write_until_yes(struct tally *tally, int open, int more)
{
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    int wanted = tally->outcomes[ERR_NONE] + more;
    while (tally->outcomes[ERR_NONE] < wanted) {
        assert_true(clock_boot_ms() < end_ms);
        turn(tally, open);
    }
}

void
tally_write_until(struct tally *tally, bool is_ready)
{
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (store_is_ready(tally->store) != is_ready) {
        if (clock_boot_ms() > end_ms) {
            const char *why = store_not_ready_why(tally->store);
            fail_msg("never so: %s", why == NULL ? "ready" : why);
        }
        turn(tally, 1);
    }
}

void
tally_settle(struct tally *tally)
{
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (tally->answered < tally->sent) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(tally->loop, 10);
    }
    assert_int_equal(store_in_flight(tally->store), 0);
}

/* ---- reading back ---- */

struct asked {
    struct tally *tally;
    unsigned char *seen; /* how often each was written */
    char *text;
    enum err err;
    bool is_answered;
};

static void
turn_until(struct tally *tally, const bool *is_answered)
{
    int64_t end_ms = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!*is_answered) {
        assert_true(clock_boot_ms() < end_ms);
        loop_turn(tally->loop, 10);
    }
}

static void
on_all(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    asked->is_answered = true;
    asked->err = err;
    for (size_t i = 0; err == ERR_NONE && i + 1 < reply->count; i += 2) {
        long id = strtol(reply->items[i].string, NULL, 10);
        long times = strtol(reply->items[i + 1].string, NULL, 10);
        assert_in_range(id, 0, asked->tally->sent - 1);
        asked->seen[id] = (unsigned char)times;
    }
}

static void
read_all(struct tally *tally, const char *what, unsigned char *seen)
{
    for (int tag = 0; tag < tally->tags; tag++) {
        struct asked asked = {.tally = tally, .seen = seen};
        char key[KEY_SIZE];
        (void)snprintf(key, sizeof(key), "{c%d}:su:%s", tag, what);
        const struct bytes words[] = {bytes_of_string("HGETALL"),
                                      bytes_of_string(key)};
        store_command(tally->store, words, 2, on_all, &asked);
        turn_until(tally, &asked.is_answered);
        assert_int_equal(asked.err, ERR_NONE);
    }
}

static void
check_one(const struct tally *tally, int id, int times)
{
    enum err err = (enum err)tally->outcome[id];
    int least = err == ERR_NONE, most = err == ERR_NONE || err == ERR_UNKNOWN;
    if (times < least || times > most) {
        fail_msg("write %d of %d: %s, and it is there %d times", id,
                 tally->sent, err_name(err), times);
    }
}

void
tally_check(struct tally *tally)
{
    tally_settle(tally);
    unsigned char *first = mem_new(TALLY_MAX), *second = mem_new(TALLY_MAX);
    read_all(tally, "first", first);
    read_all(tally, "second", second);
    for (int id = 0; id < tally->sent; id++) {
        check_one(tally, id, first[id]);
        assert_int_equal(first[id], second[id]);
    }
    print_message("%d writes: %d yes, %d unknown, %d refused\n", tally->sent,
                  tally->outcomes[ERR_NONE], tally->outcomes[ERR_UNKNOWN],
                  tally->outcomes[ERR_UNAVAILABLE]);
    free(first);
    free(second);
}

static void
on_asked(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    asked->is_answered = true;
    asked->err = err;
    asked->text = reply->type == STORE_INTEGER
                      ? mem_format("%lld", (long long)reply->integer)
                      : mem_copy_string(reply->string);
}

char *
tally_ask(struct tally *tally, const char *verb, const char *key,
          enum err *err_out)
{
    struct asked asked = {.tally = tally};
    const struct bytes words[] = {bytes_of_string(verb), bytes_of_string(key)};
    store_command(tally->store, words, 2, on_asked, &asked);
    turn_until(tally, &asked.is_answered);
    *err_out = asked.err;
    return asked.text;
}
