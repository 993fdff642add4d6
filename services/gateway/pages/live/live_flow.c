/* live_flow -- GET /live/{c}/{a}: what it shows comes by the API, which
 * checks again who may see it. */
#include "services/gateway/door/reply.h"
#include "services/gateway/pages/live/show_live.h"
#include "services/gateway/pages/pages.h"

void
page_live(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    show_live(&html, exchange_param(x, "c"), exchange_param(x, "a"));
    reply_html(x, 200, &html);
    buf_fini(&html);
}
