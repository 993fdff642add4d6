/* flows -- putting and listing campaigns and actions: put_flow.c, list_flow.c.
 * Each takes over asked. */
#ifndef SIGNUP_DEFINITIONS_FLOWS_H
#define SIGNUP_DEFINITIONS_FLOWS_H

#include "services/signup/signup.h"

void put_flow_campaign(struct asked *asked);
void put_flow_action(struct asked *asked);
void list_flow_campaigns(struct asked *asked);
void list_flow_actions(struct asked *asked);

#endif
