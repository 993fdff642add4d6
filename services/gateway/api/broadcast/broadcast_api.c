/* broadcast_api -- broadcasts: JSON in, protobuf out, back.
 *
 * Each act is audited and then asked; most are answered with the broadcast
 * as it now stands. */
#include "services/gateway/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "common/client/broadcast.h"
#include "services/gateway/api/broadcast/broadcast_json.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

#define NAME_CHARS_MAX 100
#define QUERY_CHARS_MAX 500
#define SMS_CHARS_MAX 1600
#define SUBJECT_CHARS_MAX 200
#define EMAIL_CHARS_MAX 20000
#define KEY_CHARS_MAX 80
#define NUMBERS_MAX 1000

/* In every reply with a Broadcast it stands in the same place. */
static void
reply_broadcast(struct exchange *x, int status, const Broadcast__Reply *reply)
{
    reply_json(x, status, broadcast_to_json(reply->get));
}

static void
on_broadcast(void *arg, enum err err, const char *detail,
             const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_broadcast(x, 200, reply);
    }
}

/* ---- making one ---- */

struct draft {
    struct json_fields fields;
    Broadcast__Content content;
};

static void
on_made(void *arg, enum err err, const char *detail,
        const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_broadcast(x, 201, reply);
    }
}

static void
ask_make(struct exchange *x)
{
    struct draft *draft = x->state;
    Broadcast__Create create = BROADCAST__CREATE__INIT;
    create.campaign = (char *)exchange_param(x, "c");
    create.content = &draft->content;
    create.idempotency_key = (char *)http_header(x->request, "Idempotency-Key");
    create.staff = x->staff.id;
    if (create.idempotency_key == NULL) {
        reply_problem(x, 400, "the connection was lost");
        return;
    }
    broadcast_ask_create(x->gateway->broadcast, &create, on_made, x);
}

static void
read_content(struct json_fields *f, Broadcast__Content *c)
{
    c->name = (char *)json_text(f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
    c->class_ = (Words__Class)json_choice(f, "class", JSON_REQUIRED,
                                          sent_class_words, 0);
    c->audience =
        (char *)json_text(f, "audience", JSON_REQUIRED, QUERY_CHARS_MAX);
    c->action = (char *)json_text(f, "action", JSON_OPTIONAL, ID_CHARS_MAX);
    c->sms_text =
        (char *)json_text(f, "sms_text", JSON_MULTILINE, SMS_CHARS_MAX);
    c->email_subject =
        (char *)json_text(f, "email_subject", JSON_OPTIONAL, SUBJECT_CHARS_MAX);
    c->email_text =
        (char *)json_text(f, "email_text", JSON_MULTILINE, EMAIL_CHARS_MAX);
    c->email_html =
        (char *)json_text(f, "email_html", JSON_MULTILINE, EMAIL_CHARS_MAX);
    c->has_expires_at_ms =
        json_time(f, "expires_at", JSON_OPTIONAL, &c->expires_at_ms);
    c->has_is_standing = true;
    c->is_standing = json_bool(f, "is_standing", false);
    if (c->sms_text == NULL && c->email_text == NULL) {
        json_complain(f, "sms_text", "or email_text is needed");
    }
    if (c->email_text != NULL && c->email_subject == NULL) {
        json_complain(f, "email_subject", "is missing");
    }
}

static bool
is_key(const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < len; i++) {
        if (key[i] < 0x21 || key[i] > 0x7e) {
            return false;
        }
    }
    return len >= 1 && len <= KEY_CHARS_MAX;
}

void
make_broadcast(struct exchange *x)
{
    const char *key = http_header(x->request, "Idempotency-Key");
    if (!exchange_read_json(x)) {
        return;
    }
    struct draft *draft = exchange_state(x, sizeof(*draft));
    broadcast__content__init(&draft->content);
    json_fields_init(&draft->fields, x->body, "", &x->errors);
    read_content(&draft->fields, &draft->content);
    if (key == NULL || !is_key(key)) {
        json_errors_add(&x->errors, "Idempotency-Key",
                        "is a header of 1 to 80 visible ASCII characters");
    }
    if (!json_fields_end(&draft->fields)) {
        reply_errors(x);
        return;
    }
    audit_act(x, key, ask_make);
}

/* ---- looking ---- */

static void
on_listed(void *arg, enum err err, const char *detail,
          const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    json_t *list = json_array(), *body = json_object();
    for (size_t i = 0; i < reply->list->n_broadcasts; i++) {
        (void)json_array_append_new(
            list, broadcast_to_json(reply->list->broadcasts[i]));
    }
    json_set(body, "broadcasts", list);
    if (reply->list->next != NULL) {
        json_set_text(body, "next", reply->list->next);
    }
    reply_json(x, 200, body);
}

void
list_broadcasts(struct exchange *x)
{
    Broadcast__List list = BROADCAST__LIST__INIT;
    list.campaign = (char *)exchange_param(x, "c");
    list.after = (char *)exchange_query(x, "after");
    broadcast_ask_list(x->gateway->broadcast, &list, on_listed, x);
}

void
get_broadcast(struct exchange *x)
{
    Broadcast__Get get = BROADCAST__GET__INIT;
    get.campaign = (char *)exchange_param(x, "c");
    get.id = (char *)exchange_param(x, "b");
    broadcast_ask_get(x->gateway->broadcast, &get, on_broadcast, x);
}

static void
on_forecast(void *arg, enum err err, const char *detail,
            const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (exchange_answered(x, err, detail)) {
        reply_json(x, 200, forecast_to_json(reply->forecast));
    }
}

static void
ask_forecast(struct exchange *x)
{
    Broadcast__MakeForecast make = BROADCAST__MAKE_FORECAST__INIT;
    make.campaign = (char *)exchange_param(x, "c");
    make.id = (char *)exchange_param(x, "b");
    broadcast_ask_forecast(x->gateway->broadcast, &make, on_forecast, x);
}

void
forecast_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_forecast);
}

/* ---- acts ---- */

static void
ask_approve(struct exchange *x)
{
    Broadcast__Approve approve = BROADCAST__APPROVE__INIT;
    approve.campaign = (char *)exchange_param(x, "c");
    approve.id = (char *)exchange_param(x, "b");
    approve.staff = x->staff.id;
    approve.content_hash = *(char **)x->state;
    broadcast_ask_approve(x->gateway->broadcast, &approve, on_broadcast, x);
}

void
approve_broadcast(struct exchange *x)
{
    struct json_fields f;
    if (!exchange_read_json(x)) {
        return;
    }
    const char **hash = exchange_state(x, sizeof(*hash));
    json_fields_init(&f, x->body, "", &x->errors);
    *hash = json_text(&f, "content_hash", JSON_REQUIRED, 128);
    if (!json_fields_end(&f)) {
        reply_errors(x);
        return;
    }
    audit_act(x, exchange_param(x, "b"), ask_approve);
}

typedef void ask_act_fn(struct bus_peer *peer, const Broadcast__Act *act,
                        broadcast_answer_cb *cb, void *arg);

static void
ask_act(struct exchange *x, ask_act_fn *ask, broadcast_answer_cb *cb)
{
    Broadcast__Act act = BROADCAST__ACT__INIT;
    act.campaign = (char *)exchange_param(x, "c");
    act.id = (char *)exchange_param(x, "b");
    act.staff = x->staff.id;
    ask(x->gateway->broadcast, &act, cb, x);
}

static void
ask_start(struct exchange *x)
{
    ask_act(x, broadcast_ask_start, on_broadcast);
}

static void
ask_pause(struct exchange *x)
{
    ask_act(x, broadcast_ask_pause, on_broadcast);
}

static void
ask_resume(struct exchange *x)
{
    ask_act(x, broadcast_ask_resume, on_broadcast);
}

static void
ask_stop(struct exchange *x)
{
    ask_act(x, broadcast_ask_stop, on_broadcast);
}

void
start_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_start);
}

void
pause_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_pause);
}

void
resume_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_resume);
}

void
stop_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_stop);
}

static void
on_recounted(void *arg, enum err err, const char *detail,
             const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Broadcast__Recounted *r = reply->recount;
    json_t *body = json_object();
    json_set_bool(body, "is_equal", r->is_equal);
    json_set(body, "channels", progress_to_json(r->channels, r->n_channels));
    reply_json(x, 200, body);
}

static void
ask_recount(struct exchange *x)
{
    ask_act(x, broadcast_ask_recount, on_recounted);
}

void
recount_broadcast(struct exchange *x)
{
    audit_act(x, exchange_param(x, "b"), ask_recount);
}

/* ---- recipients ---- */

static void
on_recipients(void *arg, enum err err, const char *detail,
              const Broadcast__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Broadcast__Recipients *r = reply->recipients;
    json_t *numbers = json_array(), *body = json_object();
    for (size_t i = 0; i < r->n_numbers; i++) {
        (void)json_array_append_new(numbers, json_integer(r->numbers[i]));
    }
    json_set(body, "numbers", numbers);
    if (r->has_next) {
        json_set_whole(body, "next", r->next);
    }
    reply_json(x, 200, body);
}

static int
query_choice(struct exchange *x, const char *name,
             const struct json_word *words)
{
    const char *text = exchange_query(x, name);
    for (; text != NULL && words->word != NULL; words++) {
        if (strcmp(text, words->word) == 0) {
            return words->value;
        }
    }
    json_errors_add(&x->errors, name,
                    text == NULL ? "is missing" : "is not a known word");
    return 0;
}

void
list_recipients(struct exchange *x)
{
    Broadcast__ListRecipients list = BROADCAST__LIST_RECIPIENTS__INIT;
    list.campaign = (char *)exchange_param(x, "c");
    list.id = (char *)exchange_param(x, "b");
    list.channel = (Words__Channel)query_choice(x, "channel", channel_words);
    list.state = (Words__RecipientState)query_choice(x, "state", state_words);
    list.has_from_number = true;
    list.from_number = (uint32_t)exchange_query_whole(x, "from", 0, UINT32_MAX);
    list.has_max = true;
    list.max =
        (uint32_t)exchange_query_whole(x, "max", NUMBERS_MAX, UINT32_MAX);
    if (list.max < 1 || list.max > NUMBERS_MAX) {
        json_errors_add(&x->errors, "max", "must be from 1 to 1000");
    }
    if (x->errors.count > 0) {
        reply_errors(x);
        return;
    }
    broadcast_ask_recipients(x->gateway->broadcast, &list, on_recipients, x);
}

struct doubt {
    Broadcast__ResolveDoubt resolve;
    uint32_t numbers[NUMBERS_MAX];
};

static void
ask_resolve(struct exchange *x)
{
    struct doubt *doubt = x->state;
    doubt->resolve.staff = x->staff.id;
    broadcast_ask_resolve_doubt(x->gateway->broadcast, &doubt->resolve,
                                on_broadcast, x);
}

static void
read_numbers(struct json_fields *f, struct doubt *doubt)
{
    const json_t *list = json_list(f, "numbers", JSON_REQUIRED, NUMBERS_MAX);
    size_t count = list == NULL ? 0 : json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t number = json_integer_value(item);
        if (!json_is_integer(item) || number < 0 || number > UINT32_MAX) {
            json_complain(f, "numbers", "must hold recipients' numbers");
            return;
        }
        doubt->numbers[i] = (uint32_t)number;
    }
    doubt->resolve.n_numbers = count;
    doubt->resolve.numbers = doubt->numbers;
}

void
resolve_doubt(struct exchange *x)
{
    static const struct json_word states[] = {
        {"accepted", WORDS__RECIPIENT_STATE__ACCEPTED},
        {"pending", WORDS__RECIPIENT_STATE__PENDING},
        {NULL, 0},
    };
    struct json_fields f;
    if (!exchange_read_json(x)) {
        return;
    }
    struct doubt *doubt = exchange_state(x, sizeof(*doubt));
    Broadcast__ResolveDoubt *r = &doubt->resolve;
    broadcast__resolve_doubt__init(r);
    json_fields_init(&f, x->body, "", &x->errors);
    r->campaign = (char *)exchange_param(x, "c");
    r->id = (char *)exchange_param(x, "b");
    r->channel = (Words__Channel)json_choice(&f, "channel", JSON_REQUIRED,
                                             channel_words, 0);
    r->state = (Words__RecipientState)json_choice(&f, "state", JSON_REQUIRED,
                                                  states, 0);
    read_numbers(&f, doubt);
    if (!json_fields_end(&f)) {
        reply_errors(x);
        return;
    }
    audit_act(x, r->id, ask_resolve);
}
