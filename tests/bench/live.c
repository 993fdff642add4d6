/* live -- from an acknowledged check-in to the last of many viewers.
 *
 *   live --port P --path …/checkins --stream …/attendance/stream
 *        --token T --viewers 200 --in marks.jsonl --rate 1000
 *
 * When the k-th check-in has been acknowledged, k people have arrived; the
 * figure is how long after that the last viewer has been shown a count of at
 * least k (0 when all were shown it before the acknowledgement came). Prints
 * one JSON object: acknowledged, shown (the count at the last viewer),
 * frames, p50_ms, p99_ms, max_ms. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/base.h"
#include "tests/support/process/load.h"

#define LINGER_MS 1500
#define VIEWERS_MAX 1000
#define READ_BYTES 65536

struct viewer {
    struct live *live;
    int fd;
    struct buf in;
    int64_t shown; /* newest "arrived" seen */
};

struct live {
    int viewers_count;
    struct viewer *viewers;
    int64_t base;                 /* arrived before the first check-in */
    int64_t *acked_us, *shown_us; /* of the k-th, by k */
    int64_t acked, shown_to_all;
    size_t frames, count;
};

_Noreturn static void
give_up(const char *why)
{
    (void)fprintf(stderr, "live: %s\n", why);
    exit(1);
}

/* ---- viewers ---- */

static void
note_shown_to_all(struct live *live)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < live->viewers_count; i++) {
        int64_t shown = live->viewers[i].shown;
        least = shown < least ? shown : least;
    }
    int64_t now_us = clock_boot_us();
    while (live->shown_to_all < least - live->base &&
           live->shown_to_all < (int64_t)live->count) {
        live->shown_us[live->shown_to_all++] = now_us;
    }
}

static void
read_frames(struct viewer *viewer)
{
    static const char mark[] = "\"arrived\":";
    char *at = viewer->in.data, *end;
    while ((end = strstr(at, "\n\n")) != NULL) {
        *end = '\0';
        /* The first is the total; later ones are by gate, role, minute. */
        const char *arrived = strstr(at, mark);
        if (arrived != NULL) {
            viewer->shown = strtoll(arrived + sizeof(mark) - 1, NULL, 10);
            viewer->live->frames++;
        }
        at = end + 2;
    }
    size_t rest = viewer->in.len - (size_t)(at - viewer->in.data);
    memmove(viewer->in.data, at, rest);
    viewer->in.len = rest;
    viewer->in.data[rest] = '\0';
}

static void
receive(struct viewer *viewer, int flags)
{
    char *room = buf_room(&viewer->in, READ_BYTES);
    ssize_t n = recv(viewer->fd, room, READ_BYTES, flags);
    if (n <= 0) {
        give_up("a viewer's stream ended: check --token and --stream");
    }
    viewer->in.len += (size_t)n;
    viewer->in.data[viewer->in.len] = '\0';
    read_frames(viewer);
}

static void
on_viewer(void *arg, int fd)
{
    struct viewer *viewer = arg;
    int64_t before = viewer->shown;
    (void)fd;
    receive(viewer, MSG_DONTWAIT);
    if (viewer->shown != before) {
        note_shown_to_all(viewer->live);
    }
}

static void
open_viewer(struct viewer *viewer, const char *request, int port)
{
    viewer->fd = load_connect(port);
    viewer->shown = -1;
    buf_init(&viewer->in, 0);
    if (send(viewer->fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
        give_up("cannot ask for the stream");
    }
    while (viewer->shown < 0) { /* the state comes at once */
        receive(viewer, 0);
    }
}

/* ---- check-ins ---- */

static void
on_answer(void *arg, const struct load_answer *answer)
{
    struct live *live = arg;
    if (answer->status == 200) {
        live->acked_us[live->acked++] = answer->answered_us;
    }
}

static void
print_result(const struct live *live)
{
    int64_t *took_us = mem_new_array(live->count, sizeof(*took_us));
    bool is_behind = live->shown_to_all < live->acked;
    size_t n = (size_t)(is_behind ? live->shown_to_all : live->acked);
    for (size_t k = 0; k < n; k++) {
        int64_t us = live->shown_us[k] - live->acked_us[k];
        took_us[k] = us < 0 ? 0 : us;
    }
    (void)printf("{\"acknowledged\":%lld,\"shown\":%lld,\"frames\":%zu,"
                 "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
                 (long long)live->acked, (long long)live->shown_to_all,
                 live->frames, (double)load_quantile(took_us, n, 0.5) / 1000,
                 (double)load_quantile(took_us, n, 0.99) / 1000,
                 (double)load_quantile(took_us, n, 1) / 1000);
    free(took_us);
}

/* ---- the words ---- */

struct words {
    struct load_options load;
    const char *in, *stream, *token;
    int viewers;
};

static const struct option options[] = {
    {"port", required_argument, NULL, 'p'},
    {"path", required_argument, NULL, 'u'},
    {"stream", required_argument, NULL, 's'},
    {"token", required_argument, NULL, 't'},
    {"in", required_argument, NULL, 'i'},
    {"viewers", required_argument, NULL, 'v'},
    {"rate", required_argument, NULL, 'r'},
    {NULL, 0, NULL, 0},
};

static void
take_word(struct words *words, int c)
{
    const char **strings[] = {['u'] = &words->load.path,
                              ['i'] = &words->in,
                              ['s'] = &words->stream,
                              ['t'] = &words->token};
    if (c == 'p') {
        words->load.port = (int)strtol(optarg, NULL, 10);
    } else if (c == 'v') {
        words->viewers = (int)strtol(optarg, NULL, 10);
    } else if (c == 'r') {
        words->load.per_second = strtod(optarg, NULL);
    } else if (c > 0 && c <= 'u' && strings[c] != NULL) {
        *strings[c] = optarg;
    }
}

static void
read_words(int argc, char **argv, struct words *words)
{
    int c;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        take_word(words, c);
    }
    if (words->load.port <= 0 || words->load.path == NULL ||
        words->in == NULL || words->stream == NULL || words->token == NULL ||
        words->viewers < 1 || words->viewers > VIEWERS_MAX) {
        (void)fputs("usage: live --port P --path PATH --stream PATH --token T "
                    "--in FILE --rate PER_SECOND [--viewers N]\n",
                    stderr);
        exit(2);
    }
}

static void
open_viewers(struct live *live, const struct words *words, struct load *load)
{
    char *request = mem_format(
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer "
        "%s\r\nAccept: text/event-stream\r\n\r\n",
        words->stream, words->load.port, words->token);
    live->viewers_count = words->viewers;
    live->viewers =
        mem_new_array((size_t)words->viewers, sizeof(*live->viewers));
    for (int i = 0; i < words->viewers; i++) {
        struct viewer *viewer = &live->viewers[i];
        viewer->live = live;
        open_viewer(viewer, request, words->load.port);
        load_watch(load, viewer->fd, on_viewer, viewer);
    }
    live->base = live->viewers[0].shown;
    free(request);
}

int
main(int argc, char **argv)
{
    struct words words = {.load.connections = 64, .viewers = 200};
    struct live live = {0};
    read_words(argc, argv, &words);
    char **bodies = load_read_lines(words.in, &words.load.count);
    live.count = words.load.count;
    live.acked_us = mem_new_array(live.count, sizeof(*live.acked_us));
    live.shown_us = mem_new_array(live.count, sizeof(*live.shown_us));
    words.load.bodies = (const char *const *)bodies;
    words.load.on_answer = on_answer;
    words.load.arg = &live;
    struct load *load = load_new(&words.load);
    open_viewers(&live, &words, load);
    load_run(load, LINGER_MS);
    print_result(&live);
    return 0; /* the system takes back the rest */
}
