/* store -- checkin's keys in Redis, one function for each thing done there. */
#include "services/checkin/keep/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkin_rows.h"

#define KEY_SIZE 96
#define NUMBER_SIZE 24
#define CAMPAIGNS "{muster}:ci:campaigns"

void
checkin_store_open(struct checkin_store *store, struct store *redis)
{
    store->redis = redis;
    for (int i = 0; i < CHECKIN_SCRIPT_COUNT; i++) {
        store->scripts[i] = store_script(redis, checkin_scripts[i]);
    }
}

static void
run(const struct checkin_call *call, enum checkin_script script,
    const struct bytes *args, size_t count)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:ci:feed", call->campaign);
    struct bytes feed = bytes_of_string(key);
    const struct store_call store_call = {.script =
                                              call->store->scripts[script],
                                          .keys = &feed,
                                          .key_count = 1,
                                          .args = args,
                                          .arg_count = count};
    store_run(call->store->redis, &store_call, call->cb, call->arg);
}

static void
run_with_first(const struct checkin_call *call, enum checkin_script script,
               const char *first, const struct bytes *rest, size_t count)
{
    struct bytes *args = mem_new_array(count + 1, sizeof(*args));
    args[0] = bytes_of_string(first);
    memcpy(args + 1, rest, count * sizeof(*args));
    run(call, script, args, count + 1);
    free(args);
}

void
checkin_commit_marks(const struct checkin_call *call, const struct bytes *marks,
                     size_t count)
{
    char now[NUMBER_SIZE];
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    run_with_first(call, CHECKIN_SCRIPT_MARK, now, marks, count);
}

void
checkin_apply_entry(const struct checkin_call *call, uint64_t seq,
                    const struct bytes *facts, size_t count)
{
    char text[NUMBER_SIZE];
    (void)snprintf(text, sizeof(text), "%" PRIu64, seq);
    run_with_first(call, CHECKIN_SCRIPT_EXPECTED, text, facts, count);
}

void
checkin_read_counts(const struct checkin_call *call,
                    const struct checkin_counts_asked *asked)
{
    char number[NUMBER_SIZE], first[NUMBER_SIZE], minutes[NUMBER_SIZE],
        silent[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%" PRIu32, asked->action);
    (void)snprintf(first, sizeof(first), "%" PRId64, asked->minute_first);
    (void)snprintf(minutes, sizeof(minutes), "%d", asked->minutes);
    (void)snprintf(silent, sizeof(silent), "%" PRId64, asked->silent_since_ms);
    const struct bytes args[ATTENDANCE_ARGS] = {
        [ATTENDANCE_ARG_ACTION] = bytes_of_string(number),
        [ATTENDANCE_ARG_MINUTE_FIRST] = bytes_of_string(first),
        [ATTENDANCE_ARG_MINUTES] = bytes_of_string(minutes),
        [ATTENDANCE_ARG_SILENT_SINCE] = bytes_of_string(silent)};
    run(call, CHECKIN_SCRIPT_ATTENDANCE, args, ATTENDANCE_ARGS);
}

void
checkin_read_feed(const struct checkin_call *call, uint64_t after,
                  uint32_t entries_max)
{
    char cursor[NUMBER_SIZE], count[NUMBER_SIZE];
    (void)snprintf(cursor, sizeof(cursor), "%" PRIu64, after);
    (void)snprintf(count, sizeof(count), "%" PRIu32, entries_max);
    const struct bytes args[SINCE_ARGS] = {
        [SINCE_ARG_AFTER] = bytes_of_string(cursor),
        [SINCE_ARG_ENTRIES_MAX] = bytes_of_string(count)};
    run(call, CHECKIN_SCRIPT_SINCE, args, SINCE_ARGS);
}

void
checkin_read_present(const struct checkin_call *call, uint32_t action,
                     uint32_t chunk)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:ci:%" PRIu32 ":in:%" PRIu32,
                   call->campaign, action, chunk);
    const struct bytes words[] = {bytes_of_string("GET"), bytes_of_string(key)};
    store_command(call->store->redis, words, 2, call->cb, call->arg);
}

void
checkin_load_campaigns(struct checkin_store *store, store_reply_cb *cb,
                       void *arg)
{
    const struct bytes words[] = {bytes_of_string("SMEMBERS"),
                                  bytes_of_string(CAMPAIGNS)};
    store_command(store->redis, words, 2, cb, arg);
}

void
checkin_remember_campaign(const struct checkin_call *call)
{
    const struct bytes words[] = {bytes_of_string("SADD"),
                                  bytes_of_string(CAMPAIGNS),
                                  bytes_of_string(call->campaign)};
    store_command(call->store->redis, words, 3, call->cb, call->arg);
}

void
checkin_load_campaign(const struct checkin_call *call, uint32_t first,
                      uint32_t count)
{
    char from[NUMBER_SIZE], numbers[NUMBER_SIZE];
    (void)snprintf(from, sizeof(from), "%" PRIu32, first);
    (void)snprintf(numbers, sizeof(numbers), "%" PRIu32, count);
    const struct bytes args[LOAD_ARGS] = {
        [LOAD_ARG_FIRST] = bytes_of_string(from),
        [LOAD_ARG_COUNT] = bytes_of_string(numbers)};
    run(call, CHECKIN_SCRIPT_LOAD, args, LOAD_ARGS);
}

void
checkin_close_old(const struct checkin_call *call)
{
    run(call, CHECKIN_SCRIPT_CLOSE_OLD, NULL, 0);
}
