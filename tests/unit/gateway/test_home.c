/* test_home -- what GET / asks of signup, and how much of it at once. Signup
 * is played: each ask waits until the test answers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/client/signup.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/frame/notice.h"
#include "services/gateway/pages/home/home.h"
#include "services/gateway/pages/pages.h"

#define OPEN_MAX_HERE 64
#define TEXT_SIZE 65536

struct open_ask {
    signup_answer_cb *cb;
    void *arg;
    char campaign[SLUG_SIZE]; /* "": the list of campaigns */
};

static struct open_ask asks[OPEN_MAX_HERE];
static size_t open_count, open_count_max, asked;

void
signup_ask(struct bus_peer *peer, int instance, const Signup__Request *request,
           signup_answer_cb *cb, void *arg)
{
    struct open_ask *ask = &asks[open_count++];
    (void)peer;
    (void)instance;
    assert_true(open_count < OPEN_MAX_HERE);
    bool is_list = request->is_case == SIGNUP__REQUEST__IS_LIST_CAMPAIGNS;
    *ask = (struct open_ask){.cb = cb, .arg = arg};
    (void)snprintf(ask->campaign, sizeof(ask->campaign), "%s",
                   is_list ? "" : request->list_actions->campaign);
    asked++;
    open_count_max = open_count > open_count_max ? open_count : open_count_max;
}

struct fixture {
    struct gateway gateway;
    int fd;
    char text[TEXT_SIZE];
};

static void
on_request(void *arg, struct http_request *request)
{
    struct fixture *f = arg;
    page_home(exchange_new(&f->gateway, request));
}

static int
set_up(void **state)
{
    struct fixture *f = mem_new(sizeof(*f));
    struct gateway *g = &f->gateway;
    g->service.loop = loop_new();
    g->service.metrics = metrics_new();
    g->draw_problem = show_notice;
    for (int i = 0; i < 4; i++) {
        g->requests[i] =
            metric_counter(g->service.metrics, "requests", NULL, "requests");
    }
    g->request_ms =
        metric_histogram(g->service.metrics, "request_ms", NULL, "time");
    g->http = http_open(g->service.loop, &(struct http_options){
                                             .on_request = on_request,
                                             .arg = f,
                                         });
    open_count = open_count_max = asked = 0;
    f->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(g->http)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)connect(f->fd, (struct sockaddr *)&to, sizeof(to));
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    (void)close(f->fd);
    http_close(&f->gateway.http);
    metrics_free(&f->gateway.service.metrics);
    loop_free(&f->gateway.service.loop);
    free(f);
    return 0;
}

/* Turns the loop until so many asks are open. */
static void
wait_for_asks(struct fixture *f, size_t count)
{
    for (int i = 0; i < 1000 && open_count < count; i++) {
        const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        loop_turn(f->gateway.service.loop, 5);
        if (i == 0) {
            (void)send(f->fd, get, strlen(get), MSG_NOSIGNAL);
        }
    }
    assert_int_equal(open_count, count);
}

static struct open_ask
take(size_t i)
{
    struct open_ask ask = asks[i];
    memmove(&asks[i], &asks[i + 1], (open_count - i - 1) * sizeof(asks[0]));
    open_count--;
    return ask;
}

static void
answer_campaigns(size_t count)
{
    struct open_ask ask = take(0);
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    Signup__Campaigns list = SIGNUP__CAMPAIGNS__INIT;
    Signup__Campaign *campaigns = mem_new_array(count, sizeof(*campaigns));
    list.campaigns = mem_new_array(count, sizeof(*list.campaigns));
    for (size_t i = 0; i < count; i++) {
        signup__campaign__init(&campaigns[i]);
        campaigns[i].id = mem_format("campaign-%02zu", i);
        list.campaigns[i] = &campaigns[i];
    }
    list.n_campaigns = count;
    reply.list_campaigns = &list;
    assert_string_equal(ask.campaign, "");
    ask.cb(ask.arg, ERR_NONE, "", &reply);
    for (size_t i = 0; i < count; i++) {
        free(campaigns[i].id);
    }
    free(list.campaigns);
    free(campaigns);
}

static void
answer_actions(size_t i)
{
    struct open_ask ask = take(i);
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    Signup__Actions about = SIGNUP__ACTIONS__INIT;
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.id = campaign.name = ask.campaign;
    about.campaign = &campaign;
    reply.list_actions = &about;
    ask.cb(ask.arg, ERR_NONE, "", &reply);
}

static void
hear(struct fixture *f)
{
    size_t len = 0;
    for (int i = 0; i < 1000 && strstr(f->text, "</html>") == NULL; i++) {
        ssize_t n = recv(f->fd, f->text + len, sizeof(f->text) - len - 1, 0);
        len += n > 0 ? (size_t)n : 0;
        loop_turn(f->gateway.service.loop, 5);
    }
}

static void
campaigns_are_asked_for_side_by_side_with_a_bound(void **state)
{
    struct fixture *f = *state;
    wait_for_asks(f, 1);
    answer_campaigns(60);
    assert_int_equal(open_count, HOME_ASKS_MAX);
    while (open_count > 0) {
        answer_actions(open_count - 1); /* the newest first */
    }
    assert_int_equal(asked, 1 + HOME_CAMPAIGNS_MAX);
    assert_int_equal(open_count_max, HOME_ASKS_MAX);
    hear(f);
    const char *at = f->text;
    for (int i = 0; i < HOME_CAMPAIGNS_MAX; i++) {
        char id[32];
        (void)snprintf(id, sizeof(id), "/c/campaign-%02d", i);
        at = strstr(at, id);
        if (at == NULL) {
            fail_msg("%s is not there, or not in its place", id);
        }
    }
}

static void
one_failure_ends_it_once_and_asks_no_more(void **state)
{
    struct fixture *f = *state;
    wait_for_asks(f, 1);
    answer_campaigns(20);
    struct open_ask ask = take(3);
    ask.cb(ask.arg, ERR_UNAVAILABLE, "", NULL);
    while (open_count > 0) {
        answer_actions(0);
    }
    assert_int_equal(asked, 1 + HOME_ASKS_MAX);
    hear(f);
    assert_memory_equal(f->text, "HTTP/1.1 503 ", 13);
    assert_non_null(strstr(f->text, "Retry-After: "));
    assert_int_equal(f->gateway.open_exchanges, 0);
}

static void
without_campaigns_there_is_a_page_all_the_same(void **state)
{
    struct fixture *f = *state;
    wait_for_asks(f, 1);
    answer_campaigns(0);
    hear(f);
    assert_memory_equal(f->text, "HTTP/1.1 200 ", 13);
    assert_int_equal(asked, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(campaigns_are_asked_for_side_by_side_with_a_bound),
        TEST(one_failure_ends_it_once_and_asks_no_more),
        TEST(without_campaigns_there_is_a_page_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
