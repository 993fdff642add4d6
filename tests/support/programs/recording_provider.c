/* recording_provider -- an HTTP provider that remembers what it was handed.
 *
 * Takes any POST whose body holds "ref" (and "to"), JSON or form, and counts
 * each ref: a second time is a duplicate. What it refuses with a status is
 * not counted as handed over; what it drops without an answer is, because a
 * provider that hung up may well have sent it. One thread, raw epoll, kept
 * connections: also the sink of the benchmarks.
 *
 *   --port N          0 (default): any free one
 *   --port-file FILE  where the port is written, a line; also printed
 *   --latency-ms N    before each answer
 *   --error-rate P    share (0..1) answered 503
 *   --drop-rate P     share taken and not answered: the connection is closed
 *   --status T=CODE   bodies that hold the text T are answered CODE (429 with
 *                     Retry-After: 7)
 *   --seed N          of the chances
 *
 *   GET /stats   requests accepted refused dropped distinct duplicates
 *                first_at_ms last_at_ms (wall clock, of what was handed over)
 *   GET /seen    [{"ref","to","times"}]; /seen?ref=R: that one, or 404
 *   POST /reset  forgets everything */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/base.h"

#define CLIENTS_MAX 65536 /* descriptors */
#define REQUEST_BYTES_MAX (256 * 1024)
#define FIELD_SIZE 160
#define STATUSES_MAX 8
#define EVENTS_MAX 256

struct client {
    int fd;
    struct buf in;
    int owed; /* answers that wait for their time */
    bool is_cut;
};

struct seen {
    char *ref, *to; /* NULL: an empty place */
    unsigned times;
};

struct late {
    int64_t due_ms;
    int fd, status;
    struct late *next;
};

static struct {
    int64_t latency_ms;
    double error_rate, drop_rate;
    struct {
        char *text;
        int code;
    } statuses[STATUSES_MAX];
    int status_count;
} options;

static struct {
    uint64_t requests, accepted, refused, dropped, distinct;
    int64_t first_at_ms, last_at_ms;
} stats;

static struct client *clients[CLIENTS_MAX];
static struct seen *table;
static size_t table_size, table_used;
static struct late *first_late, **last_late = &first_late;
static int poller;
static uint64_t chance_state = 0x9e3779b97f4a7c15u;

/* ---- what was seen ---- */

static uint64_t
hash_of(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s != '\0'; s++) {
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    }
    return h ^ h >> 32;
}

static struct seen *
find_place(const char *ref)
{
    size_t i = hash_of(ref) & (table_size - 1);
    while (table[i].ref != NULL && strcmp(table[i].ref, ref) != 0) {
        i = (i + 1) & (table_size - 1);
    }
    return &table[i];
}

static void
grow_table(void)
{
    struct seen *old = table;
    size_t old_size = table_size;
    table_size = old_size == 0 ? 1 << 16 : old_size * 2;
    table = mem_new_array(table_size, sizeof(*table));
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].ref != NULL) {
            *find_place(old[i].ref) = old[i];
        }
    }
    free(old);
}

static void
remember(const char *ref, const char *to)
{
    if (table_used * 2 >= table_size) {
        grow_table();
    }
    struct seen *seen = find_place(ref);
    if (seen->ref == NULL) {
        seen->ref = mem_copy_string(ref);
        seen->to = mem_copy_string(to);
        table_used++;
        stats.distinct++;
    }
    seen->times++;
    stats.last_at_ms = clock_wall_ms();
    if (stats.first_at_ms == 0) {
        stats.first_at_ms = stats.last_at_ms;
    }
}

static void
forget_all(void)
{
    for (size_t i = 0; i < table_size; i++) {
        free(table[i].ref);
        free(table[i].to);
    }
    free(table);
    table = NULL;
    table_size = table_used = 0;
    memset(&stats, 0, sizeof(stats));
    grow_table();
}

/* ---- answers ---- */

static void
say(int fd, int status, const char *type, const struct buf *body)
{
    struct buf out;
    buf_init(&out, 0);
    buf_printf(&out,
               "HTTP/1.1 %d -\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n"
               "\r\n",
               status, type, status == 429 ? "Retry-After: 7\r\n" : "",
               body->len);
    buf_add(&out, buf_string(body), body->len);
    size_t at = 0;
    while (at < out.len) { /* what is long goes to a patient reader */
        ssize_t n = send(fd, out.data + at, out.len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            (void)usleep(200);
        } else if (n < 0) {
            break;
        } else {
            at += (size_t)n;
        }
    }
    buf_fini(&out);
}

static void
say_status(int fd, int status)
{
    static const char accepted[] = "HTTP/1.1 202 Accepted\r\n"
                                   "Content-Length: 0\r\n\r\n";
    if (status == 202) {
        (void)!send(fd, accepted, sizeof(accepted) - 1, MSG_NOSIGNAL);
        return;
    }
    struct buf body;
    buf_init(&body, 0);
    buf_add_string(&body, "{}");
    say(fd, status, "application/json", &body);
    buf_fini(&body);
}

static void
say_later(struct client *client, int status)
{
    if (options.latency_ms == 0) {
        say_status(client->fd, status);
        return;
    }
    struct late *late = mem_new(sizeof(*late));
    *late = (struct late){clock_boot_ms() + options.latency_ms, client->fd,
                          status, NULL};
    *last_late = late;
    last_late = &late->next;
    client->owed++;
}

static void
say_json(struct client *client, const struct buf *body)
{
    say(client->fd, 200, "application/json", body);
}

static void
say_stats(struct client *client)
{
    struct buf body;
    buf_init(&body, 0);
    buf_printf(
        &body,
        "{\"requests\":%llu,\"accepted\":%llu,\"refused\":%llu,"
        "\"dropped\":%llu,\"distinct\":%llu,\"duplicates\":%llu,"
        "\"first_at_ms\":%lld,\"last_at_ms\":%lld}\n",
        (unsigned long long)stats.requests, (unsigned long long)stats.accepted,
        (unsigned long long)stats.refused, (unsigned long long)stats.dropped,
        (unsigned long long)stats.distinct,
        (unsigned long long)(stats.accepted + stats.dropped - stats.distinct),
        (long long)stats.first_at_ms, (long long)stats.last_at_ms);
    say_json(client, &body);
    buf_fini(&body);
}

static void
add_seen(struct buf *body, const struct seen *seen)
{
    buf_printf(body, "{\"ref\":\"%s\",\"to\":\"%s\",\"times\":%u}", seen->ref,
               seen->to, seen->times);
}

static void
say_all_seen(struct client *client)
{
    struct buf body;
    buf_init(&body, 0);
    for (size_t i = 0; i < table_size; i++) {
        if (table[i].ref != NULL) {
            buf_add_string(&body, body.len == 0 ? "[" : ",\n");
            add_seen(&body, &table[i]);
        }
    }
    buf_add_string(&body, body.len == 0 ? "[]\n" : "]\n");
    say_json(client, &body);
    buf_fini(&body);
}

static void
say_seen(struct client *client, const char *ref)
{
    const struct seen *seen = find_place(ref);
    if (seen->ref == NULL) {
        say_status(client->fd, 404);
        return;
    }
    struct buf body;
    buf_init(&body, 0);
    add_seen(&body, seen);
    say_json(client, &body);
    buf_fini(&body);
}

/* ---- requests ---- */

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The value of name in a JSON object or a form: no escapes in JSON, since a
 * ref and a phone number need none. */
static void
read_field(const char *body, const char *name, char to[FIELD_SIZE])
{
    char key[32];
    size_t n = 0;
    (void)snprintf(key, sizeof(key), "\"%s\":\"", name);
    const char *at = strstr(body, key);
    if (at != NULL) {
        at += strlen(key);
        n = strcspn(at, "\"");
        n = n < FIELD_SIZE ? n : FIELD_SIZE - 1;
        memcpy(to, at, n);
        to[n] = '\0';
        return;
    }
    size_t key_len = (size_t)snprintf(key, sizeof(key), "%s=", name);
    at = body;
    while (at != NULL && strncmp(at, key, key_len) != 0) {
        at = strchr(at, '&');
        at = at == NULL ? NULL : at + 1;
    }
    for (at = at == NULL ? "" : at + key_len;
         *at != '\0' && *at != '&' && n < FIELD_SIZE - 1; at++) {
        bool is_hex =
            at[0] == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0;
        to[n++] = is_hex ? (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]))
                  : *at == '+' ? ' '
                               : *at;
        at += is_hex ? 2 : 0;
    }
    to[n] = '\0';
}

static bool
happens(double rate)
{
    if (rate <= 0) {
        return false;
    }
    chance_state ^= chance_state << 13; /* xorshift64 */
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (double)(chance_state >> 11) / 9007199254740992.0 < rate;
}

static int
status_of(const char *body)
{
    for (int i = 0; i < options.status_count; i++) {
        if (strstr(body, options.statuses[i].text) != NULL) {
            return options.statuses[i].code;
        }
    }
    return happens(options.error_rate) ? 503 : 202;
}

static void
take_message(struct client *client, const char *body)
{
    char ref[FIELD_SIZE], to[FIELD_SIZE];
    stats.requests++;
    int status = status_of(body);
    read_field(body, "ref", ref);
    read_field(body, "to", to);
    if (ref[0] == '\0') {
        status = 400;
    }
    if (status < 200 || status > 299) {
        stats.refused++;
        say_later(client, status);
        return;
    }
    remember(ref, to);
    if (happens(options.drop_rate)) {
        stats.dropped++;
        client->is_cut = true;
        return;
    }
    stats.accepted++;
    say_later(client, status);
}

static void
take_request(struct client *client, const char *head, const char *body)
{
    if (strncmp(head, "POST /reset", 11) == 0) {
        forget_all();
        say_status(client->fd, 200);
    } else if (strncmp(head, "POST ", 5) == 0) {
        take_message(client, body);
    } else if (strncmp(head, "GET /stats ", 11) == 0) {
        say_stats(client);
    } else if (strncmp(head, "GET /seen ", 10) == 0) {
        say_all_seen(client);
    } else if (strncmp(head, "GET /seen?ref=", 14) == 0) {
        char ref[FIELD_SIZE];
        (void)snprintf(ref, sizeof(ref), "%.*s", (int)strcspn(head + 14, " "),
                       head + 14);
        say_seen(client, ref);
    } else {
        say_status(client->fd, 404);
    }
}

static size_t
content_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");
    return at == NULL ? 0 : (size_t)strtoul(at + 17, NULL, 10);
}

/* Takes the first request off the bytes that came; false: not whole yet. */
static bool
take_next(struct client *client)
{
    struct buf *in = &client->in;
    char *end = strstr(buf_string(in), "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    *end = '\0';
    size_t head_len = (size_t)(end - in->data) + 4;
    size_t len = content_length(in->data);
    if (in->len < head_len + len) {
        *end = '\r';
        return false;
    }
    char *body = in->data + head_len, after = body[len];
    body[len] = '\0';
    take_request(client, in->data, body);
    body[len] = after;
    in->len -= head_len + len;
    memmove(in->data, body + len, in->len + 1);
    return true;
}

static void
close_client(struct client *client)
{
    (void)close(client->fd);
    clients[client->fd] = NULL;
    buf_fini(&client->in);
    free(client);
}

static void
read_client(struct client *client)
{
    char *to = buf_room(&client->in, 16384);
    ssize_t n = to == NULL ? 0 : recv(client->fd, to, 16384, 0);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        close_client(client);
        return;
    }
    client->in.len += (size_t)n;
    client->in.data[client->in.len] = '\0';
    while (!client->is_cut && take_next(client)) {
    }
    if (client->is_cut) {
        close_client(client);
    }
}

static void
accept_all(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 || fd >= CLIENTS_MAX) {
            return;
        }
        int yes = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        clients[fd] = mem_new(sizeof(*clients[fd]));
        clients[fd]->fd = fd;
        buf_init(&clients[fd]->in, REQUEST_BYTES_MAX);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        (void)epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

/* A descriptor that was closed meanwhile may be somebody else's by now: who
 * is owed nothing gets nothing. */
static int
answer_late(void)
{
    int64_t now_ms = clock_boot_ms();
    while (first_late != NULL && first_late->due_ms <= now_ms) {
        struct late *late = first_late;
        struct client *client = clients[late->fd];
        if (client != NULL && client->owed > 0) {
            client->owed--;
            say_status(late->fd, late->status);
        }
        first_late = late->next;
        last_late = first_late == NULL ? &first_late : last_late;
        free(late);
    }
    return first_late == NULL ? -1 : (int)(first_late->due_ms - now_ms);
}

/* ---- start ---- */

static int
listen_on(int port, const char *port_file)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    socklen_t len = sizeof(address);
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, (struct sockaddr *)&address, len) != 0 ||
        listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        perror("recording_provider: cannot listen");
        exit(1);
    }
    (void)printf("%d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    if (port_file != NULL) { /* whole or not at all, for who waits for it */
        char *draft = mem_format("%s.new", port_file);
        FILE *file = fopen(draft, "w");
        if (file == NULL ||
            fprintf(file, "%d\n", ntohs(address.sin_port)) < 0 ||
            fclose(file) != 0 || rename(draft, port_file) != 0) {
            perror("recording_provider: cannot write the port file");
            exit(1);
        }
        free(draft);
    }
    return fd;
}

static void
add_status(char *rule)
{
    char *equals = strrchr(rule, '=');
    if (equals == NULL || options.status_count == STATUSES_MAX) {
        (void)fprintf(stderr, "recording_provider: --status TEXT=CODE\n");
        exit(2);
    }
    *equals = '\0';
    options.statuses[options.status_count].text = rule;
    options.statuses[options.status_count++].code = atoi(equals + 1);
}

static int
read_options(int argc, char **argv)
{
    static const struct option names[] = {
        {"port", 1, NULL, 'p'},       {"port-file", 1, NULL, 'f'},
        {"latency-ms", 1, NULL, 'l'}, {"error-rate", 1, NULL, 'e'},
        {"drop-rate", 1, NULL, 'd'},  {"status", 1, NULL, 's'},
        {"seed", 1, NULL, 'r'},       {NULL, 0, NULL, 0}};
    int port = 0, name;
    const char *port_file = NULL;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (name) {
        case 'p':
            port = atoi(optarg);
            break;
        case 'f':
            port_file = optarg;
            break;
        case 'l':
            options.latency_ms = atoi(optarg);
            break;
        case 'e':
            options.error_rate = atof(optarg);
            break;
        case 'd':
            options.drop_rate = atof(optarg);
            break;
        case 's':
            add_status(optarg);
            break;
        case 'r':
            chance_state += strtoull(optarg, NULL, 10) * 2 + 1;
            break;
        default:
            exit(2);
        }
    }
    return listen_on(port, port_file);
}

int
main(int argc, char **argv)
{
    struct epoll_event events[EVENTS_MAX];
    (void)signal(SIGPIPE, SIG_IGN);
    int listener = read_options(argc, argv);
    grow_table();
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    (void)epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_MAX, answer_late());
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(listener);
            } else if (clients[fd] != NULL) {
                read_client(clients[fd]);
            }
        }
    }
}
