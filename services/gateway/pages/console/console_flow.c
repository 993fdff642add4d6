/* console_flow -- GET /console: an empty frame; what it shows comes by the API,
 * which checks again who may see it. */
#include "services/gateway/door/reply.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/pages.h"

extern const char html_console[];

void
page_console(struct exchange *x)
{
    struct buf html;
    buf_init(&html, 0);
    view_add_staff_page(&html, "Messages",
                        &(struct view){html_console, NULL, 0, NULL, 0});
    reply_html(x, 200, &html);
    buf_fini(&html);
}
