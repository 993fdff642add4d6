/* act_flow -- POST /y/{token} and POST /my/{c}: what one does with a contact.
 *
 * Every act is safe to repeat, and leads on to the page by 303: reload and
 * Back do nothing twice. A link acts for whoever has it; the cookie only in a
 * form of our own pages, which says the cookie's key.
 *
 *   do -> holder_open -> the act's row: what it may need, then the ask
 *         (act_prove.c, act_member.c) -> answered -> 303 */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/door/same_site.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/contact/act.h"
#include "services/gateway/pages/pages.h"

#define NOT_OF_OURS "This form is of another page: please open the page again."

/* ---- signing out ---- */

static void
sign_out(struct exchange *x)
{
    const char *campaign = exchange_param(x, "c");
    char *path = mem_format("/find/%s?done=signed-out", campaign);
    char *cookie = session_end(campaign);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(cookie);
    free(path);
}

/* ---- which ---- */

static const struct contact_act acts[] = {
    {"yes", true, act_yes},
    {"not-me", true, act_not_me},
    {"add", false, act_add},
    {"same", false, act_same},
    {"refuse", false, act_refuse},
    {"other", false, act_other},
    {"change", false, act_change},
    {"give-back", false, act_give_back},
    {"switches", false, act_switches},
    {"start-texts", false, act_start_texts},
    {"remember", false, act_remember},
};

static void
opened(struct exchange *x)
{
    struct contact *contact = x->state;
    if (contact->act->is_before_proof || contact->holder.page->is_proved) {
        contact->act->run(x, contact);
    } else {
        act_reply_as_it_is(x);
    }
}

static void
act(struct exchange *x, struct contact *contact)
{
    char name[ACT_VALUE_SIZE];
    (void)act_value(x, "do", name, sizeof(name));
    contact->holder.opened = opened;
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
        if (strcmp(acts[i].name, name) == 0) {
            contact->act = &acts[i];
            holder_open(x);
            return;
        }
    }
    reply_problem_page(x, 400, "Nothing has changed",
                       "Please use the buttons on the page.");
}

void
page_contact_act(struct exchange *x)
{
    struct contact *contact = contact_new(x);
    if (holder_by_link(x, &contact->holder)) {
        act(x, contact);
    }
}

void
page_my_act(struct exchange *x)
{
    struct contact *contact = contact_new(x);
    char name[ACT_VALUE_SIZE], key[ACT_VALUE_SIZE];
    bool is_end =
        strcmp(act_value(x, "do", name, sizeof(name)), "sign-out") == 0;
    if (!holder_by_cookie(x, &contact->holder)) {
        return;
    }
    (void)act_value(x, "key", key, sizeof(key));
    if (same_site_of(x) == SAME_SITE_ELSEWHERE ||
        strcmp(key, contact->holder.session.key) != 0) {
        reply_problem_page(x, 403, "Nothing has changed", NOT_OF_OURS);
    } else if (is_end) {
        sign_out(x);
    } else {
        act(x, contact);
    }
}
