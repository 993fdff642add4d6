/* flows -- codes asked for and typed. Each takes over asked. */
#ifndef SIGNUP_NOTES_FLOWS_H
#define SIGNUP_NOTES_FLOWS_H

#include "services/signup/signup.h"

void code_flow_make(struct asked *asked);
void code_flow_try(struct asked *asked);

#endif
