/* outbox_flow -- GET /outbox: an empty frame; what it shows comes by the API,
 * which checks again who may see it. */
#include "services/gateway/door/reply.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/pages.h"

extern const char html_outbox[];

void
page_outbox(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    view_add_staff_page(&html, "Outbox",
                        &(struct view){html_outbox, NULL, 0, NULL, 0});
    reply_html(x, 200, &html);
    buf_fini(&html);
}
