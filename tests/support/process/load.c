/* load -- a crowd of HTTP clients on one thread, for benchmarks. */
#include "tests/support/process/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/base.h"

#define EVENTS_MAX 512
#define SILENCE_MS_MAX 30000

struct client {
    int fd;
    bool is_busy;
    size_t index;
    int64_t sent_us;
    struct buf in;
};

struct watched {
    int fd;
    load_readable_cb *cb;
    void *arg;
};

struct load {
    struct load_options options;
    int epoll;
    struct client *clients;
    struct watched *watched;
    size_t watched_count;
    size_t next, answered;
    int64_t began_us;
    struct buf request;
};

_Noreturn static void
give_up(const char *what)
{
    (void)fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

int
load_connect(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        give_up("cannot connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

/* What is watched has its place behind the clients. */
static void
add_to_epoll(struct load *load, int fd, uint64_t place)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = place};
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        give_up("epoll_ctl");
    }
}

static void
open_client(struct load *load, size_t place)
{
    struct client *client = &load->clients[place];
    client->fd = load_connect(load->options.port);
    buf_reset(&client->in);
    add_to_epoll(load, client->fd, place);
}

struct load *
load_new(const struct load_options *options)
{
    struct load *load = mem_new(sizeof(*load));
    load->options = *options;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->clients =
        mem_new_array((size_t)options->connections, sizeof(*load->clients));
    buf_init(&load->request, 0);
    for (size_t i = 0; i < (size_t)options->connections; i++) {
        buf_init(&load->clients[i].in, LOAD_ANSWER_BYTES_MAX);
        open_client(load, i);
    }
    return load;
}

void
load_free(struct load **load)
{
    if (*load == NULL) {
        return;
    }
    for (int i = 0; i < (*load)->options.connections; i++) {
        (void)close((*load)->clients[i].fd);
        buf_fini(&(*load)->clients[i].in);
    }
    buf_fini(&(*load)->request);
    (void)close((*load)->epoll);
    free((*load)->clients);
    free((*load)->watched);
    free(*load);
    *load = NULL;
}

void
load_watch(struct load *load, int fd, load_readable_cb *cb, void *arg)
{
    load->watched = mem_resize(load->watched, (load->watched_count + 1) *
                                                  sizeof(*load->watched));
    load->watched[load->watched_count] = (struct watched){fd, cb, arg};
    add_to_epoll(load, fd,
                 (uint64_t)load->options.connections + load->watched_count);
    load->watched_count++;
}

/* ---- sending ---- */

/* How many bodies may have been sent by now, at the wanted rate. */
static size_t
allowed(const struct load *load)
{
    if (load->options.per_second <= 0) {
        return load->options.count;
    }
    double seconds = (double)(clock_boot_us() - load->began_us) / 1e6;
    double due = seconds * load->options.per_second + 1;
    return due < (double)load->options.count ? (size_t)due
                                             : load->options.count;
}

static void
send_next(struct load *load, struct client *client)
{
    const char *body = load->options.bodies[load->next];
    buf_reset(&load->request);
    buf_printf(&load->request,
               "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
               "Content-Type: application/json\r\nContent-Length: %zu\r\n",
               load->options.path, load->options.port, strlen(body));
    if (load->options.token != NULL) {
        buf_printf(&load->request, "Authorization: Bearer %s\r\n",
                   load->options.token);
    }
    buf_add_string(&load->request, "\r\n");
    buf_add_string(&load->request, body);
    client->is_busy = true;
    client->index = load->next++;
    client->sent_us = clock_boot_us();
    if (send(client->fd, load->request.data, load->request.len, MSG_NOSIGNAL) !=
        (ssize_t)load->request.len) {
        give_up("send");
    }
}

static void
send_what_is_due(struct load *load)
{
    size_t due = allowed(load);
    for (int i = 0; i < load->options.connections && load->next < due; i++) {
        if (!load->clients[i].is_busy) {
            send_next(load, &load->clients[i]);
        }
    }
}

/* ---- receiving ---- */

static void
tell(struct load *load, struct client *client, int status,
     const struct bytes *body)
{
    struct load_answer answer = {.index = client->index,
                                 .status = status,
                                 .body = body->data,
                                 .len = body->len,
                                 .sent_us = client->sent_us,
                                 .answered_us = clock_boot_us()};
    client->is_busy = false;
    load->answered++;
    load->options.on_answer(load->options.arg, &answer);
}

/* The whole answer is there: its status and body; 0 when it is not yet. */
static int
find_answer(const struct buf *in, struct bytes *body_out)
{
    const char *text = buf_string(in);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length =
        end == NULL ? NULL : strcasestr(text, "content-length:");
    if (length == NULL || length > end) {
        return 0;
    }
    size_t len = strtoul(length + strlen("content-length:"), NULL, 10);
    *body_out = (struct bytes){end + 4, len};
    bool is_whole = (size_t)(end + 4 - text) + len <= in->len;
    return is_whole ? (int)strtol(text + strlen("HTTP/1.1 "), NULL, 10) : 0;
}

static void
client_lost(struct load *load, size_t place)
{
    struct client *client = &load->clients[place];
    (void)close(client->fd);
    if (client->is_busy) {
        tell(load, client, 0, &(struct bytes){"", 0});
    }
    open_client(load, place);
}

static void
on_client(struct load *load, size_t place)
{
    struct client *client = &load->clients[place];
    char *room = buf_room(&client->in, 8192);
    ssize_t n = room == NULL ? 0 : recv(client->fd, room, 8192, MSG_DONTWAIT);
    if (n <= 0) {
        client_lost(load, place);
        return;
    }
    client->in.len += (size_t)n;
    client->in.data[client->in.len] = '\0';
    struct bytes body;
    int status = find_answer(&client->in, &body);
    if (status == 0) {
        return;
    }
    tell(load, client, status, &body);
    buf_reset(&client->in);
    if (load->next < allowed(load)) {
        send_next(load, client);
    }
}

/* Waits at most ms; whether anything came. */
static bool
turn(struct load *load, int ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(load->epoll, events, EVENTS_MAX, ms);
    for (int i = 0; i < n; i++) {
        uint64_t place = events[i].data.u64;
        uint64_t clients = (uint64_t)load->options.connections;
        if (place < clients) {
            on_client(load, place);
        } else {
            struct watched *w = &load->watched[place - clients];
            w->cb(w->arg, w->fd);
        }
    }
    return n > 0;
}

void
load_run(struct load *load, int64_t linger_ms)
{
    load->began_us = clock_boot_us();
    int64_t heard_ms = clock_boot_ms();
    while (load->answered < load->options.count) {
        send_what_is_due(load);
        if (turn(load, load->options.per_second > 0 ? 1 : 100)) {
            heard_ms = clock_boot_ms();
        } else if (clock_boot_ms() - heard_ms > SILENCE_MS_MAX) {
            errno = ETIMEDOUT;
            give_up("nothing heard");
        }
    }
    int64_t end_ms = clock_boot_ms() + linger_ms;
    while (clock_boot_ms() < end_ms) {
        (void)turn(load, 5);
    }
}

/* ---- small things ---- */

char **
load_read_lines(const char *path, size_t *count_out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        give_up(path);
    }
    char **lines = NULL, *line = NULL;
    size_t count = 0, size = 0;
    ssize_t len;
    while ((len = getline(&line, &size, file)) > 0) {
        line[len - 1] = line[len - 1] == '\n' ? '\0' : line[len - 1];
        lines = mem_resize(lines, (count + 1) * sizeof(*lines));
        lines[count++] = mem_copy_string(line);
    }
    free(line);
    (void)fclose(file);
    *count_out = count;
    return lines;
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t
load_quantile(int64_t *values, size_t count, double share)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof(*values), compare);
    size_t place = (size_t)(share * (double)count);
    return values[place < count ? place : count - 1];
}
