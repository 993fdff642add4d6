/* signup_api -- campaigns, actions, sign-ups, audiences: for routes.c. */
#ifndef GATEWAY_SIGNUP_API_H
#define GATEWAY_SIGNUP_API_H

#include "services/gateway/door/exchange.h"

void list_campaigns(struct exchange *x); /* GET /v1/campaigns */
void list_actions(struct exchange *x);   /* GET …/{c}/actions */
void put_campaign(struct exchange *x);   /* PUT /v1/campaigns/{c} */
void put_action(struct exchange *x);     /* PUT …/{c}/actions/{a} */
void preview_audience(struct exchange *x);
void sign_up(struct exchange *x); /* signup_flow.c: POST …/{c}/signups */

#endif
