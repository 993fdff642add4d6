/* metrics -- counters, gauges and histograms as Prometheus text.
 *
 * One list in which metrics of one name stand together, as the text format
 * wants them (Prometheus exposition format 0.0.4). */
#include "common/base/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };

#define BUCKET_COUNT 12
static const int bucket_ms[BUCKET_COUNT] = {1,   2,   5,   10,   25,   50,
                                            100, 250, 500, 1000, 2500, 5000};

struct metric {
    struct metric *next;
    enum kind kind;
    char *name, *labels; /* labels: "" for none */
    const char *help;
    int64_t value; /* histogram: number of observations */
    double sum_ms;
    int64_t buckets[BUCKET_COUNT]; /* each its own, not yet added up */
};

struct metrics {
    struct metric *first;
};

struct metrics *
metrics_new(void)
{
    return mem_new(sizeof(struct metrics));
}

void
metrics_free(struct metrics **metrics)
{
    if (*metrics == NULL) {
        return;
    }
    while ((*metrics)->first != NULL) {
        struct metric *metric = (*metrics)->first;
        (*metrics)->first = metric->next;
        free(metric->name);
        free(metric->labels);
        free(metric);
    }
    free(*metrics);
    *metrics = NULL;
}

static struct metric *
insert_metric(struct metric **at, enum kind kind, const char *name,
              const char *labels, const char *help)
{
    struct metric *metric = mem_new(sizeof(*metric));
    metric->kind = kind;
    metric->name = mem_copy_string(name);
    metric->labels = mem_copy_string(labels);
    metric->help = help;
    metric->next = *at;
    *at = metric;
    return metric;
}

/* Finds it, or inserts it behind the last of its name (or at the end). */
static struct metric *
get_metric(struct metrics *m, enum kind kind, const char *name,
           const char *labels, const char *help)
{
    labels = labels == NULL ? "" : labels;
    struct metric **behind = NULL, **at = &m->first;
    for (; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->name, name) != 0) {
            continue;
        }
        assert((*at)->kind == kind);
        if (strcmp((*at)->labels, labels) == 0) {
            return *at;
        }
        behind = &(*at)->next;
    }
    return insert_metric(behind == NULL ? at : behind, kind, name, labels,
                         help);
}

struct metric *
metric_counter(struct metrics *m, const char *name, const char *labels,
               const char *help)
{
    return get_metric(m, COUNTER, name, labels, help);
}

struct metric *
metric_gauge(struct metrics *m, const char *name, const char *labels,
             const char *help)
{
    return get_metric(m, GAUGE, name, labels, help);
}

struct metric *
metric_histogram(struct metrics *m, const char *name, const char *labels,
                 const char *help)
{
    return get_metric(m, HISTOGRAM, name, labels, help);
}

void
metric_add(struct metric *metric, int64_t n)
{
    assert(metric->kind != HISTOGRAM);
    metric->value += n;
}

void
metric_set(struct metric *metric, int64_t value)
{
    assert(metric->kind == GAUGE);
    metric->value = value;
}

void
metric_observe_ms(struct metric *metric, double ms)
{
    assert(metric->kind == HISTOGRAM);
    metric->value++;
    metric->sum_ms += ms;
    for (int i = 0; i < BUCKET_COUNT; i++) {
        if (ms <= bucket_ms[i]) {
            metric->buckets[i]++;
            return;
        }
    }
}

int64_t
metric_value(const struct metric *metric)
{
    return metric->value;
}

static void
write_head(const struct metric *metric, struct buf *to)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
               metric->name, types[metric->kind]);
}

static void
write_plain(const struct metric *metric, const char *suffix, struct buf *to)
{
    buf_printf(to, "%s%s", metric->name, suffix);
    if (metric->labels[0] != '\0') {
        buf_printf(to, "{%s}", metric->labels);
    }
}

static void
write_bucket(const struct metric *metric, const char *le, int64_t count,
             struct buf *to)
{
    buf_printf(to, "%s_bucket{%s%sle=\"%s\"} %lld\n", metric->name,
               metric->labels, metric->labels[0] == '\0' ? "" : ",", le,
               (long long)count);
}

static void
write_histogram(const struct metric *metric, struct buf *to)
{
    int64_t so_far = 0;
    for (int i = 0; i < BUCKET_COUNT; i++) {
        char *le = mem_format("%d", bucket_ms[i]);
        so_far += metric->buckets[i];
        write_bucket(metric, le, so_far, to);
        free(le);
    }
    write_bucket(metric, "+Inf", metric->value, to);
    write_plain(metric, "_sum", to);
    buf_printf(to, " %.3f\n", metric->sum_ms);
    write_plain(metric, "_count", to);
    buf_printf(to, " %lld\n", (long long)metric->value);
}

void
metrics_write(const struct metrics *m, struct buf *to)
{
    const char *name = "";
    for (const struct metric *metric = m->first; metric != NULL;
         metric = metric->next) {
        if (strcmp(metric->name, name) != 0) {
            write_head(metric, to);
            name = metric->name;
        }
        if (metric->kind == HISTOGRAM) {
            write_histogram(metric, to);
        } else {
            write_plain(metric, "", to);
            buf_printf(to, " %lld\n", (long long)metric->value);
        }
    }
}
