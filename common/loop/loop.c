/* loop -- the event loop, over libevent. */
#include "common/loop/loop.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "common/base/base.h"

#define SIGNALS_MAX 8
#define CALLS_MAX 128 /* between two looks at descriptors and timers */

struct loop {
    struct event_base *base;
    struct watch *signals[SIGNALS_MAX];
    int signal_count;
    struct deferred *first, **last;
    struct event *deferred_event;
};

struct deferred {
    struct deferred *next;
    loop_cb *cb;
    void *arg;
};

struct timer {
    struct event *event;
    loop_cb *cb;
    void *arg;
};

struct watch {
    struct event *event;
    loop_cb *cb;
    void *arg;
};

/* Runs those deferred before this call; what they defer waits a turn. */
static void
on_deferred(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    (void)fd;
    (void)what;
    struct deferred *d = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    while (d != NULL) {
        struct deferred *next = d->next;
        d->cb(d->arg);
        free(d);
        d = next;
    }
}

struct loop *
loop_new(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    struct loop *loop = mem_new(sizeof(*loop));
    struct event_config *config = event_config_new();
    (void)event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    /* Changes of one turn that cancel out cost no call of the kernel: evhttp
     * stops and starts reading with each request. */
    (void)event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    /* Else what calls for itself again and again is all that runs: libevent
     * looks at descriptors and timers when nothing is left to call. */
    (void)event_config_set_max_dispatch_interval(config, NULL, CALLS_MAX, 0);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    if (loop->base == NULL) {
        log_fatal("cannot create the event loop");
    }
    loop->last = &loop->first;
    loop->deferred_event =
        event_new(loop->base, -1, EV_PERSIST, on_deferred, loop);
    return loop;
}

void
loop_free(struct loop **loop)
{
    if (*loop == NULL) {
        return;
    }
    for (int i = 0; i < (*loop)->signal_count; i++) {
        watch_free(&(*loop)->signals[i]);
    }
    event_free((*loop)->deferred_event);
    while ((*loop)->first != NULL) {
        struct deferred *next = (*loop)->first->next;
        free((*loop)->first);
        (*loop)->first = next;
    }
    event_base_free((*loop)->base);
    free(*loop);
    *loop = NULL;
}

void
loop_run(struct loop *loop)
{
    (void)event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void
loop_stop(struct loop *loop)
{
    (void)event_base_loopbreak(loop->base);
}

static void
on_turn_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

void
loop_turn(struct loop *loop, int64_t ms)
{
    struct timeval limit = {(time_t)(ms / 1000),
                            (suseconds_t)(ms % 1000) * 1000};
    struct event *over = evtimer_new(loop->base, on_turn_over, NULL);
    (void)event_add(over, &limit);
    (void)event_base_loop(loop->base, EVLOOP_ONCE);
    event_free(over);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct timer *timer = arg;
    (void)fd;
    (void)what;
    timer->cb(timer->arg);
}

struct timer *
timer_new(struct loop *loop, loop_cb *cb, void *arg)
{
    struct timer *timer = mem_new(sizeof(*timer));
    timer->cb = cb;
    timer->arg = arg;
    timer->event = event_new(loop->base, -1, 0, on_timer, timer);
    return timer;
}

void
timer_free(struct timer **timer)
{
    if (*timer == NULL) {
        return;
    }
    event_free((*timer)->event);
    free(*timer);
    *timer = NULL;
}

void
timer_start(struct timer *timer, int64_t ms)
{
    timer_start_us(timer, ms * 1000);
}

void
timer_start_us(struct timer *timer, int64_t us)
{
    us = us < 0 ? 0 : us;
    struct timeval after = {(time_t)(us / 1000000),
                            (suseconds_t)(us % 1000000)};
    (void)event_add(timer->event, &after);
}

void
timer_stop(struct timer *timer)
{
    (void)event_del(timer->event);
}

bool
timer_is_running(const struct timer *timer)
{
    return event_pending(timer->event, EV_TIMEOUT, NULL) != 0;
}

void
loop_defer(struct loop *loop, loop_cb *cb, void *arg)
{
    struct deferred *d = mem_new(sizeof(*d));
    d->cb = cb;
    d->arg = arg;
    *loop->last = d;
    loop->last = &d->next;
    event_active(loop->deferred_event, EV_READ, 0);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct watch *watch = arg;
    (void)fd;
    (void)what;
    watch->cb(watch->arg);
}

struct watch *
watch_new(struct loop *loop, int fd, loop_cb *cb, void *arg)
{
    struct watch *watch = mem_new(sizeof(*watch));
    watch->cb = cb;
    watch->arg = arg;
    watch->event =
        event_new(loop->base, fd, EV_READ | EV_PERSIST, on_readable, watch);
    (void)event_add(watch->event, NULL);
    return watch;
}

void
watch_free(struct watch **watch)
{
    if (*watch == NULL) {
        return;
    }
    event_free((*watch)->event);
    free(*watch);
    *watch = NULL;
}

void
watch_kick(struct watch *watch)
{
    event_active(watch->event, EV_READ, 0);
}

void
loop_on_signal(struct loop *loop, int number, loop_cb *cb, void *arg)
{
    if (loop->signal_count == SIGNALS_MAX) {
        log_fatal("more than %d signals on the loop", SIGNALS_MAX);
    }
    struct watch *watch = mem_new(sizeof(*watch));
    watch->cb = cb;
    watch->arg = arg;
    watch->event = evsignal_new(loop->base, number, on_readable, watch);
    (void)event_add(watch->event, NULL);
    loop->signals[loop->signal_count++] = watch;
}

struct event_base *
loop_base(struct loop *loop)
{
    return loop->base;
}
