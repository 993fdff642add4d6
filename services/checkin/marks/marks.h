/* marks -- people checked in and out, and the feed that tells of it. */
#ifndef CHECKIN_MARKS_H
#define CHECKIN_MARKS_H

#include <stdbool.h>
#include <stdint.h>

struct asked;
struct campaign;
struct checkin;

/* ---- mark_flow.c ---- */
void mark_begin(struct asked *ask);
bool mark_is_idle(const struct checkin *checkin);
void mark_stop(struct checkin *checkin); /* when idle */

/* ---- feed_flow.c: the feed of marks, for whoever follows ---- */
void feed_give_page(struct asked *ask);
void feed_announce_end(struct campaign *campaign, uint64_t end);

#endif
