/* sign_up_flow -- POST /v1/campaigns/{c}/signups, from JSON or a plain form.
 *
 *  1. sign_up        who vouches, if anybody; reads it (sign_up_read.c)
 *  2. with_wording   consents carry the wording that was shown
 *  3. signed_up      signup has committed; places get the codes of slips
 *  4. ticket_made    each; after the last the answer goes out
 *
 * The same steps, commands and answer whether anybody has that contact or
 * not: nobody is looked up. Who comes with a token of role signups, or with
 * a staff session, vouches for the entry, and is told no more. */
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/attributes.h"
#include "common/client/signup.h"
#include "common/text/text.h"
#include "services/gateway/api/api.h"
#include "services/gateway/api/signup/consents.h"
#include "services/gateway/api/signup/sign_up.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

/* ---- 4: the codes ---- */

static void
finish_if_all_there(struct sign_up_flow *flow)
{
    if (flow->tickets_open == 0) {
        sign_up_reply(flow);
    }
}

static void
ticket_made(void *arg, const char *code)
{
    struct sign_up_place *place = arg;
    (void)snprintf(place->code, sizeof(place->code), "%s", code);
    place->flow->tickets_open--;
    finish_if_all_there(place->flow);
}

/* ---- 3: signup has committed ---- */

static void
ask_tickets(struct sign_up_flow *flow, const Signup__SignedUp *signed_up)
{
    for (size_t i = 0; i < flow->place_count; i++) {
        const Signup__Place *from = signed_up->places[i];
        struct sign_up_place *place = &flow->places[i];
        (void)snprintf(place->action, sizeof(place->action), "%s",
                       from->action);
        place->action_number = from->action_number;
        place->state = from->state;
        place->flow = flow;
        if (slip_has_code(from->state)) {
            flow->tickets_open++;
            tickets_ask(flow->x->gateway->tickets,
                        &(struct ticket_wish){flow->campaign_number,
                                              from->action_number, flow->number,
                                              flow->role},
                        ticket_made, place);
        }
    }
}

/* signup says the first thing that is wrong; of two contacts that are, both
 * are said at once. */
static void
add_refusal(struct exchange *x, const struct sign_up_flow *flow,
            const char *detail)
{
    const char *field = bus_answer_fault()->field, *why;
    char email[EMAIL_TEXT_SIZE];
    json_errors_add_sentence(&x->errors, field, detail);
    if (strcmp(field, "phone") == 0 && flow->email != NULL &&
        contact_email(flow->email, email, &why) != ERR_NONE) {
        json_errors_add_sentence(&x->errors, "email", why);
    }
}

static void
signed_up(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct exchange *x = arg;
    struct sign_up_flow *flow = x->state;
    if (err == ERR_BAD_REQUEST) {
        add_refusal(x, flow, detail);
        reply_errors(x);
        return;
    }
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__SignedUp *s = reply->sign_up;
    flow->number = s->number;
    flow->role = s->role;
    flow->campaign_number = s->campaign_number;
    flow->confirms_by = s->has_confirms_by ? s->confirms_by : 0;
    flow->place_count =
        s->n_places < SIGN_UP_ACTIONS_MAX ? s->n_places : SIGN_UP_ACTIONS_MAX;
    ask_tickets(flow, s);
    finish_if_all_there(flow);
}

/* ---- 2: asking signup ---- */

static size_t
fill_consents(const struct sign_up_flow *flow, const char *wording,
              const char *version, Signup__Consent consents[SIGN_UP_CHANNELS])
{
    static const Words__Channel channels[SIGN_UP_CHANNELS] = {
        WORDS__CHANNEL__CHANNEL_SMS, WORDS__CHANNEL__CHANNEL_EMAIL};
    size_t count = 0;
    for (int i = 0; i < SIGN_UP_CHANNELS; i++) {
        if (flow->consents[i]) {
            Signup__Consent *c = &consents[count++];
            signup__consent__init(c);
            c->channel = channels[i];
            c->purpose = WORDS__CLASS__CLASS_CAMPAIGN;
            c->wording = (char *)wording;
            c->version = (char *)version;
            c->source = flow->is_form ? "web" : "api";
            c->at_ms = clock_wall_ms();
        }
    }
    return count;
}

static void
fill_ask(struct sign_up_flow *flow, Signup__SignUp *ask)
{
    ask->campaign = (char *)exchange_campaign(flow->x);
    ask->name = (char *)flow->name;
    ask->phone = (char *)flow->phone;
    ask->email = (char *)flow->email;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (attributes[a].fixed == NULL) {
            attribute_ask(&attributes[a], ask, flow->said[a]);
        }
    }
    ask->has_format = flow->format >= 0;
    ask->format = ask->has_format ? (Words__Format)flow->format : 0;
    ask->n_actions = flow->action_count;
    ask->actions = (char **)flow->actions;
    ask->has_by = true;
    ask->by = flow->by;
    ask->has_key = flow->has_key;
    ask->key = (ProtobufCBinaryData){SIGN_UP_KEY_BYTES, flow->key_bytes};
    ask->has_confirm_by = flow->confirm_by >= 0;
    ask->confirm_by =
        ask->has_confirm_by ? (Words__Channel)flow->confirm_by : 0;
    ask->has_is_for_other = ask->is_for_other = flow->is_for_other;
    ask->has_is_suspect = ask->is_suspect = flow->is_suspect;
}

/* A yes to other words than these is no yes to these, and one to words that
 * nobody names is to none. */
static bool
has_seen(struct sign_up_flow *flow, const char *version)
{
    const char *seen = flow->version == NULL ? "" : flow->version;
    if (strcmp(seen, version) == 0) {
        return true;
    }
    json_errors_add_sentence(
        &flow->x->errors, "consent_version",
        seen[0] == '\0' && !flow->is_form
            ? "Say which wording was shown: the campaign's consent_version"
            : "What we ask you about news has other words now. "
              "Please read them, and choose again");
    reply_errors(flow->x);
    return false;
}

static void
with_wording(struct exchange *x, enum err err, const char *detail,
             const char *wording, const char *version)
{
    struct sign_up_flow *flow = x->state;
    bool has_consents = flow->consents[0] || flow->consents[1];
    if (!exchange_answered(x, err, detail) ||
        (has_consents && !has_seen(flow, version))) {
        return;
    }
    Signup__SignUp ask = SIGNUP__SIGN_UP__INIT;
    Signup__Consent consents[SIGN_UP_CHANNELS],
        *list[SIGN_UP_CHANNELS] = {&consents[0], &consents[1]};
    fill_ask(flow, &ask);
    ask.n_consents = fill_consents(flow, wording, version, consents);
    ask.consents = list;
    signup_ask_sign_up(x->gateway->signup, &ask, signed_up, x);
}

static void
ask_wording(struct exchange *x)
{
    struct sign_up_flow *flow = x->state;
    if (flow->consents[0] || flow->consents[1]) {
        consents_get(x, flow->version, with_wording);
    } else {
        with_wording(x, ERR_NONE, "", "", "");
    }
}

/* ---- 1: who, and what ---- */

static Signup__EnteredBy
entered_by(const struct exchange *x)
{
    if (x->staff.role == ROLE_NOBODY) {
        return SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY;
    }
    return x->staff.role == ROLE_SIGNUPS ? SIGNUP__ENTERED_BY__ENTERED_BY_SERVER
                                         : SIGNUP__ENTERED_BY__ENTERED_AT_DESK;
}

void
sign_up(struct exchange *x)
{
    bool is_token = x->staff.role == ROLE_SIGNUPS;
    if (is_token ? !limits_admit_token(x, LIMIT_TOKEN_SIGNUP)
                 : !limits_admit(x, LIMIT_SIGNUP)) {
        return;
    }
    struct sign_up_flow *flow = exchange_state(x, sizeof(*flow));
    flow->x = x;
    flow->by = entered_by(x);
    if (!sign_up_read(x, flow)) {
        return;
    }
    if (flow->by == SIGNUP__ENTERED_BY__ENTERED_AT_DESK) {
        audit_act_as(x, "entry.vouch", exchange_campaign(x), ask_wording);
    } else {
        ask_wording(x);
    }
}
