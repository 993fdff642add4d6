/* worker -- slow computation off the loop, completed on it.
 *
 * waiting -> (a thread) -> finished -> (an eventfd wakes the loop) -> done */
#include "common/loop/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

struct job {
    struct job *next;
    void (*work)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

struct queue {
    struct job *first, **last;
};

struct worker {
    struct worker_options options;
    pthread_t threads[WORKER_THREADS_MAX];
    pthread_mutex_t lock;
    pthread_cond_t is_there_work;
    struct queue waiting, finished; /* under the lock */
    int waiting_count, open_jobs;   /* open_jobs: the loop's own */
    bool is_stopping;
    int wake_fd;
    struct watch *watch;
};

static void
queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

static void
push(struct queue *queue, struct job *job)
{
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
}

static struct job *
pop(struct queue *queue)
{
    struct job *job = queue->first;
    if (job != NULL) {
        queue->first = job->next;
        queue->last = queue->first == NULL ? &queue->first : queue->last;
    }
    return job;
}

/* NULL: stopping, and nothing waits. */
static struct job *
wait_for_job(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    while (worker->waiting.first == NULL && !worker->is_stopping) {
        (void)pthread_cond_wait(&worker->is_there_work, &worker->lock);
    }
    struct job *job = pop(&worker->waiting);
    worker->waiting_count -= job != NULL;
    (void)pthread_mutex_unlock(&worker->lock);
    return job;
}

static void *
run_thread(void *arg)
{
    struct worker *worker = arg;
    struct job *job;
    const uint64_t one = 1;
    while ((job = wait_for_job(worker)) != NULL) {
        job->work(job->arg);
        (void)pthread_mutex_lock(&worker->lock);
        push(&worker->finished, job);
        (void)pthread_mutex_unlock(&worker->lock);
        while (write(worker->wake_fd, &one, sizeof(one)) < 0 &&
               errno == EINTR) {
        }
    }
    return NULL;
}

static void
finish_jobs(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    struct job *job = worker->finished.first;
    queue_init(&worker->finished);
    (void)pthread_mutex_unlock(&worker->lock);
    while (job != NULL) {
        struct job *next = job->next;
        worker->open_jobs--;
        job->done(job->arg);
        free(job);
        job = next;
    }
}

static void
on_wake(void *arg)
{
    struct worker *worker = arg;
    uint64_t count;
    if (read(worker->wake_fd, &count, sizeof(count)) > 0) {
        finish_jobs(worker);
    }
}

static void
start_threads(struct worker *worker)
{
    for (int i = 0; i < worker->options.threads; i++) {
        int rc = pthread_create(&worker->threads[i], NULL, run_thread, worker);
        if (rc != 0) {
            log_fatal("cannot start a thread: %s", strerror(rc));
        }
    }
}

struct worker *
worker_new(struct loop *loop, const struct worker_options *options)
{
    struct worker *worker = mem_new(sizeof(*worker));
    worker->options = *options;
    queue_init(&worker->waiting);
    queue_init(&worker->finished);
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_cond_init(&worker->is_there_work, NULL);
    worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (worker->wake_fd < 0 || options->threads < 1 ||
        options->threads > WORKER_THREADS_MAX) {
        log_fatal("cannot start the worker");
    }
    worker->watch = watch_new(loop, worker->wake_fd, on_wake, worker);
    start_threads(worker);
    return worker;
}

void
worker_free(struct worker **worker)
{
    struct worker *w = *worker;
    if (w == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&w->lock);
    w->is_stopping = true;
    (void)pthread_cond_broadcast(&w->is_there_work);
    (void)pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->options.threads; i++) {
        (void)pthread_join(w->threads[i], NULL);
    }
    finish_jobs(w);
    watch_free(&w->watch);
    (void)close(w->wake_fd);
    (void)pthread_mutex_destroy(&w->lock);
    (void)pthread_cond_destroy(&w->is_there_work);
    free(w);
    *worker = NULL;
}

bool
worker_run(struct worker *worker, void (*work)(void *arg),
           void (*done)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&worker->lock);
    bool has_room = worker->waiting_count < worker->options.waiting_max;
    if (has_room) {
        struct job *job = mem_new(sizeof(*job));
        *job = (struct job){NULL, work, done, arg};
        push(&worker->waiting, job);
        worker->waiting_count++;
        worker->open_jobs++;
        (void)pthread_cond_signal(&worker->is_there_work);
    }
    (void)pthread_mutex_unlock(&worker->lock);
    return has_room;
}

int
worker_open_jobs(const struct worker *worker)
{
    return worker->open_jobs;
}
