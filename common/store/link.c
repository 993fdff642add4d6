/* link -- one connection to Redis: bytes, order, deadlines.
 *
 * Answers come in the order of the calls, so the first open call is the
 * oldest: one timer looks at that one alone. When it is overdue all behind
 * it wait for the same thing, so the whole link is given up. */
#include "common/store/link.h"

#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/dial.h"
#include "common/store/store.h"

#define READS_PER_TURN_MAX 16 /* of 16 KiB, while an answer is cut */

struct store_link {
    struct loop *loop;
    struct store_link_owner owner;
    struct store_dial *dial;
    redisContext *redis; /* NULL: not connected yet */
    struct event *readable, *writable;
    struct timer *deadline, *broken_timer;
    struct store_link_call *first, **last;
    char *broken; /* why, or NULL */
};

/* ---- connecting ---- */

/* The last thing done with link: its owner closes it. */
static void
tell_lost(struct store_link *link, const char *why)
{
    char *copy = mem_copy_string(why);
    link->owner.lost(link->owner.arg, copy);
    free(copy);
}

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);
static void on_deadline(void *arg);

static void
dialled(void *arg, redisContext *redis, const char *why)
{
    struct store_link *link = arg;
    if (redis == NULL) {
        tell_lost(link, why);
        return;
    }
    struct event_base *base = loop_base(link->loop);
    link->redis = redis;
    link->readable =
        event_new(base, redis->fd, EV_READ | EV_PERSIST, on_readable, link);
    link->writable = event_new(base, redis->fd, EV_WRITE, on_writable, link);
    timer_stop(link->deadline);
    (void)event_add(link->readable, NULL);
    link->owner.opened(link->owner.arg);
}

static void
on_broken(void *arg)
{
    struct store_link *link = arg;
    tell_lost(link, link->broken);
}

struct store_link *
store_link_open(struct loop *loop, const struct store_place *place,
                const struct store_link_owner *owner)
{
    struct store_link *link = mem_new(sizeof(*link));
    link->loop = loop;
    link->owner = *owner;
    link->last = &link->first;
    link->deadline = timer_new(loop, on_deadline, link);
    link->broken_timer = timer_new(loop, on_broken, link);
    timer_start(link->deadline, STORE_DEADLINE_MS);
    link->dial = store_dial_start(loop, place, dialled, link);
    return link;
}

void
store_link_close(struct store_link **link)
{
    struct store_link *l = *link;
    if (l == NULL) {
        return;
    }
    *link = NULL;
    store_dial_stop(&l->dial);
    if (l->redis != NULL) {
        event_free(l->readable);
        event_free(l->writable);
        redisFree(l->redis);
    }
    timer_free(&l->deadline);
    timer_free(&l->broken_timer);
    while (l->first != NULL) {
        struct store_link_call *call = l->first;
        l->first = call->next;
        call->done(call, NULL);
    }
    free(l->broken);
    free(l);
}

void
store_link_break(struct store_link *link, const char *why)
{
    if (link->broken == NULL) {
        link->broken = mem_copy_string(why);
        timer_start(link->broken_timer, 0);
    }
}

/* ---- writing ---- */

void
store_link_send(struct store_link *link, struct store_link_call *call,
                const char *formatted, size_t len)
{
    call->next = NULL;
    *link->last = call;
    link->last = &call->next;
    if (redisAppendFormattedCommand(link->redis, formatted, len) != REDIS_OK) {
        store_link_break(link, link->redis->errstr);
    }
    (void)event_add(link->writable, NULL);
    if (!timer_is_running(link->deadline)) {
        timer_start(link->deadline, call->deadline_ms - clock_boot_ms());
    }
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct store_link *link = arg;
    int is_done = 0;
    (void)fd;
    (void)what;
    if (link->broken != NULL) {
        return; /* on_broken is to come */
    }
    if (redisBufferWrite(link->redis, &is_done) != REDIS_OK) {
        tell_lost(link, link->redis->errstr);
    } else if (!is_done) {
        (void)event_add(link->writable, NULL);
    }
}

/* ---- reading ---- */

/* What came because of a SUBSCRIBE, not of a call. */
static bool
is_news(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(reply->element[0]->str, "message") == 0;
}

static void
take_answer(struct store_link *link, redisReply *reply)
{
    struct store_link_call *call = link->first;
    if (link->owner.heard != NULL && is_news(reply)) {
        freeReplyObject(reply);
        link->owner.heard(link->owner.arg);
        return;
    }
    if (call == NULL) {
        freeReplyObject(reply);
        store_link_break(link, "an answer that nobody asked for");
        return;
    }
    link->first = call->next;
    if (link->first == NULL) {
        link->last = &link->first;
    }
    call->done(call, reply);
}

/* Every whole answer read so far. False: the link is broken. */
static bool
take_answers(struct store_link *link)
{
    while (link->broken == NULL) {
        void *reply = NULL;
        if (redisReaderGetReply(link->redis->reader, &reply) != REDIS_OK) {
            store_link_break(link, link->redis->reader->errstr);
            return false;
        }
        if (reply == NULL) {
            return true;
        }
        take_answer(link, reply);
    }
    return false;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct store_link *link = arg;
    redisReader *reader = link->redis->reader;
    (void)fd;
    (void)what;
    int reads = 0;
    do {
        if (link->broken == NULL && redisBufferRead(link->redis) != REDIS_OK) {
            store_link_break(link, link->redis->errstr);
        }
        if (!take_answers(link)) {
            return; /* on_broken is to come */
        }
        reads++;
    } while (reader->len > reader->pos && reads < READS_PER_TURN_MAX);
}

/* ---- deadlines ---- */

static void
on_deadline(void *arg)
{
    struct store_link *link = arg;
    if (link->redis == NULL) {
        tell_lost(link, "no connection in time");
        return;
    }
    if (link->first == NULL) {
        return;
    }
    int64_t left_ms = link->first->deadline_ms - clock_boot_ms();
    if (left_ms > 0) {
        timer_start(link->deadline, left_ms);
        return;
    }
    tell_lost(link, "no answer in time");
}
