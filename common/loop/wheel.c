/* wheel -- one coarse deadline for each of very many things. */
#include "common/loop/wheel.h"

#include "common/base/base.h"
#include "common/loop/loop.h"

static void
link_before(struct wheel_item *head, struct wheel_item *item)
{
    item->next = head;
    item->previous = head->previous;
    head->previous->next = item;
    head->previous = item;
}

static void
unlink_item(struct wheel_item *item)
{
    item->next->previous = item->previous;
    item->previous->next = item->next;
    item->next = item->previous = NULL;
}

/* Moves the whole ring of from to the empty head to. */
static void
take_ring(struct wheel_item *from, struct wheel_item *to)
{
    *to = (struct wheel_item){to, to, 0};
    if (from->next != from) {
        *to = (struct wheel_item){from->next, from->previous, 0};
        to->next->previous = to;
        to->previous->next = to;
    }
    *from = (struct wheel_item){from, from, 0};
}

static struct wheel_item *
slot_of(struct wheel *wheel, int64_t due_ms)
{
    int64_t tick = (due_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
    tick = tick > wheel->tick ? tick : wheel->tick + 1;
    return &wheel->slots[tick % WHEEL_SLOTS];
}

static void
run_slot(struct wheel *wheel, struct wheel_item *slot, int64_t now_ms)
{
    struct wheel_item ring;
    take_ring(slot, &ring);
    while (ring.next != &ring) {
        struct wheel_item *item = ring.next;
        unlink_item(item);
        if (item->due_ms > now_ms) { /* in a later round */
            link_before(slot_of(wheel, item->due_ms), item);
            continue;
        }
        wheel->count--;
        wheel->cb(wheel->arg, item);
    }
}

static void
on_tick(void *arg)
{
    struct wheel *wheel = arg;
    int64_t now_ms = clock_boot_ms();
    int64_t from = wheel->tick, to = now_ms / WHEEL_TICK_MS;
    if (to - from > WHEEL_SLOTS) {
        from = to - WHEEL_SLOTS;
    }
    wheel->tick = to > wheel->tick ? to : wheel->tick;
    for (int64_t tick = from + 1; tick <= to; tick++) {
        run_slot(wheel, &wheel->slots[tick % WHEEL_SLOTS], now_ms);
    }
    if (wheel->count > 0) {
        timer_start(wheel->timer, WHEEL_TICK_MS);
    }
}

void
wheel_init(struct wheel *wheel, struct loop *loop, wheel_due_cb *cb, void *arg)
{
    *wheel = (struct wheel){.cb = cb, .arg = arg};
    for (int i = 0; i < WHEEL_SLOTS; i++) {
        struct wheel_item *slot = &wheel->slots[i];
        slot->next = slot->previous = slot;
    }
    wheel->timer = timer_new(loop, on_tick, wheel);
}

void
wheel_fini(struct wheel *wheel)
{
    timer_free(&wheel->timer);
}

void
wheel_set(struct wheel *wheel, struct wheel_item *item, int64_t due_ms)
{
    if (item->next != NULL) {
        wheel_remove(wheel, item);
    }
    if (wheel->count == 0) { /* the tick may have stood still */
        wheel->tick = clock_boot_ms() / WHEEL_TICK_MS;
    }
    item->due_ms = due_ms;
    link_before(slot_of(wheel, due_ms), item);
    wheel->count++;
    if (!timer_is_running(wheel->timer)) {
        timer_start(wheel->timer, WHEEL_TICK_MS);
    }
}

void
wheel_remove(struct wheel *wheel, struct wheel_item *item)
{
    if (item->next != NULL) {
        unlink_item(item);
        wheel->count--;
    }
}
