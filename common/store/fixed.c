/* fixed -- the route to the one server there is: unix: and tcp:. */
#include "common/store/inside.h"

static void
start(struct store *store)
{
    store->is_placed = true;
    store->routing = store_node_at(store, &store->endpoint.places[0]);
}

static void
stop(struct store *store)
{
    (void)store; /* nobody is asked, nothing is kept */
}

static struct store_node *
find(struct store *store, int slot)
{
    (void)slot;
    return store->routing;
}

static void
doubt(struct store *store, struct store_node *node)
{
    (void)store;
    (void)node; /* there is no other */
}

const struct store_route store_route_fixed = {
    .start = start, .stop = stop, .finish = stop, .find = find, .doubt = doubt};
