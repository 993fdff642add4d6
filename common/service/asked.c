/* asked -- see asked.h. */
#include "common/service/asked.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define SENTENCE_SIZE 80

void
asked_init(struct asked_desk *desk, const struct asked_api *api, void *service)
{
    assert(api->request->n_fields > 0);
    *desk = (struct asked_desk){.api = api, .service = service};
}

/* ---- beginning ---- */

static const struct asked_row *
find_row(const struct asked_api *api, const ProtobufCMessage *message)
{
    int is_case = wire_case(message);
    for (size_t i = 0; i < api->row_count; i++) {
        if (api->rows[i].is_case == is_case) {
            return &api->rows[i];
        }
    }
    return NULL;
}

void
asked_serve(void *arg, struct bus_request *request)
{
    struct asked_desk *desk = arg;
    const struct asked_api *api = desk->api;
    size_t len;
    const void *body = bus_request_body(request, &len);
    ProtobufCMessage *message =
        wire_unpack(api->request, body, len, api->body_bytes_max);
    const struct asked_row *row =
        message == NULL ? NULL : find_row(api, message);
    if (row == NULL) {
        char why[SENTENCE_SIZE];
        (void)snprintf(why, sizeof(why), "this is not a request to %s",
                       api->name);
        wire_free(message);
        bus_reply(request, ERR_BAD_REQUEST, why, NULL, 0);
        return;
    }
    struct asked *asked = mem_new(sizeof(*asked));
    *asked = (struct asked){desk->service, message, request, desk};
    desk->open++;
    row->handle(asked);
}

bool
asked_is_idle(void *arg)
{
    const struct asked_desk *desk = arg;
    return desk->open == 0;
}

/* ---- ending ---- */

static void
end(struct asked *asked)
{
    asked->desk->open--;
    wire_free((void *)asked->message);
    free(asked);
}

void
asked_answer(struct asked *asked, const void *reply)
{
    struct buf body;
    buf_init(&body, 0);
    wire_pack(reply, &body);
    if (body.len > BUS_BODY_BYTES_MAX) {
        bus_reply(asked->request, ERR_TOO_LARGE,
                  "the answer is too large: ask for less", NULL, 0);
    } else {
        bus_reply(asked->request, ERR_NONE, NULL, body.data, body.len);
    }
    buf_fini(&body);
    end(asked);
}

static const char *
usual_detail(enum err err)
{
    if (err == ERR_UNAVAILABLE) {
        return "the store is away for a moment, nothing was done; try again";
    }
    if (err == ERR_UNKNOWN) {
        return "the store did not answer; it is safe to ask the same again";
    }
    return NULL;
}

void
asked_refuse_fault(struct asked *asked, const struct bus_fault *fault)
{
    struct bus_fault said = *fault;
    if (said.detail == NULL) {
        said.detail = usual_detail(said.err);
    }
    bus_refuse(asked->request, &said);
    end(asked);
}

void
asked_refuse(struct asked *asked, enum err err, const char *detail)
{
    asked_refuse_fault(asked,
                       &(struct bus_fault){.err = err, .detail = detail});
}
