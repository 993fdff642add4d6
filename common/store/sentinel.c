/* sentinel -- the route to the master that Sentinels watch over.
 *
 * Every Sentinel is asked for the master and listened to for +switch-master;
 * the answer of the newest configuration (config-epoch) is believed, and an
 * older one only when that one's master has been away for STALE_MS. The node
 * itself is asked what it is before it is used, and with each probe (greet.c).
 * A master that is given up is closed at once: what it would still answer may
 * not be so at the new one.
 *
 * Source: "Guidelines for Redis clients with support for Redis Sentinel". */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/scout.h"

#define LOOK_MS 500
#define STALE_MS 3000
#define TOPIC "+switch-master"

struct sentinels {
    struct store *store;
    struct store_scout *scouts[STORE_PLACES_MAX];
    const char *question[3];
    struct store_node *master; /* NULL: not known */
    int64_t epoch;             /* of what said so */
    struct timer *look_timer;
};

static void
ask_all(struct sentinels *all)
{
    for (size_t i = 0; i < all->store->endpoint.count; i++) {
        store_scout_ask(all->scouts[i]);
    }
}

/* ---- an answer ---- */

/* The value after name in a list of pairs, or "". */
static const char *
find_fact(const struct store_reply *reply, const char *name)
{
    for (size_t i = 0; i + 1 < reply->count; i += 2) {
        if (strcmp(reply->items[i].string, name) == 0) {
            return reply->items[i + 1].string;
        }
    }
    return "";
}

static bool
is_believed(const struct sentinels *all, int64_t epoch)
{
    const struct store_node *master = all->master;
    return master == NULL || epoch > all->epoch ||
           (!store_node_is_ready(master) &&
            clock_boot_ms() - master->unready_since_ms > STALE_MS);
}

static void
follow(struct sentinels *all, const struct store_place *place)
{
    struct store *store = all->store;
    struct store_node *old = all->master;
    all->master = store_node_at(store, place);
    store->is_placed = true;
    store->breaks++;
    log_info("store.master", log_str("node", all->master->name));
    if (old != NULL) {
        store_node_leave(old, true);
    }
}

static void
on_answered(void *arg, const struct store_place *by,
            const struct store_reply *reply)
{
    struct sentinels *all = arg;
    const char *host = find_fact(reply, "ip");
    struct store_place place = {
        .port = (int)strtol(find_fact(reply, "port"), NULL, 10)};
    int64_t epoch = strtoll(find_fact(reply, "config-epoch"), NULL, 10);
    (void)by;
    if (host[0] == '\0' || strlen(host) >= STORE_HOST_SIZE || place.port <= 0) {
        return;
    }
    memcpy(place.host, host, strlen(host) + 1);
    bool is_same =
        all->master != NULL && store_place_is(&all->master->place, &place);
    if (is_same) {
        all->epoch = epoch > all->epoch ? epoch : all->epoch;
    } else if (is_believed(all, epoch)) {
        all->epoch = epoch;
        follow(all, &place);
    }
}

static void
on_failed(void *arg, const struct store_place *by, const char *why)
{
    struct sentinels *all = arg;
    char name[STORE_NAME_SIZE];
    store_place_name(by, name);
    if (!all->store->is_placed) {
        store_say_why_not(all->store,
                          "no Sentinel names the master of %s: %s: %s",
                          all->store->endpoint.master, name, why);
    }
}

/* ---- the route ---- */

static void
on_look(void *arg)
{
    struct sentinels *all = arg;
    timer_start(all->look_timer, LOOK_MS);
    if (!store_is_ready(all->store)) {
        ask_all(all);
    }
}

static void
start(struct store *store)
{
    struct sentinels *all = mem_new(sizeof(*all));
    store->routing = all;
    all->store = store;
    all->question[0] = "SENTINEL";
    all->question[1] = "MASTER";
    all->question[2] = store->endpoint.master;
    all->look_timer = timer_new(store->loop, on_look, all);
    timer_start(all->look_timer, LOOK_MS);
    store_say_why_not(store, "no Sentinel has answered yet");
    const struct store_scout_options options = {.user = store->sentinel_user,
                                                .password =
                                                    store->sentinel_password,
                                                .question = all->question,
                                                .word_count = 3,
                                                .topic = TOPIC,
                                                .answered = on_answered,
                                                .failed = on_failed,
                                                .arg = all};
    for (size_t i = 0; i < store->endpoint.count; i++) {
        all->scouts[i] = store_scout_new(store->loop, &options);
        store_scout_set_places(all->scouts[i], &store->endpoint.places[i], 1);
    }
    ask_all(all);
}

static void
stop(struct store *store)
{
    struct sentinels *all = store->routing;
    for (size_t i = 0; i < store->endpoint.count; i++) {
        store_scout_free(&all->scouts[i]);
    }
    timer_free(&all->look_timer);
}

static void
finish(struct store *store)
{
    free(store->routing);
}

static struct store_node *
find(struct store *store, int slot)
{
    const struct sentinels *all = store->routing;
    (void)slot;
    return all->master;
}

static void
doubt(struct store *store, struct store_node *node)
{
    (void)node;
    ask_all(store->routing);
}

const struct store_route store_route_sentinel = {.start = start,
                                                 .stop = stop,
                                                 .finish = finish,
                                                 .find = find,
                                                 .doubt = doubt};
