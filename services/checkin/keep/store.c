/* store -- checkin's keys in Redis, one function for each thing done there.
 *
 *   {muster}:ci:campaigns      set of campaign ids
 *   {c}:ci:known               hash: cursor (in signup's feed), end (of our
 *                              own), c (packed Campaign), and by action
 *                              number: a<n> (packed Action), g<n> (its gates'
 *                              ids by index, each ended by a newline)
 *   {c}:ci:feed                stream of marks: <seq>-0, e = packed events
 *   {c}:ci:s:<0..16383>        hash: scan hash -> content hash and answer
 *   {c}:ci:<n>:p:<number/64>   hash: number % 64 -> record (person.lua)
 *   {c}:ci:<n>:in:<chunk>      bits: who is inside, least significant first
 *   {c}:ci:<n>:n               hash: counts (attendance.h counts_set)
 *   {c}:ci:<n>:m               hash: minute since 1970 -> arrivals
 *   {c}:ci:<n>:d               sorted set: device hash by when last heard of
 *
 * The hashes of records and scans stay small enough (64; 128 up to 2 million
 * scans) for Redis to pack them: measured, about 115 bytes for each person who
 * came, the event in the feed included. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/checkin/attendance/attendance.h"
#include "services/checkin/checkin.h"

#define KEY_SIZE 96
#define NUMBER_SIZE 24
#define CAMPAIGNS "{muster}:ci:campaigns"

extern const char lua_person[], lua_mark[], lua_expected[], lua_attendance[],
    lua_since[];

void
checkin_open_store(struct checkin *checkin)
{
    struct store *store = checkin->service.store;
    checkin->mark_source = mem_format("%s%s", lua_person, lua_mark);
    checkin->expected_source = mem_format("%s%s", lua_person, lua_expected);
    checkin->scripts.mark = store_script(store, checkin->mark_source);
    checkin->scripts.expected = store_script(store, checkin->expected_source);
    checkin->scripts.attendance = store_script(store, lua_attendance);
    checkin->scripts.since = store_script(store, lua_since);
}

/* Each function here ends in one of these: who is told, of which campaign. */
struct call {
    struct campaign *campaign;
    store_reply_cb *cb;
    void *arg;
};

static void
run(const struct call *call, struct store_script *script,
    const struct bytes *args, size_t count)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:ci:feed", call->campaign->id);
    struct bytes feed = bytes_of_string(key);
    const struct store_call store_call = {.script = script,
                                          .keys = &feed,
                                          .key_count = 1,
                                          .args = args,
                                          .arg_count = count};
    store_run(call->campaign->checkin->service.store, &store_call, call->cb,
              call->arg);
}

static void
run_with_first(const struct call *call, struct store_script *script,
               const char *first, const struct bytes *rest, size_t count)
{
    struct bytes *args = mem_new_array(count + 1, sizeof(*args));
    args[0] = bytes_of_string(first);
    memcpy(args + 1, rest, count * sizeof(*args));
    run(call, script, args, count + 1);
    free(args);
}

void
checkin_commit_marks(struct campaign *campaign, const struct bytes *marks,
                     size_t count, store_reply_cb *cb, void *arg)
{
    const struct call call = {campaign, cb, arg};
    char now[NUMBER_SIZE];
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    run_with_first(&call, campaign->checkin->scripts.mark, now, marks, count);
}

void
checkin_apply_entry(struct campaign *campaign, const struct facts *facts,
                    store_reply_cb *cb, void *arg)
{
    const struct call call = {campaign, cb, arg};
    char seq[NUMBER_SIZE];
    (void)snprintf(seq, sizeof(seq), "%" PRIu64, facts->seq);
    run_with_first(&call, campaign->checkin->scripts.expected, seq,
                   facts->items, facts->count);
}

void
checkin_read_counts(struct action *action, int64_t now_ms, store_reply_cb *cb,
                    void *arg)
{
    char number[NUMBER_SIZE], first[NUMBER_SIZE], minutes[NUMBER_SIZE],
        silent[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%u", action->number);
    (void)snprintf(first, sizeof(first), "%" PRId64,
                   now_ms / 60000 - ATTENDANCE_MINUTES + 1);
    (void)snprintf(minutes, sizeof(minutes), "%d", ATTENDANCE_MINUTES);
    (void)snprintf(silent, sizeof(silent), "%" PRId64,
                   now_ms - ATTENDANCE_SILENT_MS);
    const struct bytes args[] = {
        bytes_of_string(number), bytes_of_string(first),
        bytes_of_string(minutes), bytes_of_string(silent)};
    const struct call call = {action->campaign, cb, arg};
    run(&call, action->campaign->checkin->scripts.attendance, args, 4);
}

void
checkin_read_feed(struct campaign *campaign, uint64_t after,
                  uint32_t entries_max, store_reply_cb *cb, void *arg)
{
    char cursor[NUMBER_SIZE], count[NUMBER_SIZE];
    (void)snprintf(cursor, sizeof(cursor), "%" PRIu64, after);
    (void)snprintf(count, sizeof(count), "%" PRIu32, entries_max);
    const struct bytes args[] = {bytes_of_string(cursor),
                                 bytes_of_string(count)};
    const struct call call = {campaign, cb, arg};
    run(&call, campaign->checkin->scripts.since, args, 2);
}

void
checkin_read_present(struct action *action, uint32_t chunk, store_reply_cb *cb,
                     void *arg)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:ci:%u:in:%" PRIu32,
                   action->campaign->id, action->number, chunk);
    const struct bytes words[] = {bytes_of_string("GET"), bytes_of_string(key)};
    store_command(action->campaign->checkin->service.store, words, 2, cb, arg);
}

void
checkin_load_campaigns(struct checkin *checkin, store_reply_cb *cb, void *arg)
{
    const struct bytes words[] = {bytes_of_string("SMEMBERS"),
                                  bytes_of_string(CAMPAIGNS)};
    store_command(checkin->service.store, words, 2, cb, arg);
}

/* Answered before the HGETALL that follows it; a failure is met again there,
 * and the whole load is then tried again. */
static void
on_remembered(void *arg, enum err err, const struct store_reply *reply)
{
    (void)arg;
    (void)err;
    (void)reply;
}

void
checkin_load_campaign(struct campaign *campaign, store_reply_cb *cb, void *arg)
{
    struct store *store = campaign->checkin->service.store;
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:ci:known", campaign->id);
    const struct bytes remember[] = {bytes_of_string("SADD"),
                                     bytes_of_string(CAMPAIGNS),
                                     bytes_of_string(campaign->id)};
    const struct bytes load[] = {bytes_of_string("HGETALL"),
                                 bytes_of_string(key)};
    store_command(store, remember, 3, on_remembered, NULL);
    store_command(store, load, 2, cb, arg);
}
