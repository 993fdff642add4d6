// links:
/* engines_bench -- what it costs that yes means on two disks.
 *
 *   engines_bench [ms]    (default 3,000, of each row)
 *
 * The same batched script through the store, two batches of 500 in flight for
 * each campaign, as the services send: on one Redis, on a master whose replica
 * must confirm (under Sentinels), on a Cluster of three masters whose replicas
 * must; all on this machine, one after the other. Prints one JSON line for
 * each figure; asserts that what was answered is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "tests/support/redis/fleet.h"

#define MS_USUAL 3000
#define BATCH 500
#define BATCHES_IN_FLIGHT 2 /* of each campaign */
#define CAMPAIGNS_MAX 10
#define KEY_SIZE 32

static const char source[] =
    "for i = 1, #ARGV do\n"
    "  redis.call('HINCRBY', KEYS[1], ARGV[i], 1)\n"
    "end\n"
    "return redis.call('INCRBY', KEYS[1] .. 'n', #ARGV)\n";

struct bench {
    struct loop *loop;
    struct store *store;
    struct store_script *script;
    struct bytes args[BATCH];
    char words[BATCH][8];
    int campaigns, open;
    int64_t end_ms, done;
};

struct batch_sent {
    struct bench *bench;
    int campaign;
};

static void send_batch(struct bench *bench, int campaign);

static void
on_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct batch_sent *sent = arg;
    struct bench *bench = sent->bench;
    assert_int_equal(err, ERR_NONE);
    assert_int_equal(reply->type, STORE_INTEGER);
    bench->open--;
    bench->done += BATCH;
    if (clock_boot_ms() < bench->end_ms) {
        send_batch(bench, sent->campaign);
    }
    free(sent);
}

static void
send_batch(struct bench *bench, int campaign)
{
    struct batch_sent *sent = mem_new(sizeof(*sent));
    char text[KEY_SIZE];
    *sent = (struct batch_sent){bench, campaign};
    (void)snprintf(text, sizeof(text), "{c%d}:su:h", campaign);
    const struct bytes key = bytes_of_string(text);
    bench->open++;
    store_run(bench->store,
              &(struct store_call){.script = bench->script,
                                   .keys = &key,
                                   .key_count = 1,
                                   .args = bench->args,
                                   .arg_count = BATCH},
              on_done, sent);
}

static void
on_count(void *arg, enum err err, const struct store_reply *reply)
{
    struct bench *bench = arg;
    assert_int_equal(err, ERR_NONE);
    bench->open--;
    bench->done -= strtoll(reply->string, NULL, 10);
}

/* What was answered is there. */
static void
check_counts(struct bench *bench)
{
    for (int i = 0; i < bench->campaigns; i++) {
        char text[KEY_SIZE];
        (void)snprintf(text, sizeof(text), "{c%d}:su:hn", i);
        const struct bytes words[] = {bytes_of_string("GET"),
                                      bytes_of_string(text)};
        bench->open++;
        store_command(bench->store, words, 2, on_count, bench);
    }
    while (bench->open > 0) {
        loop_turn(bench->loop, 10);
    }
    assert_int_equal(bench->done, 0);
}

/* Items a second. */
static double
measure(const struct store_options *options, int campaigns, int64_t ms)
{
    struct bench bench = {.loop = loop_new(), .campaigns = campaigns};
    bench.store = store_new(bench.loop, options);
    bench.script = store_script(bench.store, source);
    for (int i = 0; i < BATCH; i++) {
        (void)snprintf(bench.words[i], sizeof(bench.words[i]), "%d", i);
        bench.args[i] = bytes_of_string(bench.words[i]);
    }
    store_wait_ready(bench.store, PROCESS_WAIT_MS);
    int64_t begin_us = clock_boot_us();
    bench.end_ms = clock_boot_ms() + ms;
    for (int i = 0; i < campaigns * BATCHES_IN_FLIGHT; i++) {
        send_batch(&bench, i % campaigns);
    }
    while (bench.open > 0) {
        loop_turn(bench.loop, 10);
    }
    double seconds = (double)(clock_boot_us() - begin_us) / 1e6;
    double rate = (double)bench.done / seconds;
    check_counts(&bench);
    store_free(&bench.store);
    loop_free(&bench.loop);
    return rate;
}

struct row {
    const char *name;
    struct fleet *fleet;
    int campaigns, replicas;
    int64_t ms;
};

/* Returns the rate, for others to stand against. */
static double
run_row(const struct row *row, double other)
{
    struct store_options options = {.endpoint = row->fleet->endpoint,
                                    .replicas_required = row->replicas};
    double rate = measure(&options, row->campaigns, row->ms);
    printf("{\"name\":\"%s, %d campaign%s\",\"value\":%.0f,"
           "\"unit\":\"changes per second\",",
           row->name, row->campaigns, row->campaigns == 1 ? "" : "s", rate);
    if (other > 0) {
        printf("\"against\":\"one Redis\",\"ratio\":%.3f}\n", rate / other);
    } else {
        printf("\"against\":null,\"ratio\":null}\n");
    }
    (void)fflush(stdout);
    return rate;
}

/* On a store with nothing in it each time, so that counts begin at 0. */
static void
flush(struct fleet *fleet)
{
    for (int i = 0; i < fleet->count; i++) {
        free(fleet_do(fleet, i, "FLUSHALL"));
    }
}

int
main(int argc, char **argv)
{
    int64_t ms = argc > 1 ? strtoll(argv[1], NULL, 10) : MS_USUAL;
    struct row row = {.name = "one Redis", .ms = ms};
    double alone[2];
    static const int campaigns[2] = {1, CAMPAIGNS_MAX};
    struct redis *redis = redis_start(NULL);
    struct fleet one = {.servers = {redis}, .count = 1};
    one.endpoint = redis->endpoint;
    row.fleet = &one;
    for (int i = 0; i < 2; i++) {
        row.campaigns = campaigns[i];
        flush(&one);
        alone[i] = run_row(&row, 0);
    }
    redis_free(&redis);
    row.name = "Sentinels, a replica required";
    row.fleet = fleet_start_sentinels();
    row.replicas = 1;
    for (int i = 0; i < 2; i++) {
        row.campaigns = campaigns[i];
        flush(row.fleet);
        (void)run_row(&row, alone[i]);
    }
    fleet_free(&row.fleet);
    row.name = "a Cluster, a replica required";
    row.fleet = fleet_start_cluster(NULL);
    (void)run_row(&row, alone[1]);
    fleet_free(&row.fleet);
    return 0;
}
