/* route -- a configured provider, and the leases that wait for it. */
#ifndef COURIER_ROUTE_H
#define COURIER_ROUTE_H

#include "common/base/base.h"
#include "services/courier/providers/provider.h"
#include "services/courier/send/lease.h"

#define ROUTES_MAX 32

struct courier;

/* One hand-over on its way. */
struct handing {
    struct route *route;
    struct lease *lease;
    uint32_t index;
    struct handing *next; /* of the free ones */
};

struct route {
    struct courier *courier;
    const char *name; /* borrowed from the conf */
    const struct provider *provider;
    void *self; /* the provider's */
    Words__Channel channel;
    int64_t timeout_ms;
    int concurrency, open_count;
    bool is_idempotent;
    struct handing *handings, *free; /* concurrency of them */
    struct lease *first, **last;     /* leases with something to begin */
    struct metric *accepted, *failed, *deferred, *in_doubt;
};

/* Opens all [route.*]; exits with a sentence when one cannot be meant. */
void routes_open(struct courier *courier);
void routes_close(struct courier *courier); /* ends what is open */
struct route *route_find(struct courier *courier, const char *name,
                         Words__Channel channel);
/* Is any route of this channel? */
bool route_carries(const struct courier *courier, Words__Channel channel);
/* The lease is ready; begins what can be begun now. */
void route_add(struct route *route, struct lease *lease);
void route_go(struct route *route);
/* Of a lease that ends or gives back what it has not begun. */
void route_remove(struct route *route, struct lease *lease);

#endif
