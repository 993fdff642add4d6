/* show_member -- one of a contact's people: places, choices, acts. */
#include "services/gateway/pages/contact/show_member.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_contact_entry[], html_contact_member[],
    html_contact_place[], html_contact_ticket[], html_contact_give_back[],
    html_contact_asked[], html_contact_other[], html_contact_news[],
    html_contact_same[];

#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL

const char *
contact_handle(const struct crypto_key *key, uint32_t number,
               char to[CONTACT_HANDLE_SIZE])
{
    (void)snprintf(to, CONTACT_HANDLE_SIZE, "%016" PRIx64,
                   crypto_mac64(key, &number, sizeof(number)));
    return to;
}

const char *
show_contact_words(const struct show_contact *show,
                   char to[SHOW_CONTACT_WORDS_SIZE])
{
    const char *what = show->page->channel == SMS ? "number" : "email";
    char hint[SHOW_HINT_SIZE]; /* "": nothing is kept of it */
    (void)show_hint(show->page->hint, hint);
    (void)snprintf(to, SHOW_CONTACT_WORDS_SIZE, "your %s%s%s%s", what,
                   *hint != '\0' ? " (" : "", hint, *hint != '\0' ? ")" : "");
    return to;
}

/* ---- places ---- */

/* Whose place it is; handle "": shown, and not given back here. */
struct owner {
    uint32_t number;
    const char *name, *handle;
};

static const char *
code_of(const struct show_contact *show, uint32_t number, uint32_t action)
{
    for (size_t i = 0; i < show->ticket_count; i++) {
        const struct contact_ticket *ticket = &show->tickets[i];
        if (ticket->number == number && ticket->action_number == action) {
            return ticket->code;
        }
    }
    return "";
}

static void
add_ticket(struct buf *to, const struct show_contact *show,
           const struct owner *owner, const Signup__Action *action)
{
    const char *code = code_of(show, owner->number, action->number);
    if (*code == '\0') {
        return;
    }
    const struct template_field fields[] = {
        {"code", code},
        {"what", show->page->is_proved ? "the ticket" : "the slip"},
        {"action", action->name},
    };
    view_add(to, &(struct view){html_contact_ticket, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

static bool
may_give_back(const struct show_contact *show, const Signup__Action *action,
              Words__PlaceState state)
{
    bool is_open = slip_has_code(state) ||
                   state == WORDS__PLACE_STATE__PLACE_WAITLISTED ||
                   state == WORDS__PLACE_STATE__PLACE_OFFERED;
    return is_open && action->ends_at_ms > show->now_ms;
}

static void
add_give_back(struct buf *to, const struct show_contact *show,
              const struct owner *owner, const Signup__Action *action)
{
    const struct template_field fields[] = {
        {"post", show->post},      {"key", show->form_key},
        {"member", owner->handle}, {"action_id", action->id},
        {"action", action->name},  {"name", owner->name},
    };
    view_add(to, &(struct view){html_contact_give_back, fields,
                                VIEW_COUNT(fields), NULL, 0});
}

static void
add_place(struct buf *to, const struct show_contact *show,
          const struct owner *owner, const Signup__Place *place)
{
    const Signup__Action *action = action_find(show->about, place->action);
    if (action == NULL) {
        return;
    }
    struct buf ticket, give_back;
    buf_init(&ticket, 0);
    buf_init(&give_back, 0);
    if (slip_has_code(place->state)) {
        add_ticket(&ticket, show, owner, action);
    }
    if (*owner->handle != '\0' && may_give_back(show, action, place->state)) {
        add_give_back(&give_back, show, owner, action);
    }
    const struct show_state *state = show_state_at(action, place->state);
    char when[LONDON_TEXT_SIZE];
    const struct template_field fields[] = {
        {"action", action->name},
        {"when", london_format(action->starts_at_ms, when)},
        {"tone", state->tone},
        {"state", state->words},
        {"note", state->note},
    };
    const struct view_slot slots[] = {{"ticket", &ticket},
                                      {"give_back", &give_back}};
    view_add(to, &(struct view){html_contact_place, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&give_back);
    buf_fini(&ticket);
}

static void
add_places(struct buf *to, const struct show_contact *show,
           const struct owner *owner, Signup__Place *const *places,
           size_t count)
{
    if (count == 0) {
        buf_add_string(to, "<li>No places just now.</li>\n");
    }
    for (size_t i = 0; i < count; i++) {
        add_place(to, show, owner, places[i]);
    }
}

void
show_entry(struct buf *to, const struct show_contact *show,
           const Signup__Member *member)
{
    struct buf places;
    buf_init(&places, 0);
    const struct owner owner = {member->number, member->name, ""};
    add_places(&places, show, &owner, member->places, member->n_places);
    const struct template_field fields[] = {{"name", member->name}};
    const struct view_slot slots[] = {{"places", &places}};
    view_add(to, &(struct view){html_contact_entry, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&places);
}

/* ---- choices ---- */

/* The one question of the page: news that this contact's holder once turned
 * off, and nobody but them turns on. */
static void
add_news(struct buf *to, const struct show_contact *show,
         const Signup__Member *member, const char *handle)
{
    for (size_t i = 0; i < member->n_switches; i++) {
        const Signup__Switch *s = member->switches[i];
        if (s->purpose != WORDS__CLASS__CLASS_CAMPAIGN ||
            s->channel != show->page->channel || s->is_on ||
            !s->has_is_withdrawn || !s->is_withdrawn) {
            continue;
        }
        const char *wording = show->about->campaign->consent_wording;
        const struct template_field fields[] = {
            {"post", show->post},
            {"key", show->form_key},
            {"member", handle},
            {"field", s->channel == SMS ? "news_sms" : "news_email"},
            {"consent_wording", wording ? wording : ""},
            {"name", member->name},
        };
        view_add(to, &(struct view){html_contact_news, fields,
                                    VIEW_COUNT(fields), NULL, 0});
    }
}

static bool
has_switch_of(const Signup__Member *member, Words__Channel channel)
{
    for (size_t i = 0; i < member->n_switches; i++) {
        if (member->switches[i]->channel == channel) {
            return true;
        }
    }
    return false;
}

/* What is known of the other contact is shown where it was proved too: as
 * "theirs", no hint of it is theirs to read here. */
static void
add_switches(struct buf *to, const struct show_contact *show,
             const Signup__Member *member, const char *handle)
{
    const Signup__ContactPage *page = show->page;
    bool is_sms = page->channel == SMS;
    const char *other = has_switch_of(member, is_sms ? EMAIL : SMS)
                            ? "the other contact"
                            : NULL;
    const char *find = mem_format("/find/%s", show->about->campaign->id);
    show_switches(to, &(struct show_switches){
                          .post = show->post,
                          .find = find,
                          .member = handle,
                          .key = show->form_key,
                          .name = member->name,
                          .phone_hint = is_sms ? page->hint : other,
                          .email_hint = is_sms ? other : page->hint,
                          .campaign = show->about->campaign,
                          .switches = member->switches,
                          .count = member->n_switches,
                          .by = page->channel,
                          .has_stop = page->has_has_stop && page->has_stop,
                          .provider_stops = show->provider_stops,
                      });
    free((char *)find);
}

static void
add_other(struct buf *to, const struct show_contact *show,
          const Signup__Member *member, const char *handle)
{
    if (member->other_hint == NULL || member->other_hint[0] == '\0') {
        return;
    }
    char hint[SHOW_HINT_SIZE];
    const struct template_field fields[] = {
        {"post", show->post},
        {"key", show->form_key},
        {"member", handle},
        {"what", show->page->channel == SMS ? "The email" : "The number"},
        {"hint", show_hint(member->other_hint, hint)},
    };
    view_add(to, &(struct view){html_contact_other, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

/* ---- a member, whole ---- */

void
show_member(struct buf *to, const struct show_contact *show,
            const Signup__Member *member)
{
    struct buf places, news, other, switches;
    buf_init(&places, 0);
    buf_init(&news, 0);
    buf_init(&other, 0);
    buf_init(&switches, 0);
    char handle[CONTACT_HANDLE_SIZE];
    const struct owner owner = {
        member->number, member->name,
        contact_handle(show->key, member->number, handle)};
    add_places(&places, show, &owner, member->places, member->n_places);
    add_news(&news, show, member, handle);
    add_other(&other, show, member, handle);
    add_switches(&switches, show, member, handle);
    bool is_for_other = member->has_is_for_other && member->is_for_other;
    const struct template_field fields[] = {
        {"name", member->name},
        {"for_other", is_for_other ? "Signed up for somebody else. Messages "
                                     "that come here say for whom they are."
                                   : ""},
    };
    const struct view_slot slots[] = {{"places", &places},
                                      {"news", &news},
                                      {"other", &other},
                                      {"switches", &switches}};
    view_add(to, &(struct view){html_contact_member, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&switches);
    buf_fini(&other);
    buf_fini(&news);
    buf_fini(&places);
}

/* ---- also asked for ---- */

static const char *
name_of(const Signup__ContactPage *page, uint32_t number)
{
    for (size_t i = 0; i < page->n_members; i++) {
        if (page->members[i]->number == number) {
            return page->members[i]->name;
        }
    }
    return NULL;
}

/* What is asked about them, in a sentence. The caller frees. */
static char *
question_of(const struct show_contact *show, const Signup__Asked *asked,
            const char *like)
{
    char contact[SHOW_CONTACT_WORDS_SIZE];
    (void)show_contact_words(show, contact);
    bool is_proved_there =
        asked->other_hint != NULL && asked->other_hint[0] != '\0';
    char *from = is_proved_there
                     ? mem_format("They answered from %s.", asked->other_hint)
                     : mem_format("Somebody typed %s.", contact);
    char *words =
        like != NULL
            ? mem_format("%s Is this %s, who is here already?", from, like)
            : mem_format("%s Is this one of you?", from);
    free(from);
    return words;
}

static void
add_same(struct buf *to, const struct show_contact *show, const char *handle,
         const char *like)
{
    const struct template_field fields[] = {
        {"post", show->post},
        {"key", show->form_key},
        {"member", handle},
        {"like", like},
    };
    view_add(to, &(struct view){html_contact_same, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

void
show_asked(struct buf *to, const struct show_contact *show,
           const Signup__Asked *asked)
{
    struct buf places, same;
    buf_init(&places, 0);
    buf_init(&same, 0);
    char handle[CONTACT_HANDLE_SIZE];
    const struct owner owner = {asked->number, asked->name, ""};
    add_places(&places, show, &owner, asked->places, asked->n_places);
    (void)contact_handle(show->key, asked->number, handle);
    const char *like =
        asked->has_like ? name_of(show->page, asked->like) : NULL;
    if (like != NULL) {
        add_same(&same, show, handle, like);
    }
    char *words = question_of(show, asked, like);
    const struct template_field fields[] = {
        {"post", show->post},
        {"key", show->form_key},
        {"name", asked->name},
        {"member", handle},
        {"like", words},
        {"add_tone", like != NULL ? "quiet" : ""},
        {"beside", like != NULL ? ", somebody else" : ""},
    };
    const struct view_slot slots[] = {{"places", &places}, {"same", &same}};
    view_add(to, &(struct view){html_contact_asked, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    free(words);
    buf_fini(&same);
    buf_fini(&places);
}
