/* attendance_flow -- the count, read and announced.
 *
 *   a commit -> attendance_changed -> read (at once, or when 20 ms since the
 *   last read have passed) -> counts_read -> "attendance/<c>/<a>" told
 *
 * What is told is read from Redis after the commit, so it is true whichever
 * instances commit; its revision lets a listener drop what is older. */
#include "services/checkin/attendance/count.h"

#include <stdio.h>
#include <stdlib.h>

#include "checkin_rows.h"
#include "common/base/base.h"
#include "services/checkin/attendance/attendance.h"
#include "services/checkin/checkin.h"
#include "services/checkin/expected/expected.h"

#define ANNOUNCE_EVERY_MS 20
#define CHUNKS_MAX 65536 /* 32 bits of numbers */

struct live {
    struct action *action; /* borrowed */
    struct timer *pause;   /* runs for ANNOUNCE_EVERY_MS after each read */
    uint64_t announced;    /* the last revision told */
    bool is_dirty;         /* changed since the last read began */
    bool is_reading;
};

/* ---- counts from Redis ---- */

static void
read_fields(const struct store_reply *fields, struct counts *counts)
{
    for (size_t i = 0; i + 1 < fields->count; i += 2) {
        if (fields->items[i].type == STORE_STRING &&
            fields->items[i + 1].type == STORE_STRING) {
            counts_set(counts, fields->items[i].string,
                       strtoll(fields->items[i + 1].string, NULL, 10));
        }
    }
}

static void
read_minutes(const struct store_reply *minutes, struct counts *counts)
{
    for (size_t i = 0; i < minutes->count && i < ATTENDANCE_MINUTES; i++) {
        const struct store_reply *item = &minutes->items[i];
        long long arrived =
            item->type == STORE_STRING ? strtoll(item->string, NULL, 10) : 0;
        counts->minutes[i] = arrived < 0 ? 0 : (uint32_t)arrived;
    }
}

/* False: not what attendance.lua returns. */
static bool
read_counts(const struct store_reply *reply, int64_t now_ms,
            struct counts *counts)
{
    if (reply->type != STORE_ARRAY || reply->count != 4) {
        return false;
    }
    *counts = (struct counts){.minute_first =
                                  now_ms / MINUTE_MS - ATTENDANCE_MINUTES + 1};
    read_fields(&reply->items[0], counts);
    read_minutes(&reply->items[1], counts);
    counts->devices = (uint32_t)reply->items[2].integer;
    counts->devices_silent = (uint32_t)reply->items[3].integer;
    return true;
}

/* ---- announcing ---- */

static void
announce(struct action *action, const struct counts *counts, int64_t now_ms)
{
    struct checkin *checkin = action->campaign->checkin;
    char topic[BUS_TOPIC_BYTES_MAX];
    struct buf body;
    struct attendance *attendance = mem_new(sizeof(*attendance));
    attendance_fill(action, counts, now_ms, attendance);
    (void)snprintf(topic, sizeof(topic), "attendance/%s/%s",
                   action->campaign->id, action->record->id);
    buf_init(&body, 0);
    wire_pack(&attendance->message, &body);
    bus_announce(checkin->service.bus, topic, body.data, body.len);
    metric_add(checkin->metrics.announced, 1);
    buf_fini(&body);
    free(attendance);
}

static void
ask_counts(const struct action *action, store_reply_cb *cb, void *arg)
{
    struct campaign *campaign = action->campaign;
    int64_t now_ms = clock_wall_ms();
    const struct checkin_call call = {&campaign->checkin->store, campaign->id,
                                      cb, arg};
    checkin_read_counts(
        &call, &(struct checkin_counts_asked){
                   .action = action->number,
                   .minute_first = now_ms / MINUTE_MS - ATTENDANCE_MINUTES + 1,
                   .minutes = ATTENDANCE_MINUTES,
                   .silent_since_ms = now_ms - ATTENDANCE_SILENT_MS});
}

static void
counts_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct live *live = arg;
    int64_t now_ms = clock_wall_ms();
    struct counts counts;
    live->is_reading = false;
    if (err != ERR_NONE || !read_counts(reply, now_ms, &counts)) {
        live->is_dirty = true; /* the pause reads it again */
        return;
    }
    /* The read before may have seen this commit already. */
    if (counts.revision != live->announced) {
        live->announced = counts.revision;
        announce(live->action, &counts, now_ms);
    }
}

static void
read_if_due(struct live *live)
{
    if (!live->is_dirty || live->is_reading || timer_is_running(live->pause)) {
        return;
    }
    live->is_dirty = false;
    live->is_reading = true;
    timer_start(live->pause, ANNOUNCE_EVERY_MS);
    ask_counts(live->action, counts_read, live);
}

static void
on_pause_over(void *arg)
{
    struct live *live = arg;
    if (live->is_reading) {
        timer_start(live->pause, 1);
        return;
    }
    read_if_due(live);
}

static void
changed_one(struct action *action)
{
    if (action->live == NULL) {
        action->live = mem_new(sizeof(*action->live));
        action->live->action = action;
        action->live->pause = timer_new(action->campaign->checkin->service.loop,
                                        on_pause_over, action->live);
    }
    action->live->is_dirty = true;
    read_if_due(action->live);
}

void
attendance_changed_all(struct campaign *campaign,
                       const struct store_reply *changed)
{
    if (changed->type != STORE_STRING) {
        return;
    }
    struct bytes rest = bytes_of(changed->string, changed->len);
    struct changed_row row;
    while (changed_row_read(&rest, &row)) {
        struct action *action =
            directory_action_by_number(campaign, row.action);
        if (action != NULL) {
            changed_one(action);
        }
    }
}

/* ---- asked for ---- */

struct count_ask {
    struct asked *ask;     /* owned */
    struct action *action; /* borrowed; NULL until found */
};

static void
reading_refuse(struct count_ask *reading, enum err err)
{
    asked_refuse(reading->ask, err,
                 err == ERR_NOT_FOUND ? "there is no such action"
                                      : "not now; try again");
    free(reading);
}

static void
reading_answer(struct count_ask *reading, const Checkin__Reply *reply)
{
    asked_answer(reading->ask, reply);
    free(reading);
}

static void
attendance_read(void *arg, enum err err, const struct store_reply *store_reply)
{
    struct count_ask *reading = arg;
    int64_t now_ms = clock_wall_ms();
    struct counts counts;
    if (err == ERR_NONE && !read_counts(store_reply, now_ms, &counts)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        reading_refuse(reading, err);
        return;
    }
    struct attendance *attendance = mem_new(sizeof(*attendance));
    attendance_fill(reading->action, &counts, now_ms, attendance);
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_ATTENDANCE;
    reply.attendance = &attendance->message;
    reading_answer(reading, &reply);
    free(attendance);
}

static void
attendance_action_found(void *arg, enum err err, const char *detail,
                        void *value)
{
    struct action *action = value;
    (void)detail;
    struct count_ask *reading = arg;
    if (err != ERR_NONE) {
        reading_refuse(reading, err);
        return;
    }
    reading->action = action;
    ask_counts(action, attendance_read, reading);
}

static struct count_ask *
count_ask_new(struct asked *ask)
{
    struct count_ask *reading = mem_new(sizeof(*reading));
    reading->ask = ask;
    return reading;
}

void
attendance_get(struct asked *ask)
{
    const Checkin__GetAttendance *asked = checkin_request(ask)->attendance;
    await_action(checkin_of(ask), asked->campaign, asked->action,
                 attendance_action_found, count_ask_new(ask));
}

static void
present_read(void *arg, enum err err, const struct store_reply *store_reply)
{
    struct count_ask *reading = arg;
    Checkin__Present present = CHECKIN__PRESENT__INIT;
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    if (err != ERR_NONE) {
        reading_refuse(reading, err);
        return;
    }
    if (store_reply->type == STORE_STRING) {
        present.bits.data = (uint8_t *)store_reply->string;
        present.bits.len = store_reply->len;
    }
    reply.is_case = CHECKIN__REPLY__IS_PRESENT;
    reply.present = &present;
    reading_answer(reading, &reply);
}

static void
present_action_found(void *arg, enum err err, const char *detail, void *value)
{
    struct action *action = value;
    (void)detail;
    struct count_ask *reading = arg;
    if (err != ERR_NONE) {
        reading_refuse(reading, err);
        return;
    }
    const struct checkin_call call = {&checkin_of(reading->ask)->store,
                                      action->campaign->id, present_read,
                                      reading};
    checkin_read_present(&call, action->number,
                         checkin_request(reading->ask)->present->chunk);
}

void
attendance_get_present(struct asked *ask)
{
    const Checkin__GetPresent *asked = checkin_request(ask)->present;
    if (asked->chunk >= CHUNKS_MAX) {
        asked_refuse(ask, ERR_BAD_REQUEST, "there is no such chunk");
        return;
    }
    await_action(checkin_of(ask), asked->campaign, asked->action,
                 present_action_found, count_ask_new(ask));
}

/* ---- shutdown ---- */

bool
attendance_is_idle(const struct checkin *checkin)
{
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        const struct campaign *campaign = checkin->directory.campaigns[i];
        for (size_t j = 0; j < campaign->action_count; j++) {
            const struct live *live = campaign->actions[j]->live;
            if (live != NULL && (live->is_dirty || live->is_reading)) {
                return false;
            }
        }
    }
    return true;
}

static void
live_free(struct live **live)
{
    if (*live != NULL) {
        timer_free(&(*live)->pause);
        free(*live);
        *live = NULL;
    }
}

void
attendance_stop(struct checkin *checkin)
{
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        struct campaign *campaign = checkin->directory.campaigns[i];
        for (size_t j = 0; j < campaign->action_count; j++) {
            live_free(&campaign->actions[j]->live);
        }
    }
}
