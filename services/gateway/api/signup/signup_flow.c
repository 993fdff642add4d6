/* signup_flow -- POST /v1/campaigns/{c}/signups, from JSON or a plain form.
 *
 *  1. sign_up        reads it; what is wrong is said at once, all of it
 *  2. with_wording   consents carry the wording that was shown
 *  3. signed_up      signup has committed; confirmed places get tickets
 *  4. ticket_made    each; after the last the answer goes out
 *
 * JSON is answered 201 with places and ticket codes; a form goes on to its
 * first ticket, or back to the campaign's page with thanks. */
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/attributes.h"
#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/gateway/api/api.h"
#include "services/gateway/api/checkin/tickets.h"
#include "services/gateway/api/signup/consents.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define NAME_CHARS_MAX 100
#define PHONE_CHARS_MAX 40
#define EMAIL_CHARS_MAX 254
#define ACTIONS_MAX 32
#define CHANNELS 2

struct place {
    char action[ID_CHARS_MAX + 1];
    Words__PlaceState state;
    char code[TICKET_CODE_SIZE];
    struct sign_up_flow *flow;
};

#define FORM_NAMES 3 /* name, phone, email */
#define FORM_TEXTS (FORM_NAMES + ATTRIBUTE_COUNT + CHANNELS)

struct sign_up_flow {
    struct exchange *x;
    bool is_form;
    /* What was said: borrowed from the body, or from text. */
    const char *name, *phone, *email;
    const char *said[ATTRIBUTE_COUNT]; /* words; not the fixed ones */
    int format;                        /* -1: not said */
    const char *actions[ACTIONS_MAX];
    size_t action_count;
    bool consents[CHANNELS];                       /* sms, email */
    char text[FORM_TEXTS][NAME_CHARS_MAX * 4 + 1]; /* a form's, decoded */
    char action_text[ACTIONS_MAX][ID_CHARS_MAX + 1];
    /* What came back. */
    uint32_t number, campaign_number;
    struct place places[ACTIONS_MAX];
    size_t place_count, tickets_open;
};

/* ---- 1: reading it ---- */

static void
read_actions(struct json_fields *f, struct sign_up_flow *flow)
{
    const json_t *list = json_list(f, "actions", JSON_OPTIONAL, ACTIONS_MAX);
    flow->action_count = list == NULL ? 0 : json_array_size(list);
    for (size_t i = 0; i < flow->action_count; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (id == NULL || strlen(id) > ID_CHARS_MAX || *id == '\0') {
            json_complain(f, "actions", "must hold ids of actions");
            flow->action_count = 0;
        } else {
            flow->actions[i] = id;
        }
    }
}

static bool
read_json(struct exchange *x, struct sign_up_flow *flow)
{
    struct json_fields f;
    json_fields_init(&f, x->body, "", &x->errors);
    flow->name = json_text(&f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
    flow->phone = json_text(&f, "phone", JSON_OPTIONAL, PHONE_CHARS_MAX);
    flow->email = json_text(&f, "email", JSON_OPTIONAL, EMAIL_CHARS_MAX);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (attributes[a].fixed == NULL) {
            flow->said[a] =
                json_text(&f, attributes[a].name, JSON_OPTIONAL, ID_CHARS_MAX);
        }
    }
    flow->format = json_choice(&f, "format", JSON_OPTIONAL, format_words, -1);
    read_actions(&f, flow);
    flow->consents[0] = json_bool(&f, "consent_sms", false);
    flow->consents[1] = json_bool(&f, "consent_email", false);
    return json_fields_end(&f);
}

/* A form's value, cleaned of surrounding blanks; NULL when empty. */
static const char *
form_text(struct sign_up_flow *flow, const char *form, const char *name,
          int slot)
{
    char *text = flow->text[slot];
    if (!http_form_value(form, name, 0, text, sizeof(flow->text[slot]))) {
        return NULL;
    }
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == ' ') {
        text[--end] = '\0';
    }
    text += strspn(text, " ");
    return *text == '\0' ? NULL : text;
}

/* A form goes through the same checks as JSON: it becomes JSON first. */
static json_t *
form_to_json(struct sign_up_flow *flow, const char *form)
{
    static const char *const names[] = {"name", "phone", "email"};
    json_t *object = json_object(), *actions = json_array();
    for (int i = 0; i < FORM_NAMES + ATTRIBUTE_COUNT; i++) {
        const char *name =
            i < FORM_NAMES ? names[i] : attributes[i - FORM_NAMES].name;
        const char *value = form_text(flow, form, name, i);
        if (value != NULL) {
            json_set_text(object, name, value);
        }
    }
    for (size_t i = 0; i < ACTIONS_MAX &&
                       http_form_value(form, "actions", i, flow->action_text[i],
                                       sizeof(flow->action_text[i]));
         i++) {
        (void)json_array_append_new(actions, json_string(flow->action_text[i]));
    }
    json_set(object, "actions", actions);
    const char *sms = form_text(flow, form, "consent_sms", FORM_TEXTS - 2);
    const char *email = form_text(flow, form, "consent_email", FORM_TEXTS - 1);
    json_set_bool(object, "consent_sms", sms && strcmp(sms, "yes") == 0);
    json_set_bool(object, "consent_email", email && strcmp(email, "yes") == 0);
    return object;
}

/* ---- 4: the answer ---- */

static void
reply_to_form(struct sign_up_flow *flow)
{
    struct exchange *x = flow->x;
    char to[256];
    bool is_waitlisted = false;
    for (size_t i = 0; i < flow->place_count; i++) {
        const struct place *place = &flow->places[i];
        is_waitlisted |= place->state == WORDS__PLACE_STATE__PLACE_WAITLISTED;
        if (place->code[0] != '\0') {
            (void)snprintf(to, sizeof(to), "/t/%s", place->code);
            reply_redirect(x, to);
            return;
        }
    }
    (void)snprintf(to, sizeof(to), "/c/%s?done=%s", exchange_campaign(x),
                   is_waitlisted ? "waitlisted" : "yes");
    reply_redirect(x, to);
}

static json_t *
place_to_json(const struct sign_up_flow *flow, const struct place *place)
{
    json_t *object = json_object();
    json_set_text(object, "action", place->action);
    json_set_text(object, "state",
                  json_word_of(place_words, (int)place->state));
    if (place->code[0] == '\0') {
        json_set(object, "ticket", json_null());
        return object;
    }
    char url[512];
    json_t *ticket = json_object();
    (void)snprintf(url, sizeof(url), "%s/t/%s", flow->x->gateway->public_url,
                   place->code);
    json_set_text(ticket, "code", place->code);
    json_set_text(ticket, "url", url);
    json_set(object, "ticket", ticket);
    return object;
}

static void
reply_to_json(struct sign_up_flow *flow)
{
    struct exchange *x = flow->x;
    const struct gateway *g = x->gateway;
    json_t *body = json_object(), *places = json_array();
    for (size_t i = 0; i < flow->place_count; i++) {
        (void)json_array_append_new(places,
                                    place_to_json(flow, &flow->places[i]));
    }
    char path[LINK_PATH_SIZE], url[512];
    link_write_path(&g->link_key,
                    &(struct link){.purpose = LINK_PREFERENCES,
                                   .campaign_number = flow->campaign_number,
                                   .number = flow->number},
                    path);
    (void)snprintf(url, sizeof(url), "%s%s", g->public_url, path);
    json_set(body, "places", places);
    json_set_text(body, "preferences_url", url);
    reply_json(x, 201, body);
}

static void
finish_if_all_there(struct sign_up_flow *flow)
{
    if (flow->tickets_open > 0) {
        return;
    }
    if (flow->is_form) {
        reply_to_form(flow);
    } else {
        reply_to_json(flow);
    }
}

static void
ticket_made(void *arg, const char *code)
{
    struct place *place = arg;
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
        struct place *place = &flow->places[i];
        (void)snprintf(place->action, sizeof(place->action), "%s",
                       from->action);
        place->state = from->state;
        place->flow = flow;
        if (from->state == WORDS__PLACE_STATE__PLACE_CONFIRMED) {
            flow->tickets_open++;
            tickets_ask(flow->x->gateway->tickets,
                        &(struct ticket_wish){
                            signed_up->campaign_number, from->action_number,
                            signed_up->number, signed_up->role},
                        ticket_made, place);
        }
    }
}

static void
signed_up(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct exchange *x = arg;
    struct sign_up_flow *flow = x->state;
    if (err == ERR_BAD_REQUEST) {
        json_errors_add_sentence(&x->errors, bus_answer_fault()->field, detail);
        reply_errors(x);
        return;
    }
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__SignedUp *s = reply->sign_up;
    flow->number = s->number;
    flow->campaign_number = s->campaign_number;
    flow->place_count = s->n_places < ACTIONS_MAX ? s->n_places : ACTIONS_MAX;
    ask_tickets(flow, s);
    finish_if_all_there(flow);
}

/* ---- 2: asking signup ---- */

static size_t
fill_consents(const struct sign_up_flow *flow, const char *wording,
              const char *version, Signup__Consent consents[CHANNELS])
{
    static const Words__Channel channels[CHANNELS] = {
        WORDS__CHANNEL__CHANNEL_SMS, WORDS__CHANNEL__CHANNEL_EMAIL};
    size_t count = 0;
    for (int i = 0; i < CHANNELS; i++) {
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
with_wording(struct exchange *x, enum err err, const char *detail,
             const char *wording, const char *version)
{
    struct sign_up_flow *flow = x->state;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    Signup__SignUp ask = SIGNUP__SIGN_UP__INIT;
    Signup__Consent consents[CHANNELS],
        *list[CHANNELS] = {&consents[0], &consents[1]};
    ask.campaign = (char *)exchange_campaign(x);
    ask.name = (char *)flow->name;
    ask.phone = (char *)flow->phone;
    ask.email = (char *)flow->email;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (attributes[a].fixed == NULL) {
            attribute_ask(&attributes[a], &ask, flow->said[a]);
        }
    }
    ask.has_format = flow->format >= 0;
    ask.format = ask.has_format ? (Words__Format)flow->format : 0;
    ask.n_actions = flow->action_count;
    ask.actions = (char **)flow->actions;
    ask.n_consents = fill_consents(flow, wording, version, consents);
    ask.consents = list;
    signup_ask_sign_up(x->gateway->signup, &ask, signed_up, x);
}

static bool
read_body(struct exchange *x, struct sign_up_flow *flow)
{
    const char *form = exchange_form(x);
    flow->is_form = form != NULL;
    if (form != NULL) {
        x->body = form_to_json(flow, form);
        return true;
    }
    return exchange_read_json(x);
}

void
sign_up(struct exchange *x)
{
    if (!limits_admit(x, LIMIT_SIGNUP)) {
        return;
    }
    struct sign_up_flow *flow = exchange_state(x, sizeof(*flow));
    flow->x = x;
    if (!read_body(x, flow)) {
        return;
    }
    if (!read_json(x, flow)) {
        reply_errors(x);
    } else if (flow->phone == NULL && flow->email == NULL) {
        json_errors_add(&x->errors, "phone",
                        "or email is needed: at least one of them");
        reply_errors(x);
    } else if (flow->consents[0] || flow->consents[1]) {
        consents_get(x, with_wording);
    } else {
        with_wording(x, ERR_NONE, "", "", "");
    }
}
