/* checkin -- typed calls to the checkin service. */
#include "common/client/checkin.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/call.h"

struct pending {
    checkin_answer_cb *cb;
    void *arg;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const ProtobufCMessage *reply)
{
    struct pending *pending = arg;
    pending->cb(pending->arg, err, detail, (const Checkin__Reply *)reply);
    free(pending);
}

void
checkin_ask(struct bus_peer *peer, int instance,
            const Checkin__Request *request, checkin_answer_cb *cb, void *arg)
{
    struct pending *pending = mem_new(sizeof(*pending));
    *pending = (struct pending){cb, arg};
    call_ask(peer,
             &(struct call_options){.reply_type = &checkin__reply__descriptor,
                                    .instance = instance},
             request, on_answer, pending);
}
