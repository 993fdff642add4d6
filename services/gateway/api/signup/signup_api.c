/* signup_api -- campaigns, actions, audiences: JSON in, protobuf out, back.
 */
#include "services/gateway/api/api.h"

#include <stdio.h>
#include <string.h>

#include "common/client/attributes.h"
#include "common/client/signup.h"
#include "services/gateway/api/signup/signup_json.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

#define NAME_CHARS_MAX 100
#define SUMMARY_CHARS_MAX 500
#define WORDING_CHARS_MAX 1000
#define GATES_MAX 256
#define QUERY_CHARS_MAX 500

/* ---- reading ---- */

static void
on_campaigns(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__Campaigns *campaigns = reply->list_campaigns;
    json_t *list = json_array(), *body = json_object();
    for (size_t i = 0; i < campaigns->n_campaigns; i++) {
        json_t *item = json_object();
        json_set_text(item, "id", campaigns->campaigns[i]->id);
        json_set_text(item, "name", campaigns->campaigns[i]->name);
        json_set_text(item, "summary", campaigns->campaigns[i]->summary);
        (void)json_array_append_new(list, item);
    }
    json_set(body, "campaigns", list);
    reply_json(x, 200, body);
}

void
list_campaigns(struct exchange *x)
{
    Signup__ListCampaigns list = SIGNUP__LIST_CAMPAIGNS__INIT;
    signup_ask_list_campaigns(x->gateway->signup, &list, on_campaigns, x);
}

static void
on_actions(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__Actions *actions = reply->list_actions;
    json_t *list = json_array(), *body = json_object();
    bool is_for_staff = x->staff.role != ROLE_NOBODY;
    for (size_t i = 0; i < actions->n_actions; i++) {
        (void)json_array_append_new(
            list, action_to_json(actions->actions[i], is_for_staff));
    }
    json_set(body, "campaign", campaign_to_json(actions->campaign, false));
    json_set(body, "actions", list);
    reply_json(x, 200, body);
}

void
list_actions(struct exchange *x)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = (char *)exchange_campaign(x);
    signup_ask_list_actions(x->gateway->signup, &list, on_actions, x);
}

/* ---- putting a campaign ---- */

struct campaign_draft {
    struct json_fields fields;
    Signup__Campaign campaign;
    char *words[ATTRIBUTE_COUNT][ATTRIBUTE_WORDS_MAX];
};

/* A list of slugs into to; returns how many. */
static size_t
read_slugs(struct json_fields *f, const char *name, char **to, size_t max)
{
    const json_t *list = json_list(f, name, JSON_OPTIONAL, max);
    size_t count = list == NULL ? 0 : json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        const char *slug = json_string_value(json_array_get(list, i));
        if (slug == NULL || *slug == '\0' || strlen(slug) > ID_CHARS_MAX ||
            strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
                strlen(slug)) {
            json_complain(f, name, "must hold words of a-z, 0-9 and dashes");
            return 0;
        }
        to[i] = (char *)slug;
    }
    return count;
}

static void
read_attributes(struct json_fields *f, struct campaign_draft *draft)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        const struct attribute *attribute = &attributes[a];
        if (attribute->fixed == NULL) {
            size_t count = read_slugs(f, attribute->words, draft->words[a],
                                      attribute->words_max);
            attribute_put_words(attribute, &draft->campaign, draft->words[a],
                                count);
        }
    }
}

static void
read_senders(struct json_fields *f, Signup__Campaign *c)
{
    int64_t above;
    c->sms_sender = (char *)json_text(f, "sms_sender", JSON_OPTIONAL, 11);
    c->email_from = (char *)json_text(f, "email_from", JSON_OPTIONAL, 254);
    c->email_from_name =
        (char *)json_text(f, "email_from_name", JSON_OPTIONAL, 60);
    c->has_approval_above =
        json_whole(f, "approval_above", JSON_OPTIONAL,
                   (struct json_range){0, 100000000}, &above);
    if (c->has_approval_above) {
        c->approval_above = (uint32_t)above;
    }
    c->has_allows_drama_numbers = true;
    c->allows_drama_numbers = json_bool(f, "allows_drama_numbers", false);
}

/* What a confirmation must say is signup's to judge. */
static void
read_confirmation(struct json_fields *f, Signup__Campaign *c)
{
    c->confirmation_sms =
        (char *)json_text(f, "confirmation_sms", JSON_MULTILINE, 480);
    c->confirmation_subject =
        (char *)json_text(f, "confirmation_subject", JSON_OPTIONAL, 200);
    c->confirmation_email =
        (char *)json_text(f, "confirmation_email", JSON_MULTILINE, 4000);
    int channel =
        json_choice(f, "confirms_by", JSON_OPTIONAL, channel_words, 0);
    c->has_confirms_by = channel != 0;
    c->confirms_by = (Words__Channel)channel;
}

/* {c} of the path is the id; a body may repeat it. */
static void
check_same_id(struct json_fields *f, const char *id)
{
    const char *own = json_text(f, "id", JSON_OPTIONAL, ID_CHARS_MAX);
    if (own != NULL && strcmp(own, id) != 0) {
        json_complain(f, "id", "is not the one in the address");
    }
}

static void
on_campaign_put(void *arg, enum err err, const char *detail,
                const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_json(x, 200, campaign_to_json(reply->put_campaign, true));
    }
}

static void
ask_put_campaign(struct exchange *x)
{
    struct campaign_draft *draft = x->state;
    Signup__PutCampaign put = SIGNUP__PUT_CAMPAIGN__INIT;
    put.campaign = &draft->campaign;
    signup_ask_put_campaign(x->gateway->signup, &put, on_campaign_put, x);
}

void
put_campaign(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct campaign_draft *draft = exchange_state(x, sizeof(*draft));
    struct json_fields *f = &draft->fields;
    Signup__Campaign *c = &draft->campaign;
    signup__campaign__init(c);
    json_fields_init(f, x->body, "", &x->errors);
    c->id = (char *)exchange_campaign(x);
    check_same_id(f, c->id);
    c->name = (char *)json_text(f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
    c->summary =
        (char *)json_text(f, "summary", JSON_OPTIONAL, SUMMARY_CHARS_MAX);
    c->consent_wording = (char *)json_text(f, "consent_wording", JSON_OPTIONAL,
                                           WORDING_CHARS_MAX);
    c->consent_version =
        (char *)json_text(f, "consent_version", JSON_OPTIONAL, ID_CHARS_MAX);
    read_attributes(f, draft);
    read_senders(f, c);
    read_confirmation(f, c);
    if (strcmp(c->id, MUSTER_CAMPAIGN) == 0) {
        json_complain(f, "id", "is kept for those above all campaigns");
    }
    if (!json_fields_end(f)) {
        reply_errors(x);
        return;
    }
    audit_act(x, c->id, ask_put_campaign);
}

/* ---- putting an action ---- */

struct action_draft {
    struct json_fields fields, gate_fields[GATES_MAX];
    Signup__Action action;
    Signup__Gate gates[GATES_MAX], *gate_list[GATES_MAX];
    char prefixes[GATES_MAX][32];
};

static void
read_gates(struct exchange *x, struct action_draft *draft)
{
    const json_t *list =
        json_list(&draft->fields, "gates", JSON_OPTIONAL, GATES_MAX);
    size_t count = list == NULL ? 0 : json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        struct json_fields *f = &draft->gate_fields[i];
        (void)snprintf(draft->prefixes[i], sizeof(draft->prefixes[i]),
                       "gates[%zu].", i);
        json_fields_init(f, json_array_get(list, i), draft->prefixes[i],
                         &x->errors);
        signup__gate__init(&draft->gates[i]);
        draft->gates[i].id =
            (char *)json_text(f, "id", JSON_REQUIRED, ID_CHARS_MAX);
        draft->gates[i].name =
            (char *)json_text(f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
        (void)json_fields_end(f);
        draft->gate_list[i] = &draft->gates[i];
    }
    draft->action.n_gates = count;
    draft->action.gates = draft->gate_list;
}

/* What a GET shows besides may come back unchanged and means nothing. */
static void
ignore_counts(struct json_fields *f)
{
    const struct json_range any = {0, INT64_MAX};
    int64_t unused;
    static const char *const counts[] = {"confirmed", "waitlisted",
                                         "not_confirmed", "held", "asked"};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        (void)json_whole(f, counts[i], JSON_OPTIONAL, any, &unused);
    }
}

static void
on_action_put(void *arg, enum err err, const char *detail,
              const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_json(x, 200, action_to_json(reply->put_action, true));
    }
}

static void
ask_put_action(struct exchange *x)
{
    struct action_draft *draft = x->state;
    Signup__PutAction put = SIGNUP__PUT_ACTION__INIT;
    put.campaign = (char *)exchange_campaign(x);
    put.action = &draft->action;
    signup_ask_put_action(x->gateway->signup, &put, on_action_put, x);
}

static void
read_action(struct json_fields *f, Signup__Action *a)
{
    int64_t capacity;
    check_same_id(f, a->id);
    a->name = (char *)json_text(f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
    a->kind =
        (Words__ActionKind)json_choice(f, "kind", JSON_REQUIRED, kind_words, 0);
    a->place = (char *)json_text(f, "place", JSON_OPTIONAL, 200);
    (void)json_time(f, "starts_at", JSON_REQUIRED, &a->starts_at_ms);
    (void)json_time(f, "ends_at", JSON_REQUIRED, &a->ends_at_ms);
    a->has_capacity = json_whole(f, "capacity", JSON_OPTIONAL,
                                 (struct json_range){0, 16000000}, &capacity);
    if (a->has_capacity) {
        a->capacity = (uint32_t)capacity;
    }
    a->summary =
        (char *)json_text(f, "summary", JSON_OPTIONAL, SUMMARY_CHARS_MAX);
    ignore_counts(f);
    if (a->ends_at_ms != 0 && a->ends_at_ms < a->starts_at_ms) {
        json_complain(f, "ends_at", "is before starts_at");
    }
}

void
put_action(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct action_draft *draft = exchange_state(x, sizeof(*draft));
    struct json_fields *f = &draft->fields;
    signup__action__init(&draft->action);
    json_fields_init(f, x->body, "", &x->errors);
    draft->action.id = (char *)exchange_param(x, "a");
    read_action(f, &draft->action);
    read_gates(x, draft);
    if (!json_fields_end(f)) {
        reply_errors(x);
        return;
    }
    audit_act(x, draft->action.id, ask_put_action);
}

/* ---- previewing an audience ---- */

static void
on_previewed(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__Previewed *preview = reply->preview;
    json_t *body = json_object(), *list = json_array();
    for (size_t i = 0; i < preview->n_channels; i++) {
        const Signup__ChannelCount *count = preview->channels[i];
        json_t *item = json_object();
        json_set_text(item, "channel",
                      json_word_of(channel_words, (int)count->channel));
        json_set_whole(item, "eligible", count->eligible);
        json_set(item, "excluded",
                 excluded_to_json(count->excluded, count->n_excluded));
        (void)json_array_append_new(list, item);
    }
    json_set_whole(body, "people", preview->people);
    json_set(body, "channels", list);
    reply_json(x, 200, body);
}

void
preview_audience(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct json_fields f;
    Signup__Preview preview = SIGNUP__PREVIEW__INIT;
    json_fields_init(&f, x->body, "", &x->errors);
    preview.campaign = (char *)exchange_campaign(x);
    preview.query =
        (char *)json_text(&f, "query", JSON_REQUIRED, QUERY_CHARS_MAX);
    preview.class_ =
        (Words__Class)json_choice(&f, "class", JSON_REQUIRED, class_words, 0);
    preview.action =
        (char *)json_text(&f, "action", JSON_OPTIONAL, ID_CHARS_MAX);
    if (!json_fields_end(&f)) {
        reply_errors(x);
        return;
    }
    signup_ask_preview(x->gateway->signup, &preview, on_previewed, x);
}
