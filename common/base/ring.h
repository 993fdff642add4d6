/* ring -- items in a ring with a head of its own; nothing is allocated.
 *
 * Embed a struct ring in the item. */
#ifndef COMMON_BASE_RING_H
#define COMMON_BASE_RING_H

struct ring {
    struct ring *next, *previous;
};

void ring_init(struct ring *head);
void ring_add(struct ring *head, struct ring *item); /* at the end */
void ring_remove(struct ring *item);                 /* also one in no ring */
void ring_move(struct ring *from, struct ring *to);  /* to becomes the head */

#endif
