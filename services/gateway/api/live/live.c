/* live -- attendance and broadcast progress, pushed to who watches.
 *
 *  1. stream_x       a viewer comes; the current state is asked for, which
 *                    also says whether there is such a thing
 *  2. x_answered     the viewer joins the topic and gets that state
 *  3. on_news        an announcement: encoded once, written to all (sse.h)
 *  4. on_time        what is watched is asked for again, in case news was lost
 *
 * A hub topic has the name of the bus topic: "attendance/<c>/<a>",
 * "progress/<c>/<b>". */
#include "services/gateway/api/live/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "common/client/checkin.h"
#include "services/gateway/api/api.h"
#include "services/gateway/api/broadcast/broadcast_json.h"
#include "services/gateway/api/checkin/checkin_api.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define ATTENDANCE "attendance/"
#define PROGRESS "progress/"
#define TOPIC_SIZE (16 + 2 * PARAM_SIZE)

/* ---- states into the hub ---- */

static void
publish(struct gateway *g, const char *topic, const char *name, uint64_t id,
        json_t *state)
{
    struct buf text;
    buf_init(&text, 0);
    json_write(state, &text);
    json_decref(state);
    (void)sse_publish(g->hub, topic,
                      &(struct sse_event){name, id, text.data, text.len});
    buf_fini(&text);
}

static void
publish_attendance(struct gateway *g, const char *topic,
                   const Checkin__Attendance *attendance)
{
    publish(g, topic, "attendance", attendance->revision,
            attendance_to_json(attendance));
}

static void
publish_broadcast(struct gateway *g, const char *topic,
                  const Broadcast__Broadcast *broadcast)
{
    publish(g, topic, "broadcast", broadcast->revision,
            broadcast_to_json(broadcast));
}

/* ---- 3: news ---- */

static void
on_attendance_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct gateway *g = arg;
    if (sse_viewers(g->hub, topic) == 0) {
        return;
    }
    Checkin__Attendance *attendance = wire_unpack(
        &checkin__attendance__descriptor, body, len, BUS_BODY_BYTES_MAX);
    if (attendance != NULL) {
        publish_attendance(g, topic, attendance);
        wire_free(attendance);
    }
}

static void
on_progress_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct gateway *g = arg;
    if (sse_viewers(g->hub, topic) == 0) {
        return;
    }
    Broadcast__Broadcast *broadcast = wire_unpack(
        &broadcast__broadcast__descriptor, body, len, BUS_BODY_BYTES_MAX);
    if (broadcast != NULL) {
        publish_broadcast(g, topic, broadcast);
        wire_free(broadcast);
    }
}

/* ---- asking ---- */

static void
ask_attendance(struct gateway *g, const char *campaign, const char *action,
               checkin_answer_cb *cb, void *arg)
{
    Checkin__GetAttendance get = CHECKIN__GET_ATTENDANCE__INIT;
    get.campaign = (char *)campaign;
    get.action = (char *)action;
    checkin_ask_attendance(g->checkin, &get, cb, arg);
}

static void
ask_broadcast(struct gateway *g, const char *campaign, const char *id,
              broadcast_answer_cb *cb, void *arg)
{
    Broadcast__Get get = BROADCAST__GET__INIT;
    get.campaign = (char *)campaign;
    get.id = (char *)id;
    broadcast_ask_get(g->broadcast, &get, cb, arg);
}

/* ---- 1, 2: a viewer comes ---- */

/* False: it has replied, as there are too many viewers. */
static bool
join(struct exchange *x, const char *topic)
{
    if (!sse_view(x->gateway->hub, topic, x->request)) {
        reply_problem(x, 503, "too many are watching just now");
        return false;
    }
    exchange_end(x, 200);
    return true;
}

static void
attendance_answered(void *arg, enum err err, const char *detail,
                    const Checkin__Reply *reply)
{
    struct exchange *x = arg;
    struct gateway *g = x->gateway;
    char topic[TOPIC_SIZE];
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    (void)snprintf(topic, sizeof(topic), ATTENDANCE "%s/%s",
                   exchange_param(x, "c"), exchange_param(x, "a"));
    if (join(x, topic)) {
        publish_attendance(g, topic, reply->attendance);
    }
}

void
stream_attendance(struct exchange *x)
{
    ask_attendance(x->gateway, exchange_param(x, "c"), exchange_param(x, "a"),
                   attendance_answered, x);
}

static void
broadcast_answered(void *arg, enum err err, const char *detail,
                   const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    struct gateway *g = x->gateway;
    char topic[TOPIC_SIZE];
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    (void)snprintf(topic, sizeof(topic), PROGRESS "%s/%s",
                   exchange_param(x, "c"), exchange_param(x, "b"));
    if (join(x, topic)) {
        publish_broadcast(g, topic, reply->get);
    }
}

void
stream_broadcast(struct exchange *x)
{
    ask_broadcast(x->gateway, exchange_param(x, "c"), exchange_param(x, "b"),
                  broadcast_answered, x);
}

/* ---- 4: asking again ---- */

struct again {
    struct gateway *gateway;
    char topic[TOPIC_SIZE];
};

static void
attendance_again(void *arg, enum err err, const char *detail,
                 const Checkin__Reply *reply)
{
    struct again *again = arg;
    (void)detail;
    if (err == ERR_NONE && again->gateway->hub != NULL) {
        publish_attendance(again->gateway, again->topic, reply->attendance);
    }
    free(again);
}

static void
broadcast_again(void *arg, enum err err, const char *detail,
                const Broadcast__Reply *reply)
{
    struct again *again = arg;
    (void)detail;
    if (err == ERR_NONE && again->gateway->hub != NULL) {
        publish_broadcast(again->gateway, again->topic, reply->get);
    }
    free(again);
}

static void
ask_again(void *arg, const char *topic)
{
    struct gateway *g = arg;
    char copy[TOPIC_SIZE];
    (void)snprintf(copy, sizeof(copy), "%s", topic);
    char *campaign = strchr(copy, '/') + 1;
    char *id = strchr(campaign, '/');
    *id++ = '\0';
    struct again *again = mem_new(sizeof(*again));
    again->gateway = g;
    (void)snprintf(again->topic, sizeof(again->topic), "%s", topic);
    if (strncmp(topic, ATTENDANCE, strlen(ATTENDANCE)) == 0) {
        ask_attendance(g, campaign, id, attendance_again, again);
    } else {
        ask_broadcast(g, campaign, id, broadcast_again, again);
    }
}

static void
on_time(void *arg)
{
    struct gateway *g = arg;
    sse_each_topic(g->hub, ask_again, g);
    timer_start(g->live_timer, LIVE_ASK_MS);
}

void
live_open(struct gateway *g)
{
    g->hub = sse_hub_new(g->service.loop, &(struct sse_options){0});
    g->live_timer = timer_new(g->service.loop, on_time, g);
    timer_start(g->live_timer, LIVE_ASK_MS);
    service_follow(&g->service, "checkin", ATTENDANCE, on_attendance_news, g);
    service_follow(&g->service, "broadcast", PROGRESS, on_progress_news, g);
}

void
live_close(struct gateway *g)
{
    timer_free(&g->live_timer);
    sse_hub_free(&g->hub);
}
