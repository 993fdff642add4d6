/* show_home -- every campaign with what one can come to. */
#include "services/gateway/pages/home/show_home.h"

#include <stdlib.h>

#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"

extern const char html_home[], html_home_action[], html_home_campaign[];

void
show_home_part(struct buf *to, const Signup__Actions *about, int64_t now_ms)
{
    const Signup__Campaign *campaign = about->campaign;
    struct buf actions;
    buf_init(&actions, 0);
    size_t count;
    const Signup__Action **coming = show_coming(about, now_ms, &count);
    for (size_t i = 0; i < count; i++) {
        show_action(&actions, html_home_action, campaign->id, coming[i], false);
    }
    free(coming);
    const struct template_field fields[] = {
        {"id", campaign->id},
        {"name", campaign->name},
        {"summary", campaign->summary ? campaign->summary : ""},
    };
    const struct view_slot slots[] = {{"actions", &actions}};
    view_add(to, &(struct view){html_home_campaign, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&actions);
}

void
show_home(struct buf *to, const struct buf *parts)
{
    struct buf main;
    buf_init(&main, 0);
    const struct view_slot slots[] = {{"campaigns", parts}};
    view_add(&main, &(struct view){html_home, NULL, 0, slots, 1});
    view_add_page(to, &(struct view_page){"Come to something", &main, false});
    buf_fini(&main);
}
