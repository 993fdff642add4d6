/* checkin -- typed calls to the checkin service. */
#include "common/client/checkin.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/call.h"

#define DEADLINE_MS 3000

struct pending {
    Checkin__Request__IsCase asked;
    checkin_answer_cb *cb;
    void *arg;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const ProtobufCMessage *message)
{
    struct pending *pending = arg;
    const Checkin__Reply *reply = (const Checkin__Reply *)message;
    if (err == ERR_NONE && (int)reply->is_case != (int)pending->asked) {
        err = ERR_INTERNAL;
        detail = "a service answered another question";
        reply = NULL;
    }
    pending->cb(pending->arg, err, detail, reply);
    free(pending);
}

void
checkin_ask(struct bus_peer *peer, int instance,
            const Checkin__Request *request, checkin_answer_cb *cb, void *arg)
{
    struct pending *pending = mem_new(sizeof(*pending));
    *pending = (struct pending){request->is_case, cb, arg};
    /* Every request of this conversation is safe to repeat by its own key. */
    struct call_options options = {.reply_type = &checkin__reply__descriptor,
                                   .deadline_ms = DEADLINE_MS,
                                   .is_repeatable = true,
                                   .instance = instance};
    call_ask(peer, &options, request, on_answer, pending);
}
