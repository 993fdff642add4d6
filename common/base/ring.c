/* ring -- see ring.h. */
#include "common/base/ring.h"

void
ring_init(struct ring *head)
{
    head->next = head->previous = head;
}

void
ring_add(struct ring *head, struct ring *item)
{
    item->next = head;
    item->previous = head->previous;
    head->previous->next = item;
    head->previous = item;
}

void
ring_remove(struct ring *item)
{
    item->next->previous = item->previous;
    item->previous->next = item->next;
    item->next = item->previous = item;
}

void
ring_move(struct ring *from, struct ring *to)
{
    ring_init(to);
    if (from->next != from) {
        *to = *from;
        to->next->previous = to;
        to->previous->next = to;
        ring_init(from);
    }
}
