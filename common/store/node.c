/* node -- see node.h. */
#include "common/store/node.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/store/inside.h"

void
store_node_say(struct store_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(node->why_not, sizeof(node->why_not), format, args);
    va_end(args);
}

/* ---- connecting, and again ---- */

static void
on_lost(void *arg, const char *why)
{
    struct store_node *node = arg;
    if (node->state == STORE_UP) {
        node->store->breaks++;
        log_warn("store.lost", log_str("node", node->name), log_str("why", why),
                 log_int("in_flight", node->in_flight));
        node->unready_since_ms = clock_boot_ms();
    }
    if (node->state != STORE_GREETING || node->why_not[0] == '\0') {
        store_node_say(node, "no connection: %s", why);
    }
    store_node_close(node);
    if (node->is_wanted) {
        timer_start(node->retry_timer, backoff_next_ms(&node->backoff));
        node->store->route->doubt(node->store, node);
    }
}

static void
on_opened(void *arg)
{
    struct store_node *node = arg;
    node->why_not[0] = '\0';
    node->state = STORE_GREETING;
    store_greet(node);
}

static void
on_retry(void *arg)
{
    struct store_node *node = arg;
    struct store_link_owner owner = {
        .opened = on_opened, .lost = on_lost, .arg = node};
    node->state = STORE_OPENING;
    node->link = store_link_open(node->store->loop, &node->place, &owner);
}

void
store_node_close(struct store_node *node)
{
    store_forget_link(node);
    node->state = STORE_AWAY; /* what the callbacks send is refused */
    store_link_close(&node->link);
    store_acks_close(node);
}

/* ---- making and leaving ---- */

static struct store_node *
make_node(struct store *store, const struct store_place *place)
{
    struct store_node *node = mem_new(sizeof(*node));
    node->store = store;
    node->place = *place;
    store_place_name(place, node->name);
    node->backoff = (struct backoff){.first_ms = STORE_RETRY_MS_FIRST,
                                     .most_ms = STORE_RETRY_MS_MAX};
    node->retry_timer = timer_new(store->loop, on_retry, node);
    node->probe_timer = timer_new(store->loop, store_probe, node);
    node->batch_timer = timer_new(store->loop, store_acks_send, node);
    store_node_say(node, "not yet connected");
    return node;
}

static struct store_node *
add_node(struct store *store, const struct store_place *place)
{
    struct store_node *node = make_node(store, place);
    if (store->replicas_required > 0) {
        node->reads = make_node(store, place);
        node->reads->is_for_reads = true;
    }
    node->next = store->nodes;
    store->nodes = node;
    return node;
}

struct store_node *
store_node_at(struct store *store, const struct store_place *place)
{
    struct store_node *node = store->nodes;
    while (node != NULL && !store_place_is(&node->place, place)) {
        node = node->next;
    }
    if (node == NULL) {
        node = add_node(store, place);
    }
    store_node_want(node);
    return node;
}

void
store_node_want(struct store_node *node)
{
    if (node == NULL || node->is_wanted) {
        return;
    }
    node->is_wanted = true;
    node->unready_since_ms = clock_boot_ms();
    if (node->state == STORE_AWAY) {
        timer_start(node->retry_timer, 0);
    }
    store_node_want(node->reads);
}

void
store_node_leave(struct store_node *node, bool is_now)
{
    node->is_wanted = false;
    timer_stop(node->retry_timer);
    if (is_now || node->in_flight == 0) {
        store_node_close(node);
    }
    if (node->reads != NULL) {
        store_node_leave(node->reads, is_now);
    }
}

void
store_node_free(struct store_node **node)
{
    struct store_node *n = *node;
    if (n == NULL) {
        return;
    }
    assert(n->link == NULL);
    store_node_free(&n->reads);
    timer_free(&n->retry_timer);
    timer_free(&n->probe_timer);
    timer_free(&n->batch_timer);
    free(n);
    *node = NULL;
}

/* ---- is it ready ---- */

static bool
is_ready_itself(const struct store_node *node)
{
    bool is_late = node->probe_sent_ms != 0 &&
                   clock_boot_ms() - node->probe_sent_ms > STORE_PROBE_LATE_MS;
    return node->state == STORE_UP && node->is_probe_good && !is_late &&
           !node->is_replica && !node->is_short;
}

bool
store_node_is_ready(const struct store_node *node)
{
    return is_ready_itself(node) &&
           (node->reads == NULL || is_ready_itself(node->reads));
}

const char *
store_node_why_not(const struct store_node *node)
{
    bool is_reads = node->reads != NULL && is_ready_itself(node);
    return is_reads ? node->reads->why_not : node->why_not;
}

bool
store_node_takes(const struct store_node *node,
                 const struct store_command *command)
{
    bool may_write = !node->is_replica && !node->is_short;
    return node->state == STORE_UP && (may_write || command->is_ours);
}
