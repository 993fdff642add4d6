/* login_flow -- GET /login: where staff sign in; JavaScript does it. */
#include "services/gateway/door/reply.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/login/show_login.h"
#include "services/gateway/pages/pages.h"

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "page")) {
        return;
    }
    struct buf html;
    buf_init(&html, 0);
    show_login(&html, reply->list_campaigns);
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_login(struct exchange *x)
{
    page_ask_campaigns(x, campaigns_listed);
}
