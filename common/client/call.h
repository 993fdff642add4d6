/* call -- what every typed client stub does: pack, ask, unpack, check.
 *
 * Stubs alone use it; services use client/<service>.h. */
#ifndef COMMON_CLIENT_CALL_H
#define COMMON_CLIENT_CALL_H

#include <protobuf-c/protobuf-c.h>

#include "common/bus/bus.h"

#define CALL_DEADLINE_MS 3000

/* A Request and a Reply that are each one oneof, with the same cases: an
 * answer to another question is ERR_INTERNAL. Every request is safe to repeat
 * by its own key. */
struct call_options {
    const ProtobufCMessageDescriptor *reply_type;
    int instance; /* 1..n; 0: any */
};

/* reply is borrowed for the call; NULL unless err is ERR_NONE. */
typedef void call_cb(void *arg, enum err err, const char *detail,
                     const ProtobufCMessage *reply);

/* Exactly one call of cb, always later, also on failure and shutdown. */
void call_ask(struct bus_peer *peer, const struct call_options *options,
              const void *request, call_cb *cb, void *arg);

#endif
