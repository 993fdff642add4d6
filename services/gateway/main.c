/* main -- muster-gateway; see start.c. */
#include "services/gateway/start.h"

int
main(int argc, char **argv)
{
    return gateway_main(argc, argv, true);
}
