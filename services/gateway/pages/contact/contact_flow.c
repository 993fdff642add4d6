/* contact_flow -- GET /y/{token} and GET /my/{c}: everything of one contact.
 *
 * Opening changes nothing: scanners of mail open links, and some press what
 * they find by script. Links are not used up.
 *
 *   link, or cookie -> holder_open -> contact_reply -> ticket_made for each
 *   place -> draw */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/contact/contact.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/pages.h"

struct contact_wish {
    struct exchange *x;
    struct contact_ticket *ticket;
};

static void
fini(void *state)
{
    struct contact *contact = state;
    free(contact->tickets);
    free(contact->wishes);
    holder_fini(&contact->holder);
}

struct contact *
contact_new(struct exchange *x)
{
    struct contact *contact = exchange_state_owning(x, sizeof(*contact), fini);
    contact->status = 200;
    return contact;
}

/* ---- drawing ---- */

static void
draw(struct exchange *x)
{
    const struct contact *contact = x->state;
    const struct holder *holder = &contact->holder;
    bool is_error = contact->error[0] != '\0';
    struct buf html;
    buf_init(&html, 0);
    show_contact(&html,
                 &(struct show_contact){
                     .about = holder->about.actions,
                     .page = holder->page,
                     .tickets = contact->tickets,
                     .ticket_count = contact->ticket_count,
                     .key = &x->gateway->page_key,
                     .post = holder->post,
                     .form_key = holder->is_session ? holder->session.key : "",
                     .done = exchange_query(x, "done"),
                     .is_not_me_first = exchange_query(x, "not-me") != NULL,
                     .may_remember = session_may_remember(x),
                     .is_session = holder->is_session,
                     .is_remembered = holder->session.is_remembered,
                     .provider_stops = x->gateway->provider_stops,
                     .now_ms = clock_wall_ms(),
                     .typed = contact->typed,
                     .error = is_error ? contact->error : NULL,
                 });
    reply_html(x, contact->status, &html);
    buf_fini(&html);
}

/* ---- the codes of its tickets ---- */

static void
ticket_made(void *arg, const char *code)
{
    const struct contact_wish *wish = arg;
    struct exchange *x = wish->x;
    struct contact *contact = x->state;
    (void)snprintf(wish->ticket->code, sizeof(wish->ticket->code), "%s", code);
    contact->tickets_open--;
    if (contact->tickets_open == 0) {
        draw(x);
    }
}

static size_t
count_places(const Signup__ContactPage *page)
{
    size_t count = 0;
    for (size_t i = 0; i < page->n_members; i++) {
        count += page->members[i]->n_places;
    }
    return count;
}

static void
ask_ticket(struct exchange *x, const Signup__Member *member,
           const Signup__Place *place)
{
    struct contact *contact = x->state;
    struct contact_ticket *ticket = &contact->tickets[contact->ticket_count];
    struct contact_wish *wish = &contact->wishes[contact->ticket_count++];
    ticket->number = member->number;
    ticket->action_number = place->action_number;
    *wish = (struct contact_wish){x, ticket};
    contact->tickets_open++;
    tickets_ask(x->gateway->tickets,
                &(struct ticket_wish){contact->holder.about.campaign_number,
                                      place->action_number, member->number,
                                      member->has_role ? member->role : 0},
                ticket_made, wish);
}

void
contact_reply(struct exchange *x)
{
    struct contact *contact = x->state;
    const Signup__ContactPage *page = contact->holder.page;
    size_t count = count_places(page) + 1;
    contact->tickets = mem_new_array(count, sizeof(*contact->tickets));
    contact->wishes = mem_new_array(count, sizeof(*contact->wishes));
    for (size_t i = 0; i < page->n_members; i++) {
        const Signup__Member *member = page->members[i];
        for (size_t p = 0; p < member->n_places; p++) {
            if (slip_has_code(member->places[p]->state)) {
                ask_ticket(x, member, member->places[p]);
            }
        }
    }
    if (contact->tickets_open == 0) {
        draw(x);
    }
}

/* ---- opening ---- */

void
page_contact(struct exchange *x)
{
    struct contact *contact = contact_new(x);
    contact->holder.opened = contact_reply;
    if (holder_by_link(x, &contact->holder)) {
        holder_open(x);
    }
}

void
page_my(struct exchange *x)
{
    struct contact *contact = contact_new(x);
    contact->holder.opened = contact_reply;
    if (holder_by_cookie(x, &contact->holder)) {
        holder_open(x);
    }
}
