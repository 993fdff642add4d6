/* staff_api -- sessions, staff and tokens: handlers for routes.c. */
#ifndef GATEWAY_STAFF_API_H
#define GATEWAY_STAFF_API_H

#include "services/gateway/door/exchange.h"

void staff_api_open(void); /* takes as long as one sign-in; start-up only */

void make_session(struct exchange *x); /* POST /v1/session */
void get_session(struct exchange *x);
void drop_session(struct exchange *x);
void list_staff(struct exchange *x); /* …/campaigns/{c}/staff */
void make_staff(struct exchange *x);
void make_token(struct exchange *x); /* POST …/campaigns/{c}/tokens */

#endif
