/* act_member -- what whoever holds a contact changes of one of its people: the
 * contact itself, a place, what we may send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/contact/act.h"
#include "services/gateway/pages/frame/words.h"

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
        act_reply_done(x);
        return;
    }
    char *path =
        mem_format("/find/%s?done=changed", contact->holder.about.campaign);
    char *cookie = session_end(contact->holder.about.campaign);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(cookie);
    free(path);
}

void
act_change(struct exchange *x, struct contact *contact)
{
    const Signup__Member *member = act_find_member(x, contact->holder.page);
    (void)act_value(x, "contact", contact->typed, sizeof(contact->typed));
    if (member == NULL) {
        act_reply_as_it_is(x);
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

void
act_give_back(struct exchange *x, struct contact *contact)
{
    char action[ACT_VALUE_SIZE];
    const Signup__Member *member = act_find_member(x, contact->holder.page);
    (void)act_value(x, "action", action, sizeof(action));
    if (member == NULL || !has_place(member, action)) {
        act_reply_as_it_is(x);
        return;
    }
    Signup__Cancel cancel = SIGNUP__CANCEL__INIT;
    cancel.campaign = contact->holder.about.campaign;
    cancel.number = member->number;
    cancel.action = action;
    signup_ask_cancel(x->gateway->signup, &cancel, act_answered, x);
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
    if (contact->open_asks == 0 && act_is_done(x, contact->failed)) {
        act_reply_done(x);
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

void
act_switches(struct exchange *x, struct contact *contact)
{
    struct switch_change changes[SWITCHES_MAX];
    const struct holder *holder = &contact->holder;
    const Signup__Member *member = act_find_member(x, holder->page);
    const char *form = exchange_form(x);
    size_t count = member == NULL || form == NULL
                       ? 0
                       : switches_read_changes(form, changes);
    if (count == 0) {
        act_reply_as_it_is(x);
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

void
act_start_texts(struct exchange *x, struct contact *contact)
{
    page_start_texts(x, contact->holder.about.campaign, &contact->holder.link,
                     act_answered);
}
