/* bare_curl -- the measure for the courier: a libcurl-multi loop that posts
 * as fast as it can and does nothing else.
 *
 *   bare_curl URL COUNT CONCURRENCY
 *
 * The same bodies as the courier's, easy handles used again, raw epoll.
 * Prints one JSON line: posts, accepted, seconds, per_second. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/base/base.h"

#define CONCURRENCY_MAX 1024
#define BODY_SIZE 512
#define EVENTS_MAX 256

struct slot {
    CURL *easy;
    char body[BODY_SIZE];
};

static struct {
    const char *url;
    long count, begun, ended, accepted;
    int concurrency, poller;
    long timeout_ms; /* what curl asked for; -1: none */
    CURLM *multi;
    struct curl_slist *headers;
} bench;

static size_t
drop(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static void
begin(struct slot *slot)
{
    long i = bench.begun++;
    int len = snprintf(
        slot->body, sizeof(slot->body),
        "{\"to\":\"+4477009%05ld\",\"text\":\"Hello Ann, see you at Old "
        "Palace Yard at 11:00. Your ticket: "
        "http://127.0.0.1:8080/t/0123456789ABCD\",\"ref\":\"bare-%ld\"}",
        i % 100000, i);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, slot->body);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)len);
    (void)curl_multi_add_handle(bench.multi, slot->easy);
}

static struct slot *
new_slot(void)
{
    struct slot *slot = mem_new(sizeof(*slot));
    slot->easy = curl_easy_init();
    (void)curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_URL, bench.url);
    (void)curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, 10000L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, bench.headers);
    (void)curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, drop);
    return slot;
}

static void
collect(void)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(bench.multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        bool is_ok = message->data.result == CURLE_OK;
        long status = 0;
        char *slot = NULL;
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        (void)curl_multi_remove_handle(bench.multi, easy);
        bench.ended++;
        bench.accepted += is_ok && status == 202;
        if (bench.begun < bench.count) {
            begin((struct slot *)(void *)slot);
        }
    }
}

static int
on_socket(CURL *easy, curl_socket_t fd, int wish, void *arg, void *known)
{
    (void)easy;
    (void)arg;
    struct epoll_event event = {.data.fd = fd};
    event.events = ((wish & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) |
                   ((wish & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    if (wish == CURL_POLL_REMOVE) {
        (void)epoll_ctl(bench.poller, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    (void)epoll_ctl(bench.poller, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                    fd, &event);
    (void)curl_multi_assign(bench.multi, fd, &bench);
    return 0;
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    (void)arg;
    bench.timeout_ms = ms;
    return 0;
}

static void
turn(void)
{
    struct epoll_event events[EVENTS_MAX];
    int running;
    int count =
        epoll_wait(bench.poller, events, EVENTS_MAX, (int)bench.timeout_ms);
    for (int i = 0; i < count; i++) {
        int action = (events[i].events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0;
        action |= (events[i].events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0;
        (void)curl_multi_socket_action(bench.multi, events[i].data.fd, action,
                                       &running);
    }
    if (count == 0 || bench.timeout_ms == 0) {
        (void)curl_multi_socket_action(bench.multi, CURL_SOCKET_TIMEOUT, 0,
                                       &running);
    }
    collect();
}

static void
open_multi(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    bench.multi = curl_multi_init();
    bench.headers = curl_slist_append(NULL, "Content-Type: application/json");
    bench.headers = curl_slist_append(bench.headers, "Expect:");
    bench.poller = epoll_create1(EPOLL_CLOEXEC);
    (void)curl_multi_setopt(bench.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(bench.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(bench.multi, CURLMOPT_MAXCONNECTS,
                            (long)bench.concurrency);
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "bare_curl URL COUNT CONCURRENCY\n");
        return 2;
    }
    bench.url = argv[1];
    bench.count = strtol(argv[2], NULL, 10);
    bench.concurrency = (int)strtol(argv[3], NULL, 10);
    if (bench.concurrency < 1 || bench.concurrency > CONCURRENCY_MAX) {
        (void)fprintf(stderr, "bare_curl: CONCURRENCY is 1 to 1024\n");
        return 2;
    }
    open_multi();
    int64_t started_us = clock_boot_us();
    for (int i = 0; i < bench.concurrency && bench.begun < bench.count; i++) {
        begin(new_slot());
    }
    while (bench.ended < bench.count) {
        turn();
    }
    double seconds = (double)(clock_boot_us() - started_us) / 1e6;
    (void)printf("{\"posts\":%ld,\"accepted\":%ld,\"seconds\":%.3f,"
                 "\"per_second\":%.0f}\n",
                 bench.ended, bench.accepted, seconds,
                 (double)bench.ended / seconds);
    return bench.accepted == bench.count ? 0 : 1;
}
