/* show_here -- self check-in at a gate: type the code, and you are in. */
#include "services/gateway/pages/here/show_here.h"

#include "services/gateway/pages/frame/view.h"

extern const char html_here[], html_here_done[];

static void
add_error(struct buf *to, const char *error)
{
    struct buf items;
    buf_init(&items, 0);
    const struct template_field item[] = {{"field", "code"}, {"detail", error}};
    view_add(&items, &(struct view){html_errors_item, item, 2, NULL, 0});
    const struct template_field fields[] = {{"heading", "Please check"}};
    const struct view_slot slots[] = {{"items", &items}};
    view_add(to, &(struct view){html_errors, fields, 1, slots, 1});
    buf_fini(&items);
}

void
show_here(struct buf *to, const struct show_here *here)
{
    struct buf main, errors;
    buf_init(&main, 0);
    buf_init(&errors, 0);
    if (here->error != NULL) {
        add_error(&errors, here->error);
    }
    const struct template_field fields[] = {
        {"campaign_id", here->campaign},
        {"action_id", here->action->id},
        {"action", here->action->name},
        {"gate_id", here->gate->id},
        {"gate", here->gate->name},
        {"scan_id", here->scan_id},
        {"code_value", here->code},
        {"code_error", here->error ? here->error : ""},
        {"code_invalid", here->error ? "true" : "false"},
    };
    const struct view_slot slots[] = {{"errors", &errors}};
    view_add(&main, &(struct view){html_here, fields, VIEW_COUNT(fields), slots,
                                   VIEW_COUNT(slots)});
    view_add_page(to, &(struct view_page){"Check in", &main, false});
    buf_fini(&errors);
    buf_fini(&main);
}

void
show_here_done(struct buf *to, const struct show_here *here, bool was_present)
{
    struct buf main;
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"heading", "You are in"},
        {"action", here->action->name},
        {"gate", here->gate->name},
        {"text", was_present ? "You were checked in already. That is fine: "
                               "you are counted once."
                             : "Thank you for coming. You are counted."},
    };
    view_add(&main, &(struct view){html_here_done, fields, VIEW_COUNT(fields),
                                   NULL, 0});
    view_add_page(to, &(struct view_page){"You are in", &main, false});
    buf_fini(&main);
}
