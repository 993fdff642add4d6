/* cluster -- the route to the node that has a key's slot.
 *
 * The whole map comes by CLUSTER SLOTS from the places of the endpoint and
 * the masters it has named, one after the other; MOVED corrects a slot of it
 * at once and has it asked for anew, as do a node that is lost or demoted and
 * a map with holes. A node that has no slot any more may still answer, and is
 * not opened again.
 *
 * Source: the Redis Cluster specification, "Redirection and resharding". */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/scout.h"
#include "common/store/slots.h"

#define LOOK_MS 500

struct cluster {
    struct store *store;
    struct store_scout *scout;
    struct timer *look_timer;
    struct store_node *owners[STORE_SLOTS]; /* NULL: not known */
};

static const char *const question[] = {"CLUSTER", "SLOTS"};

/* ---- reading CLUSTER SLOTS: [first, last, [host, port, …], replicas…] ---- */

/* False: not understood. */
static bool
read_master(const struct store_reply *row, const struct store_place *by,
            struct store_place *out)
{
    if (row->count < 3 || row->items[2].count < 2) {
        return false;
    }
    const struct store_reply *host = &row->items[2].items[0];
    int64_t first = row->items[0].integer, last = row->items[1].integer;
    /* No host: the one that was asked. */
    const char *name = host->len == 0 ? by->host : host->string;
    if (first < 0 || last < first || last >= STORE_SLOTS ||
        strlen(name) >= STORE_HOST_SIZE) {
        return false;
    }
    out->port = (int)row->items[2].items[1].integer;
    memcpy(out->host, name, strlen(name) + 1);
    return true;
}

/* How many slots have a node. */
static int
read_map(struct cluster *cluster, const struct store_place *by,
         const struct store_reply *reply)
{
    int covered = 0;
    memset(cluster->owners, 0, sizeof(cluster->owners));
    for (size_t i = 0; i < reply->count; i++) {
        const struct store_reply *row = &reply->items[i];
        struct store_place place = {.port = 0};
        if (!read_master(row, by, &place)) {
            continue;
        }
        struct store_node *node = store_node_at(cluster->store, &place);
        for (int64_t s = row->items[0].integer; s <= row->items[1].integer;
             s++) {
            covered += cluster->owners[s] == NULL;
            cluster->owners[s] = node;
        }
    }
    return covered;
}

/* ---- what follows from it ---- */

static bool
has_slot(const struct cluster *cluster, const struct store_node *node)
{
    for (int i = 0; i < STORE_SLOTS; i++) {
        if (cluster->owners[i] == node) {
            return true;
        }
    }
    return false;
}

/* The places of the endpoint, and the masters as far as there is room. */
static void
set_places(struct cluster *cluster)
{
    const struct store_endpoint *endpoint = &cluster->store->endpoint;
    struct store_place places[STORE_PLACES_MAX];
    size_t count = endpoint->count;
    memcpy(places, endpoint->places, count * sizeof(*places));
    for (const struct store_node *n = cluster->store->nodes;
         n != NULL && count < STORE_PLACES_MAX; n = n->next) {
        if (n->is_wanted) {
            places[count++] = n->place;
        }
    }
    store_scout_set_places(cluster->scout, places, count);
}

static void
leave_others(struct cluster *cluster)
{
    for (struct store_node *n = cluster->store->nodes; n != NULL; n = n->next) {
        if (!has_slot(cluster, n)) {
            store_node_leave(n, false);
        }
    }
}

static void
on_answered(void *arg, const struct store_place *by,
            const struct store_reply *reply)
{
    struct cluster *cluster = arg;
    struct store *store = cluster->store;
    struct store_node *before[STORE_SLOTS];
    memcpy(before, cluster->owners, sizeof(before));
    int covered = read_map(cluster, by, reply);
    store->breaks += memcmp(before, cluster->owners, sizeof(before)) != 0;
    store->is_placed = covered == STORE_SLOTS;
    if (!store->is_placed) {
        store_say_why_not(store, "%d of the Cluster's %d slots have no node",
                          STORE_SLOTS - covered, STORE_SLOTS);
    }
    leave_others(cluster);
    set_places(cluster);
}

static void
on_failed(void *arg, const struct store_place *by, const char *why)
{
    struct cluster *cluster = arg;
    char name[STORE_NAME_SIZE];
    store_place_name(by, name);
    if (!cluster->store->is_placed) {
        store_say_why_not(cluster->store,
                          "no node says where the Cluster's slots are: %s: %s",
                          name, why);
    }
}

/* ---- the route ---- */

static void
on_look(void *arg)
{
    struct cluster *cluster = arg;
    timer_start(cluster->look_timer, LOOK_MS);
    if (!store_is_ready(cluster->store)) {
        store_scout_ask(cluster->scout);
    }
}

static void
start(struct store *store)
{
    struct cluster *cluster = mem_new(sizeof(*cluster));
    store->routing = cluster;
    cluster->store = store;
    store_say_why_not(store, "no node of the Cluster has answered yet");
    cluster->scout = store_scout_new(
        store->loop, &(struct store_scout_options){.user = store->user,
                                                   .password = store->password,
                                                   .question = question,
                                                   .word_count = 2,
                                                   .answered = on_answered,
                                                   .failed = on_failed,
                                                   .arg = cluster});
    set_places(cluster);
    cluster->look_timer = timer_new(store->loop, on_look, cluster);
    timer_start(cluster->look_timer, LOOK_MS);
    store_scout_ask(cluster->scout);
}

static void
stop(struct store *store)
{
    struct cluster *cluster = store->routing;
    store_scout_free(&cluster->scout);
    timer_free(&cluster->look_timer);
}

static void
finish(struct store *store)
{
    free(store->routing);
}

/* Without a key: any that is up. */
static struct store_node *
find_any(struct store *store)
{
    struct store_node *found = NULL;
    for (struct store_node *n = store->nodes; n != NULL; n = n->next) {
        if (n->is_wanted && (found == NULL || found->state != STORE_UP)) {
            found = n;
        }
    }
    return found;
}

static struct store_node *
find(struct store *store, int slot)
{
    const struct cluster *cluster = store->routing;
    return slot == STORE_NO_SLOT ? find_any(store) : cluster->owners[slot];
}

static void
doubt(struct store *store, struct store_node *node)
{
    const struct cluster *cluster = store->routing;
    (void)node;
    if (cluster->scout != NULL) {
        store_scout_ask(cluster->scout);
    }
}

static void
moved(struct store *store, int slot, struct store_node *node)
{
    struct cluster *cluster = store->routing;
    if (slot >= 0 && slot < STORE_SLOTS) {
        store->breaks += cluster->owners[slot] != node;
        cluster->owners[slot] = node;
        store_scout_ask(cluster->scout);
    }
}

const struct store_route store_route_cluster = {.start = start,
                                                .stop = stop,
                                                .finish = finish,
                                                .find = find,
                                                .doubt = doubt,
                                                .moved = moved};
