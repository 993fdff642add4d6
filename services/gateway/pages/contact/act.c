/* act -- what the acts of a contact's page share. */
#include "services/gateway/pages/contact/act.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

/* ---- what the form says ---- */

const char *
act_value(struct exchange *x, const char *name, char *to, size_t size)
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

const Signup__Member *
act_find_member(struct exchange *x, const Signup__ContactPage *page)
{
    char handle[ACT_VALUE_SIZE];
    (void)act_value(x, "member", handle, sizeof(handle));
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

const Signup__Asked *
act_find_asked(struct exchange *x, const Signup__ContactPage *page)
{
    char handle[ACT_VALUE_SIZE];
    (void)act_value(x, "member", handle, sizeof(handle));
    for (size_t i = 0; i < page->n_asked; i++) {
        if (is_handle_of(x, handle, page->asked[i]->number)) {
            return page->asked[i];
        }
    }
    return NULL;
}

/* ---- how it ends ---- */

void
act_reply_done(struct exchange *x)
{
    const struct contact *contact = x->state;
    char *path =
        mem_format("%s?done=%s", contact->holder.post, contact->act->name);
    reply_redirect(x, path);
    free(path);
}

void
act_reply_as_it_is(struct exchange *x)
{
    const struct contact *contact = x->state;
    reply_redirect(x, contact->holder.post);
}

bool
act_is_done(struct exchange *x, enum err err)
{
    if (err == ERR_CONFLICT) {
        act_reply_as_it_is(x);
        return false;
    }
    return holder_answered(x, err);
}

void
act_answered(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    if (act_is_done(x, err)) {
        act_reply_done(x);
    }
}
