/* show_ticket -- the ticket: what, when, where, the QR and the code.
 *
 * A slip is the ticket of an entry that is not confirmed yet: it says so in
 * words, and shows nothing but that entry. */
#include "services/gateway/pages/ticket/show_ticket.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_ticket[], html_ticket_waiting[];

static Words__PlaceState
state_of(const struct show_ticket *ticket)
{
    const Signup__Supporter *supporter = ticket->supporter;
    for (size_t i = 0; i < supporter->n_places; i++) {
        const Signup__Place *place = supporter->places[i];
        if (strcmp(place->action, ticket->action->id) == 0) {
            return show_place_state(ticket->action, place->state);
        }
    }
    return WORDS__PLACE_STATE__PLACE_NONE;
}

/* What stands over the ticket; "" tone: all is well. */
static const struct {
    Words__PlaceState state;
    const char *tone, *heading, *text, *qr;
} banners[] = {
    {WORDS__PLACE_STATE__PLACE_HELD, "wait", "A place is kept for you",
     "It is yours when you confirm. Open the message we sent you, and press "
     "the button \xe2\x80\x9cYes, that\xe2\x80\x99s me\xe2\x80\x9d.",
     "QR code of your slip. A steward scans it at the gate."},
    {WORDS__PLACE_STATE__PLACE_ASKED, "wait", "You do not have a place yet",
     "Open the message we sent you, and press the button "
     "\xe2\x80\x9cYes, that\xe2\x80\x99s me\xe2\x80\x9d.",
     "QR code of your slip. It does not let you in yet."},
    {WORDS__PLACE_STATE__PLACE_CONFIRMED, "", "You have a place",
     "This is your ticket: keep it, or take a picture of it.",
     "QR code of your ticket. A steward scans it at the gate."},
};

static void
add_ticket(struct buf *to, const struct show_ticket *ticket,
           Words__PlaceState state)
{
    const Signup__Action *action = ticket->action;
    size_t b = 0;
    while (b + 1 < VIEW_COUNT(banners) && banners[b].state != state) {
        b++;
    }
    char when[LONDON_TEXT_SIZE], iso[CLOCK_TEXT_SIZE], spaced[SHOW_CODE_SIZE];
    /* What becomes of it comes before what to do. */
    bool is_asked = state == WORDS__PLACE_STATE__PLACE_ASKED;
    char *text =
        mem_format("%s%s%s", is_asked ? show_state_at(action, state)->note : "",
                   is_asked ? " " : "", banners[b].text);
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
        {"tone", banners[b].tone},
        {"heading", banners[b].heading},
        {"text", text},
        {"qr", banners[b].qr},
    };
    view_add(to,
             &(struct view){html_ticket, fields, VIEW_COUNT(fields), NULL, 0});
    free(text);
}

static void
add_waiting(struct buf *to, const struct show_ticket *ticket,
            Words__PlaceState state)
{
    bool is_cancelled = state == WORDS__PLACE_STATE__PLACE_CANCELLED;
    const struct template_field fields[] = {
        {"campaign", ticket->campaign->name},
        {"campaign_id", ticket->campaign->id},
        {"action", ticket->action->name},
        {"heading", is_cancelled ? "This place was given back"
                                 : "You do not have a place yet"},
        {"text", is_cancelled
                     ? "This ticket does not let you in any more. You can "
                       "sign up again."
                     : "If you are on the waiting list, we tell you when a "
                       "place comes free. You do not need to do anything."},
    };
    view_add(to, &(struct view){html_ticket_waiting, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

void
show_ticket(struct buf *to, const struct show_ticket *ticket)
{
    struct buf main;
    Words__PlaceState state = state_of(ticket);
    bool is_slip = state == WORDS__PLACE_STATE__PLACE_HELD ||
                   state == WORDS__PLACE_STATE__PLACE_ASKED;
    buf_init(&main, 0);
    if (slip_has_code(state)) {
        add_ticket(&main, ticket, state);
    } else {
        add_waiting(&main, ticket, state);
    }
    view_add_page(to, &(struct view_page){is_slip ? "Your slip" : "Your ticket",
                                          &main, false});
    buf_fini(&main);
}
