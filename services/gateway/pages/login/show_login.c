/* show_login -- where staff sign in. */
#include "services/gateway/pages/login/show_login.h"

#include "services/gateway/pages/frame/view.h"

extern const char html_login[];

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
