/* admin -- what operators and probes ask of a process, on its own port.
 *
 *   GET /healthz  200 "ok" while the loop turns
 *   GET /readyz   200 "ready", perhaps with a line "warning: …" behind it, or
 *                 503 and the sentence why not
 *   GET /metrics  Prometheus text
 *
 * Loopback by default and never on the public port. */
#ifndef COMMON_SERVICE_ADMIN_H
#define COMMON_SERVICE_ADMIN_H

#include "common/base/base.h"
#include "common/loop/loop.h"

struct admin;

struct admin_options {
    const char *host;        /* NULL: 127.0.0.1 */
    int port;                /* 0: any free one */
    const char *port_file;   /* NULL, or where the port is written, a line */
    struct metrics *metrics; /* borrowed; NULL: /metrics is empty */
    /* NULL when ready, or a sentence why not. NULL: always ready. */
    const char *(*not_ready_why)(void *arg);
    /* NULL, or a sentence for the operator of what is ready. NULL: none. */
    const char *(*warning)(void *arg);
    void *arg;
};

/* Binds; exits with a sentence when it cannot (start-up only). */
struct admin *admin_open(struct loop *loop,
                         const struct admin_options *options);
void admin_close(struct admin **admin); /* removes the port file */
int admin_port(const struct admin *admin);

#endif
