/* find_flow -- /find/{c}: "Find my tickets", in another browser, by a code;
 * /find asks with whom, where there is more than one campaign.
 *
 *   GET   the question, or with ?code where the code is typed
 *   POST  ask   a contact -> MakeCode -> 303 to ?code
 *         code  six digits -> TryCode -> opened -> 303 to /my/{c}, with
 *               its cookie
 *
 * The contact as it was typed travels in a cookie of FIND_MS, sealed: never
 * in an address, a log or the history. Whether anybody has it is not told: the
 * answers are the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"
#include "services/gateway/door/cookie.h"
#include "services/gateway/door/limits.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/door/same_site.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/ask/holder.h"
#include "services/gateway/pages/find/show_find.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/pages.h"

#define FIND_MS (30 * 60 * 1000LL)
#define CODE_SIZE 33
#define NAME_SIZE (sizeof("__Host-muster-find-") + ID_CHARS_MAX)
#define PURPOSE_SIZE (sizeof("find:") + ID_CHARS_MAX)
#define WRONG_CODE                                                             \
    "This is not the code, or it has ended. Check the six digits, or ask for " \
    "another code."

struct find {
    struct holder holder; /* of whom the code proved */
    char contact[SEALED_WORDS_MAX + 1];
    const char *error;
    char sentence[SHOW_SENTENCE_SIZE]; /* what error may be */
    bool is_code, is_remembered;
};

static void
fini(void *state)
{
    struct find *find = state;
    holder_fini(&find->holder);
}

static struct find *
find_new(struct exchange *x)
{
    struct find *find = exchange_state_owning(x, sizeof(*find), fini);
    struct about *about = &find->holder.about;
    about->what = "campaign";
    (void)snprintf(about->campaign, sizeof(about->campaign), "%s",
                   exchange_param(x, "c"));
    return find;
}

/* ---- the cookie that knows what was typed ---- */

static void
write_names(const struct exchange *x, char name[NAME_SIZE],
            char purpose[PURPOSE_SIZE])
{
    const char *campaign = exchange_param(x, "c");
    (void)snprintf(name, NAME_SIZE, "__Host-muster-find-%s", campaign);
    (void)snprintf(purpose, PURPOSE_SIZE, "find:%s", campaign);
}

static bool
read_contact(const struct exchange *x, struct find *find)
{
    char name[NAME_SIZE], purpose[PURPOSE_SIZE], text[SEALED_TEXT_SIZE];
    struct sealed sealed = {.purpose = purpose};
    write_names(x, name, purpose);
    if (!cookie_read(x, name, text, sizeof(text)) ||
        !sealed_read(&x->gateway->page_key, text, clock_wall_ms(), &sealed)) {
        return false;
    }
    (void)snprintf(find->contact, sizeof(find->contact), "%s", sealed.words);
    return true;
}

static char *
make_cookie(const struct exchange *x, const char *contact)
{
    char name[NAME_SIZE], purpose[PURPOSE_SIZE], text[SEALED_TEXT_SIZE];
    struct sealed sealed = {.purpose = purpose,
                            .until_ms = clock_wall_ms() + FIND_MS};
    write_names(x, name, purpose);
    (void)snprintf(sealed.words, sizeof(sealed.words), "%s", contact);
    sealed_write(&x->gateway->page_key, &sealed, text);
    return same_site_cookie(name, text, FIND_MS / 1000);
}

static char *
end_cookie(const struct exchange *x)
{
    char name[NAME_SIZE], purpose[PURPOSE_SIZE];
    write_names(x, name, purpose);
    return same_site_cookie(name, "", 0);
}

/* ---- drawing ---- */

static void
draw(struct exchange *x)
{
    const struct find *find = x->state;
    const struct show_find show = {
        .campaign = find->holder.about.actions->campaign,
        .contact = find->contact,
        .error = find->error,
        .done = exchange_query(x, "done"),
        .may_remember = session_may_remember(x),
        .provider_stops = x->gateway->provider_stops,
    };
    struct buf html;
    buf_init(&html, 0);
    if (!same_site_keeps_cookies(x)) {
        show_find_not_here(&html, show.campaign);
    } else if (find->is_code) {
        show_find_code(&html, &show);
    } else {
        show_find(&html, &show);
    }
    reply_html(x, find->error == NULL ? 200 : 400, &html);
    buf_fini(&html);
}

static void
reply_form(struct exchange *x, const char *error)
{
    struct find *find = x->state;
    find->error = error;
    find->holder.about.found = draw;
    about_find(x);
}

/* What a service said of what was typed, as a sentence. */
static void
reply_wrong(struct exchange *x, const char *detail)
{
    struct find *find = x->state;
    const char *why = detail == NULL || *detail == '\0'
                          ? "check the number or email"
                          : detail;
    reply_form(x, show_sentence(why, find->sentence));
}

void
page_find(struct exchange *x)
{
    struct find *find = find_new(x);
    find->is_code = exchange_query(x, "code") != NULL && read_contact(x, find);
    reply_form(x, NULL);
}

/* ---- a code is asked for ---- */

static void
code_made(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    (void)reply;
    struct exchange *x = arg;
    const struct find *find = x->state;
    if (err == ERR_BAD_REQUEST) {
        reply_wrong(x, detail);
        return;
    }
    if (!page_answered(x, err, "campaign")) {
        return;
    }
    char *cookie = make_cookie(x, find->contact);
    char *path = mem_format("/find/%s?code=", find->holder.about.campaign);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(path);
    free(cookie);
}

static void
ask_code(struct exchange *x, struct find *find)
{
    const char *form = exchange_form(x);
    Signup__MakeCode make = SIGNUP__MAKE_CODE__INIT;
    if (form == NULL ||
        !http_form_value(form, "contact", 0, find->contact,
                         sizeof(find->contact)) ||
        find->contact[0] == '\0') {
        find->contact[0] = '\0';
        reply_form(x, "Write your mobile number or email.");
        return;
    }
    make.campaign = find->holder.about.campaign;
    if (strchr(find->contact, '@') != NULL) {
        make.email = find->contact;
    } else {
        make.phone = find->contact;
    }
    signup_ask_make_code(x->gateway->signup, &make, code_made, x);
}

/* ---- a code is typed ---- */

static void
reply_entered(struct exchange *x, int64_t until_ms)
{
    const struct find *find = x->state;
    const struct holder *holder = &find->holder;
    struct session session = {
        .link = holder->link,
        .until_ms = until_ms,
        .is_remembered = find->is_remembered,
    };
    session.link.campaign_number = holder->about.campaign_number;
    char *session_cookie =
        session_begin(x->gateway, holder->about.campaign, &session);
    char *find_cookie = end_cookie(x);
    const char *cookies[] = {session_cookie, find_cookie};
    char *path = mem_format("/my/%s", holder->about.campaign);
    reply_redirect_cookies(x, path, cookies, 2);
    free(path);
    free(find_cookie);
    free(session_cookie);
}

static void
enter(struct exchange *x, const Signup__ContactPage *page)
{
    const struct find *find = x->state;
    int64_t now_ms = clock_wall_ms();
    reply_entered(x,
                  find->is_remembered
                      ? session_until(find->holder.about.actions, page, now_ms)
                      : now_ms + SESSION_SHORT_MS);
}

static void
proved(void *arg, enum err err, const char *detail, const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (holder_answered(x, err)) {
        enter(x, reply->prove);
    }
}

/* One of the contact's own: what is open with it is joined. An entry that
 * nobody has owned yet is asked about on the page: "Is this you?" */
static void
opened(struct exchange *x)
{
    struct find *find = x->state;
    struct holder *holder = &find->holder;
    if (!holder->page->is_proved) {
        enter(x, holder->page);
        return;
    }
    Signup__Proof by;
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = holder->about.campaign;
    prove.by = page_proof(&holder->link, &by);
    prove.answer = SIGNUP__PROVE_ANSWER__PROVE_YES;
    signup_ask_prove(x->gateway->signup, &prove, proved, x);
}

static void
code_tried(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct find *find = x->state;
    if (err == ERR_NOT_FOUND || err == ERR_BAD_REQUEST || err == ERR_GONE ||
        err == ERR_LIMIT) {
        reply_form(x, WRONG_CODE);
        return;
    }
    if (!page_answered(x, err, "code")) {
        return;
    }
    const Signup__Proof *proof = reply->try_code;
    find->holder.opened = opened;
    holder_by_proof(x, &find->holder, proof);
    holder_open(x);
}

/* The digits alone: people write "123 456" and paste "123-456". */
static bool
read_code(struct exchange *x, char code[CODE_SIZE])
{
    const char *form = exchange_form(x);
    char typed[CODE_SIZE];
    size_t len = 0;
    if (form == NULL ||
        !http_form_value(form, "code", 0, typed, sizeof(typed))) {
        return false;
    }
    for (const char *c = typed; *c != '\0'; c++) {
        if (*c >= '0' && *c <= '9') {
            code[len++] = *c;
        }
    }
    code[len] = '\0';
    return len == 6;
}

static void
try_code(struct exchange *x, struct find *find)
{
    char code[CODE_SIZE], value[8];
    const char *form = exchange_form(x);
    if (!read_contact(x, find)) {
        char *path = mem_format("/find/%s?done=ended", exchange_param(x, "c"));
        reply_redirect(x, path);
        free(path);
        return;
    }
    find->is_code = true;
    if (!read_code(x, code)) {
        reply_form(x, "Write the six digits of the code.");
        return;
    }
    find->is_remembered =
        http_form_value(form, "remember", 0, value, sizeof(value)) &&
        strcmp(value, "yes") == 0 && session_may_remember(x);
    Signup__TryCode try = SIGNUP__TRY_CODE__INIT;
    try.campaign = find->holder.about.campaign;
    try.code = code;
    if (strchr(find->contact, '@') != NULL) {
        try.email = find->contact;
    } else {
        try.phone = find->contact;
    }
    signup_ask_try_code(x->gateway->signup, &try, code_tried, x);
}

void
page_find_act(struct exchange *x)
{
    char act[8];
    const char *form = exchange_form(x);
    if (!limits_admit(x, LIMIT_SIGNUP)) {
        return;
    }
    struct find *find = find_new(x);
    bool has_act =
        form != NULL && http_form_value(form, "do", 0, act, sizeof(act));
    if (!same_site_keeps_cookies(x)) {
        reply_form(x, NULL);
    } else if (!has_act || same_site_of(x) == SAME_SITE_ELSEWHERE) {
        reply_problem_page(x, has_act ? 403 : 400, "Nothing has changed",
                           "Please use the button on the page.");
    } else if (strcmp(act, "code") == 0) {
        try_code(x, find);
    } else {
        ask_code(x, find);
    }
}

/* ---- with whom ---- */

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "page")) {
        return;
    }
    const Signup__Campaigns *campaigns = reply->list_campaigns;
    if (campaigns->n_campaigns == 1) {
        char *path = mem_format("/find/%s", campaigns->campaigns[0]->id);
        reply_redirect(x, path);
        free(path);
        return;
    }
    struct buf html;
    buf_init(&html, 0);
    show_find_where(&html, campaigns);
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_find_where(struct exchange *x)
{
    page_ask_campaigns(x, campaigns_listed);
}
