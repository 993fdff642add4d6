/* test_fetch -- every way in which an exchange with another can end, against
 * a scripted peer on a thread of its own. */
#include "common/fetch/fetch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"

#define DEADLINE_MS 10000
#define TIMEOUT_MS 300 /* of the exchanges that are to time out */

/* ---- the peer ---- */

/* One line for each thing it does on a connection: ">text" is said, "<text"
 * is waited for (until that text has been seen), "!" hangs up, "_" waits for
 * the other to hang up. NULL ends. */
struct peer {
    int fd, port;
    const char *const *script; /* for each connection, the same */
    pthread_t thread;
    atomic_int connections;
    pthread_mutex_t lock;
    struct buf heard; /* under lock: all that was read */
};

/* False: the other hung up, or the deadline passed. */
static bool
hear(struct peer *peer, int fd, struct buf *unread, const char *until)
{
    for (;;) {
        char *at = until[0] == '\0' ? NULL : strstr(buf_string(unread), until);
        if (at != NULL) {
            char *rest = mem_copy_string(at + strlen(until));
            buf_reset(unread);
            buf_add_string(unread, rest);
            free(rest);
            return true;
        }
        char bytes[4096];
        struct pollfd ready = {fd, POLLIN, 0};
        ssize_t n = poll(&ready, 1, DEADLINE_MS) == 1
                        ? read(fd, bytes, sizeof(bytes))
                        : -1;
        if (n <= 0) {
            return false;
        }
        buf_add(unread, bytes, (size_t)n);
        pthread_mutex_lock(&peer->lock);
        buf_add(&peer->heard, bytes, (size_t)n);
        pthread_mutex_unlock(&peer->lock);
    }
}

static void
play(struct peer *peer, int fd)
{
    struct buf unread;
    buf_init(&unread, 0);
    for (const char *const *line = peer->script; *line != NULL; line++) {
        const char *text = *line + 1;
        if ((*line)[0] == '>') {
            (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
        } else if ((*line)[0] == '!' || !hear(peer, fd, &unread, text)) {
            break;
        }
    }
    buf_fini(&unread);
    (void)close(fd);
}

static void *
run_peer(void *arg)
{
    struct peer *peer = arg;
    for (;;) {
        int fd = accept(peer->fd, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        atomic_fetch_add(&peer->connections, 1);
        play(peer, fd);
    }
}

static struct peer *
start_peer(const char *const *script)
{
    struct peer *peer = mem_new(sizeof(*peer));
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->script = script;
    buf_init(&peer->heard, 0);
    pthread_mutex_init(&peer->lock, NULL);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(peer->fd, (void *)&address, len), 0);
    assert_int_equal(listen(peer->fd, 64), 0);
    assert_int_equal(getsockname(peer->fd, (void *)&address, &len), 0);
    peer->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&peer->thread, NULL, run_peer, peer), 0);
    return peer;
}

static void
stop_peer(struct peer *peer)
{
    (void)shutdown(peer->fd, SHUT_RDWR);
    pthread_join(peer->thread, NULL);
    (void)close(peer->fd);
    buf_fini(&peer->heard);
    free(peer);
}

static int
times_heard(struct peer *peer, const char *what)
{
    int times = 0;
    pthread_mutex_lock(&peer->lock);
    for (const char *at = buf_string(&peer->heard);
         (at = strstr(at, what)) != NULL; at++) {
        times++;
    }
    pthread_mutex_unlock(&peer->lock);
    return times;
}

/* ---- the asker ---- */

struct got {
    int calls;
    enum fetch_outcome outcome;
    int status;
    char body[256];
    size_t len;
};

struct fixture {
    struct loop *loop;
    struct fetch_target *target;
};

static void
on_answer(void *arg, const struct fetch_answer *answer)
{
    struct got *got = arg;
    got->calls++;
    got->outcome = answer->outcome;
    got->status = answer->status;
    got->len = answer->len;
    (void)snprintf(got->body, sizeof(got->body), "%s", answer->body);
}

static struct fixture
aim_at(const char *scheme, int port, int64_t timeout_ms)
{
    struct fixture f = {.loop = loop_new()};
    const char *why;
    char *url = mem_format("%s://127.0.0.1:%d/", scheme, port);
    const char *const headers[] = {"X-Key: secret"};
    f.target = fetch_target_new(f.loop,
                                &(struct fetch_target_options){
                                    .url = url,
                                    .method = "POST",
                                    .headers = headers,
                                    .header_count = 1,
                                    .timeout_ms = timeout_ms,
                                    .connections_max = 2,
                                },
                                &why);
    assert_non_null(f.target);
    free(url);
    return f;
}

static void
fini(struct fixture *f)
{
    fetch_target_free(&f->target);
    loop_free(&f->loop);
}

static void
wait_for(struct fixture *f, const struct got *got, int calls)
{
    int64_t until = clock_boot_ms() + DEADLINE_MS;
    while (got->calls < calls) {
        assert_true(clock_boot_ms() < until);
        loop_turn(f->loop, 20);
    }
    assert_int_equal(got->calls, calls);
}

static struct got
post(struct fixture *f, const char *body)
{
    struct got got = {0};
    fetch_http(f->target, NULL, bytes_of_string(body), on_answer, &got);
    assert_int_equal(got.calls, 0); /* always later */
    wait_for(f, &got, 1);
    return got;
}

static struct got
mail(struct fixture *f, const char *to, const char *message)
{
    struct got got = {0};
    fetch_mail(
        f->target,
        &(struct fetch_mail){"us@example.org", to, message, strlen(message)},
        on_answer, &got);
    assert_int_equal(got.calls, 0);
    wait_for(f, &got, 1);
    return got;
}

/* ---- HTTP ---- */

static void
an_answer_brings_status_and_body_on_a_kept_connection(void **state)
{
    static const char *const script[] = {
        "<one", ">HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok",
        "<two", ">HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n",
        "_",    NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = aim_at("http", peer->port, DEADLINE_MS);
    (void)state;
    struct got got = post(&f, "one");
    assert_int_equal(got.outcome, FETCH_ANSWERED);
    assert_int_equal(got.status, 202);
    assert_string_equal(got.body, "ok");
    got = post(&f, "two");
    assert_int_equal(got.status, 429);
    assert_int_equal(atomic_load(&peer->connections), 1);
    assert_int_equal(times_heard(peer, "X-Key: secret\r\n"), 2);
    assert_int_equal(times_heard(peer, "Expect"), 0);
    fini(&f);
    stop_peer(peer);
}

static void
a_refused_connection_never_began(void **state)
{
    struct peer *peer = start_peer((const char *const[]){"!", NULL});
    int port = peer->port;
    stop_peer(peer);
    struct fixture f = aim_at("http", port, DEADLINE_MS);
    (void)state;
    assert_int_equal(post(&f, "x").outcome, FETCH_NEVER_BEGAN);
    fini(&f);
}

/* Each script reads the request and then does not answer as it should. */
static void
whatever_is_no_complete_answer_is_unknown(void **state)
{
    static const struct row {
        const char *what, *script[4];
    } rows[] = {
        {"hangs up", {"<body", "!", NULL}},
        {"is silent", {"<body", "_", NULL}},
        {"hangs up in the head", {"<body", ">HTTP/1.1 200 O", "!", NULL}},
        {"hangs up in the body",
         {"<body", ">HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "!",
          NULL}},
        {"is silent in the body",
         {"<body", ">HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "_",
          NULL}},
        {"talks something else", {"<body", ">220 smtp ready\r\n", "!", NULL}},
        {"reads the head alone", {"<POST", "!", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peer *peer = start_peer(rows[i].script);
        struct fixture f = aim_at("http", peer->port, TIMEOUT_MS);
        struct got got = post(&f, "body");
        if (got.outcome != FETCH_UNKNOWN || got.status != 0) {
            fail_msg("a peer that %s: got %d, status %d", rows[i].what,
                     (int)got.outcome, got.status);
        }
        fini(&f);
        stop_peer(peer);
    }
}

/* libcurl by itself would send the second one again on a new connection. */
static void
a_request_is_never_sent_again_on_a_new_connection(void **state)
{
    static const char *const script[] = {
        "<one", ">HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "<two", "!",
        NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = aim_at("http", peer->port, DEADLINE_MS);
    (void)state;
    assert_int_equal(post(&f, "one").outcome, FETCH_ANSWERED);
    assert_int_equal(post(&f, "two").outcome, FETCH_UNKNOWN);
    assert_int_equal(times_heard(peer, "two"), 1);
    fini(&f);
    stop_peer(peer);
}

static void
more_than_the_connections_allow_never_begin(void **state)
{
    static const char *const script[] = {"<never", NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = aim_at("http", peer->port, DEADLINE_MS);
    struct got open[2] = {{0}}, third = {0};
    (void)state;
    fetch_http(f.target, NULL, bytes_of_string("a"), on_answer, &open[0]);
    fetch_http(f.target, NULL, bytes_of_string("b"), on_answer, &open[1]);
    fetch_http(f.target, NULL, bytes_of_string("c"), on_answer, &third);
    wait_for(&f, &third, 1);
    assert_int_equal(third.outcome, FETCH_NEVER_BEGAN);
    assert_int_equal(fetch_open_count(f.target), 2);
    while (times_heard(peer, "\r\n\r\n") == 0) {
        loop_turn(f.loop, 20);
    }
    fini(&f); /* ends what is open, and says so */
    assert_int_equal(open[0].calls + open[1].calls, 2);
    assert_int_equal(open[0].outcome, FETCH_UNKNOWN);
    stop_peer(peer);
}

static void
a_long_answer_is_cut_and_still_an_answer(void **state)
{
    char *head = mem_format("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                            FETCH_ANSWER_BYTES_MAX + 100);
    struct buf said;
    buf_init(&said, 0);
    buf_printf(&said, ">%s%*s", head, FETCH_ANSWER_BYTES_MAX + 100, "x");
    const char *const script[] = {"<body", buf_string(&said), "_", NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = aim_at("http", peer->port, DEADLINE_MS);
    (void)state;
    struct got got = post(&f, "body");
    assert_int_equal(got.outcome, FETCH_ANSWERED);
    assert_int_equal(got.len, FETCH_ANSWER_BYTES_MAX);
    fini(&f);
    stop_peer(peer);
    buf_fini(&said);
    free(head);
}

static void
a_target_may_say_put_and_take_longer_answers(void **state)
{
    char *head = mem_format("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                            (int)FETCH_ANSWER_BYTES_MAX + 100);
    struct buf said;
    buf_init(&said, 0);
    buf_printf(&said, ">%s%*s", head, (int)FETCH_ANSWER_BYTES_MAX + 100, "x");
    const char *const script[] = {"<body", buf_string(&said), "_", NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = {.loop = loop_new()};
    const char *why;
    char *url = mem_format("http://127.0.0.1:%d/a", peer->port);
    (void)state;
    f.target = fetch_target_new(
        f.loop,
        &(struct fetch_target_options){.url = url,
                                       .method = "PUT",
                                       .timeout_ms = DEADLINE_MS,
                                       .connections_max = 1,
                                       .answer_bytes_max = 1000000},
        &why);
    struct got got = post(&f, "body");
    assert_int_equal(got.len, FETCH_ANSWER_BYTES_MAX + 100);
    assert_int_equal(times_heard(peer, "PUT /a HTTP/1.1"), 1);
    fini(&f);
    stop_peer(peer);
    buf_fini(&said);
    free(head);
    free(url);
}

struct chain {
    struct fixture f;
    int left, answered;
};

static void
on_link(void *arg, const struct fetch_answer *answer)
{
    struct chain *chain = arg;
    assert_int_equal(answer->outcome, FETCH_ANSWERED);
    assert_string_equal(answer->body, "ok");
    chain->answered++;
    if (chain->left-- > 0) {
        fetch_http(chain->f.target, NULL, bytes_of_string("next"), on_link,
                   chain);
    }
}

static void
a_callback_may_begin_the_next_at_once(void **state)
{
    static const char *const script[] = {
        "<next", ">HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "<next", ">HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "<next", ">HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "_",     NULL};
    struct peer *peer = start_peer(script);
    struct chain chain = {aim_at("http", peer->port, DEADLINE_MS), 2, 0};
    int64_t until = clock_boot_ms() + DEADLINE_MS;
    (void)state;
    fetch_http(chain.f.target, NULL, bytes_of_string("next"), on_link, &chain);
    while (chain.answered < 3) {
        assert_true(clock_boot_ms() < until);
        loop_turn(chain.f.loop, 20);
    }
    fini(&chain.f);
    stop_peer(peer);
}

static void
a_target_that_cannot_be_meant_is_refused(void **state)
{
    static const struct {
        const char *url, *header;
        int connections;
    } rows[] = {
        {"file:///etc/passwd", "A: b", 1}, {"gopher://x", "A: b", 1},
        {"http://x", "A: b\r\nC: d", 1},   {"http://x", "no colon", 1},
        {"http://x", "A: b", 0},           {"http://x", "A: b", 1025},
    };
    struct loop *loop = loop_new();
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = NULL;
        struct fetch_target_options options = {
            .url = rows[i].url,
            .headers = &rows[i].header,
            .header_count = 1,
            .timeout_ms = 1,
            .connections_max = rows[i].connections,
        };
        assert_null(fetch_target_new(loop, &options, &why));
        assert_non_null(why);
    }
    loop_free(&loop);
}

static void
a_url_with_a_line_break_is_refused(void **state)
{
    struct fixture f = aim_at("http", 1, DEADLINE_MS);
    struct got got = {0};
    (void)state;
    fetch_http(f.target, "http://127.0.0.1/\r\nX: y", bytes_of_string(""),
               on_answer, &got);
    wait_for(&f, &got, 1);
    assert_int_equal(got.outcome, FETCH_REFUSED);
    fini(&f);
}

/* ---- SMTP ---- */

#define MESSAGE "Subject: x\r\n\r\n.dot\r\nlast\r\n"
#define HELLO                                                                  \
    ">220 peer\r\n", "<EHLO", "<\r\n", ">250 peer\r\n", "<MAIL FROM:", "<\r\n"

static void
a_mail_taken_is_answered_by_250_with_its_dots_kept(void **state)
{
    static const char *const script[] = {
        HELLO,         ">250 ok\r\n",    "<RCPT TO:", "<\r\n",
        ">250 ok\r\n", "<DATA",          "<\r\n",     ">354 go\r\n",
        "<\r\n.\r\n",  ">250 taken\r\n", "_",         NULL};
    struct peer *peer = start_peer(script);
    struct fixture f = aim_at("smtp", peer->port, DEADLINE_MS);
    (void)state;
    struct got got = mail(&f, "ann@example.org", MESSAGE);
    assert_int_equal(got.outcome, FETCH_ANSWERED);
    assert_int_equal(got.status, 250);
    assert_int_equal(times_heard(peer, "MAIL FROM:<us@example.org>"), 1);
    assert_int_equal(times_heard(peer, "RCPT TO:<ann@example.org>"), 1);
    assert_int_equal(times_heard(peer, "\r\n..dot\r\nlast\r\n.\r\n"), 1);
    fini(&f);
    stop_peer(peer);
}

static void
each_end_of_a_mail_is_what_it_is(void **state)
{
    static const struct row {
        const char *what;
        enum fetch_outcome outcome;
        int status;
        const char *script[20];
    } rows[] = {
        {"refuses the recipient",
         FETCH_ANSWERED,
         550,
         {HELLO, ">250 ok\r\n", "<RCPT", ">550 no such user\r\n", "_", NULL}},
        {"has no room for the sender now",
         FETCH_ANSWERED,
         451,
         {HELLO, ">451 later\r\n", "_", NULL}},
        {"refuses the message",
         FETCH_ANSWERED,
         554,
         {HELLO, ">250 ok\r\n", "<RCPT", "<\r\n", ">250 ok\r\n", "<DATA",
          ">354 go\r\n", "<\r\n.\r\n", ">554 spam\r\n", "_", NULL}},
        {"hangs up before the message",
         FETCH_NEVER_BEGAN,
         0,
         {HELLO, ">250 ok\r\n", "<RCPT", "!", NULL}},
        {"says nothing at all", FETCH_NEVER_BEGAN, 0, {"_", NULL}},
        {"says 554 instead of hello",
         FETCH_NEVER_BEGAN,
         0,
         {">554 go away\r\n", "_", NULL}},
        {"hangs up after the message",
         FETCH_UNKNOWN,
         0,
         {HELLO, ">250 ok\r\n", "<RCPT", "<\r\n", ">250 ok\r\n", "<DATA",
          ">354 go\r\n", "<\r\n.\r\n", "!", NULL}},
        {"is silent after the message",
         FETCH_UNKNOWN,
         0,
         {HELLO, ">250 ok\r\n", "<RCPT", "<\r\n", ">250 ok\r\n", "<DATA",
          ">354 go\r\n", "<\r\n.\r\n", "_", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peer *peer = start_peer(rows[i].script);
        struct fixture f = aim_at("smtp", peer->port, TIMEOUT_MS);
        struct got got = mail(&f, "ann@example.org", MESSAGE);
        if (got.outcome != rows[i].outcome || got.status != rows[i].status) {
            fail_msg("a peer that %s: got %d, status %d", rows[i].what,
                     (int)got.outcome, got.status);
        }
        fini(&f);
        stop_peer(peer);
    }
}

static void
an_address_that_could_speak_smtp_is_refused(void **state)
{
    static const char *const rows[] = {
        "",      "a@b>\r\nRCPT TO:<c@d", "a@b\n",      "a b@c",
        "<a@b>", "\xc3\xa4@b",           "a@b\x7f.org"};
    struct peer *peer = start_peer((const char *const[]){"_", NULL});
    struct fixture f = aim_at("smtp", peer->port, DEADLINE_MS);
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(mail(&f, rows[i], MESSAGE).outcome, FETCH_REFUSED);
    }
    assert_int_equal(atomic_load(&peer->connections), 0);
    fini(&f);
    stop_peer(peer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_brings_status_and_body_on_a_kept_connection),
        cmocka_unit_test(a_refused_connection_never_began),
        cmocka_unit_test(whatever_is_no_complete_answer_is_unknown),
        cmocka_unit_test(a_request_is_never_sent_again_on_a_new_connection),
        cmocka_unit_test(more_than_the_connections_allow_never_begin),
        cmocka_unit_test(a_long_answer_is_cut_and_still_an_answer),
        cmocka_unit_test(a_target_may_say_put_and_take_longer_answers),
        cmocka_unit_test(a_callback_may_begin_the_next_at_once),
        cmocka_unit_test(a_target_that_cannot_be_meant_is_refused),
        cmocka_unit_test(a_url_with_a_line_break_is_refused),
        cmocka_unit_test(a_mail_taken_is_answered_by_250_with_its_dots_kept),
        cmocka_unit_test(each_end_of_a_mail_is_what_it_is),
        cmocka_unit_test(an_address_that_could_speak_smtp_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
