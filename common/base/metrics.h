/* metrics -- counters, gauges and histograms as Prometheus text.
 *
 * Names as Prometheus wants them (muster_signup_commits_total). Labels are a
 * ready string, `channel="sms"`, or NULL; never a person. */
#ifndef COMMON_BASE_METRICS_H
#define COMMON_BASE_METRICS_H

#include <stdint.h>

#include "common/base/buf.h"

struct metrics;
struct metric;

struct metrics *metrics_new(void);
void metrics_free(struct metrics **metrics);
/* The same name and labels give the same metric. help is borrowed. Owned by
 * metrics. */
struct metric *metric_counter(struct metrics *m, const char *name,
                              const char *labels, const char *help);
struct metric *metric_gauge(struct metrics *m, const char *name,
                            const char *labels, const char *help);
/* Milliseconds; buckets 1 2 5 10 25 50 100 250 500 1000 2500 5000 +Inf. */
struct metric *metric_histogram(struct metrics *m, const char *name,
                                const char *labels, const char *help);
void metric_add(struct metric *metric, int64_t n);
void metric_set(struct metric *metric, int64_t value);
void metric_observe_ms(struct metric *metric, double ms);
int64_t metric_value(const struct metric *metric);
void metrics_write(const struct metrics *m, struct buf *to);

#endif
