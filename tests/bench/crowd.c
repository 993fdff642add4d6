/* crowd -- posts every line of a file to one path, and says how it went.
 *
 *   crowd --port P --path /v1/… --connections 256 --in bodies.jsonl
 *         [--out answers.jsonl] [--rate per-second] [--token T]
 *
 * Prints one JSON object: requests, by_status, seconds, per_second, p50_ms,
 * p99_ms. --out gets each answer's body, a line each, in the order answered;
 * exit status 0 whatever the statuses were: the reader judges. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "tests/support/process/load.h"

#define STATUS_COUNT 600

struct crowd {
    FILE *out;
    int64_t *took_us;
    size_t answered;
    size_t by_status[STATUS_COUNT];
};

static void
on_answer(void *arg, const struct load_answer *answer)
{
    struct crowd *crowd = arg;
    crowd->took_us[crowd->answered++] = answer->answered_us - answer->sent_us;
    crowd->by_status[answer->status < STATUS_COUNT ? answer->status : 0]++;
    if (crowd->out != NULL) {
        (void)fprintf(crowd->out, "%.*s\n", (int)answer->len, answer->body);
    }
}

static double
quantile_ms(struct crowd *crowd, double share)
{
    return (double)load_quantile(crowd->took_us, crowd->answered, share) / 1000;
}

static void
print_result(struct crowd *crowd, double seconds)
{
    (void)printf("{\"requests\":%zu,\"by_status\":{", crowd->answered);
    const char *comma = "";
    for (int status = 0; status < STATUS_COUNT; status++) {
        if (crowd->by_status[status] > 0) {
            (void)printf("%s\"%d\":%zu", comma, status,
                         crowd->by_status[status]);
            comma = ",";
        }
    }
    (void)printf("},\"seconds\":%.3f,\"per_second\":%.0f,\"p50_ms\":%.2f,"
                 "\"p99_ms\":%.2f}\n",
                 seconds, (double)crowd->answered / seconds,
                 quantile_ms(crowd, 0.5), quantile_ms(crowd, 0.99));
}

struct words {
    struct load_options load;
    const char *in, *out;
};

static const struct option options[] = {
    {"port", required_argument, NULL, 'p'},
    {"path", required_argument, NULL, 'u'},
    {"in", required_argument, NULL, 'i'},
    {"out", required_argument, NULL, 'o'},
    {"connections", required_argument, NULL, 'c'},
    {"rate", required_argument, NULL, 'r'},
    {"token", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

_Noreturn static void
usage(void)
{
    (void)fputs(
        "usage: crowd --port P --path PATH --in FILE [--out FILE]\n"
        "             [--connections N] [--rate PER_SECOND] [--token T]\n",
        stderr);
    exit(2);
}

static void
take_word(struct words *words, int c)
{
    if (c == 'p') {
        words->load.port = (int)strtol(optarg, NULL, 10);
    } else if (c == 'u') {
        words->load.path = optarg;
    } else if (c == 'i') {
        words->in = optarg;
    } else if (c == 'o') {
        words->out = optarg;
    } else if (c == 'c') {
        words->load.connections = (int)strtol(optarg, NULL, 10);
    } else if (c == 'r') {
        words->load.per_second = strtod(optarg, NULL);
    } else if (c == 't') {
        words->load.token = optarg;
    } else {
        usage();
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
        words->in == NULL || words->load.connections < 1 ||
        words->load.connections > LOAD_CONNECTIONS_MAX) {
        usage();
    }
}

int
main(int argc, char **argv)
{
    struct words words = {.load.connections = 256};
    read_words(argc, argv, &words);
    char **bodies = load_read_lines(words.in, &words.load.count);
    struct crowd crowd = {0};
    crowd.took_us = mem_new_array(words.load.count, sizeof(*crowd.took_us));
    crowd.out = words.out == NULL ? NULL : fopen(words.out, "we");
    words.load.bodies = (const char *const *)bodies;
    words.load.on_answer = on_answer;
    words.load.arg = &crowd;
    struct load *load = load_new(&words.load);
    int64_t began_us = clock_boot_us();
    load_run(load, 0);
    print_result(&crowd, (double)(clock_boot_us() - began_us) / 1e6);
    load_free(&load);
    if (crowd.out != NULL) {
        (void)fclose(crowd.out);
    }
    return 0; /* the system takes back the rest */
}
