/* stub_redis -- a server that speaks RESP and misbehaves as told. */
#include "tests/support/redis/stub_redis.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/base.h"
#include "tests/support/process/process.h"

#define CONNECTIONS_MAX 16
#define POLL_MS 5
#define WORDS_MAX 8 /* of a command; more are skipped */
#define WORD_SIZE 64

struct connection {
    int fd; /* -1: free */
    struct buf in;
};

struct stub_redis {
    char *dir, *path, *endpoint;
    int listener;
    pthread_t thread;
    struct connection connections[CONNECTIONS_MAX];
    atomic_bool is_stopping;
    atomic_int mode, taken;
    _Atomic(const char *) error;
    _Atomic(const char *) fsync;
    atomic_bool is_loading;
};

struct request {
    char words[WORDS_MAX][WORD_SIZE]; /* cut to fit */
};

/* ---- reading a command: *2\r\n$3\r\nGET\r\n$1\r\na\r\n ---- */

/* The number after sign at *at, or -1: not all there yet. */
static long
read_head(const struct buf *in, size_t *at, char sign)
{
    const char *end = NULL;
    if (*at < in->len) {
        end = memchr(in->data + *at, '\n', in->len - *at);
    }
    if (end == NULL || in->data[*at] != sign) {
        return -1;
    }
    long number = strtol(in->data + *at + 1, NULL, 10);
    *at = (size_t)(end - in->data) + 1;
    return number;
}

/* False: not all there yet. What was read is taken out of in. */
static bool
read_request(struct buf *in, struct request *request)
{
    size_t at = 0;
    memset(request, 0, sizeof(*request));
    long count = read_head(in, &at, '*');
    for (long i = 0; i < count; i++) {
        long len = read_head(in, &at, '$');
        if (len < 0 || at + (size_t)len + 2 > in->len) {
            return false;
        }
        if (i < WORDS_MAX) {
            (void)snprintf(request->words[i], WORD_SIZE, "%.*s", (int)len,
                           in->data + at);
        }
        at += (size_t)len + 2;
    }
    if (count >= 0) {
        memmove(in->data, in->data + at, in->len - at);
        in->len -= at;
    }
    return count >= 0;
}

/* ---- answering ---- */

static void
add_bulk(struct buf *out, const char *text)
{
    buf_printf(out, "$%zu\r\n%s\r\n", strlen(text), text);
}

/* False: it is not part of the greeting. */
static bool
greet(const struct stub_redis *stub, const struct request *request,
      struct buf *out)
{
    const char *first = request->words[0], *second = request->words[1];
    if (strcmp(first, "AUTH") == 0) {
        buf_add_string(out, "+OK\r\n");
    } else if (strcmp(first, "CLIENT") == 0) {
        buf_add_string(out, strcmp(second, "ID") == 0 ? ":7\r\n" : ":1\r\n");
    } else if (strcmp(first, "INFO") == 0) {
        add_bulk(out, atomic_load(&stub->is_loading)
                          ? "# Server\r\nrun_id:abc\r\n# Persistence\r\n"
                            "loading:1\r\nasync_loading:0\r\n"
                          : "# Server\r\nrun_id:abc\r\n# Persistence\r\n"
                            "loading:0\r\nasync_loading:0\r\n");
    } else if (strcmp(first, "SCRIPT") == 0) {
        add_bulk(out, "0123456789012345678901234567890123456789");
    } else if (strcmp(first, "CONFIG") == 0) {
        buf_add_string(out, "*6\r\n");
        add_bulk(out, "appendonly");
        add_bulk(out, "yes");
        add_bulk(out, "appendfsync");
        add_bulk(out, atomic_load(&stub->fsync));
        add_bulk(out, "maxmemory-policy");
        add_bulk(out, "noeviction");
    } else {
        return false;
    }
    return true;
}

static void
answer_well(const struct stub_redis *stub, const struct request *request,
            struct buf *out)
{
    if (!greet(stub, request, out)) {
        buf_add_string(out, "+PONG\r\n");
    }
}

/* False: the connection is to be closed after out. */
static bool
answer(const struct stub_redis *stub, const struct request *request,
       struct buf *out)
{
    switch ((enum stub_mode)atomic_load(&stub->mode)) {
    case STUB_ERROR:
        if (!greet(stub, request, out)) {
            buf_printf(out, "-%s\r\n", atomic_load(&stub->error));
        }
        return true;
    case STUB_REFUSE:
        buf_printf(out, "-%s\r\n", atomic_load(&stub->error));
        return true;
    case STUB_GARBAGE:
        buf_add_string(out, "HTTP/1.1 200 OK\r\n\r\n");
        return true;
    case STUB_SILENT:
        return true;
    case STUB_CUT:
        buf_add_string(out, "$100\r\nhalf an answ");
        return false;
    case STUB_TWICE:
        buf_add_string(out, "+OK\r\n+OK\r\n");
        return true;
    case STUB_GOOD:
    case STUB_FRAGMENT:
        break;
    }
    answer_well(stub, request, out);
    return true;
}

static void
write_all(const struct stub_redis *stub, int fd, const struct buf *out)
{
    size_t step = atomic_load(&stub->mode) == STUB_FRAGMENT ? 1 : out->len;
    for (size_t at = 0; at < out->len; at += step) {
        if (send(fd, out->data + at, step, MSG_NOSIGNAL) < 0) {
            return;
        }
    }
}

/* ---- connections ---- */

static void
drop(struct connection *connection)
{
    (void)close(connection->fd);
    buf_fini(&connection->in);
    connection->fd = -1;
}

static void
serve(struct stub_redis *stub, struct connection *connection)
{
    char *room = buf_room(&connection->in, 65536);
    ssize_t len = recv(connection->fd, room, 65536, 0);
    if (len <= 0) {
        drop(connection);
        return;
    }
    connection->in.len += (size_t)len;
    struct request request;
    bool is_kept = true;
    while (is_kept && read_request(&connection->in, &request)) {
        struct buf out;
        buf_init(&out, 0);
        is_kept = answer(stub, &request, &out);
        write_all(stub, connection->fd, &out);
        buf_fini(&out);
    }
    if (!is_kept) {
        drop(connection);
    }
}

static void
take(struct stub_redis *stub)
{
    int fd = accept(stub->listener, NULL, NULL);
    for (int i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
        if (stub->connections[i].fd < 0) {
            stub->connections[i].fd = fd;
            buf_init(&stub->connections[i].in, 0);
            atomic_fetch_add(&stub->taken, 1);
            return;
        }
    }
    (void)close(fd);
}

static void *
run(void *arg)
{
    struct stub_redis *stub = arg;
    while (!atomic_load(&stub->is_stopping)) {
        struct pollfd fds[CONNECTIONS_MAX + 1];
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            fds[i] = (struct pollfd){stub->connections[i].fd, POLLIN, 0};
        }
        fds[CONNECTIONS_MAX] = (struct pollfd){stub->listener, POLLIN, 0};
        (void)poll(fds, CONNECTIONS_MAX + 1, POLL_MS);
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            if (fds[i].revents != 0) {
                serve(stub, &stub->connections[i]);
            }
        }
        if (fds[CONNECTIONS_MAX].revents != 0) {
            take(stub);
        }
    }
    return NULL;
}

struct stub_redis *
stub_redis_start(void)
{
    struct stub_redis *stub = mem_new(sizeof(*stub));
    stub->dir = temp_dir_new();
    stub->path = temp_path(stub->dir, "stub.sock");
    stub->endpoint = mem_format("unix:%s", stub->path);
    stub->fsync = "always";
    stub->error = "ERR";
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        stub->connections[i].fd = -1;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                   stub->path);
    stub->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(stub->listener, (struct sockaddr *)&address, sizeof(address)) <
            0 ||
        listen(stub->listener, 16) < 0 ||
        pthread_create(&stub->thread, NULL, run, stub) != 0) {
        abort();
    }
    return stub;
}

void
stub_redis_stop(struct stub_redis **stub)
{
    struct stub_redis *s = *stub;
    atomic_store(&s->is_stopping, true);
    (void)pthread_join(s->thread, NULL);
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i].fd >= 0) {
            drop(&s->connections[i]);
        }
    }
    (void)close(s->listener);
    temp_dir_remove(&s->dir);
    free(s->path);
    free(s->endpoint);
    free(s);
    *stub = NULL;
}

const char *
stub_redis_endpoint(const struct stub_redis *stub)
{
    return stub->endpoint;
}

void
stub_redis_set(struct stub_redis *stub, enum stub_mode mode, const char *error)
{
    if (error != NULL) {
        atomic_store(&stub->error, error);
    }
    atomic_store(&stub->mode, (int)mode);
}

void
stub_redis_set_fsync(struct stub_redis *stub, const char *value)
{
    atomic_store(&stub->fsync, value);
}

void
stub_redis_set_loading(struct stub_redis *stub, bool is_loading)
{
    atomic_store(&stub->is_loading, is_loading);
}

int
stub_redis_connections(const struct stub_redis *stub)
{
    return atomic_load(&stub->taken);
}
