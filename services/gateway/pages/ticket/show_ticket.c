/* show_ticket -- the ticket: what, when, where, the QR and the code. */
#include "services/gateway/pages/ticket/show_ticket.h"

#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_ticket[], html_ticket_waiting[];

static bool
has_confirmed_place(const struct show_ticket *ticket)
{
    const Signup__Supporter *supporter = ticket->supporter;
    for (size_t i = 0; i < supporter->n_places; i++) {
        const Signup__Place *place = supporter->places[i];
        if (strcmp(place->action, ticket->action->id) == 0) {
            return place->state == WORDS__PLACE_STATE__PLACE_CONFIRMED;
        }
    }
    return false;
}

static void
add_ticket(struct buf *to, const struct show_ticket *ticket)
{
    const Signup__Action *action = ticket->action;
    char when[LONDON_TEXT_SIZE], iso[CLOCK_TEXT_SIZE], spaced[SHOW_CODE_SIZE];
    const struct template_field fields[] = {
        {"campaign", ticket->campaign->name},
        {"campaign_id", ticket->campaign->id},
        {"action", action->name},
        {"action_id", action->id},
        {"name", ticket->supporter->name},
        {"when", london_format(action->starts_at_ms, when)},
        {"starts_at", clock_format(action->starts_at_ms, iso)},
        {"place", action->place ? action->place : "We will tell you"},
        {"code", ticket->code},
        {"code_spaced", show_code(ticket->code, spaced)},
    };
    view_add(to,
             &(struct view){html_ticket, fields, VIEW_COUNT(fields), NULL, 0});
}

static void
add_waiting(struct buf *to, const struct show_ticket *ticket)
{
    const struct template_field fields[] = {
        {"campaign", ticket->campaign->name},
        {"action", ticket->action->name},
    };
    view_add(to, &(struct view){html_ticket_waiting, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

void
show_ticket(struct buf *to, const struct show_ticket *ticket)
{
    struct buf main;
    buf_init(&main, 0);
    if (has_confirmed_place(ticket)) {
        add_ticket(&main, ticket);
    } else {
        add_waiting(&main, ticket);
    }
    view_add_page(to, &(struct view_page){"Your ticket", &main, false});
    buf_fini(&main);
}
