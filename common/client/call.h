/* call -- what every typed client stub does: pack, ask, unpack, check.
 *
 * Stubs alone use it; services use client/<service>.h. */
#ifndef COMMON_CLIENT_CALL_H
#define COMMON_CLIENT_CALL_H

#include <protobuf-c/protobuf-c.h>

#include "common/bus/bus.h"

struct call_options {
    const ProtobufCMessageDescriptor *reply_type;
    int64_t deadline_ms; /* 0: the bus's default */
    bool is_repeatable;
    int instance; /* 0: any */
};

/* reply is borrowed for the call; NULL unless err is ERR_NONE. */
typedef void call_cb(void *arg, enum err err, const char *detail,
                     const ProtobufCMessage *reply);

/* Exactly one call of cb, always later, also on failure and shutdown. */
void call_ask(struct bus_peer *peer, const struct call_options *options,
              const void *request, call_cb *cb, void *arg);

#endif
