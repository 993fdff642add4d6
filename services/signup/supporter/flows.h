/* flows -- one supporter: read, giving up a place, a consent; what a number
 * said; whom to ring; and contacts at the moment of hand-over, with what may be
 * sent to the unproved. Each takes over asked. */
#ifndef SIGNUP_SUPPORTER_FLOWS_H
#define SIGNUP_SUPPORTER_FLOWS_H

#include "services/signup/signup.h"

void get_flow_start(struct asked *asked);
void cancel_flow_start(struct asked *asked);
void consent_flow_set(struct asked *asked);
void stop_flow_start(struct asked *asked);
void calls_flow_list(struct asked *asked);
void budgets_flow_get(struct asked *asked);
void resolve_flow_start(struct asked *asked);

#endif
