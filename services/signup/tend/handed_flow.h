/* handed_flow -- what a provider took begins to run out. */
#ifndef SIGNUP_TEND_HANDED_FLOW_H
#define SIGNUP_TEND_HANDED_FLOW_H

#include "services/signup/tend/round.h"

/* Follows broadcast's feed, if it does not yet. */
void handed_go(struct tended *tended);
/* The feed now ends there. */
void handed_hear(struct tended *tended, uint64_t end);
bool handed_is_idle(const struct tended *tended);

#endif
