/* act_flow -- POST /y/{token} and POST /my/{c}: what one does with a contact.
 *
 * Every act is safe to repeat, and leads on to the page by 303: reload and
 * Back do nothing twice. A link acts for whoever has it; the cookie only in a
 * form of our own pages, which says the cookie's key.
 *
 *   do -> holder_open -> the act's row: what it may need, then the ask
 *      -> answered -> 303 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/door/same_site.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/contact/contact.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/pages.h"

#define VALUE_SIZE 64
#define NOT_OF_OURS "This form is of another page: please open the page again."

struct contact_act {
    const char *name;
    bool is_before_proof; /* may be done without it */
    void (*run)(struct exchange *x, struct contact *contact);
};

/* ---- what the form says ---- */

static const char *
form_value(struct exchange *x, const char *name, char *to, size_t size)
{
    const char *form = exchange_form(x);
    if (form == NULL || !http_form_value(form, name, 0, to, size)) {
        to[0] = '\0';
    }
    return to;
}

static bool
is_handle_of(struct exchange *x, const char *handle, uint32_t number)
{
    char own[CONTACT_HANDLE_SIZE];
    return strcmp(handle, contact_handle(&x->gateway->page_key, number, own)) ==
           0;
}

/* The member that the form names; of one alone, that. NULL: none of them. */
static const Signup__Member *
find_member(struct exchange *x, const Signup__ContactPage *page)
{
    char handle[VALUE_SIZE];
    (void)form_value(x, "member", handle, sizeof(handle));
    if (*handle == '\0' && page->n_members == 1) {
        return page->members[0];
    }
    for (size_t i = 0; i < page->n_members; i++) {
        if (is_handle_of(x, handle, page->members[i]->number)) {
            return page->members[i];
        }
    }
    return NULL;
}

static const Signup__Asked *
find_asked(struct exchange *x, const Signup__ContactPage *page)
{
    char handle[VALUE_SIZE];
    (void)form_value(x, "member", handle, sizeof(handle));
    for (size_t i = 0; i < page->n_asked; i++) {
        if (is_handle_of(x, handle, page->asked[i]->number)) {
            return page->asked[i];
        }
    }
    return NULL;
}

/* ---- how it ends ---- */

static void
reply_done(struct exchange *x)
{
    const struct contact *contact = x->state;
    char *path =
        mem_format("%s?done=%s", contact->holder.post, contact->act->name);
    reply_redirect(x, path);
    free(path);
}

/* Nothing of what the form named is there (any more): shown as it is now. */
static void
reply_as_it_is(struct exchange *x)
{
    const struct contact *contact = x->state;
    reply_redirect(x, contact->holder.post);
}

/* Whether it was done. What can be answered no more (it was answered in
 * another tab) is shown as it is now. False: it has replied. */
static bool
is_done(struct exchange *x, enum err err)
{
    if (err == ERR_CONFLICT) {
        reply_as_it_is(x);
        return false;
    }
    return holder_answered(x, err);
}

static void
answered(void *arg, enum err err, const char *detail,
         const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    if (is_done(x, err)) {
        reply_done(x);
    }
}

/* ---- remembering ---- */

static bool
is_ticked(struct exchange *x)
{
    char value[8];
    return strcmp(form_value(x, "remember", value, sizeof(value)), "yes") == 0;
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

static void
run_remember(struct exchange *x, struct contact *contact)
{
    if (is_ticked(x) && session_may_remember(x)) {
        reply_remembered(x, contact->holder.page);
    } else {
        reply_as_it_is(x);
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
    if (!is_done(x, err)) {
        return;
    }
    if (is_ticked(x) && session_may_remember(x)) {
        reply_remembered(x, reply->prove);
    } else {
        reply_done(x);
    }
}

static void
run_yes(struct exchange *x, struct contact *contact)
{
    (void)contact;
    ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_YES, NULL, proved);
}

static void
run_not_me(struct exchange *x, struct contact *contact)
{
    (void)contact;
    ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_NOT_ME, NULL, answered);
}

static void
answer_asked(struct exchange *x, struct contact *contact,
             Signup__ProveAnswer answer)
{
    const Signup__Asked *asked = find_asked(x, contact->holder.page);
    if (asked == NULL) {
        reply_as_it_is(x);
    } else {
        ask_prove(x, answer, &asked->number, answered);
    }
}

static void
run_add(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_ADD);
}

static void
run_same(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_SAME);
}

static void
run_refuse(struct exchange *x, struct contact *contact)
{
    answer_asked(x, contact, SIGNUP__PROVE_ANSWER__PROVE_REFUSE);
}

static void
run_other(struct exchange *x, struct contact *contact)
{
    const Signup__Member *member = find_member(x, contact->holder.page);
    if (member == NULL) {
        reply_as_it_is(x);
    } else {
        ask_prove(x, SIGNUP__PROVE_ANSWER__PROVE_OTHER_CONTACT, &member->number,
                  answered);
    }
}

/* ---- another number or address ---- */

/* It is shown again, with what was wrong. */
static void
reply_wrong(struct exchange *x, const char *why)
{
    struct contact *contact = x->state;
    char sentence[SHOW_SENTENCE_SIZE];
    (void)snprintf(contact->error, sizeof(contact->error), "%s",
                   show_sentence(why, sentence));
    contact->status = 400;
    contact_reply(x);
}

/* Whoever has the contact still sees who else is there. */
static void
changed(void *arg, enum err err, const char *detail, const Signup__Reply *reply)
{
    struct exchange *x = arg;
    struct contact *contact = x->state;
    if (err == ERR_BAD_REQUEST || err == ERR_CONFLICT) {
        bool is_said = detail != NULL && *detail != '\0';
        reply_wrong(x, is_said ? detail : "Check the number or email.");
        return;
    }
    if (!holder_answered(x, err)) {
        return;
    }
    if (reply->change_contact->n_members > 0) {
        reply_done(x);
        return;
    }
    char *path =
        mem_format("/find/%s?done=changed", contact->holder.about.campaign);
    char *cookie = session_end(contact->holder.about.campaign);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(cookie);
    free(path);
}

static void
run_change(struct exchange *x, struct contact *contact)
{
    const Signup__Member *member = find_member(x, contact->holder.page);
    (void)form_value(x, "contact", contact->typed, sizeof(contact->typed));
    if (member == NULL) {
        reply_as_it_is(x);
        return;
    }
    if (contact->typed[0] == '\0') {
        reply_wrong(x, "Write the new mobile number or email.");
        return;
    }
    Signup__Proof by;
    Signup__ChangeContact change = SIGNUP__CHANGE_CONTACT__INIT;
    change.campaign = contact->holder.about.campaign;
    change.by = page_proof(&contact->holder.link, &by);
    change.number = member->number;
    if (strchr(contact->typed, '@') != NULL) {
        change.email = contact->typed;
    } else {
        change.phone = contact->typed;
    }
    signup_ask_change_contact(x->gateway->signup, &change, changed, x);
}

/* ---- a place given back ---- */

static bool
has_place(const Signup__Member *member, const char *action)
{
    for (size_t i = 0; i < member->n_places; i++) {
        if (strcmp(member->places[i]->action, action) == 0) {
            return true;
        }
    }
    return false;
}

static void
run_give_back(struct exchange *x, struct contact *contact)
{
    char action[VALUE_SIZE];
    const Signup__Member *member = find_member(x, contact->holder.page);
    (void)form_value(x, "action", action, sizeof(action));
    if (member == NULL || !has_place(member, action)) {
        reply_as_it_is(x);
        return;
    }
    Signup__Cancel cancel = SIGNUP__CANCEL__INIT;
    cancel.campaign = contact->holder.about.campaign;
    cancel.number = member->number;
    cancel.action = action;
    signup_ask_cancel(x->gateway->signup, &cancel, answered, x);
}

/* ---- switches ---- */

static void
switch_set(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    struct contact *contact = x->state;
    contact->failed = err == ERR_NONE ? contact->failed : err;
    contact->open_asks--;
    if (contact->open_asks == 0 && is_done(x, contact->failed)) {
        reply_done(x);
    }
}

/* The link that the contact's holder would have for that member. */
static struct link
link_of(const struct holder *holder, const Signup__Member *member)
{
    struct link link = holder->link;
    if (member->proof != NULL) {
        link.number = member->proof->number;
        link.channel = (int)member->proof->channel;
        link.salt = (uint16_t)member->proof->salt;
    }
    return link;
}

static void
run_switches(struct exchange *x, struct contact *contact)
{
    struct switch_change changes[SWITCHES_MAX];
    const struct holder *holder = &contact->holder;
    const Signup__Member *member = find_member(x, holder->page);
    const char *form = exchange_form(x);
    size_t count = member == NULL || form == NULL
                       ? 0
                       : switches_read_changes(form, changes);
    if (count == 0) {
        reply_as_it_is(x);
        return;
    }
    const struct link own = link_of(holder, member);
    contact->open_asks = (int)count;
    for (size_t i = 0; i < count; i++) {
        page_set_consent(x, holder->about.actions->campaign,
                         &(struct page_consent){
                             .number = member->number,
                             .channel = changes[i].channel,
                             .purpose = changes[i].purpose,
                             .is_given = changes[i].is_on,
                             .by = &own,
                         },
                         switch_set);
    }
}

static void
run_start_texts(struct exchange *x, struct contact *contact)
{
    page_start_texts(x, contact->holder.about.campaign, &contact->holder.link,
                     answered);
}

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
    {"yes", true, run_yes},
    {"not-me", true, run_not_me},
    {"add", false, run_add},
    {"same", false, run_same},
    {"refuse", false, run_refuse},
    {"other", false, run_other},
    {"change", false, run_change},
    {"give-back", false, run_give_back},
    {"switches", false, run_switches},
    {"start-texts", false, run_start_texts},
    {"remember", false, run_remember},
};

static void
opened(struct exchange *x)
{
    struct contact *contact = x->state;
    if (contact->act->is_before_proof || contact->holder.page->is_proved) {
        contact->act->run(x, contact);
    } else {
        reply_as_it_is(x);
    }
}

static void
act(struct exchange *x, struct contact *contact)
{
    char name[VALUE_SIZE];
    (void)form_value(x, "do", name, sizeof(name));
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
    char name[VALUE_SIZE], key[VALUE_SIZE];
    bool is_end =
        strcmp(form_value(x, "do", name, sizeof(name)), "sign-out") == 0;
    if (!holder_by_cookie(x, &contact->holder)) {
        return;
    }
    (void)form_value(x, "key", key, sizeof(key));
    if (same_site_is_elsewhere(x) ||
        strcmp(key, contact->holder.session.key) != 0) {
        reply_problem_page(x, 403, "Nothing has changed", NOT_OF_OURS);
    } else if (is_end) {
        sign_out(x);
    } else {
        act(x, contact);
    }
}
