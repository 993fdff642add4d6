/* news -- announcing and following. News may be lost, by design. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/parts.h"

/* Nobody writes to a PUB socket. */
static void
on_nothing(void *arg, zmq_msg_t *frames, int count)
{
    (void)arg;
    (void)frames;
    (void)count;
}

void
bus_publish_at(struct bus *bus, const char *endpoint)
{
    assert(bus->pub == NULL);
    bus->pub = bus_socket_new(bus, ZMQ_PUB, on_nothing, bus);
    bus_socket_bind(bus->pub, endpoint);
}

void
bus_announce(struct bus *bus, const char *topic, const void *body, size_t len)
{
    size_t topic_len = strlen(topic);
    if (topic_len > BUS_TOPIC_BYTES_MAX || len > BUS_BODY_BYTES_MAX) {
        log_error("bus.news_too_large", log_int("bytes", (int64_t)len));
        return;
    }
    if (bus->pub == NULL) {
        return;
    }
    zmq_msg_t frames[2];
    if (zmq_msg_init_size(&frames[0], topic_len) != 0 ||
        zmq_msg_init_size(&frames[1], len) != 0) {
        abort();
    }
    memcpy(zmq_msg_data(&frames[0]), topic, topic_len);
    if (len > 0) {
        memcpy(zmq_msg_data(&frames[1]), body, len);
    }
    (void)bus_socket_send(bus->pub, frames, 2);
}

static void
on_news(void *arg, zmq_msg_t *frames, int count)
{
    struct follower *follower = arg;
    char topic[BUS_TOPIC_BYTES_MAX + 1];
    if (count != 2 || zmq_msg_size(&frames[0]) > BUS_TOPIC_BYTES_MAX) {
        return;
    }
    memcpy(topic, zmq_msg_data(&frames[0]), zmq_msg_size(&frames[0]));
    topic[zmq_msg_size(&frames[0])] = '\0';
    follower->cb(follower->arg, topic, zmq_msg_data(&frames[1]),
                 zmq_msg_size(&frames[1]));
}

struct connecting {
    struct bus_socket *sub;
    const char *service;
};

static void
connect_news(void *arg, const char *endpoint, int i)
{
    struct connecting *connecting = arg;
    char *name = mem_format("%s.%d", connecting->service, i);
    bus_socket_connect(connecting->sub, endpoint, name);
    free(name);
}

void
bus_follow(struct bus *bus, const struct bus_source *source, const char *topic,
           bus_news_cb *cb, void *arg)
{
    struct follower *follower = mem_new(sizeof(*follower));
    follower->cb = cb;
    follower->arg = arg;
    follower->sub = bus_socket_new(bus, ZMQ_SUB, on_news, follower);
    follower->next = bus->followers;
    bus->followers = follower;
    bus_socket_subscribe(follower->sub, topic);
    struct connecting connecting = {follower->sub, source->service};
    bus_each_endpoint(source->endpoints, connect_news, &connecting);
}

void
news_free(struct bus *bus)
{
    while (bus->followers != NULL) {
        struct follower *follower = bus->followers;
        bus->followers = follower->next;
        bus_socket_free(&follower->sub);
        free(follower);
    }
    bus_socket_free(&bus->pub);
}
