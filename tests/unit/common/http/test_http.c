/* test_http -- the server as a raw socket sees it: refusals, slow and greedy
 * clients, keep-alive, HEAD, draining. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/http/caller.h"
#include "common/http/http.h"
#include "common/http/stream.h"

#define WAIT_MS 10000
#define CLIENTS_MAX 64

struct fixture {
    struct loop *loop;
    struct http_server *server;
    struct http_request *kept; /* a request not yet replied to */
    int served;
    char seen[4096]; /* "METHOD path?query body|" of each */
    bool keeps;
};

static void
on_request(void *arg, struct http_request *request)
{
    struct fixture *f = arg;
    size_t len;
    const char *body = http_body(request, &len);
    size_t at = strlen(f->seen);
    assert_int_equal(len, strlen(body));
    assert_ptr_equal(http_body(request, &len), body);
    assert_int_equal(len, strlen(body)); /* again the same */
    f->served++;
    (void)snprintf(f->seen + at, sizeof(f->seen) - at, "%d %s?%s %s|",
                   (int)http_method(request), http_path(request),
                   http_query(request), body);
    if (f->keeps) {
        f->kept = request;
        return;
    }
    http_reply(request, &(struct http_answer){.status = 200,
                                              .content_type = "text/plain",
                                              .body = "hello",
                                              .len = 5});
}

static void
open_server(struct fixture *f, struct http_options options)
{
    options.on_request = on_request;
    options.arg = f;
    f->server = http_open(f->loop, &options);
}

static int
set_up(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    fixture.loop = loop_new();
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    http_close(&f->server);
    loop_free(&f->loop);
    return 0;
}

static int
dial(struct fixture *f)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(f->server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    int rc = connect(fd, (struct sockaddr *)&to, sizeof(to));
    assert_true(rc == 0 || errno == EINPROGRESS);
    return fd;
}

static void
say(struct fixture *f, int fd, const void *bytes, size_t len)
{
    int64_t until = clock_boot_ms() + WAIT_MS;
    size_t sent = 0;
    while (sent < len && clock_boot_ms() < until) {
        ssize_t n =
            send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (n > 0) {
            sent += (size_t)n;
        } else if (errno != EAGAIN && errno != ENOTCONN) {
            return; /* refused meanwhile */
        } else {
            loop_turn(f->loop, 5);
        }
    }
}

static void
say_text(struct fixture *f, int fd, const char *text)
{
    say(f, fd, text, strlen(text));
}

/* Reads until the text holds part or the connection ends: true at the end. */
static bool
hear(struct fixture *f, int fd, const char *part, char *text, size_t size)
{
    int64_t until = clock_boot_ms() + WAIT_MS;
    size_t len = strlen(text);
    while (clock_boot_ms() < until) {
        if (part != NULL && strstr(text, part) != NULL) {
            return false;
        }
        ssize_t n = recv(fd, text + len, size - len - 1, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET)) {
            return true;
        }
        if (n > 0) {
            len += (size_t)n;
            text[len] = '\0';
        }
        loop_turn(f->loop, 5);
    }
    fail_msg("waited too long; so far: %s", text);
    return true;
}

static void
wait_for_no_connection(struct fixture *f)
{
    int64_t until = clock_boot_ms() + WAIT_MS;
    while (http_connections(f->server) > 0 && clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
    }
    assert_int_equal(http_connections(f->server), 0);
}

static void
assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0) {
        fail_msg("got %.200s, want %s", text, start);
    }
}

static void
a_connection_serves_one_request_after_another(void **state)
{
    struct fixture *f = *state;
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    for (int i = 1; i <= 3; i++) {
        char text[512] = "";
        say_text(f, fd, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_false(hear(f, fd, "hello", text, sizeof(text)));
        assert_starts(text, "HTTP/1.1 200 OK\r\n");
        assert_non_null(strstr(text, "Content-Length: 5\r\n"));
        assert_int_equal(f->served, i);
    }
    assert_string_equal(f->seen, "1 /a?b=c |1 /a?b=c |1 /a?b=c |");
    (void)close(fd);
}

static void
pipelined_and_dripping_requests_are_all_served_in_order(void **state)
{
    struct fixture *f = *state;
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    const char two[] =
        "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
        "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n"
        "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (size_t i = 0; i < strlen(two); i += 7) {
        size_t left = strlen(two) - i;
        say(f, fd, two + i, left < 7 ? left : 7);
        loop_turn(f->loop, 1);
    }
    char text[2048] = "";
    assert_true(hear(f, fd, NULL, text, sizeof(text)));
    assert_string_equal(f->seen, "4 /1? ab|4 /2? cde|1 /3? |");
    (void)close(fd);
}

static void
what_is_refused_is_answered_400_and_closed(void **state)
{
    struct fixture *f = *state;
    const char *const bad[] = {
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        "Content-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabcd\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n+0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\nX: y\r\n\r\n",
    };
    open_server(f, (struct http_options){0});
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[2048] = "";
        int fd = dial(f);
        say_text(f, fd, bad[i]);
        say_text(f, fd, "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_true(hear(f, fd, NULL, text, sizeof(text)));
        if (strncmp(text, "HTTP/1.1 400 ", 13) != 0 ||
            strstr(text, "Connection: close\r\n") == NULL || f->served != 0) {
            fail_msg("row %zu: got %s; %s", i, text, f->seen);
        }
        (void)close(fd);
    }
    assert_int_equal(http_refusals(f->server), sizeof(bad) / sizeof(bad[0]));
}

static void
what_came_before_a_refused_request_is_served(void **state)
{
    struct fixture *f = *state;
    char text[2048] = "";
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    say_text(f, fd,
             "GET /good HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    assert_true(hear(f, fd, NULL, text, sizeof(text)));
    assert_starts(text, "HTTP/1.1 200 ");
    assert_non_null(strstr(text, "HTTP/1.1 400 "));
    assert_string_equal(f->seen, "1 /good? |");
    (void)close(fd);
}

static void
a_huge_body_is_refused_and_the_answer_still_arrives(void **state)
{
    struct fixture *f = *state;
    char text[1024] = "", *body = mem_new(300000);
    open_server(f, (struct http_options){.body_bytes_max = 1000});
    int fd = dial(f);
    say_text(f, fd,
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    say(f, fd, body, 300000);
    (void)hear(f, fd, "\r\n\r\n", text, sizeof(text));
    assert_starts(text, "HTTP/1.1 413 ");
    assert_int_equal(f->served, 0);
    free(body);
    (void)close(fd);
}

static void
a_head_without_end_is_refused(void **state)
{
    struct fixture *f = *state;
    char text[1024] = "", head[40000];
    memset(head, 'a', sizeof(head));
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
    say(f, fd, head, sizeof(head));
    (void)hear(f, fd, "\r\n\r\n", text, sizeof(text));
    assert_starts(text, "HTTP/1.1 431 ");
    (void)close(fd);
}

static void
a_client_of_one_byte_at_a_time_meets_the_deadline(void **state)
{
    struct fixture *f = *state;
    char text[1024] = "";
    open_server(f, (struct http_options){.request_ms_max = 300});
    int fd = dial(f);
    const char drip[] = "GET / HTTP/1.1\r\nHost: x\r\nX: aaaaaaaaaaaaaaaaaaaaa";
    int64_t until = clock_boot_ms() + WAIT_MS;
    for (size_t i = 0; text[0] == '\0' && clock_boot_ms() < until; i++) {
        if (i < 2000) { /* never enough to meet another limit first */
            say(f, fd, i < sizeof(drip) - 1 ? &drip[i] : "a", 1);
        }
        loop_turn(f->loop, 20);
        (void)recv(fd, text, sizeof(text) - 1, 0);
    }
    assert_starts(text, "HTTP/1.1 408 ");
    assert_int_equal(f->served, 0);
    (void)close(fd);
}

static void
an_idle_connection_is_closed(void **state)
{
    struct fixture *f = *state;
    char text[1024] = "";
    open_server(f, (struct http_options){.idle_ms_max = 200});
    int fd = dial(f);
    assert_true(hear(f, fd, NULL, text, sizeof(text)));
    assert_string_equal(text, "");
    wait_for_no_connection(f);
    (void)close(fd);
}

static const struct http_options caps[] = {{.connections_max = 3},
                                           {.connections_per_address_max = 3}};

static void
beyond_the_caps_the_idlest_connection_gives_way(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        int fds[6];
        open_server(f, caps[i]);
        for (int n = 0; n < 6; n++) {
            char text[512] = "";
            fds[n] = dial(f);
            say_text(f, fds[n], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_false(hear(f, fds[n], "hello", text, sizeof(text)));
            assert_starts(text, "HTTP/1.1 200 ");
        }
        assert_int_equal(http_given_up(f->server), 3);
        for (int n = 0; n < 6; n++) { /* the first three have been cut */
            char text[512] = "";
            if (n < 3) {
                assert_true(hear(f, fds[n], NULL, text, sizeof(text)));
            } else {
                say_text(f, fds[n], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assert_false(hear(f, fds[n], "hello", text, sizeof(text)));
            }
            (void)close(fds[n]);
        }
        http_close(&f->server);
    }
}

/* They open lines, say nothing, and open the next when they are cut. */
static void
those_who_say_nothing_do_not_shut_the_door(void **state)
{
    struct fixture *f = *state;
    int idle[CLIENTS_MAX];
    open_server(f, (struct http_options){.connections_max = 8,
                                         .connections_per_address_max = 100});
    for (int i = 0; i < CLIENTS_MAX; i++) {
        char text[512] = "";
        idle[i] = dial(f);
        if (i % 4 == 3) {
            int fd = dial(f);
            say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_false(hear(f, fd, "hello", text, sizeof(text)));
            (void)close(fd);
        }
    }
    assert_true(http_connections(f->server) <= 9);
    for (int i = 0; i < CLIENTS_MAX; i++) {
        (void)close(idle[i]);
    }
}

static void
when_all_are_in_the_middle_of_a_request_who_comes_is_turned_away(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        int fds[4];
        char text[512] = "";
        open_server(f, caps[i]);
        for (int n = 0; n < 3; n++) {
            fds[n] = dial(f);
            say_text(f, fds[n], "GET / HTTP/1.1\r\n");
            for (int turn = 0; turn < 5; turn++) {
                loop_turn(f->loop, 5);
            }
        }
        fds[3] = dial(f);
        assert_true(hear(f, fds[3], NULL, text, sizeof(text)));
        assert_starts(text, "HTTP/1.1 503 ");
        assert_int_equal(http_given_up(f->server), 0);
        text[0] = '\0';
        say_text(f, fds[0], "Host: x\r\n\r\n");
        assert_false(hear(f, fds[0], "hello", text, sizeof(text)));
        for (int n = 0; n < 4; n++) {
            (void)close(fds[n]);
        }
        http_close(&f->server);
    }
}

static void
descriptors_are_kept_for_others(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, low;
    int fds[CLIENTS_MAX];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    low = before;
    low.rlim_cur = 80;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    open_server(f, (struct http_options){.descriptors_kept = 70});
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (int i = 0; i < CLIENTS_MAX; i++) {
        fds[i] = dial(f);
        loop_turn(f->loop, 5);
    }
    for (int i = 0; i < 20; i++) {
        loop_turn(f->loop, 5);
    }
    assert_in_range(http_connections(f->server), 39, 41); /* half of 80 */
    for (int i = 0; i < CLIENTS_MAX; i++) {
        (void)close(fds[i]);
    }
}

static void
a_caller_on_this_machine_is_capped_unless_exempt(void **state)
{
    struct fixture *f = *state;
    open_server(f, (struct http_options){.connections_per_address_max = 2,
                                         .exempts_loopback = true});
    int fds[5];
    for (int n = 0; n < 5; n++) {
        char text[512] = "";
        fds[n] = dial(f);
        say_text(f, fds[n], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_false(hear(f, fds[n], "hello", text, sizeof(text)));
    }
    assert_int_equal(http_connections(f->server), 5);
    for (int n = 0; n < 5; n++) {
        (void)close(fds[n]);
    }
}

static void
head_options_and_patch_are_answered_without_a_needless_body(void **state)
{
    struct fixture *f = *state;
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    char text[512] = "";
    say_text(f, fd, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_false(hear(f, fd, "\r\n\r\n", text, sizeof(text)));
    assert_non_null(strstr(text, "Content-Length: 5\r\n"));
    assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
    text[0] = '\0';
    say_text(f, fd,
             "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n"
             "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
             "Connection: close\r\n\r\nz");
    assert_true(hear(f, fd, NULL, text, sizeof(text)));
    assert_string_equal(f->seen, "2 /? |32 /? |64 /? z|");
    (void)close(fd);
}

static void
a_client_that_leaves_before_its_reply_harms_nobody(void **state)
{
    struct fixture *f = *state;
    f->keeps = true;
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (f->kept == NULL) {
        loop_turn(f->loop, 5);
    }
    assert_false(http_is_idle(f->server));
    struct linger hard = {1, 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    (void)close(fd);
    loop_turn(f->loop, 5);
    http_reply(f->kept, &(struct http_answer){.status = 200,
                                              .content_type = "text/plain",
                                              .body = "x",
                                              .len = 1});
    wait_for_no_connection(f);
    assert_true(http_is_idle(f->server));
}

static void
a_server_that_closes_first_still_takes_the_reply(void **state)
{
    struct fixture *f = *state;
    f->keeps = true;
    open_server(f, (struct http_options){0});
    int fd = dial(f);
    say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (f->kept == NULL) {
        loop_turn(f->loop, 5);
    }
    http_close(&f->server);
    assert_null(http_header(f->kept, "Host"));
    http_reply(f->kept, &(struct http_answer){.status = 204});
    (void)close(fd);
}

static void
draining_finishes_what_is_open_and_takes_nothing_new(void **state)
{
    struct fixture *f = *state;
    char text[512] = "", idle_text[16] = "";
    f->keeps = true;
    open_server(f, (struct http_options){0});
    int fd = dial(f), idle = dial(f);
    say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (f->kept == NULL || http_connections(f->server) < 2) {
        loop_turn(f->loop, 5);
    }
    http_drain(f->server);
    assert_false(http_is_idle(f->server));
    assert_true(hear(f, idle, NULL, idle_text, sizeof(idle_text)));
    http_reply(f->kept, &(struct http_answer){.status = 200,
                                              .content_type = "text/plain",
                                              .body = "last",
                                              .len = 4});
    assert_true(hear(f, fd, NULL, text, sizeof(text)));
    assert_non_null(strstr(text, "Connection: close\r\n"));
    assert_non_null(strstr(text, "last"));
    assert_true(http_is_idle(f->server));
    (void)close(fd);
    (void)close(idle);
}

static void
at_the_descriptor_limit_it_pauses_and_comes_back(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, low;
    int fds[CLIENTS_MAX], used = 0;
    char text[512] = "";
    open_server(f, (struct http_options){0});
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (; used < 6; used++) {
        fds[used] = dial(f); /* they wait to be accepted */
    }
    int next = dup(0); /* the lowest free descriptor */
    (void)close(next);
    low = before;
    low.rlim_cur = (rlim_t)next + 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    for (int i = 0; i < 20; i++) {
        loop_turn(f->loop, 20);
    }
    assert_in_range(http_connections(f->server), 1, 5);
    for (int i = 0; i < used; i++) {
        (void)close(fds[i]);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    int fd = dial(f);
    say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_false(hear(f, fd, "hello", text, sizeof(text)));
    (void)close(fd);
}

static void
two_servers_share_one_port(void **state)
{
    struct fixture *f = *state;
    struct fixture other = {.loop = f->loop};
    open_server(f, (struct http_options){.is_shared = true});
    open_server(&other, (struct http_options){.is_shared = true,
                                              .port = http_port(f->server)});
    int64_t until = clock_boot_ms() + WAIT_MS;
    while ((f->served == 0 || other.served == 0) && clock_boot_ms() < until) {
        char text[512] = "";
        int fd = dial(f);
        say_text(f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_false(hear(f, fd, "hello", text, sizeof(text)));
        (void)close(fd);
        f->seen[0] = other.seen[0] = '\0';
    }
    assert_true(f->served > 0 && other.served > 0);
    http_close(&other.server);
}

/* Who the server thinks asks, given that X-Forwarded-For; 0: none sent. */
static uint64_t
caller_seen(struct fixture *f, const char *forwarded, bool *is_local_out)
{
    char request[512], text[512] = "";
    int fd = dial(f);
    (void)snprintf(
        request, sizeof(request), "GET / HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n",
        forwarded == NULL ? "" : "X-Forwarded-For: ",
        forwarded == NULL ? "" : forwarded, forwarded == NULL ? "" : "\r\n");
    f->keeps = true;
    f->kept = NULL;
    say_text(f, fd, request);
    while (f->kept == NULL) {
        loop_turn(f->loop, 5);
    }
    uint64_t who = http_caller(f->kept);
    *is_local_out = http_is_local(f->kept);
    http_reply(f->kept, &(struct http_answer){.status = 204});
    assert_false(hear(f, fd, "\r\n\r\n", text, sizeof(text)));
    (void)close(fd);
    return who;
}

static void
a_proxy_is_believed_whom_it_asks_for_and_nobody_else_is(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct http_options options;
        const char *forwarded, *want;
        bool is_local;
        uint64_t unbelieved;
    } rows[] = {
        {{0}, NULL, "127.0.0.1", true, 0},
        {{0}, "192.0.2.7", "127.0.0.1", false, 2},
        {{.proxies = "192.0.2.1"}, "192.0.2.7", "127.0.0.1", false, 2},
        {{.is_behind_proxy = true}, NULL, "127.0.0.1", false, 0},
        {{.is_behind_proxy = true},
         "203.0.113.9, 192.0.2.7",
         "192.0.2.7",
         false,
         0},
        {{.proxies = "127.0.0.1, 192.0.2.0/24"},
         "198.51.100.1, 203.0.113.9, 192.0.2.7",
         "203.0.113.9",
         false,
         0},
        {{.is_behind_proxy = true}, "unknown", "127.0.0.1", false, 0},
        {{.is_behind_proxy = true},
         "2001:db8:1:2:3:4:5:6",
         "2001:db8:1:2::9",
         false,
         0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_local;
        open_server(f, rows[i].options);
        uint64_t who = caller_seen(f, rows[i].forwarded, &is_local);
        if (who != http_caller_of_text(f->server, rows[i].want) ||
            is_local != rows[i].is_local ||
            http_unbelieved(f->server) != rows[i].unbelieved) {
            fail_msg("row %zu: want %s", i, rows[i].want);
        }
        http_close(&f->server);
    }
}

static void
forms_are_decoded_and_bad_encodings_refused(void **state)
{
    (void)state;
    char value[16];
    const char form[] = "a=1&b=x+y%21&a=2&c&d=%zz&e=%00&f=0123456789abcdefg"
                        "&g=%ff%fe&h=a%c3&i=%ed%a0%80&j=%c3%a9";
    assert_true(http_form_value(form, "a", 0, value, sizeof(value)));
    assert_string_equal(value, "1");
    assert_true(http_form_value(form, "a", 1, value, sizeof(value)));
    assert_string_equal(value, "2");
    assert_false(http_form_value(form, "a", 2, value, sizeof(value)));
    assert_true(http_form_value(form, "b", 0, value, sizeof(value)));
    assert_string_equal(value, "x y!");
    assert_true(http_form_value(form, "c", 0, value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(http_form_value(form, "d", 0, value, sizeof(value)));
    assert_false(http_form_value(form, "e", 0, value, sizeof(value)));
    assert_false(http_form_value(form, "f", 0, value, sizeof(value)));
    assert_false(http_form_value(form, "g", 0, value, sizeof(value)));
    assert_false(http_form_value(form, "h", 0, value, sizeof(value)));
    assert_false(http_form_value(form, "i", 0, value, sizeof(value)));
    assert_true(http_form_value(form, "j", 0, value, sizeof(value)));
    assert_string_equal(value, "\u00e9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_serves_one_request_after_another),
        TEST(pipelined_and_dripping_requests_are_all_served_in_order),
        TEST(what_is_refused_is_answered_400_and_closed),
        TEST(what_came_before_a_refused_request_is_served),
        TEST(a_huge_body_is_refused_and_the_answer_still_arrives),
        TEST(a_head_without_end_is_refused),
        TEST(a_client_of_one_byte_at_a_time_meets_the_deadline),
        TEST(an_idle_connection_is_closed),
        TEST(beyond_the_caps_the_idlest_connection_gives_way),
        TEST(those_who_say_nothing_do_not_shut_the_door),
        TEST(when_all_are_in_the_middle_of_a_request_who_comes_is_turned_away),
        TEST(descriptors_are_kept_for_others),
        TEST(a_caller_on_this_machine_is_capped_unless_exempt),
        TEST(head_options_and_patch_are_answered_without_a_needless_body),
        TEST(a_client_that_leaves_before_its_reply_harms_nobody),
        TEST(a_server_that_closes_first_still_takes_the_reply),
        TEST(draining_finishes_what_is_open_and_takes_nothing_new),
        TEST(at_the_descriptor_limit_it_pauses_and_comes_back),
        TEST(two_servers_share_one_port),
        TEST(a_proxy_is_believed_whom_it_asks_for_and_nobody_else_is),
        TEST(forms_are_decoded_and_bad_encodings_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
