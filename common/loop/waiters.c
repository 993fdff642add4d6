/* waiters -- see waiters.h. */
#include "common/loop/waiters.h"

#include <stdlib.h>

#include "common/loop/loop.h"

struct waiter {
    struct waiter *next;
    waiter_cb *cb;
    void *arg;
    uint64_t trace;
    struct waiters_answer answer; /* of one that is told later */
};

static struct waiter *
new_waiter(waiter_cb *cb, void *arg)
{
    struct waiter *waiter = mem_new(sizeof(*waiter));
    *waiter = (struct waiter){.cb = cb, .arg = arg, .trace = trace_now()};
    return waiter;
}

static void
tell_one(struct waiter *waiter, const struct waiters_answer *answer)
{
    uint64_t before = trace_enter(waiter->trace);
    waiter->cb(waiter->arg, answer->err, answer->detail, answer->value);
    (void)trace_enter(before);
    free(waiter);
}

bool
waiters_add(struct waiters *waiters, waiter_cb *cb, void *arg)
{
    struct waiter *waiter = new_waiter(cb, arg);
    bool is_first = waiters->first == NULL;
    if (is_first) {
        waiters->first = waiter;
    } else {
        waiters->last->next = waiter;
    }
    waiters->last = waiter;
    waiters->count++;
    return is_first;
}

void
waiters_tell(struct waiters *waiters, enum err err, const char *detail,
             void *value)
{
    struct waiters_answer answer = {err, detail, value};
    struct waiter *waiter = waiters->first;
    *waiters = (struct waiters){0};
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        tell_one(waiter, &answer);
        waiter = next;
    }
}

static void
on_later(void *arg)
{
    struct waiter *waiter = arg;
    struct waiters_answer answer = waiter->answer;
    tell_one(waiter, &answer);
}

void
waiters_tell_later(struct loop *loop, const struct waiters_answer *answer,
                   waiter_cb *cb, void *arg)
{
    struct waiter *waiter = new_waiter(cb, arg);
    waiter->answer = *answer;
    loop_defer(loop, on_later, waiter);
}
