/* staff_api -- sessions, staff and tokens.
 *
 *   POST /v1/session   make_session -> staff_read -> (worker) password_checked
 *                      -> session_kept
 *   POST …/staff       make_staff -> (audit) -> (worker) password_hashed
 *                      -> staff_kept
 *   POST …/tokens      make_token -> (audit) keep_token -> token_kept */
#include "services/gateway/staff/staff_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/keep/records.h"
#include "services/gateway/keep/staff_store.h"
#include "services/gateway/staff/audit.h"
#include "services/gateway/staff/auth.h"

#define LOGIN_CHARS_MAX 40
#define NAME_CHARS_MAX 60
#define PASSWORD_CHARS_MAX 200
#define PASSWORD_CHARS_MIN 10

/* What one of these requests carries from step to step. */
struct sign_in {
    char campaign[ID_CHARS_MAX + 1], login[4 * LOGIN_CHARS_MAX + 1];
    char *password; /* wiped and freed by the worker's step */
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    char token[TOKEN_TEXT_SIZE];
    Gateway__StaffRecord *staff; /* NULL: no such login */
    bool is_right;
    struct json_fields fields;
    const char *name;
    int role;
    int64_t expires_at_ms;
};

/* A login nobody has is checked against this, so that it takes as long. */
static char nobodys_hash[CRYPTO_PASSWORD_HASH_SIZE];

void
staff_api_open(void)
{
    if (!crypto_password_hash("nobody has this password", nobodys_hash)) {
        nobodys_hash[0] = '\0';
    }
}

static void
wipe_password(struct sign_in *in)
{
    if (in->password != NULL) {
        explicit_bzero(in->password, strlen(in->password));
        free(in->password);
        in->password = NULL;
    }
}

static json_t *
staff_to_json(const struct staff *staff)
{
    json_t *object = json_object();
    json_set_text(object, "id", staff->id);
    json_set_text(object, "name", staff->name);
    json_set_text(object, "role", role_name(staff->role));
    json_set_text(object, "campaign", staff->campaign);
    return object;
}

/* ---- signing in ---- */

static void
session_kept(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    (void)reply;
    if (!exchange_answered(x, err, "the session could not be kept")) {
        return;
    }
    bool is_https = strncmp(x->gateway->public_url, "https:", 6) == 0;
    char cookie[TOKEN_TEXT_SIZE + 128];
    (void)snprintf(cookie, sizeof(cookie),
                   SESSION_COOKIE
                   "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s",
                   in->token, SESSION_MS / 1000, is_https ? "; Secure" : "");
    json_t *body = json_object();
    json_set_text(body, "token", in->token);
    json_set_time(body, "expires_at", x->staff.expires_at_ms);
    json_set(body, "staff", staff_to_json(&x->staff));
    reply_json_with(x, 200, body, (struct http_header){"Set-Cookie", cookie});
}

static void
keep_session(struct exchange *x)
{
    struct sign_in *in = x->state;
    Gateway__TokenRecord record;
    record_init_token(&record);
    record.staff_id = x->staff.id;
    record.name = x->staff.name;
    record.role = x->staff.role;
    record.made_at_ms = clock_wall_ms();
    record.has_expires_at_ms = true;
    record.expires_at_ms = x->staff.expires_at_ms;
    record.is_session = true;
    auth_make_token(x->gateway, in->campaign, in->token, x->staff.token_hash);
    token_store_add(x, in->campaign, x->staff.token_hash, &record,
                    session_kept);
}

static void
check_password(void *arg)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    const char *hash =
        in->staff == NULL ? nobodys_hash : in->staff->password_hash;
    in->is_right =
        crypto_password_verify(hash, in->password) && in->staff != NULL;
}

static void
password_checked(void *arg)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    wipe_password(in);
    if (!in->is_right) {
        struct limits *limits = x->gateway->limits;
        (void)limits_take(limits, LIMIT_LOGIN_FAILURE,
                          limits_name(limits, in->hash));
        wire_free(in->staff);
        reply_problem(x, 401, "this campaign, login and password do not fit");
        return;
    }
    struct staff *staff = &x->staff;
    staff->role = (enum role)in->staff->role;
    staff->expires_at_ms = clock_wall_ms() + SESSION_MS;
    (void)snprintf(staff->campaign, sizeof(staff->campaign), "%s",
                   in->campaign);
    (void)snprintf(staff->id, sizeof(staff->id), "%s", in->staff->id);
    (void)snprintf(staff->name, sizeof(staff->name), "%s", in->staff->name);
    wire_free(in->staff);
    in->staff = NULL;
    audit_act(x, staff->id, keep_session);
}

static void
staff_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    if (err != ERR_NONE) {
        wipe_password(in);
        reply_err(x, err, "sign-ins cannot be checked just now");
        return;
    }
    if (record_read_staff(reply, &in->staff) == ERR_UNAVAILABLE) {
        wipe_password(in);
        reply_err(x, ERR_UNAVAILABLE, RECORD_NEWER);
        return;
    }
    if (!worker_run(x->gateway->worker, check_password, password_checked, x)) {
        wipe_password(in);
        wire_free(in->staff);
        reply_problem(x, 503, "too many are signing in just now");
    }
}

static bool
is_slug(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-._") ==
           strlen(text);
}

void
make_session(struct exchange *x)
{
    if (!limits_admit(x, LIMIT_LOGIN) || !exchange_read_json(x)) {
        return;
    }
    struct sign_in *in = exchange_state(x, sizeof(*in));
    struct json_fields *f = &in->fields;
    json_fields_init(f, x->body, "", &x->errors);
    const char *campaign =
        json_text(f, "campaign", JSON_REQUIRED, ID_CHARS_MAX);
    const char *login = json_text(f, "login", JSON_REQUIRED, LOGIN_CHARS_MAX);
    const char *password =
        json_text(f, "password", JSON_REQUIRED, PASSWORD_CHARS_MAX);
    if (!json_fields_end(f)) {
        reply_errors(x);
        return;
    }
    if (!is_slug(campaign) || !is_slug(login)) {
        reply_problem(x, 401, "this campaign, login and password do not fit");
        return;
    }
    (void)snprintf(in->campaign, sizeof(in->campaign), "%s", campaign);
    (void)snprintf(in->hash, sizeof(in->hash), "%s/%s", campaign, login);
    if (!limits_has(x->gateway->limits, LIMIT_LOGIN_FAILURE,
                    limits_name(x->gateway->limits, in->hash))) {
        reply_problem(x, 429,
                      "too many wrong passwords for this login: try "
                      "again in a few minutes");
        return;
    }
    in->password = mem_copy_string(password);
    staff_store_get(x, campaign, login, staff_read);
}

void
get_session(struct exchange *x)
{
    json_t *body = json_object();
    json_set_time(body, "expires_at",
                  x->staff.expires_at_ms == 0 ? -1 : x->staff.expires_at_ms);
    json_set(body, "staff", staff_to_json(&x->staff));
    reply_json(x, 200, body);
}

static void
session_dropped(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    (void)reply;
    if (exchange_answered(x, err, "the session could not be ended")) {
        reply_json_with(
            x, 200, json_object(),
            (struct http_header){"Set-Cookie", SESSION_COOKIE
                                 "=; Path=/; HttpOnly; SameSite=Strict; "
                                 "Max-Age=0"});
    }
}

static void
end_session(struct exchange *x)
{
    token_store_drop(x, x->staff.campaign, x->staff.token_hash,
                     session_dropped);
}

void
drop_session(struct exchange *x)
{
    audit_act(x, x->staff.id, end_session);
}

/* ---- staff ---- */

static json_t *
staff_record_to_json(const Gateway__StaffRecord *record)
{
    json_t *object = json_object();
    json_set_text(object, "id", record->id);
    json_set_text(object, "login", record->login);
    json_set_text(object, "name", record->name);
    json_set_text(object, "role", role_name((enum role)record->role));
    json_set_time(object, "made_at", record->made_at_ms);
    return object;
}

/* ERR_UNAVAILABLE: one is newer. What cannot be read at all is left out. */
static enum err
add_staff(const struct store_reply *reply, json_t *list)
{
    for (size_t i = 0; i < reply->count; i++) {
        Gateway__StaffRecord *record;
        enum err err = record_read_staff(&reply->items[i], &record);
        if (err == ERR_UNAVAILABLE) {
            return err;
        }
        if (err == ERR_NONE) {
            (void)json_array_append_new(list, staff_record_to_json(record));
            wire_free(record);
        }
    }
    return ERR_NONE;
}

static void
staff_listed(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, "staff cannot be read just now")) {
        return;
    }
    json_t *list = json_array();
    err = add_staff(reply, list);
    if (err != ERR_NONE) {
        json_decref(list);
        reply_err(x, err, RECORD_NEWER);
        return;
    }
    json_t *body = json_object();
    json_set(body, "staff", list);
    reply_json(x, 200, body);
}

void
list_staff(struct exchange *x)
{
    staff_store_list(x, staff_listed);
}

static void
fill_record(const struct exchange *x, Gateway__StaffRecord *record)
{
    struct sign_in *in = x->state;
    record_init_staff(record);
    record->id = in->token; /* the new id was put there */
    record->login = in->login;
    record->name = (char *)in->name;
    record->role = (uint32_t)in->role;
    record->password_hash = in->hash;
}

static void
staff_kept(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    Gateway__StaffRecord record;
    if (!exchange_answered(x, err, reply->string)) {
        return;
    }
    fill_record(x, &record);
    record.made_at_ms = clock_wall_ms();
    reply_json(x, 201, staff_record_to_json(&record));
}

static void
hash_password(void *arg)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    in->is_right = crypto_password_hash(in->password, in->hash);
}

static void
password_hashed(void *arg)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    Gateway__StaffRecord record;
    wipe_password(in);
    if (!in->is_right) {
        reply_err(x, ERR_UNAVAILABLE, "not enough memory for the password");
        return;
    }
    fill_record(x, &record);
    record.made_at_ms = clock_wall_ms();
    staff_store_add(x, &record, staff_kept);
}

static void
keep_staff(struct exchange *x)
{
    struct sign_in *in = x->state;
    if (!worker_run(x->gateway->worker, hash_password, password_hashed, x)) {
        wipe_password(in);
        reply_problem(x, 503, "too many are signing in just now");
    }
}

static void
make_staff_id(struct sign_in *in)
{
    uint8_t random[6];
    struct buf id;
    buf_init(&id, 0);
    crypto_random(random, sizeof(random));
    buf_add_string(&id, "staff-");
    crypto_add_hex(&id, random, sizeof(random));
    (void)snprintf(in->token, sizeof(in->token), "%s", buf_string(&id));
    buf_fini(&id);
}

void
make_staff(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct sign_in *in = exchange_state(x, sizeof(*in));
    struct json_fields *f = &in->fields;
    json_fields_init(f, x->body, "", &x->errors);
    const char *login = json_text(f, "login", JSON_REQUIRED, LOGIN_CHARS_MAX);
    in->name = json_text(f, "name", JSON_REQUIRED, NAME_CHARS_MAX);
    in->role = json_choice(f, "role", JSON_REQUIRED, role_words, 0);
    const char *password =
        json_text(f, "password", JSON_REQUIRED, PASSWORD_CHARS_MAX);
    if (login != NULL && !is_slug(login)) {
        json_complain(f, "login", "may hold a-z, 0-9, dots and dashes");
    }
    if (password != NULL && strlen(password) < PASSWORD_CHARS_MIN) {
        json_complain(f, "password", "is shorter than 10 characters");
    }
    if (!json_fields_end(f)) {
        reply_errors(x);
        return;
    }
    (void)snprintf(in->login, sizeof(in->login), "%s", login);
    in->password = mem_copy_string(password);
    make_staff_id(in);
    audit_act(x, in->token, keep_staff);
}

/* ---- tokens ---- */

static void
token_kept(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    struct sign_in *in = x->state;
    (void)reply;
    if (!exchange_answered(x, err, "the token could not be kept")) {
        return;
    }
    json_t *body = json_object();
    json_set_text(body, "token", in->token);
    json_set_text(body, "name", in->name);
    json_set_text(body, "role", role_name((enum role)in->role));
    json_set_time(body, "expires_at",
                  in->expires_at_ms == 0 ? -1 : in->expires_at_ms);
    reply_json(x, 201, body);
}

static void
keep_token(struct exchange *x)
{
    struct sign_in *in = x->state;
    uint8_t hash[CRYPTO_HASH_BYTES];
    Gateway__TokenRecord record;
    record_init_token(&record);
    record.staff_id = in->hash; /* "token:<name>" */
    record.name = (char *)in->name;
    record.role = (uint32_t)in->role;
    record.made_at_ms = clock_wall_ms();
    record.has_expires_at_ms = in->expires_at_ms > 0;
    record.expires_at_ms = in->expires_at_ms;
    auth_make_token(x->gateway, exchange_campaign(x), in->token, hash);
    token_store_add(x, exchange_campaign(x), hash, &record, token_kept);
}

void
make_token(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct sign_in *in = exchange_state(x, sizeof(*in));
    struct json_fields *f = &in->fields;
    json_fields_init(f, x->body, "", &x->errors);
    in->name = json_text(f, "name", JSON_REQUIRED, LOGIN_CHARS_MAX);
    in->role = json_choice(f, "role", JSON_REQUIRED, token_words, 0);
    (void)json_time(f, "expires_at", JSON_OPTIONAL, &in->expires_at_ms);
    if (in->name != NULL && !is_slug(in->name)) {
        json_complain(f, "name", "may hold a-z, 0-9, dots and dashes");
    }
    if (!json_fields_end(f)) {
        reply_errors(x);
        return;
    }
    (void)snprintf(in->hash, sizeof(in->hash), "token:%s", in->name);
    audit_act(x, in->hash, keep_token);
}
