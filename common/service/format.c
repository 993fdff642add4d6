/* format -- see format.h. */
#include "common/service/format.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/service/service.h"

#define WAIT_MS_MAX 10000
#define TURN_MS 20
#define NUMBER_SIZE 12

/* KEYS {muster}:<owner>:meta   ARGV the program's format */
static const char script[] =
    "local format = tonumber(redis.call('HGET', KEYS[1], 'format') or 1)\n"
    "if format > tonumber(ARGV[1]) then\n"
    "  return redis.error_reply('LIMIT format ' .. format)\n"
    "end\n"
    "redis.call('HSET', KEYS[1], 'format', ARGV[1])\n"
    "return format\n";

/* Static: an answer that comes after the last turn still has a home. */
static struct {
    bool is_there;
    enum err err;
} answer;

static void
on_answer(void *arg, enum err err, const struct store_reply *reply)
{
    (void)arg;
    (void)reply;
    answer.is_there = true;
    answer.err = err;
}

/* The script changes nothing the second time: any failure is asked again. */
static bool
is_passing(enum err err)
{
    return err != ERR_NONE && err != ERR_LIMIT;
}

void
format_open(struct service *service, const char *owner, unsigned format)
{
    char *key = mem_format("{muster}:%s:meta", owner);
    char number[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%u", format);
    const struct bytes keys = bytes_of_string(key);
    const struct bytes args = bytes_of_string(number);
    struct store_call call = {.script = store_script(service->store, script),
                              .keys = &keys,
                              .key_count = 1,
                              .args = &args,
                              .arg_count = 1};
    int64_t until_ms = clock_boot_ms() + WAIT_MS_MAX;
    do {
        answer.is_there = false;
        store_run(service->store, &call, on_answer, NULL);
        while (!answer.is_there) {
            loop_turn(service->loop, TURN_MS);
        }
    } while (is_passing(answer.err) && clock_boot_ms() < until_ms);
    free(key);
    if (answer.err == ERR_LIMIT) {
        log_fatal("the data in Redis was written by a newer version of %s, "
                  "which this one (%s) cannot read: start the newer one",
                  service->spec->name, MUSTER_VERSION);
    }
    if (answer.err != ERR_NONE) {
        log_fatal("Redis did not answer; see that it runs, and start again");
    }
}
