/* enter -- the way of a request from its arrival to its handler. */
#ifndef GATEWAY_ENTER_H
#define GATEWAY_ENTER_H

#include "common/http/http.h"

/* For http_open; arg is the gateway. */
void enter_on_request(void *arg, struct http_request *request);
void enter_on_refused(void *arg, struct http_request *request, int status,
                      const char *why);
/* What an operator is told once a proxy came that is not configured. */
extern const char enter_unknown_proxy[];

#endif
