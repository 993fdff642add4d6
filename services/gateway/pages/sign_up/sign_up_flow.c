/* campaign_flow -- GET /c/{c}: the sign-up form; and the same form again
 * with what was wrong, when a plain form was refused. */
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/pages/sign_up/show_sign_up.h"

static void
reply_form(struct exchange *x, int status, const Signup__Actions *about,
           const struct show_form *form)
{
    struct buf html;
    buf_init(&html, 0);
    show_sign_up(&html, about, form, clock_wall_ms());
    reply_html(x, status, &html);
    buf_fini(&html);
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
    const char *done = exchange_query(x, "done");
    const struct show_form form = {
        .typed = http_query(x->request),
        .is_waitlisted = done != NULL && strcmp(done, "waitlisted") == 0,
        .is_done = done != NULL,
    };
    reply_form(x, 200, reply->list_actions, &form);
}

void
page_campaign(struct exchange *x)
{
    page_ask_actions(x, exchange_param(x, "c"), actions_listed);
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
    const char *typed = exchange_form(x);
    const struct show_form form = {
        .typed = typed != NULL ? typed : "",
        .errors = errors,
        .error_count = count,
    };
    reply_form(x, 400, reply->list_actions, &form);
}

void
page_campaign_again(struct exchange *x)
{
    page_ask_actions(x, exchange_param(x, "c"), actions_listed_again);
}
