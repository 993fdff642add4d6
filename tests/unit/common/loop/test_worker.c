/* test_worker -- each job is worked once off the loop and done once on it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

#define JOBS 200
#define WAIT_MS 10000

struct job {
    atomic_int worked;
    int done;
    pthread_t on;
};

struct fixture {
    struct loop *loop;
    struct worker *worker;
    struct job jobs[JOBS];
};

static atomic_bool is_gate_open;
static int done_count;

static int
set_up(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof(fixture));
    atomic_store(&is_gate_open, true);
    done_count = 0;
    fixture.loop = loop_new();
    fixture.worker =
        worker_new(fixture.loop,
                   &(struct worker_options){.threads = 2, .waiting_max = JOBS});
    *state = &fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    atomic_store(&is_gate_open, true);
    worker_free(&f->worker);
    loop_free(&f->loop);
    return 0;
}

static void
work(void *arg)
{
    struct job *job = arg;
    while (!atomic_load(&is_gate_open)) {
        sched_yield();
    }
    job->on = pthread_self();
    atomic_fetch_add(&job->worked, 1);
}

static void
done(void *arg)
{
    struct job *job = arg;
    job->done++;
    done_count++;
    assert_int_equal(atomic_load(&job->worked), 1);
    assert_false(pthread_equal(job->on, pthread_self()));
}

static void
turn_until_done(struct fixture *f, int count)
{
    int64_t until = clock_boot_ms() + WAIT_MS;
    while (done_count < count && clock_boot_ms() < until) {
        loop_turn(f->loop, 10);
    }
    assert_int_equal(done_count, count);
}

static void
every_job_is_worked_elsewhere_and_done_here_once(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < JOBS; i++) {
        assert_true(worker_run(f->worker, work, done, &f->jobs[i]));
    }
    assert_int_equal(done_count, 0); /* always later */
    assert_int_equal(worker_open_jobs(f->worker), JOBS);
    turn_until_done(f, JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(f->jobs[i].done, 1);
    }
    assert_int_equal(worker_open_jobs(f->worker), 0);
}

static void
beyond_waiting_max_a_job_is_refused_and_nothing_called(void **state)
{
    struct fixture *f = *state;
    int taken = 0;
    worker_free(&f->worker);
    f->worker = worker_new(
        f->loop, &(struct worker_options){.threads = 1, .waiting_max = 3});
    atomic_store(&is_gate_open, false);
    /* One is being worked on, at some time, and three wait. */
    for (int i = 0; i < JOBS; i++) {
        taken += worker_run(f->worker, work, done, &f->jobs[i]);
    }
    assert_in_range(taken, 3, 4);
    atomic_store(&is_gate_open, true);
    turn_until_done(f, taken);
    int worked = 0;
    for (int i = 0; i < JOBS; i++) {
        worked += atomic_load(&f->jobs[i].worked);
    }
    assert_int_equal(worked, taken);
}

static void
freeing_it_finishes_what_was_taken(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < JOBS; i++) {
        assert_true(worker_run(f->worker, work, done, &f->jobs[i]));
    }
    worker_free(&f->worker);
    assert_null(f->worker);
    assert_int_equal(done_count, JOBS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_job_is_worked_elsewhere_and_done_here_once),
        TEST(beyond_waiting_max_a_job_is_refused_and_nothing_called),
        TEST(freeing_it_finishes_what_was_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
