/* show_staff -- the skeletons of the staff's pages, and plain notices. */
#include "services/gateway/pages/frame/html.h"
#include "services/gateway/pages/frame/show.h"
#include "services/gateway/pages/frame/view.h"

void
show_login(struct buf *to, const Signup__Campaigns *campaigns)
{
    struct buf main, options;
    buf_init(&main, 0);
    buf_init(&options, 0);
    for (size_t i = 0; i < campaigns->n_campaigns; i++) {
        const struct template_field fields[] = {
            {"value", campaigns->campaigns[i]->id},
            {"label", campaigns->campaigns[i]->name},
            {"selected", ""},
        };
        view_add(&options, &(struct view){html_option, fields,
                                          VIEW_COUNT(fields), NULL, 0});
    }
    const struct view_slot slots[] = {{"campaigns", &options}};
    view_add(&main, &(struct view){html_login, NULL, 0, slots, 1});
    view_add_page(to, &(struct view_page){"Staff sign in", &main, false});
    buf_fini(&options);
    buf_fini(&main);
}

static void
add_staff_page(struct buf *to, const char *title, const struct view *view)
{
    struct buf main;
    buf_init(&main, 0);
    view_add(&main, view);
    view_add_page(to, &(struct view_page){title, &main, true});
    buf_fini(&main);
}

void
show_live(struct buf *to, const char *campaign, const char *action)
{
    const struct template_field fields[] = {
        {"campaign", campaign},
        {"action", action},
    };
    add_staff_page(
        to, "Live count",
        &(struct view){html_live, fields, VIEW_COUNT(fields), NULL, 0});
}

void
show_console(struct buf *to)
{
    add_staff_page(to, "Messages",
                   &(struct view){html_console, NULL, 0, NULL, 0});
}

void
show_outbox(struct buf *to)
{
    add_staff_page(to, "Outbox", &(struct view){html_outbox, NULL, 0, NULL, 0});
}

void
show_notice(struct buf *to, const char *heading, const char *text)
{
    struct buf main;
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"heading", heading},
        {"text", text},
        {"link", "/"},
        {"link_text", "See what is on"},
    };
    view_add(&main,
             &(struct view){html_notice, fields, VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){heading, &main, false});
    buf_fini(&main);
}
