/* draft -- what an organiser does before a broadcast is sent. */
#ifndef BROADCAST_DRAFT_H
#define BROADCAST_DRAFT_H

#include "services/broadcast/plan/answer.h"

/* The requests: each finishes its ask once. */
void draft_create(struct asked *asked);
void draft_get(struct asked *asked);
void draft_list(struct asked *asked);
void draft_give_template(struct asked *asked);
void draft_give_page(struct asked *asked);
void forecast_make(struct asked *asked);
void approve_begin(struct asked *asked);

#endif
