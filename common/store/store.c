/* store -- Redis, by scripts, with a known outcome for everything. The map of
 * the files is at the head of inside.h. */
#include "common/store/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/store/inside.h"

#define WAIT_TURN_MS 20

void
store_say_why_not(struct store *store, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(store->why_not, sizeof(store->why_not), format, args);
    va_end(args);
}

/* ---- opening and closing the store ---- */

static const struct store_route *
route_of(enum store_kind kind)
{
    if (kind == STORE_SENTINEL) {
        return &store_route_sentinel;
    }
    return kind == STORE_CLUSTER ? &store_route_cluster : &store_route_fixed;
}

static void
read_endpoint(struct store *store, const char *endpoint)
{
    const char *wrong = store_endpoint_read(endpoint, &store->endpoint);
    if (wrong != NULL) {
        log_fatal("where Redis is, \"%s\", cannot be read: %s", endpoint,
                  wrong);
    }
}

struct store *
store_new(struct loop *loop, const struct store_options *options)
{
    struct store *store = mem_new(sizeof(*store));
    store->loop = loop;
    read_endpoint(store, options->endpoint);
    store->user = mem_copy_string(options->user);
    store->password = mem_copy_string(options->password);
    store->sentinel_user = mem_copy_string(options->sentinel_user);
    store->sentinel_password = mem_copy_string(options->sentinel_password);
    store->allows_volatile = options->allows_volatile;
    store->replicas_required = options->replicas_required;
    store_queue_init(&store->refused);
    store_queue_init(&store->waiting);
    store->refused_timer = timer_new(loop, store_on_refused, store);
    store->waiting_timer = timer_new(loop, store_on_waiting, store);
    /* Named as a script that may write, it is refused whenever writes are:
     * a replica, a full memory, a failing disk. PING would not be. */
    store->probe = store_script(store, "#!lua\nreturn 'PONG'");
    store->route = route_of(store->endpoint.kind);
    store->route->start(store);
    return store;
}

/* What the callbacks send meanwhile is refused, and answered here as well. */
static void
answer_all(struct store *store)
{
    for (struct store_node *n = store->nodes; n != NULL; n = n->next) {
        store_node_leave(n, true);
    }
    while (store->waiting.first != NULL || store->refused.first != NULL) {
        struct store_command *next, *c = store_queue_take(&store->waiting);
        for (; c != NULL; c = next) {
            next = c->next;
            store_refuse(c, ERR_UNAVAILABLE);
        }
        store_on_refused(store);
    }
}

void
store_free(struct store **store)
{
    struct store *s = *store;
    if (s == NULL) {
        return;
    }
    s->route->stop(s);
    answer_all(s);
    s->route->finish(s);
    timer_free(&s->refused_timer);
    timer_free(&s->waiting_timer);
    while (s->nodes != NULL) {
        struct store_node *node = s->nodes;
        s->nodes = node->next;
        store_node_free(&node);
    }
    while (s->scripts != NULL) {
        struct store_script *script = s->scripts;
        s->scripts = script->next;
        free(script);
    }
    free(s->user);
    free(s->password);
    free(s->sentinel_user);
    free(s->sentinel_password);
    free(s);
    *store = NULL;
}

/* ---- is it ready ---- */

/* Of those that are needed: one that is not ready, or NULL. */
static const struct store_node *
find_unready(const struct store *store)
{
    for (const struct store_node *n = store->nodes; n != NULL; n = n->next) {
        if (n->is_wanted && !store_node_is_ready(n)) {
            return n;
        }
    }
    return NULL;
}

bool
store_is_ready(const struct store *store)
{
    return store->is_placed && find_unready(store) == NULL;
}

const char *
store_not_ready_why(const struct store *store)
{
    static char sentence[sizeof(store->why_not) + STORE_NAME_SIZE];
    if (!store->is_placed) {
        return store->why_not;
    }
    const struct store_node *node = find_unready(store);
    if (node == NULL) {
        return NULL;
    }
    const char *why = store_node_why_not(node);
    (void)snprintf(sentence, sizeof(sentence), "Redis at %s: %s", node->name,
                   why[0] == '\0' ? "it does not answer" : why);
    return sentence;
}

/* Waiting for it will not help. */
static bool
is_never_durable(const struct store *store)
{
    for (const struct store_node *n = store->nodes; n != NULL; n = n->next) {
        if (n->is_wanted && n->is_never_durable) {
            return true;
        }
    }
    return false;
}

void
store_wait_ready(struct store *store, int64_t wait_ms)
{
    int64_t end_us = clock_boot_us() + wait_ms * 1000;
    while (!store_is_ready(store)) {
        if (is_never_durable(store)) {
            log_fatal("%s", store_not_ready_why(store));
        }
        if (clock_boot_us() > end_us) {
            log_fatal("Redis is not ready: %s", store_not_ready_why(store));
        }
        loop_turn(store->loop, WAIT_TURN_MS);
    }
}

int
store_in_flight(const struct store *store)
{
    return store->in_flight + store->refused.count + store->waiting.count;
}

uint64_t
store_breaks(const struct store *store)
{
    return store->breaks;
}
