/* cancel_flow -- one place given up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store.h"
#include "services/signup/supporter/flows.h"

#define NUMBER_SIZE 16

struct cancelling {
    struct asked *asked;
    struct campaign *campaign;
    const struct campaign_action *action;
    bool is_reread;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void cancelled(void *arg, enum err err, const struct store_reply *reply);

void
cancel_flow_start(struct asked *asked)
{
    struct cancelling *c = mem_new(sizeof(*c));
    c->asked = asked;
    const char *id = signup_request(asked)->cancel->campaign;
    struct campaign *known = campaigns_find(signup_of(asked)->campaigns, id);
    if (known != NULL) {
        campaign_done(c, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, id, campaign_done, c);
}

static void
send_cancel(struct cancelling *c)
{
    char number[NUMBER_SIZE], action[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%" PRIu32,
                   signup_request(c->asked)->cancel->number);
    (void)snprintf(action, sizeof(action), "%u", c->action->number);
    struct buf tail;
    buf_init(&tail, 0);
    feed_flow_add_tail(&tail);
    struct bytes args[CANCEL_ARGS] = {
        [CANCEL_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [CANCEL_ARG_NUMBER] = bytes_of_string(number),
        [CANCEL_ARG_ACTION] = bytes_of_string(action),
        [CANCEL_ARG_SLUG] =
            bytes_of(c->action->slug_field.data, c->action->slug_field.len)};
    su_cancel(signup_of(c->asked)->su, c->campaign->id,
              (struct su_args){args, CANCEL_ARGS}, cancelled, c);
    buf_fini(&tail);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct cancelling *c = arg;
    if (err == ERR_NONE) {
        c->campaign = campaign;
        c->action = campaign_find_action(
            campaign, signup_request(c->asked)->cancel->action);
        if (c->action != NULL) {
            send_cancel(c);
            return;
        }
        if (!c->is_reread) {
            c->is_reread = true;
            campaigns_read(signup_of(c->asked)->campaigns, campaign->id,
                           campaign_done, c);
            return;
        }
        err = ERR_NOT_FOUND;
        detail = "this campaign has no such action";
    }
    asked_refuse(c->asked, err, detail);
    free(c);
}

static void
answer_cancel(const struct cancelling *c, const struct store_reply *from)
{
    Signup__Place place = SIGNUP__PLACE__INIT, *pointer = &place;
    place.action = (char *)c->action->id;
    place.action_number = c->action->number;
    place.state = (Words__PlaceState)from->items[1].integer;
    Signup__SignedUp signed_up = SIGNUP__SIGNED_UP__INIT;
    signed_up.number = signup_request(c->asked)->cancel->number;
    signed_up.n_places = 1;
    signed_up.places = &pointer;
    signed_up.role = (uint32_t)from->items[2].integer;
    signed_up.campaign_number = c->campaign->definition->number;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_CANCEL;
    reply.cancel = &signed_up;
    asked_answer(c->asked, &reply);
}

static void
cancelled(void *arg, enum err err, const struct store_reply *reply)
{
    struct cancelling *c = arg;
    if (err != ERR_NONE) {
        asked_refuse(c->asked, err,
                     err == ERR_NOT_FOUND ? reply->string : NULL);
    } else {
        feed_flow_announce(signup_of(c->asked), c->campaign->id,
                           (uint64_t)reply->items[0].integer);
        answer_cancel(c, reply);
    }
    free(c);
}
