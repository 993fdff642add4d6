/* test_sse -- viewers get the newest state, the slow ones no old ones. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/http/http.h"
#include "common/http/sse.h"

#define WAIT_MS 10000
#define TEXT_SIZE (1024 * 1024)

struct fixture {
    struct loop *loop;
    struct http_server *server;
    struct sse_hub *hub;
    char *text; /* what a client heard */
};

static void
on_request(void *arg, struct http_request *request)
{
    struct fixture *f = arg;
    char topic[64];
    (void)snprintf(topic, sizeof(topic), "%s", http_path(request) + 1);
    if (!sse_view(f->hub, topic, request)) {
        http_reply(request, &(struct http_answer){.status = 503});
    }
}

static void
open_hub(struct fixture *f, struct sse_options options)
{
    f->hub = sse_hub_new(f->loop, &options);
    f->server = http_open(
        f->loop, &(struct http_options){.on_request = on_request, .arg = f});
}

static int
set_up(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    fixture.loop = loop_new();
    fixture.text = mem_new(TEXT_SIZE);
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    sse_hub_free(&f->hub);
    http_close(&f->server);
    loop_free(&f->loop);
    free(f->text);
    return 0;
}

/* A viewer whose kernel takes little, so that a slow one soon shows. */
static int
view(struct fixture *f, const char *path, const char *version)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), small = 4096;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(f->server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char text[256];
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    (void)connect(fd, (struct sockaddr *)&to, sizeof(to));
    int n = snprintf(text, sizeof(text), "GET %s HTTP/%s\r\nHost: x\r\n\r\n",
                     path, version);
    int before = sse_stats(f->hub)->viewers;
    int64_t until = clock_boot_ms() + WAIT_MS;
    while (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n &&
           clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
    }
    while (sse_stats(f->hub)->viewers == before && clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
    }
    return fd;
}

/* Adds to f->text until part is in it, or (NULL) the stream has ended. */
static void
hear(struct fixture *f, int fd, const char *part)
{
    int64_t until = clock_boot_ms() + WAIT_MS;
    size_t len = strlen(f->text);
    while (clock_boot_ms() < until) {
        if (part != NULL && strstr(f->text, part) != NULL) {
            return;
        }
        ssize_t n = recv(fd, f->text + len, TEXT_SIZE - len - 1, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET)) {
            if (part == NULL) {
                return;
            }
            fail_msg("the stream ended before %s", part);
        }
        if (n > 0) {
            len += (size_t)n;
            f->text[len] = '\0';
        }
        loop_turn(f->loop, 2);
    }
    fail_msg("waited too long for %s; got %.300s", part, f->text);
}

static void
publish(struct fixture *f, const char *topic, uint64_t id, size_t len)
{
    char *data = mem_new(len + 32);
    int n = snprintf(data, 32, "{\"n\":%d,\"x\":\"", (int)id);
    memset(data + n, 'x', len);
    memcpy(data + (size_t)n + len, "\"}", 3);
    (void)sse_publish(f->hub, topic,
                      &(struct sse_event){"count", id, data, strlen(data)});
    free(data);
}

static void
a_viewer_gets_the_newest_state_at_once_and_then_each_newer(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){0});
    int first = view(f, "/a", "1.1");
    assert_false(sse_has_state(f->hub, "a"));
    publish(f, "a", 7, 1);
    assert_true(sse_has_state(f->hub, "a"));
    int second = view(f, "/a", "1.1");
    hear(f, second, "event: count\nid: 7\ndata: {\"n\":7,\"x\":\"x\"}\n\n");
    assert_non_null(strstr(f->text, "Content-Type: text/event-stream"));
    assert_non_null(strstr(f->text, "Transfer-Encoding: chunked"));
    publish(f, "a", 8, 1);
    hear(f, second, "\nid: 8\n");
    f->text[0] = '\0';
    hear(f, first, "\nid: 8\n");
    assert_non_null(strstr(f->text, "\nid: 7\n"));
    (void)close(first);
    (void)close(second);
}

static void
an_older_state_is_never_shown_after_a_newer(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){0});
    int fd = view(f, "/a", "1.1");
    publish(f, "a", 8, 1);
    publish(f, "a", 7, 1);
    publish(f, "a", 8, 1);
    publish(f, "a", 9, 1);
    hear(f, fd, "\nid: 9\n");
    assert_null(strstr(f->text, "\nid: 7\n"));
    assert_int_equal(sse_stats(f->hub)->frames, 2);
    (void)close(fd);
}

static void
topics_do_not_mix_and_end_with_their_last_viewer(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){0});
    int a = view(f, "/a", "1.1"), b = view(f, "/b", "1.1");
    assert_int_equal(sse_viewers(f->hub, "a"), 1);
    publish(f, "b", 1, 1);
    hear(f, b, "\nid: 1\n");
    (void)close(b);
    int64_t until = clock_boot_ms() + WAIT_MS;
    while (sse_viewers(f->hub, "b") > 0 && clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
    }
    assert_false(sse_has_state(f->hub, "b"));
    assert_false(
        sse_publish(f->hub, "b", &(struct sse_event){"count", 2, "{}", 2}));
    assert_int_equal(sse_viewers(f->hub, "a"), 1);
    (void)close(a);
}

static void
a_slow_viewer_misses_states_and_ends_with_the_newest(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){.stale_bytes = 1024});
    int fd = view(f, "/a", "1.1");
    for (uint64_t id = 1; id <= 400; id++) { /* 400 kB that nobody reads */
        publish(f, "a", id, 1000);
        loop_turn(f->loop, 0);
    }
    assert_int_equal(sse_stats(f->hub)->viewers, 1);
    assert_in_range(sse_stats(f->hub)->replaced, 1, 399);
    hear(f, fd, "\nid: 400\n");
    const char *first = strstr(f->text, "\nid: 1\n");
    assert_non_null(first);
    int seen = 0, last = 0;
    for (const char *at = first; at != NULL; at = strstr(at + 1, "\nid: ")) {
        int id = (int)strtol(at + 5, NULL, 10);
        assert_true(id > last);
        last = id;
        seen++;
    }
    assert_in_range(seen, 2, 399);
    (void)close(fd);
}

static void
a_viewer_with_too_much_waiting_is_cut_and_others_stay(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){.stale_bytes = 1024 * 1024,
                                     .waiting_bytes_max = 256 * 1024});
    int slow = view(f, "/a", "1.1"), quick = view(f, "/b", "1.1");
    int64_t until = clock_boot_ms() + WAIT_MS;
    for (uint64_t id = 1;
         sse_stats(f->hub)->cut == 0 && clock_boot_ms() < until; id++) {
        publish(f, "a", id, 10000);
        loop_turn(f->loop, 0);
    }
    assert_int_equal(sse_stats(f->hub)->cut, 1);
    assert_int_equal(sse_viewers(f->hub, "a"), 0);
    publish(f, "b", 1, 1);
    hear(f, quick, "\nid: 1\n");
    while (http_connections(f->server) > 1 && clock_boot_ms() < until) {
        loop_turn(f->loop, 5);
    }
    assert_int_equal(http_connections(f->server), 1);
    (void)close(slow);
    (void)close(quick);
}

static void
a_stuck_viewer_is_cut_by_and_by(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){
                    .stale_bytes = 1, .comment_ms = 50, .stuck_ms_max = 100});
    int fd = view(f, "/a", "1.1");
    hear(f, fd, ":\n\n");
    publish(f, "a", 1, 250000); /* more than the kernel takes */
    publish(f, "a", 2, 1);
    int64_t until = clock_boot_ms() + WAIT_MS;
    while (sse_stats(f->hub)->viewers > 0 && clock_boot_ms() < until) {
        loop_turn(f->loop, 20);
    }
    assert_int_equal(sse_stats(f->hub)->cut, 1);
    (void)close(fd);
}

static void
comments_come_while_nothing_happens(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){.comment_ms = 50});
    int fd = view(f, "/a", "1.1");
    hear(f, fd, "\r\n:\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
    (void)close(fd);
}

static void
an_http_1_0_viewer_gets_plain_frames(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){0});
    int fd = view(f, "/a", "1.0");
    publish(f, "a", 1, 1);
    hear(f, fd, "\r\n\r\n:\n\nevent: count\nid: 1\n");
    assert_null(strstr(f->text, "chunked"));
    (void)close(fd);
}

static void
beyond_viewers_max_there_is_no_view(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){.viewers_max = 1});
    int first = view(f, "/a", "1.1");
    char request[] = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(f->server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)connect(fd, (struct sockaddr *)&to, sizeof(to));
    loop_turn(f->loop, 5);
    assert_int_equal(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL),
                     sizeof(request) - 1);
    hear(f, fd, "HTTP/1.1 503 ");
    (void)close(first);
    (void)close(fd);
}

static void
draining_ends_every_stream_whole(void **state)
{
    struct fixture *f = *state;
    open_hub(f, (struct sse_options){0});
    int fd = view(f, "/a", "1.1");
    publish(f, "a", 1, 1);
    http_drain(f->server);
    sse_end_all(f->hub);
    hear(f, fd, NULL);
    size_t len = strlen(f->text);
    assert_string_equal(f->text + len - 5, "0\r\n\r\n");
    assert_true(http_is_idle(f->server));
    (void)close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_viewer_gets_the_newest_state_at_once_and_then_each_newer),
        TEST(an_older_state_is_never_shown_after_a_newer),
        TEST(topics_do_not_mix_and_end_with_their_last_viewer),
        TEST(a_slow_viewer_misses_states_and_ends_with_the_newest),
        TEST(a_viewer_with_too_much_waiting_is_cut_and_others_stay),
        TEST(a_stuck_viewer_is_cut_by_and_by),
        TEST(comments_come_while_nothing_happens),
        TEST(an_http_1_0_viewer_gets_plain_frames),
        TEST(beyond_viewers_max_there_is_no_view),
        TEST(draining_ends_every_stream_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
