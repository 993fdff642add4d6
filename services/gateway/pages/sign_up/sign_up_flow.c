/* sign_up_flow -- GET /c/{c}: the sign-up form; and the same form again with
 * what was wrong, when a plain form was refused.
 *
 * Each drawing has a key of its own, and what comes again keeps the one that
 * it came with: one form is one entry. */
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/entry/form_key.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/pages/sign_up/show_sign_up.h"

static const char *
staff_name(const struct exchange *x)
{
    return x->staff.role == ROLE_NOBODY ? NULL : x->staff.name;
}

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "campaign")) {
        return;
    }
    char key[FORM_KEY_TEXT_SIZE];
    form_key_make(&x->gateway->form_key, exchange_campaign(x), clock_wall_ms(),
                  key);
    const struct show_form form = {
        .typed = http_query(x->request),
        .key = key,
        .staff_name = staff_name(x),
    };
    struct buf html;
    buf_init(&html, 0);
    show_sign_up(&html, reply->list_actions, &form, clock_wall_ms());
    reply_html_kept(x, &html);
    buf_fini(&html);
}

void
page_campaign(struct exchange *x)
{
    page_ask_actions(x, exchange_param(x, "c"), actions_listed);
}

/* The one it came with, or a new one. */
static void
find_key(struct exchange *x, const char *typed, char key[FORM_KEY_TEXT_SIZE])
{
    const struct crypto_key *signs = &x->gateway->form_key;
    int64_t unused;
    if (!http_form_value(typed, "key", 0, key, FORM_KEY_TEXT_SIZE) ||
        !form_key_read(signs, exchange_campaign(x), key, &unused)) {
        form_key_make(signs, exchange_campaign(x), clock_wall_ms(), key);
    }
}

static void
actions_listed_again(void *arg, enum err err, const char *detail,
                     const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "campaign")) {
        return;
    }
    struct show_error errors[JSON_ERRORS_MAX];
    char words[JSON_ERRORS_MAX][SHOW_ERROR_SIZE];
    size_t count = 0;
    for (; count < x->errors.count && count < JSON_ERRORS_MAX; count++) {
        const struct json_error_item *item = &x->errors.items[count];
        errors[count].field = item->field;
        errors[count].detail = show_error_words(item, words[count]);
    }
    const char *form_typed = exchange_form(x);
    const char *typed = form_typed != NULL ? form_typed : "";
    char key[FORM_KEY_TEXT_SIZE];
    find_key(x, typed, key);
    const struct show_form form = {
        .typed = typed,
        .errors = errors,
        .error_count = count,
        .key = key,
        .staff_name = staff_name(x),
    };
    struct buf html;
    buf_init(&html, 0);
    show_sign_up(&html, reply->list_actions, &form, clock_wall_ms());
    reply_html(x, 400, &html);
    buf_fini(&html);
}

void
page_campaign_again(struct exchange *x)
{
    page_ask_actions(x, exchange_param(x, "c"), actions_listed_again);
}
