/* flows -- whoever holds a contact, and staff who join people or part them.
 * Each takes over asked. */
#ifndef SIGNUP_JOINING_FLOWS_H
#define SIGNUP_JOINING_FLOWS_H

#include "services/signup/signup.h"

void open_flow_contact(struct asked *asked);
void prove_flow_start(struct asked *asked);
void change_flow_contact(struct asked *asked);
void merge_flow_start(struct asked *asked);
void merge_flow_split(struct asked *asked);

#endif
