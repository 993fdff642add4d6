/* waiters -- those who wait for one open ask.
 *
 * Whoever comes while an ask is open waits for its answer and causes no
 * second one:
 *
 *     if (waiters_add(&reading->waiters, cb, arg)) {
 *         ... ask; its answer calls waiters_tell once ...
 *     }
 *
 * Embed a struct waiters; all zero is empty. */
#ifndef COMMON_LOOP_WAITERS_H
#define COMMON_LOOP_WAITERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"

struct loop;
struct waiter;

struct waiters {
    struct waiter *first, *last;
    size_t count;
};

/* value: what was asked for, borrowed for the call; NULL unless err is
 * ERR_NONE. detail: a sentence or NULL. */
typedef void waiter_cb(void *arg, enum err err, const char *detail,
                       void *value);

/* True: nobody waited yet, so the caller asks. cb is called exactly once,
 * from waiters_tell, under the trace it was added under. */
bool waiters_add(struct waiters *waiters, waiter_cb *cb, void *arg);
/* Calls those who wait now, in the order they came. Each may add itself or
 * others again: that begins a new round. */
void waiters_tell(struct waiters *waiters, enum err err, const char *detail,
                  void *value);

/* For what is known already: calls cb once, at the end of this turn. detail
 * and value must live so long (or look the value up again in cb). */
struct waiters_answer {
    enum err err;
    const char *detail;
    void *value;
};
void waiters_tell_later(struct loop *loop, const struct waiters_answer *answer,
                        waiter_cb *cb, void *arg);

#endif
