/* draft -- what an organiser does before a broadcast is sent. */
#ifndef BROADCAST_DRAFT_H
#define BROADCAST_DRAFT_H

#include "services/broadcast/plan/answer.h"

/* The requests: each finishes its ask once. */
void draft_create(struct ask *ask);
void draft_get(struct ask *ask);
void draft_list(struct ask *ask);
void draft_give_template(struct ask *ask);
void draft_give_page(struct ask *ask);
void forecast_make(struct ask *ask);
void approve_begin(struct ask *ask);

#endif
