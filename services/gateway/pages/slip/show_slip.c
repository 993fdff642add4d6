/* show_slip -- what a sign-up has brought, and what to do now.
 *
 * It says what was said when the form was answered, and nothing that has
 * become known since: whoever typed a contact learns no more of it. */
#include "services/gateway/pages/slip/show_slip.h"

#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_slip[], html_slip_place[], html_slip_name[],
    html_slip_stub[], html_slip_note[], html_slip_outbox[];

/* ---- one place ---- */

struct words {
    const char *tone, *state, *text;
};

static const struct words states[] = {
    [WORDS__PLACE_STATE__PLACE_NONE] = {"bad", "No place", ""},
    [WORDS__PLACE_STATE__PLACE_CONFIRMED] = {"good", "You have a place", ""},
    [WORDS__PLACE_STATE__PLACE_TWIN] = {"good", "You have a place", ""},
    [WORDS__PLACE_STATE__PLACE_WAITLISTED] =
        {"wait", "On the waiting list",
         "It is full. We will tell you when a place comes free."},
    [WORDS__PLACE_STATE__PLACE_HELD] =
        {"wait", "Kept for you until you confirm",
         "Please confirm within half an hour of our message. After that "
         "somebody else may have it."},
    [WORDS__PLACE_STATE__PLACE_ASKED] =
        {"wait", "Full or being confirmed",
         "It is yours when you confirm, if one is left. Else you join the "
         "waiting list."},
};

static const struct words *
words_of(const Signup__Action *action, Words__PlaceState state)
{
    static const struct words asks_full = {
        "wait", "Full just now", "Confirm, and you join the waiting list."};
    size_t i = (size_t)state;
    if (state == WORDS__PLACE_STATE__PLACE_ASKED && show_is_full(action)) {
        return &asks_full;
    }
    bool is_known = i < VIEW_COUNT(states) && states[i].tone != NULL;
    return &states[is_known ? i : 0];
}

static void
add_stub(struct buf *to, const struct show_slip *show,
         const Signup__Action *action, const char *code)
{
    char spaced[SHOW_CODE_SIZE];
    const struct template_field fields[] = {
        {"campaign_id", show->about->campaign->id},
        {"action", action->name},
        {"action_id", action->id},
        {"code", code},
        {"code_spaced", show_code(code, spaced)},
        {"remember", show->slip->is_vouched ? "no" : "yes"},
    };
    if (*code != '\0') {
        view_add(to, &(struct view){html_slip_stub, fields, VIEW_COUNT(fields),
                                    NULL, 0});
    }
}

static void
add_name(struct buf *to, const struct show_slip *show)
{
    if (show->typed != NULL) {
        const struct template_field fields[] = {{"name", show->typed->name}};
        view_add(to, &(struct view){html_slip_name, fields, 1, NULL, 0});
    }
}

static void
add_place(struct buf *to, const struct show_slip *show, size_t i)
{
    const struct slip_place *place = &show->slip->places[i];
    const Signup__Action *action =
        action_find_number(show->about, place->action_number);
    if (action == NULL) {
        return;
    }
    const struct words *words = words_of(action, place->state);
    struct buf name, stub;
    buf_init(&name, 0);
    buf_init(&stub, 0);
    add_name(&name, show);
    add_stub(&stub, show, action, show->codes[i]);
    char when[LONDON_TEXT_SIZE], iso[CLOCK_TEXT_SIZE];
    const struct template_field fields[] = {
        {"campaign", show->about->campaign->name},
        {"action", action->name},
        {"tone", words->tone},
        {"state", words->state},
        {"state_text", words->text},
        {"when", london_format(action->starts_at_ms, when)},
        {"starts_at", clock_format(action->starts_at_ms, iso)},
        {"place", action->place ? action->place : "We will tell you"},
    };
    const struct view_slot slots[] = {{"name", &name}, {"stub", &stub}};
    view_add(to, &(struct view){html_slip_place, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&name);
    buf_fini(&stub);
}

/* ---- what to do now ---- */

struct next {
    const char *tone, *heading, *channel; /* channel: "a text"; NULL: none */
    const char *to;                       /* what was typed; "": not known */
};

static struct next
next_of(const struct show_slip *show)
{
    const struct slip_typed *typed = show->typed;
    if (show->slip->is_vouched) {
        return (struct next){"good", "You are on the list", NULL, ""};
    }
    if (show->slip->confirms_by == WORDS__CHANNEL__CHANNEL_SMS) {
        return (struct next){"wait", "Now look at your texts", "a text",
                             typed ? typed->phone : ""};
    }
    if (show->slip->confirms_by == WORDS__CHANNEL__CHANNEL_EMAIL) {
        return (struct next){"wait", "Now look at your email", "an email",
                             typed ? typed->email : ""};
    }
    return (struct next){"good", "You are on the list", NULL, ""};
}

/* Whoever cannot be written to has this page alone. */
static char *
next_text(const struct show_slip *show, const struct next *next)
{
    if (next->channel != NULL) {
        return mem_format(
            "We are sending %s%s%s. Open the link in it and press “Yes, that’s "
            "me”. Until then we do not know that you can be reached.",
            next->channel, *next->to == '\0' ? "" : " to ", next->to);
    }
    return mem_copy_string(show->slip->is_vouched
                               ? "There is nothing to confirm now."
                               : "We cannot send you the ticket, so keep this "
                                 "page: print it, take "
                                 "a picture of it, or write the code down.");
}

static const char *
more_text(const struct show_slip *show)
{
    bool is_mail = show->slip->confirms_by == WORDS__CHANNEL__CHANNEL_EMAIL;
    bool is_text = show->slip->confirms_by == WORDS__CHANNEL__CHANNEL_SMS;
    if (show->slip->is_vouched) {
        return is_mail   ? "The ticket comes by email, too."
               : is_text ? "The ticket comes by text, too."
                         : "Somebody may ring you if anything changes.";
    }
    return is_mail ? "Nothing there after a few minutes? Look among the junk "
                     "mail."
           : is_text
               ? "Nothing there after a few minutes? Look whether the number "
                 "is right."
               : "Somebody may ring you if anything changes.";
}

static void
add_note(struct buf *to, const char *text)
{
    const struct template_field fields[] = {{"text", text}};
    view_add(to, &(struct view){html_slip_note, fields, 1, NULL, 0});
}

static void
add_notes(struct buf *to, const struct show_slip *show)
{
    if (show->slip->count > 0) {
        add_note(to, "Show this page at the gate. A picture of it works too.");
    }
    if (!show->slip->is_vouched) {
        add_note(to, "Is something wrong? Go back, put it right and send it "
                     "again: it still counts once.");
    }
    if (show->slip->is_for_other) {
        add_note(to, "What we write about this place comes to you, and begins "
                     "“For” and the name.");
    }
    if (show->slip->count == 0) {
        add_note(to, "News comes once you have confirmed.");
    }
}

static void
add_outbox(struct buf *to, const struct show_slip *show)
{
    const struct template_field fields[] = {
        {"campaign_id", show->about->campaign->id}};
    if (show->is_outbox_only && show->slip->confirms_by != 0) {
        view_add(to, &(struct view){html_slip_outbox, fields, 1, NULL, 0});
    }
}

/* ---- the page ---- */

static char *
heading_of(const struct show_slip *show)
{
    const struct slip_typed *typed = show->typed;
    if (typed == NULL || *typed->name == '\0') {
        return mem_copy_string("Thank you. You are signed up.");
    }
    return show->slip->is_for_other
               ? mem_format("Thank you. %s is signed up.", typed->name)
               : mem_format("Thank you, %s.", typed->name);
}

static void
add_page(struct buf *main, const struct show_slip *show,
         const struct view_slot *slots, size_t slot_count)
{
    struct next next = next_of(show);
    char *heading = heading_of(show), *text = next_text(show, &next);
    const struct template_field fields[] = {
        {"heading", heading},
        {"tone", next.tone},
        {"next_heading", next.heading},
        {"next_text", text},
        {"more_text", more_text(show)},
        {"campaign_id", show->about->campaign->id},
    };
    view_add(main, &(struct view){html_slip, fields, VIEW_COUNT(fields), slots,
                                  slot_count});
    free(heading);
    free(text);
}

void
show_slip(struct buf *to, const struct show_slip *show)
{
    struct buf main, places, notes, outbox;
    buf_init(&main, 0);
    buf_init(&places, 0);
    buf_init(&notes, 0);
    buf_init(&outbox, 0);
    for (size_t i = 0; i < show->slip->count; i++) {
        add_place(&places, show, i);
    }
    add_notes(&notes, show);
    add_outbox(&outbox, show);
    const struct view_slot slots[] = {
        {"places", &places}, {"notes", &notes}, {"outbox", &outbox}};
    add_page(&main, show, slots, VIEW_COUNT(slots));
    view_add_page(to, &(struct view_page){"You are signed up", &main, false});
    buf_fini(&main);
    buf_fini(&places);
    buf_fini(&notes);
    buf_fini(&outbox);
}
