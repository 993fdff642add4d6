/* signup -- typed calls to the signup service. */
#include "common/client/signup.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/call.h"

#define DEADLINE_MS 3000

struct pending {
    Signup__Request__IsCase asked;
    signup_answer_cb *cb;
    void *arg;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const ProtobufCMessage *message)
{
    struct pending *pending = arg;
    const Signup__Reply *reply = (const Signup__Reply *)message;
    if (err == ERR_NONE && (int)reply->is_case != (int)pending->asked) {
        err = ERR_INTERNAL;
        detail = "a service answered another question";
        reply = NULL;
    }
    pending->cb(pending->arg, err, detail, reply);
    free(pending);
}

void
signup_ask(struct bus_peer *peer, int instance, const Signup__Request *request,
           signup_answer_cb *cb, void *arg)
{
    struct pending *pending = mem_new(sizeof(*pending));
    *pending = (struct pending){request->is_case, cb, arg};
    /* Every request of this conversation is safe to repeat by its own key. */
    struct call_options options = {.reply_type = &signup__reply__descriptor,
                                   .deadline_ms = DEADLINE_MS,
                                   .is_repeatable = true,
                                   .instance = instance};
    call_ask(peer, &options, request, on_answer, pending);
}
