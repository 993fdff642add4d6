/* staff_flow -- the pages that JavaScript fills: login, live, console, outbox.
 *
 * Who may see them is in routes.c; what they show comes by the API, which
 * checks again. */
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/show.h"

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

void
page_live(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    show_live(&html, exchange_param(x, "c"), exchange_param(x, "a"));
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_console(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    show_console(&html);
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_outbox(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    show_outbox(&html);
    reply_html(x, 200, &html);
    buf_fini(&html);
}
