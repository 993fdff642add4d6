/* load -- a crowd of HTTP clients on one thread, for benchmarks.
 *
 * Posts one JSON body after another over keep-alive connections, each
 * connection one request at a time, as fast as the answers come or at a
 * given rate. Loopback only. Exits with a sentence when it cannot connect. */
#ifndef TESTS_SUPPORT_LOAD_H
#define TESTS_SUPPORT_LOAD_H

#include <stddef.h>
#include <stdint.h>

#define LOAD_CONNECTIONS_MAX 4096
#define LOAD_ANSWER_BYTES_MAX 65536

struct load;

struct load_answer {
    size_t index; /* of the body posted */
    int status;
    const char *body; /* borrowed for the call */
    size_t len;
    int64_t sent_us, answered_us; /* boot time */
};
typedef void load_answer_cb(void *arg, const struct load_answer *answer);
typedef void load_readable_cb(void *arg, int fd);

struct load_options {
    int port;
    const char *path;
    const char *token; /* NULL: as nobody */
    int connections;
    const char *const *bodies; /* borrowed: count of them */
    size_t count;
    double per_second; /* 0: as fast as the answers come */
    load_answer_cb *on_answer;
    void *arg;
};

struct load *load_new(const struct load_options *options);
/* A further descriptor on the same thread, such as a viewer's. */
void load_watch(struct load *load, int fd, load_readable_cb *cb, void *arg);
/* Until every body is answered; then linger_ms more for what is watched.
 * A connection that is closed early is opened again and its request counted
 * with status 0, not repeated. */
void load_run(struct load *load, int64_t linger_ms);
void load_free(struct load **load);

/* A connected socket to 127.0.0.1, blocking, TCP_NODELAY. */
int load_connect(int port);
/* The lines of a file (owned; free each and the array). */
char **load_read_lines(const char *path, size_t *count_out);
/* The value below which share (0..1) of the values lie; sorts them. */
int64_t load_quantile(int64_t *values, size_t count, double share);

#endif
