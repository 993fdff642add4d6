/* loop -- the event loop: timers, deferred calls, descriptors, signals.
 *
 * Wraps libevent; no other file but the wrappers of libraries that live on
 * the loop (bus, store, http, fetch) sees it. Callbacks are never called
 * from inside the call that arms them: always later, from loop_run. */
#ifndef COMMON_LOOP_LOOP_H
#define COMMON_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/loop/backoff.h"
#include "common/loop/batch.h"
#include "common/loop/waiters.h"
#include "common/loop/wheel.h"
#include "common/loop/worker.h"

struct loop;
struct timer;
struct watch;
typedef void loop_cb(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop **loop);
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* also from a callback */
/* Runs what is ready, waiting at most ms for it: for tests. */
void loop_turn(struct loop *loop, int64_t ms);

/* A timer is idle until started. Starting again moves it. */
struct timer *timer_new(struct loop *loop, loop_cb *cb, void *arg);
void timer_free(struct timer **timer);
void timer_start(struct timer *timer, int64_t ms);
void timer_start_us(struct timer *timer, int64_t us);
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);

/* Calls cb once, at the end of this turn of the loop, after what is ready
 * now. Cannot be cancelled: arg must outlive it. */
void loop_defer(struct loop *loop, loop_cb *cb, void *arg);

/* Calls cb each time fd can be read (level-triggered). Not owned: the caller
 * closes fd after watch_free. */
struct watch *watch_new(struct loop *loop, int fd, loop_cb *cb, void *arg);
void watch_free(struct watch **watch);
/* Has cb called once in the next turn, readable or not. */
void watch_kick(struct watch *watch);

/* Lasts as long as the loop. */
void loop_on_signal(struct loop *loop, int signal, loop_cb *cb, void *arg);

struct event_base;
/* For the wrappers named above alone. Borrowed. */
struct event_base *loop_base(struct loop *loop);

#endif
