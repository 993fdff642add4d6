/* bus_api -- the table of requests, and what each begins and ends with. */
#include <stdlib.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "services/signup/audience/flows.h"
#include "services/signup/definitions/flows.h"
#include "services/signup/joining/signup_flow.h"
#include "services/signup/keep/feed.h"
#include "services/signup/signup.h"
#include "services/signup/supporter/flows.h"

typedef void handler(struct asked *asked);

static handler *const handlers[] = {
    [SIGNUP__REQUEST__IS_SIGN_UP] = signup_flow_start,
    [SIGNUP__REQUEST__IS_PUT_CAMPAIGN] = put_flow_campaign,
    [SIGNUP__REQUEST__IS_PUT_ACTION] = put_flow_action,
    [SIGNUP__REQUEST__IS_LIST_CAMPAIGNS] = list_flow_campaigns,
    [SIGNUP__REQUEST__IS_LIST_ACTIONS] = list_flow_actions,
    [SIGNUP__REQUEST__IS_GET_SUPPORTER] = get_flow_start,
    [SIGNUP__REQUEST__IS_SET_CONSENT] = consent_flow_set,
    [SIGNUP__REQUEST__IS_PREVIEW] = audience_flow_preview,
    [SIGNUP__REQUEST__IS_MEASURE] = measure_flow_start,
    [SIGNUP__REQUEST__IS_FREEZE] = audience_flow_freeze,
    [SIGNUP__REQUEST__IS_RESOLVE] = resolve_flow_start,
    [SIGNUP__REQUEST__IS_SINCE] = feed_flow_since,
    [SIGNUP__REQUEST__IS_CANCEL] = cancel_flow_start,
};

static void
end(struct asked *asked)
{
    asked->signup->open--;
    wire_free(asked->message);
    free(asked);
}

void
asked_answer(struct asked *asked, const Signup__Reply *reply)
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
asked_refuse(struct asked *asked, enum err err, const char *detail)
{
    bus_reply(asked->request, err, detail != NULL ? detail : usual_detail(err),
              NULL, 0);
    end(asked);
}

/* NULL: it is no request that this service knows, or one of a newer peer. */
static handler *
find_handler(const Signup__Request *message)
{
    size_t i = (size_t)message->is_case;
    return i < sizeof(handlers) / sizeof(handlers[0]) ? handlers[i] : NULL;
}

void
signup_serve(void *arg, struct bus_request *request)
{
    size_t len;
    const void *body = bus_request_body(request, &len);
    Signup__Request *message = wire_unpack(&signup__request__descriptor, body,
                                           len, BUS_BODY_BYTES_MAX);
    handler *handle = message == NULL ? NULL : find_handler(message);
    if (handle == NULL) {
        wire_free(message);
        bus_reply(request, ERR_BAD_REQUEST, "this is not a signup request",
                  NULL, 0);
        return;
    }
    struct asked *asked = mem_new(sizeof(*asked));
    *asked = (struct asked){arg, request, message};
    asked->signup->open++;
    handle(asked);
}

bool
signup_is_idle(void *arg)
{
    const struct signup *signup = arg;
    return signup->open == 0;
}
