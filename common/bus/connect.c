/* connect -- the links to a service's instances, as they come and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"

static void
on_link(void *arg, zmq_msg_t *frames, int count)
{
    struct instance *instance = arg;
    enum bus_link link = bus_socket_link_event(frames, count);
    if (link == BUS_LINK_DENIED) {
        log_warn("bus.denied", log_str("by", instance->name));
    } else if (link == BUS_LINK_UP && !instance->is_connected) {
        instance->is_connected = true;
        instance->avoid_until_ms = 0;
        log_info("bus.up", log_str("peer", instance->name));
        asks_on_link_up(instance);
    } else if (link == BUS_LINK_DOWN && instance->is_connected) {
        log_info("bus.down", log_str("peer", instance->name));
        bus_socket_drain(instance->dealer); /* what it still had to say */
        instance->is_connected = false;
        asks_on_link_down(instance);
    }
}

void
bus_each_endpoint(const char *endpoints,
                  void (*each)(void *arg, const char *endpoint, int i),
                  void *arg)
{
    char *list = mem_copy_string(endpoints);
    char *rest = list, *endpoint;
    int i = 0;
    while ((endpoint = strsep(&rest, ",")) != NULL) {
        if (i == BUS_ENDPOINTS_MAX) {
            log_fatal("more than %d endpoints: %s", BUS_ENDPOINTS_MAX,
                      endpoints);
        }
        each(arg, endpoint, i++);
    }
    free(list);
}

static void
connect_instance(void *arg, const char *endpoint, int i)
{
    struct bus_peer *peer = arg;
    struct instance *instance = &peer->instances[i];
    instance->peer = peer;
    ring_init(&instance->asked);
    (void)snprintf(instance->name, sizeof(instance->name), "%s.%d",
                   peer->service, i);
    instance->is_local = strncmp(endpoint, "ipc://", 6) == 0;
    instance->dealer =
        bus_socket_new(peer->bus, ZMQ_DEALER, asks_on_answer, instance);
    instance->monitor = bus_socket_monitor(instance->dealer, on_link, instance);
    bus_socket_connect(instance->dealer, endpoint, instance->name);
    peer->count = i + 1;
}

static void
on_queue_retry(void *arg)
{
    asks_send_waiting(arg);
}

struct bus_peer *
bus_connect(struct bus *bus, const char *service, const char *endpoints)
{
    struct bus_peer *peer = mem_new(sizeof(*peer));
    peer->bus = bus;
    peer->service = mem_copy_string(service);
    ring_init(&peer->waiting);
    peer->queue_timer = timer_new(bus->loop, on_queue_retry, peer);
    bus_each_endpoint(endpoints, connect_instance, peer);
    peer->next = bus->peers;
    bus->peers = peer;
    return peer;
}

int
bus_peer_instances(const struct bus_peer *peer)
{
    return peer->count;
}

void
peers_free(struct bus *bus)
{
    while (bus->peers != NULL) {
        struct bus_peer *peer = bus->peers;
        bus->peers = peer->next;
        for (int i = 0; i < peer->count; i++) {
            bus_socket_free(&peer->instances[i].monitor);
            bus_socket_free(&peer->instances[i].dealer);
        }
        timer_free(&peer->queue_timer);
        free(peer->service);
        free(peer);
    }
}
