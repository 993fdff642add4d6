/* flows -- an audience previewed, measured, frozen. Each takes over asked. */
#ifndef SIGNUP_AUDIENCE_FLOWS_H
#define SIGNUP_AUDIENCE_FLOWS_H

#include "services/signup/signup.h"

void audience_flow_preview(struct asked *asked);
void audience_flow_freeze(struct asked *asked);
void measure_flow_start(struct asked *asked);

#endif
