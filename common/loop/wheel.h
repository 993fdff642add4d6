/* wheel -- one coarse deadline for each of very many things.
 *
 * Setting and removing cost a few pointers; a deadline is noticed at most
 * WHEEL_TICK_MS late. Embed a wheel_item; the wheel never allocates. */
#ifndef COMMON_LOOP_WHEEL_H
#define COMMON_LOOP_WHEEL_H

#include <stddef.h>
#include <stdint.h>

#define WHEEL_TICK_MS 10
#define WHEEL_SLOTS 512

struct loop;
struct timer;

struct wheel_item {
    struct wheel_item *next, *previous; /* NULL: not on the wheel */
    int64_t due_ms;
};

/* The item has been taken off before; it may be set again. */
typedef void wheel_due_cb(void *arg, struct wheel_item *item);

struct wheel {
    struct wheel_item slots[WHEEL_SLOTS]; /* rings */
    int64_t tick;                         /* the last one handled */
    size_t count;
    struct timer *timer;
    wheel_due_cb *cb;
    void *arg;
};

void wheel_init(struct wheel *wheel, struct loop *loop, wheel_due_cb *cb,
                void *arg);
void wheel_fini(struct wheel *wheel); /* forgets what is on it */
/* due_ms by clock_boot_ms. An item already set is moved. */
void wheel_set(struct wheel *wheel, struct wheel_item *item, int64_t due_ms);
void wheel_remove(struct wheel *wheel, struct wheel_item *item);

#endif
