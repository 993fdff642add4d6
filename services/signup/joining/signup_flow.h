/* signup_flow -- signing up, batched by turn of the loop. */
#ifndef SIGNUP_JOINING_SIGNUP_FLOW_H
#define SIGNUP_JOINING_SIGNUP_FLOW_H

#include "services/signup/signup.h"

/* Takes over asked. */
void signup_flow_start(struct asked *asked);

#endif
