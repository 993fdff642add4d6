/* worker -- slow computation off the loop (argon2id), completed on it.
 *
 * A few threads and one queue. The threads see only the job's own arg: no
 * loop, no store, no log. */
#ifndef COMMON_LOOP_WORKER_H
#define COMMON_LOOP_WORKER_H

#include <stdbool.h>

#define WORKER_THREADS_MAX 16
#define WORKER_WAITING_MAX 1024

struct loop;
struct worker;

struct worker_options {
    int threads;     /* 1..WORKER_THREADS_MAX */
    int waiting_max; /* 1..WORKER_WAITING_MAX; beyond: refused */
};

struct worker *worker_new(struct loop *loop,
                          const struct worker_options *options);
/* Finishes what is running and calls done for every job, then stops. */
void worker_free(struct worker **worker);

/* work runs on a thread, then done once on the loop, always later, also at
 * worker_free. False: waiting_max reached, and neither is called. */
bool worker_run(struct worker *worker, void (*work)(void *arg),
                void (*done)(void *arg), void *arg);
int worker_open_jobs(const struct worker *worker); /* taken, not yet done */

#endif
