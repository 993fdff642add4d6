/* call -- what every typed client stub does: pack, ask, unpack, check. */
#include "common/client/call.h"

#include <stdlib.h>

#include "common/base/base.h"

struct call {
    const ProtobufCMessageDescriptor *reply_type;
    int asked; /* the case of the request */
    call_cb *cb;
    void *arg;
};

static const char *
fault_of(const struct call *call, const ProtobufCMessage *reply)
{
    if (reply == NULL) {
        return "a service answered with a message that is not valid";
    }
    return wire_case(reply) != call->asked
               ? "a service answered another question"
               : NULL;
}

static void
on_answer(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct call *call = arg;
    ProtobufCMessage *reply = NULL;
    if (err == ERR_NONE) {
        reply = wire_unpack(call->reply_type, body, len, BUS_BODY_BYTES_MAX);
        const char *fault = fault_of(call, reply);
        if (fault != NULL) {
            log_error("call.bad_reply", log_str("type", call->reply_type->name),
                      log_str("why", fault));
            err = ERR_INTERNAL;
            detail = fault;
        }
    }
    call->cb(call->arg, err, detail, err == ERR_NONE ? reply : NULL);
    wire_free(reply);
    free(call);
}

void
call_ask(struct bus_peer *peer, const struct call_options *options,
         const void *request, call_cb *cb, void *arg)
{
    struct call *call = mem_new(sizeof(*call));
    *call = (struct call){options->reply_type, wire_case(request), cb, arg};
    struct buf body;
    buf_init(&body, 0);
    wire_pack(request, &body);
    bus_ask(peer,
            &(struct bus_ask){.body = body.data,
                              .len = body.len,
                              .deadline_ms = CALL_DEADLINE_MS,
                              .is_repeatable = true,
                              .instance = options->instance},
            on_answer, call);
    buf_fini(&body);
}
