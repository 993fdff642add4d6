/* link -- one connection to Redis: bytes, order, deadlines.
 *
 * Answers come in the order of the calls, so the first open call is the
 * oldest: one timer looks at that one alone. When it is overdue all behind
 * it wait for the same thing, so the whole link is given up. */
#include "common/store/link.h"

#include <errno.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/base.h"
#include "common/store/store.h"

#define READS_PER_TURN_MAX 16 /* of 16 KiB, while an answer is cut */
#define PORT_DEFAULT 6379

struct store_link {
    struct store_link_owner owner;
    redisContext *redis;
    struct event *readable, *writable;
    struct timer *deadline;
    struct store_link_call *first, **last;
    bool is_open; /* connected */
    char *broken; /* why, or NULL */
    int64_t opening_since_ms;
};

/* ---- connecting ---- */

static redisContext *
connect_tcp(const char *host_and_port)
{
    char *host = mem_copy_string(host_and_port);
    char *colon = strrchr(host, ':');
    int port = PORT_DEFAULT;
    if (colon != NULL) {
        *colon = '\0';
        port = (int)strtol(colon + 1, NULL, 10);
    }
    redisContext *redis = redisConnectNonBlock(host, port);
    free(host);
    return redis;
}

static redisContext *
connect_to(const char *endpoint, char **why_out)
{
    redisContext *redis = NULL;
    if (strncmp(endpoint, "unix:", 5) == 0) {
        redis = redisConnectUnixNonBlock(endpoint + 5);
    } else if (strncmp(endpoint, "tcp:", 4) == 0) {
        redis = connect_tcp(endpoint + 4);
    } else {
        *why_out = mem_format("the endpoint is neither unix:/path nor "
                              "tcp:host:port");
        return NULL;
    }
    if (redis == NULL || redis->err != 0) {
        *why_out =
            mem_format("%s", redis == NULL ? "no memory" : redis->errstr);
        if (redis != NULL) {
            redisFree(redis);
        }
        return NULL;
    }
    return redis;
}

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);
static void on_deadline(void *arg);

struct store_link *
store_link_open(struct loop *loop, const char *endpoint,
                const struct store_link_owner *owner, char **why_out)
{
    redisContext *redis = connect_to(endpoint, why_out);
    if (redis == NULL) {
        return NULL;
    }
    struct store_link *link = mem_new(sizeof(*link));
    link->owner = *owner;
    link->redis = redis;
    link->last = &link->first;
    link->opening_since_ms = clock_boot_ms();
    struct event_base *base = loop_base(loop);
    link->readable =
        event_new(base, redis->fd, EV_READ | EV_PERSIST, on_readable, link);
    link->writable = event_new(base, redis->fd, EV_WRITE, on_writable, link);
    link->deadline = timer_new(loop, on_deadline, link);
    (void)event_add(link->writable, NULL);
    timer_start(link->deadline, STORE_DEADLINE_MS);
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
    event_free(l->readable);
    event_free(l->writable);
    timer_free(&l->deadline);
    redisFree(l->redis);
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
        event_active(link->writable, EV_WRITE, 0);
    }
}

/* The last thing done with link: its owner closes it. */
static void
tell_lost(struct store_link *link, const char *why)
{
    char *copy = mem_copy_string(why);
    link->owner.lost(link->owner.arg, copy);
    free(copy);
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

/* False: not connected, and errno says why. */
static bool
finish_opening(struct store_link *link)
{
    socklen_t len = sizeof(errno);
    int err = 0;
    if (getsockopt(link->redis->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0) {
        return false;
    }
    errno = err;
    if (err != 0) {
        return false;
    }
    link->is_open = true;
    timer_stop(link->deadline);
    (void)event_add(link->readable, NULL);
    link->owner.opened(link->owner.arg);
    return true;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct store_link *link = arg;
    int is_done = 0;
    (void)fd;
    (void)what;
    if (link->broken == NULL && !link->is_open && !finish_opening(link)) {
        tell_lost(link, strerror(errno));
        return;
    }
    if (link->broken != NULL) {
        tell_lost(link, link->broken);
    } else if (redisBufferWrite(link->redis, &is_done) != REDIS_OK) {
        tell_lost(link, link->redis->errstr);
    } else if (!is_done) {
        (void)event_add(link->writable, NULL);
    }
}

/* ---- reading ---- */

static void
finish_call(struct store_link *link, const redisReply *reply)
{
    struct store_link_call *call = link->first;
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
        if (link->first == NULL) {
            store_link_break(link, "an answer that nobody asked for");
        } else {
            finish_call(link, reply);
        }
        freeReplyObject(reply);
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
            tell_lost(link, link->broken);
            return;
        }
        reads++;
    } while (reader->len > reader->pos && reads < READS_PER_TURN_MAX);
}

/* ---- deadlines ---- */

static void
on_deadline(void *arg)
{
    struct store_link *link = arg;
    if (!link->is_open) {
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
