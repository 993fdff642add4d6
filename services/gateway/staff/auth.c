/* auth -- who is asking: sessions and tokens, default deny.
 *
 *   auth_check -> (store) token_found -> check_rights -> next */
#include "services/gateway/staff/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/gateway/door/cookie.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/door/same_site.h"
#include "services/gateway/gateway.h"
#include "services/gateway/keep/records.h"
#include "services/gateway/keep/staff_store.h"
#include "services/gateway/staff/leak.h"

/* ---- tokens ---- */

static void
hash_token(const struct gateway *g, const char *token,
           uint8_t hash[CRYPTO_HASH_BYTES])
{
    crypto_digest(&g->token_key, token, strlen(token), hash, CRYPTO_HASH_BYTES);
}

void
auth_make_token(const struct gateway *g, const char *campaign,
                char token[TOKEN_TEXT_SIZE], uint8_t hash[CRYPTO_HASH_BYTES])
{
    uint8_t random[TOKEN_RANDOM_BYTES];
    struct buf text;
    buf_init(&text, 0);
    crypto_random(random, sizeof(random));
    buf_printf(&text, "%s.", campaign);
    crypto_add_base64url(&text, random, sizeof(random));
    (void)snprintf(token, TOKEN_TEXT_SIZE, "%s", buf_string(&text));
    buf_fini(&text);
    hash_token(g, token, hash);
}

static bool
read_session(const struct exchange *x, char token[TOKEN_TEXT_SIZE])
{
    return cookie_read(x, SESSION_COOKIE, token, TOKEN_TEXT_SIZE);
}

static bool
read_token(struct exchange *x, char token[TOKEN_TEXT_SIZE])
{
    const char *header = http_header(x->request, "Authorization");
    if (header == NULL) {
        x->is_by_cookie = true;
        return read_session(x, token);
    }
    if (strncmp(header, "Bearer ", 7) != 0 ||
        strlen(header + 7) >= TOKEN_TEXT_SIZE) {
        return false;
    }
    (void)snprintf(token, TOKEN_TEXT_SIZE, "%s", header + 7);
    return true;
}

/* "<campaign>.…": where to look it up. */
static bool
read_campaign(const char *token, char campaign[SLUG_SIZE])
{
    size_t len = strcspn(token, ".");
    if (token[len] != '.' || len >= SLUG_SIZE) {
        return false;
    }
    memcpy(campaign, token, len);
    campaign[len] = '\0';
    return slug_is_valid(campaign);
}

/* ---- refusing ---- */

static bool
is_public(const struct exchange *x)
{
    return (x->route->roles & ROLE_NOBODY) != 0;
}

static void
enter_as_nobody(struct exchange *x)
{
    x->staff = (struct staff){.role = ROLE_NOBODY};
    x->is_by_cookie = false;
    x->next(x);
}

/* A person is shown where to sign in; a program is told 401. A public page
 * needs nobody: an old session is no reason to shut it. */
static void
ask_to_sign_in(struct exchange *x, const char *why)
{
    if (is_public(x) && x->is_by_cookie) {
        enter_as_nobody(x);
        return;
    }
    if (!x->route->is_page) {
        reply_problem(x, 401, why);
        return;
    }
    struct buf to;
    buf_init(&to, 0);
    buf_add_string(&to, "/login?next=");
    for (const char *c = http_path(x->request); *c != '\0'; c++) {
        buf_printf(&to, strchr("%&+#", *c) == NULL ? "%c" : "%%%02X", *c);
    }
    const char *campaign = exchange_query(x, "c");
    if (slug_is_valid(campaign)) {
        buf_printf(&to, "%%3Fc%%3D%s&c=%s", campaign, campaign);
    }
    reply_redirect(x, buf_string(&to));
    buf_fini(&to);
}

/* Is what the row's scope names theirs? What is one's own, or everyone's, is;
 * a page of a campaign that names none shows the asker's own. */
static bool
is_in_scope(struct exchange *x)
{
    if (x->route->scope == SCOPE_OPEN || x->route->scope == SCOPE_SELF) {
        return true;
    }
    const char *campaign = exchange_campaign(x);
    return *campaign == '\0' || strcmp(x->staff.campaign, campaign) == 0 ||
           strcmp(x->staff.campaign, MUSTER_CAMPAIGN) == 0;
}

/* NULL: it may. */
static const char *
find_refusal(struct exchange *x)
{
    const struct route *route = x->route;
    bool is_act = route->method != HTTP_GET;
    /* SameSite keeps the cookie from other sites already; this does not trust
     * it alone. */
    if (x->is_by_cookie && is_act && same_site_of(x) != SAME_SITE_OURS) {
        return "this did not come from one of our pages";
    }
    unsigned roles = route->roles | route_known(route);
    if ((roles & (unsigned)x->staff.role) == 0) {
        return "your role does not allow this";
    }
    return is_in_scope(x) ? NULL : "this belongs to another campaign";
}

static void
check_rights(struct exchange *x)
{
    if (x->staff.role == ROLE_SIGNUPS && leak_is_likely(x)) {
        leak_refuse(x);
        return;
    }
    const char *refusal = find_refusal(x);
    if (refusal == NULL) {
        x->next(x);
    } else if (is_public(x) && x->is_by_cookie) {
        enter_as_nobody(x);
    } else {
        reply_problem(x, 403, refusal);
    }
}

/* ---- finding out ---- */

/* False: it has run out. */
static bool
take_record(struct staff *staff, const Gateway__TokenRecord *record)
{
    bool is_live =
        !record->has_expires_at_ms || record->expires_at_ms > clock_wall_ms();
    staff->role = is_live ? (enum role)record->role : ROLE_NOBODY;
    staff->expires_at_ms =
        record->has_expires_at_ms ? record->expires_at_ms : 0;
    (void)snprintf(staff->id, sizeof(staff->id), "%s", record->staff_id);
    (void)snprintf(staff->name, sizeof(staff->name), "%s", record->name);
    return is_live;
}

static void
token_found(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    Gateway__TokenRecord *record;
    if (err != ERR_NONE && is_public(x) && x->is_by_cookie) {
        enter_as_nobody(x);
        return;
    }
    if (!exchange_answered(x, err, "sign-ins cannot be checked just now")) {
        return;
    }
    err = record_read_token(reply, &record);
    if (err == ERR_UNAVAILABLE) {
        reply_err(x, err, RECORD_NEWER);
        return;
    }
    bool is_live = err == ERR_NONE && take_record(&x->staff, record);
    wire_free(record);
    if (is_live) {
        check_rights(x);
    } else {
        ask_to_sign_in(x, "this token is not known, or has run out");
    }
}

static void
enter_by_bootstrap(struct exchange *x)
{
    x->staff.role = ROLE_ADMIN;
    (void)snprintf(x->staff.id, sizeof(x->staff.id), "bootstrap");
    (void)snprintf(x->staff.name, sizeof(x->staff.name), "bootstrap token");
    check_rights(x);
}

static bool
says_who(const struct exchange *x)
{
    char unused[TOKEN_TEXT_SIZE];
    return http_header(x->request, "Authorization") != NULL ||
           read_session(x, unused);
}

void
auth_check(struct exchange *x, void (*next)(struct exchange *x))
{
    struct gateway *g = x->gateway;
    char token[TOKEN_TEXT_SIZE];
    x->next = next;
    if (is_public(x) && (route_known(x->route) == 0 ||
                         g->service.store == NULL || !says_who(x))) {
        next(x);
        return;
    }
    if (!read_token(x, token) || !read_campaign(token, x->staff.campaign)) {
        ask_to_sign_in(x, "sign in, or send a token as Authorization: Bearer");
        return;
    }
    if (g->service.store == NULL) {
        reply_problem(x, 503, "this gateway runs without a store");
        return;
    }
    hash_token(g, token, x->staff.token_hash);
    if (crypto_is_equal(x->staff.token_hash, g->bootstrap_hash,
                        CRYPTO_HASH_BYTES)) {
        enter_by_bootstrap(x);
        return;
    }
    token_store_get(x, x->staff.campaign, x->staff.token_hash, token_found);
}

/* ---- the bootstrap token ---- */

static void
make_bootstrap(const struct gateway *g, const char *path)
{
    char token[TOKEN_TEXT_SIZE];
    uint8_t hash[CRYPTO_HASH_BYTES];
    auth_make_token(g, MUSTER_CAMPAIGN, token, hash);
    char *temporary = mem_format("%s.%d", path, (int)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_written = fd >= 0 && dprintf(fd, "%s\n", token) > 0 &&
                      fsync(fd) == 0 && close(fd) == 0;
    /* link, not rename: another gateway may have been first. */
    if (!is_written || (link(temporary, path) != 0 && errno != EEXIST)) {
        log_fatal("cannot write the bootstrap token to %s: %s", path,
                  strerror(errno));
    }
    (void)unlink(temporary);
    free(temporary);
}

void
auth_open(struct gateway *g)
{
    const struct conf *conf = g->service.conf;
    char *usual =
        mem_format("%s/bootstrap.token", conf_text(conf, SET_KEYS_DIR));
    const char *set = conf_text(conf, SET_GATEWAY_BOOTSTRAP_TOKEN_FILE);
    const char *path = set == NULL ? usual : set;
    struct stat found;
    char token[TOKEN_TEXT_SIZE] = "";
    if (stat(path, &found) != 0) {
        make_bootstrap(g, path);
    }
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%84s", token) != 1) {
        log_fatal("cannot read the bootstrap token from %s", path);
    }
    (void)fclose(file);
    hash_token(g, token, g->bootstrap_hash);
    free(usual);
}
