/* redis_store -- a store on a private Redis. */
#include "common/store/store.h"
#include "tests/support/redis/redis.h"

struct store *
redis_store(struct redis *redis, struct loop *loop)
{
    struct store_options options = {.endpoint = redis->endpoint,
                                    .allows_volatile =
                                        redis->options.is_volatile};
    struct store *store = store_new(loop, &options);
    store_wait_ready(store, PROCESS_WAIT_MS);
    return store;
}
