/* show_live -- the frame of an action's live count; JavaScript fills it. */
#include "services/gateway/pages/live/show_live.h"

#include "services/gateway/pages/frame/view.h"

extern const char html_live[];

void
show_live(struct buf *to, const char *campaign, const char *action)
{
    const struct template_field fields[] = {
        {"campaign", campaign},
        {"action", action},
    };
    view_add_staff_page(
        to, "Live count",
        &(struct view){html_live, fields, VIEW_COUNT(fields), NULL, 0});
}
