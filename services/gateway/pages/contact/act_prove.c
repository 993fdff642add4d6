/* act_prove -- "Yes, that's me", "Not me", whose each entry is, and whether
 * this browser is remembered. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/contact/act.h"

/* ---- remembering ---- */

static bool
is_ticked(struct exchange *x)
{
    char value[8];
    return strcmp(act_value(x, "remember", value, sizeof(value)), "yes") == 0;
}

/* Sets the cookie, and goes on to /my/{c}. */
static void
reply_remembered(struct exchange *x, const Signup__ContactPage *page)
{
    struct contact *contact = x->state;
    const struct holder *holder = &contact->holder;
    const struct session session = {
        .link = holder->link,
        .until_ms = session_until(holder->about.actions, page, clock_wall_ms()),
        .is_remembered = true,
    };
    char *cookie = session_begin(x->gateway, holder->about.campaign, &session);
    char *path = mem_format("/my/%s?done=%s", holder->about.campaign,
                            contact->act->name);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(path);
    free(cookie);
}

void
act_remember(struct exchange *x, struct contact *contact)
{
    if (is_ticked(x) && session_may_remember(x)) {
        reply_remembered(x, contact->holder.page);
    } else {
        act_reply_as_it_is(x);
    }
}

/* ---- the proof ---- */

static void
ask_prove(struct exchange *x, Signup__ProveAnswer answer,
          const uint32_t *number, signup_answer_cb *next)
{
    struct contact *contact = x->state;
    Signup__Proof by;
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = contact->holder.about.campaign;
    prove.by = page_proof(&contact->holder.link, &by);
    prove.answer = answer;
    prove.n_numbers = number == NULL ? 0 : 1;
    prove.numbers = (uint32_t *)number;
    signup_ask_prove(x->gateway->signup, &prove, next, x);
}

static void
proved(void *arg, enum err err, const char *detail, const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!act_is_done(x, err)) {
        return;
    }
    if (is_ticked(x) && session_may_remember(x)) {
        reply_remembered(x, reply->prove);
    } else {
        act_reply_done(x);
    }
}

void
act_yes(struct exchange *x, struct contact *contact)
{
    (void)contact;
    ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_YES, NULL, proved);
}

void
act_not_me(struct exchange *x, struct contact *contact)
{
    (void)contact;
    ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_NOT_ME, NULL, act_answered);
}

static void
answer_asked(struct exchange *x, struct contact *contact,
             Signup__ProveAnswer answer)
{
    const Signup__Asked *asked = act_find_asked(x, contact->holder.page);
    if (asked == NULL) {
        act_reply_as_it_is(x);
    } else {
        ask_prove(x, answer, &asked->number, act_answered);
    }
}

void
act_add(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_ADD);
}

void
act_same(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_SAME);
}

void
act_refuse(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_REFUSE);
}

void
act_other(struct exchange *x, struct contact *contact)
{
    const Signup__Member *member = act_find_member(x, contact->holder.page);
    if (member == NULL) {
        act_reply_as_it_is(x);
    } else {
        ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_OTHER_CONTACT, &member->number,
                  act_answered);
    }
}
