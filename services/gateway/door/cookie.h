/* cookie -- what a browser sends back. */
#ifndef GATEWAY_DOOR_COOKIE_H
#define GATEWAY_DOOR_COOKIE_H

#include <stddef.h>

#include "services/gateway/door/exchange.h"

/* The value of the cookie of that name, copied; false: there is none that
 * fits. */
MUST_CHECK bool cookie_read(const struct exchange *x, const char *name,
                            char *to, size_t size);

#endif
