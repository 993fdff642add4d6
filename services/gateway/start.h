/* start -- the gateway as one call, for main and for programs that link it
 * with other answers behind it. */
#ifndef GATEWAY_START_H
#define GATEWAY_START_H

#include <stdbool.h>

#include "common/loop/loop.h"

/* The whole program. Without a store the staff routes answer 503. */
int gateway_main(int argc, char **argv, bool uses_store);
/* Its loop, for those who answer in the services' stead. */
struct loop *gateway_loop(void);

#endif
