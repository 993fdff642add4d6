/* sign_up_read -- what was said, from JSON or a plain form; and whether a
 * machine said it.
 *
 * A form goes through the same checks as JSON: it becomes JSON first. Its key
 * is signed and says when the form was drawn. A form that comes back sooner
 * than a person types (form_ms_min), with the field filled that people do not
 * see, or without a key of ours, is marked: it is answered as any other and
 * never written to. So is the ninth other name that is signed up with one
 * contact in a day.
 *
 * JSON may bring such a key and is judged by it. Without one a browser's is
 * marked; a program's, beyond what one person types (LIMIT_KEYLESS): who signs
 * up more has a token, and vouches. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/gateway/api/signup/sign_up.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/entry/form_key.h"
#include "services/gateway/gateway.h"

#define PHONE_CHARS_MAX 40
#define EMAIL_CHARS_MAX 254
#define KEY_CHARS_MAX 64
#define KEY_CHARS_MIN 16 /* shorter ones are chosen twice */
#define KEY_HEADER "Idempotency-Key"
#define HIDDEN_FIELD "website" /* people do not see it */

/* ---- JSON ---- */

static void
read_actions(struct json_fields *f, struct sign_up_flow *flow)
{
    const json_t *list =
        json_list(f, "actions", JSON_OPTIONAL, SIGN_UP_ACTIONS_MAX);
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

/* For somebody else nobody can say yes to news; a form's ticks are then not
 * asked for, as it says. */
static void
read_consents(struct json_fields *f, struct sign_up_flow *flow)
{
    static const char *const names[] = {"consent_sms", "consent_email"};
    for (int i = 0; i < SIGN_UP_CHANNELS; i++) {
        bool is_said = json_bool(f, names[i], false);
        flow->consents[i] = is_said && !flow->is_for_other;
        if (is_said && flow->is_for_other && !flow->is_form) {
            json_complain(f, names[i], "cannot be given for somebody else");
        }
    }
    flow->version =
        json_text(f, "consent_version", JSON_OPTIONAL, ID_CHARS_MAX);
}

static bool
is_good_key(const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < len; i++) {
        if (key[i] <= ' ' || key[i] > '~') {
            return false;
        }
    }
    return len >= KEY_CHARS_MIN && len <= KEY_CHARS_MAX;
}

static void
read_key(struct json_fields *f, struct sign_up_flow *flow)
{
    flow->key = json_text(f, "key", JSON_OPTIONAL, KEY_CHARS_MAX);
    if (flow->key == NULL) {
        flow->key = http_header(flow->x->request, KEY_HEADER);
    }
    if (flow->key != NULL && !flow->is_form && !is_good_key(flow->key)) {
        json_complain(f, "key",
                      "must be 16 to 64 visible characters, drawn at random");
    }
}

static bool
read_json(struct exchange *x, struct sign_up_flow *flow)
{
    struct json_fields f;
    json_fields_init(&f, x->body, "", &x->errors);
    flow->name = json_text(&f, "name", JSON_REQUIRED | JSON_PASTED,
                           SIGN_UP_NAME_CHARS_MAX);
    flow->phone = json_text(&f, "phone", JSON_PASTED, PHONE_CHARS_MAX);
    flow->email = json_text(&f, "email", JSON_PASTED, EMAIL_CHARS_MAX);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (attributes[a].fixed == NULL) {
            flow->said[a] =
                json_text(&f, attributes[a].name, JSON_OPTIONAL, ID_CHARS_MAX);
        }
    }
    flow->format = json_choice(&f, "format", JSON_OPTIONAL, format_words, -1);
    flow->confirm_by =
        json_choice(&f, "confirm_by", JSON_OPTIONAL, channel_words, -1);
    flow->is_for_other = json_bool(&f, "for_other", false);
    read_actions(&f, flow);
    read_consents(&f, flow);
    read_key(&f, flow);
    return json_fields_end(&f);
}

/* ---- a form ---- */

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

static bool
is_ticked(const char *form, const char *name)
{
    char text[8];
    return http_form_value(form, name, 0, text, sizeof(text)) &&
           strcmp(text, "yes") == 0;
}

static json_t *
form_to_json(struct sign_up_flow *flow, const char *form)
{
    static const char *const words[SIGN_UP_WORDS] = {
        "name", "phone", "email", "key", "consent_version", "confirm_by"};
    static const char *const ticks[] = {"consent_sms", "consent_email",
                                        "for_other"};
    json_t *object = json_object(), *actions = json_array();
    for (int i = 0; i < SIGN_UP_WORDS + ATTRIBUTE_COUNT; i++) {
        const char *name =
            i < SIGN_UP_WORDS ? words[i] : attributes[i - SIGN_UP_WORDS].name;
        const char *value = form_text(flow, form, name, i);
        if (value != NULL) {
            json_set_text(object, name, value);
        }
    }
    for (size_t i = 0; i < SIGN_UP_ACTIONS_MAX &&
                       http_form_value(form, "actions", i, flow->action_text[i],
                                       sizeof(flow->action_text[i]));
         i++) {
        (void)json_array_append_new(actions, json_string(flow->action_text[i]));
    }
    json_set(object, "actions", actions);
    for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
        json_set_bool(object, ticks[i], is_ticked(form, ticks[i]));
    }
    flow->has_no_contact = is_ticked(form, "no_contact");
    return object;
}

/* ---- what is needed besides ---- */

static bool
is_said_wrong(const struct exchange *x, const char *field)
{
    for (size_t i = 0; i < x->errors.count && i < JSON_ERRORS_MAX; i++) {
        if (strcmp(x->errors.items[i].field, field) == 0) {
            return true;
        }
    }
    return false;
}

static void
check_contact(struct exchange *x, const struct sign_up_flow *flow)
{
    /* "": it is no object at all. */
    if (flow->phone != NULL || flow->email != NULL || is_said_wrong(x, "") ||
        is_said_wrong(x, "phone") || is_said_wrong(x, "email")) {
        return;
    }
    if (flow->is_form && !flow->has_no_contact) {
        json_errors_add_sentence(&x->errors, "phone",
                                 "Give a mobile number or an email, or tick "
                                 "that you have neither");
    } else if (flow->action_count == 0) {
        json_errors_add(&x->errors, "phone",
                        "or email is needed: at least one of them");
    }
}

/* A form on which nothing is wanted was sent too soon. */
static void
check_wanted(struct exchange *x, const struct sign_up_flow *flow)
{
    if (flow->is_form && flow->action_count == 0 && !flow->consents[0] &&
        !flow->consents[1] && !is_said_wrong(x, "actions")) {
        json_errors_add_sentence(&x->errors, "actions",
                                 "Choose at least one thing to come to");
    }
}

/* ---- the key ---- */

/* A token's keys are its own, and its successor's of the same name: nobody
 * else's are taken for them. */
static void
digest_key(const struct exchange *x, struct sign_up_flow *flow)
{
    bool is_token = flow->by == SIGNUP__ENTERED_BY__ENTERED_BY_SERVER;
    struct buf whole;
    buf_init(&whole, 0);
    buf_printf(&whole, "%s/%s/%s", exchange_campaign(flow->x), flow->key,
               is_token ? x->staff.name : "");
    crypto_digest(&x->gateway->once_key, whole.data, whole.len, flow->key_bytes,
                  SIGN_UP_KEY_BYTES);
    flow->has_key = true;
    buf_fini(&whole);
}

static bool
is_too_fast(const struct exchange *x, int64_t made_at_ms)
{
    int64_t age_ms = clock_wall_ms() - made_at_ms;
    int64_t min_ms =
        conf_number(x->gateway->service.conf, SET_GATEWAY_FORM_MS_MIN);
    return age_ms >= 0 && age_ms < min_ms;
}

/* Without a key of ours: nobody had our form before their eyes. */
static bool
is_keyless_odd(const struct exchange *x, const struct sign_up_flow *flow)
{
    if (flow->is_form || http_header(x->request, "Origin") != NULL ||
        http_header(x->request, "Sec-Fetch-Site") != NULL) {
        return true;
    }
    return flow->by == SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY &&
           !limits_is_exempt(x) &&
           !limits_take(x->gateway->limits, LIMIT_KEYLESS,
                        http_caller(x->request));
}

/* A key that is forged is none. */
static void
judge_key(struct exchange *x, struct sign_up_flow *flow)
{
    int64_t made_at_ms = 0;
    bool is_ours = flow->key != NULL &&
                   form_key_read(&x->gateway->form_key, exchange_campaign(x),
                                 flow->key, &made_at_ms);
    flow->is_suspect |=
        is_ours ? is_too_fast(x, made_at_ms) : is_keyless_odd(x, flow);
    if (flow->key != NULL && (is_ours || !flow->is_form)) {
        digest_key(x, flow);
    }
}

/* ---- too many names ---- */

/* Letters and digits alone, small: "Jo  Smith" and "jo smith" are one. */
static void
fold(const char *name, char to[SIGN_UP_NAME_CHARS_MAX * 4 + 1])
{
    size_t len = 0;
    for (const char *c = name; *c != '\0' && len < SIGN_UP_NAME_CHARS_MAX * 4;
         c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte >= 0x80 || isalnum(byte)) {
            to[len++] = (char)tolower(byte);
        }
    }
    to[len] = '\0';
}

/* Is this another name for that contact, and one too many? */
static bool
is_name_too_many(struct exchange *x, const char *contact, const char *name)
{
    struct limits *limits = x->gateway->limits;
    char folded[SIGN_UP_NAME_CHARS_MAX * 4 + 1];
    char who[ID_CHARS_MAX + EMAIL_TEXT_SIZE + 2];
    char both[sizeof(who) + sizeof(folded) + 1];
    fold(name, folded);
    (void)snprintf(who, sizeof(who), "%s/%s", exchange_campaign(x), contact);
    (void)snprintf(both, sizeof(both), "%s/%s", who, folded);
    return limits_take(limits, LIMIT_SAME_NAME, limits_name(limits, both)) &&
           !limits_take(limits, LIMIT_NAMES, limits_name(limits, who));
}

/* A contact that cannot be read is refused by signup. */
static void
judge_names(struct exchange *x, struct sign_up_flow *flow)
{
    char phone[PHONE_TEXT_SIZE], email[EMAIL_TEXT_SIZE];
    const char *why;
    if (flow->phone != NULL &&
        contact_phone(flow->phone, true, phone, &why) == ERR_NONE) {
        flow->is_suspect |= is_name_too_many(x, phone, flow->name);
    }
    if (flow->email != NULL &&
        contact_email(flow->email, email, &why) == ERR_NONE) {
        flow->is_suspect |= is_name_too_many(x, email, flow->name);
    }
}

/* ---- all of it ---- */

static bool
read_body(struct exchange *x, struct sign_up_flow *flow)
{
    char hidden[8] = "";
    const char *form = exchange_form(x);
    flow->is_form = form != NULL;
    if (form == NULL) {
        return exchange_read_json(x);
    }
    x->body = form_to_json(flow, form);
    /* Also when it is cut. */
    (void)http_form_value(form, HIDDEN_FIELD, 0, hidden, sizeof(hidden));
    flow->is_suspect = hidden[0] != '\0';
    return true;
}

bool
sign_up_read(struct exchange *x, struct sign_up_flow *flow)
{
    if (!read_body(x, flow)) {
        return false;
    }
    (void)read_json(x, flow);
    check_contact(x, flow);
    check_wanted(x, flow);
    if (x->errors.count > 0) {
        reply_errors(x);
        return false;
    }
    judge_key(x, flow);
    if (flow->by == SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY) {
        judge_names(x, flow);
    } else {
        flow->is_suspect = false;
    }
    return true;
}
