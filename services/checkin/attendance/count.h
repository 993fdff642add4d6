/* count -- the count, read and announced (attendance_flow.c). */
#ifndef CHECKIN_COUNT_H
#define CHECKIN_COUNT_H

#include <stdbool.h>

#include "common/store/store.h"

struct asked;
struct campaign;
struct checkin;

void attendance_get(struct asked *ask);
void attendance_get_present(struct asked *ask);
/* Counts changed: announces them, now or within 20 ms. changed: rows
 * "changed", as the scripts return them. */
void attendance_changed_all(struct campaign *campaign,
                            const struct store_reply *changed);
bool attendance_is_idle(const struct checkin *checkin);
void attendance_stop(struct checkin *checkin); /* when idle */

#endif
