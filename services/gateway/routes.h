/* routes -- the one table of who may ask what. A path without a row is 404.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "services/gateway/door/exchange.h"

const struct route *routes_all(size_t *count_out);
/* NULL: nothing there (*allowed_out 0), or not by this method (then the
 * methods that are). Fills params. HEAD finds GET. */
const struct route *routes_find(enum http_method method, const char *path,
                                char params[PARAMS_MAX][PARAM_SIZE],
                                unsigned *allowed_out);
/* "GET, HEAD" of their bits, as 405 says it. */
void routes_list_methods(unsigned allowed, struct buf *to);
/* One line a route: method, path, roles, act, scope. */
void routes_print(struct buf *to);

#endif
