/* holder -- whoever holds a contact, as a link or a cookie says.
 *
 *   holder_open -> about_find -> ask_contact -> contact_opened -> opened */
#include "services/gateway/pages/ask/holder.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/notice.h"

#define LINK_GONE_TITLE "This link does not work any more"
#define LINK_GONE                                                              \
    "Perhaps the number or email is another now, or it was long ago. With "    \
    "your number or email you can open everything again."

static void ask_contact(struct exchange *x);

static void
prepare(struct holder *holder)
{
    holder->about.what = "link";
    holder->about.campaign_number = holder->link.campaign_number;
    holder->about.found = ask_contact;
}

bool
holder_by_link(struct exchange *x, struct holder *holder)
{
    const char *token = exchange_param(x, "token");
    enum err err = link_read(&x->gateway->link_key, token, &holder->link);
    if (err == ERR_NONE && holder->link.purpose != LINK_CONTACT) {
        err = ERR_NOT_FOUND;
    }
    if (!page_answered(x, err, "link")) {
        return false;
    }
    (void)snprintf(holder->post, sizeof(holder->post), "/y/%s", token);
    prepare(holder);
    return true;
}

static void
reply_ended(struct exchange *x, const char *campaign)
{
    char *path = mem_format("/find/%s?done=ended", campaign);
    char *cookie = session_end(campaign);
    reply_redirect_cookies(x, path, (const char *const *)&cookie, 1);
    free(cookie);
    free(path);
}

bool
holder_by_cookie(struct exchange *x, struct holder *holder)
{
    const char *campaign = exchange_param(x, "c");
    if (!session_read(x, campaign, &holder->session)) {
        reply_ended(x, campaign);
        return false;
    }
    holder->is_session = true;
    holder->link = holder->session.link;
    (void)snprintf(holder->post, sizeof(holder->post), "/my/%s", campaign);
    prepare(holder);
    return true;
}

void
holder_by_proof(const struct exchange *x, struct holder *holder,
                const Signup__Proof *proof)
{
    holder->link = (struct link){
        .purpose = LINK_SESSION,
        .number = proof->number,
        .channel = (int)proof->channel,
        .salt = (uint16_t)proof->salt,
    };
    prepare(holder);
    (void)snprintf(holder->about.campaign, sizeof(holder->about.campaign), "%s",
                   exchange_param(x, "c"));
}

static void
reply_link_gone(struct exchange *x, const char *campaign)
{
    struct buf html;
    char *path = mem_format("/find/%s", campaign);
    buf_init(&html, 0);
    show_notice_with(&html, LINK_GONE_TITLE, LINK_GONE,
                     &(struct show_way){path, "Find my tickets"});
    reply_html(x, 404, &html);
    buf_fini(&html);
    free(path);
}

bool
holder_answered(struct exchange *x, enum err err)
{
    const struct holder *holder = x->state;
    bool is_gone = err == ERR_NOT_FOUND || err == ERR_GONE;
    if (is_gone && holder->is_session) {
        reply_ended(x, holder->about.campaign);
    } else if (is_gone) {
        reply_link_gone(x, holder->about.campaign);
    } else {
        return page_answered(x, err, "link");
    }
    return false;
}

static void
contact_opened(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct holder *holder = x->state;
    if (holder_answered(x, err)) {
        holder->page = wire_copy(reply->open_contact);
        holder->opened(x);
    }
}

static void
ask_contact(struct exchange *x)
{
    struct holder *holder = x->state;
    Signup__Proof by;
    Signup__OpenContact open = SIGNUP__OPEN_CONTACT__INIT;
    open.campaign = holder->about.campaign;
    open.by = page_proof(&holder->link, &by);
    signup_ask_open_contact(x->gateway->signup, &open, contact_opened, x);
}

void
holder_open(struct exchange *x)
{
    about_find(x);
}

void
holder_fini(struct holder *holder)
{
    about_fini(&holder->about);
    wire_free(holder->page);
}
