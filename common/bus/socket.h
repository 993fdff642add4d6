/* socket -- one ZeroMQ socket on the loop; for the bus's files alone.
 *
 * ZMQ_FD is edge-triggered and any send may eat its signal, so after every
 * callback and every send the socket is read again in the next turn, until
 * there is nothing: BUS_READ_BUDGET messages a turn. */
#ifndef COMMON_BUS_SOCKET_H
#define COMMON_BUS_SOCKET_H

#include <stdbool.h>
#include <zmq.h>

#include "common/bus/bus.h"
#include "common/loop/loop.h"

#define BUS_READ_BUDGET 256
#define BUS_FRAMES_MAX 8
#define BUS_LINGER_MS 1500 /* the last answers of a closing server */

struct bus_socket;

/* frames: count of them, all of one message; move what is kept. */
typedef void bus_frames_cb(void *arg, zmq_msg_t *frames, int count);

struct bus_socket *bus_socket_new(struct bus *bus, int type, bus_frames_cb *cb,
                                  void *arg);
void bus_socket_free(struct bus_socket **s);
/* Exit with a sentence when they cannot. peer_name: whose key, with CURVE. */
void bus_socket_bind(struct bus_socket *s, const char *endpoint);
void bus_socket_connect(struct bus_socket *s, const char *endpoint,
                        const char *peer_name);
void bus_socket_subscribe(struct bus_socket *s, const char *topic);
/* Consumes the frames. False: not sent (no peer, or its queue is full). */
bool bus_socket_send(struct bus_socket *s, zmq_msg_t *frames, int count);
/* Reads everything there is, now, past any budget. */
void bus_socket_drain(struct bus_socket *s);
struct bus_socket *bus_socket_next(const struct bus_socket *s);
/* Counts a rescue when mail lies unread and nothing would wake us. */
void bus_socket_watch(struct bus_socket *s);

/* A socket that reads the connections of s come and go. */
struct bus_socket *bus_socket_monitor(struct bus_socket *s, bus_frames_cb *cb,
                                      void *arg);
/* What one of its messages says. */
enum bus_link { BUS_LINK_OTHER, BUS_LINK_UP, BUS_LINK_DOWN, BUS_LINK_DENIED };
enum bus_link bus_socket_link_event(zmq_msg_t *frames, int count);

#endif
