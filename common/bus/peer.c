/* peer -- instances of a service: which can be reached, which is next. */
#include "common/bus/parts.h"

static struct instance *
choose_only(struct bus_peer *peer, const struct ask *ask)
{
    struct instance *it =
        ask->only > peer->count ? NULL : &peer->instances[ask->only - 1];
    return it != NULL && it->is_connected && it != ask->shunned ? it : NULL;
}

struct instance *
peer_choose(struct bus_peer *peer, const struct ask *ask, int64_t now_ms)
{
    if (ask->only > 0) {
        return choose_only(peer, ask);
    }
    struct instance *second = NULL;
    for (int i = 0; i < peer->count; i++) {
        int n = (peer->turn + i) % peer->count;
        struct instance *it = &peer->instances[n];
        if (!it->is_connected || it == ask->shunned) {
            continue;
        }
        if (it->avoid_until_ms <= now_ms) {
            peer->turn = (n + 1) % peer->count;
            return it;
        }
        second = second == NULL ? it : second;
    }
    return second;
}
