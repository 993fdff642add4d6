/* show_choices -- what we may send a person, and their places. */
#include "services/gateway/pages/choices/show_choices.h"

#include <stdio.h>
#include <string.h>

#include "common/text/text.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"

extern const char html_preferences[], html_preferences_place[];

#define HINT_SIZE 320

static const struct {
    const char *words, *tone;
} states[] = {
    [WORDS__PLACE_STATE__PLACE_NONE] = {"No place", ""},
    [WORDS__PLACE_STATE__PLACE_CONFIRMED] = {"You have a place", "good"},
    [WORDS__PLACE_STATE__PLACE_WAITLISTED] = {"Waiting list", "wait"},
    [WORDS__PLACE_STATE__PLACE_OFFERED] = {"A place is offered", "wait"},
    [WORDS__PLACE_STATE__PLACE_CANCELLED] = {"Cancelled", "bad"},
};

static void
add_place(struct buf *to, const Signup__Actions *about,
          const Signup__Place *place)
{
    const Signup__Action *action = action_find(about, place->action);
    size_t state = (size_t)place->state;
    if (action == NULL || state >= VIEW_COUNT(states)) {
        return;
    }
    char when[LONDON_TEXT_SIZE];
    const struct template_field fields[] = {
        {"action", action->name},
        {"when", london_format(action->starts_at_ms, when)},
        {"tone", states[state].tone},
        {"state", states[state].words},
    };
    view_add(to, &(struct view){html_preferences_place, fields,
                                VIEW_COUNT(fields), NULL, 0});
}

bool
show_has_consent(const Signup__Supporter *supporter, Words__Channel channel)
{
    for (size_t i = 0; i < supporter->n_consents; i++) {
        const Signup__Consent *consent = supporter->consents[i];
        if (consent->channel == channel) {
            return !(consent->has_is_withdrawn && consent->is_withdrawn);
        }
    }
    return false;
}

static const char *
hint_of(const char *hint, const char *nothing, char to[HINT_SIZE])
{
    bool is_known = hint != NULL && hint[0] != '\0';
    snprintf(to, HINT_SIZE, "%s%s", is_known ? "to " : "",
             is_known ? hint : nothing);
    return to;
}

static void
add_notice(struct buf *to)
{
    const struct template_field fields[] = {
        {"tone", "good"},
        {"heading", "Saved"},
        {"text", "Your choices count from now on."},
    };
    view_add(to,
             &(struct view){html_banner, fields, VIEW_COUNT(fields), NULL, 0});
}

static void
add_choices(struct buf *to, const struct show_choices *choices,
            const struct buf *places, const struct buf *notice)
{
    const Signup__Campaign *campaign = choices->about->campaign;
    const Signup__Supporter *who = choices->supporter;
    const char *wording = campaign->consent_wording;
    bool by_sms = show_has_consent(who, WORDS__CHANNEL__CHANNEL_SMS);
    bool by_email = show_has_consent(who, WORDS__CHANNEL__CHANNEL_EMAIL);
    char phone[HINT_SIZE], email[HINT_SIZE];
    const struct template_field fields[] = {
        {"campaign", campaign->name},
        {"name", who->name},
        {"token", choices->token},
        {"consent_wording", wording ? wording : ""},
        {"sms_checked", by_sms ? "checked" : ""},
        {"email_checked", by_email ? "checked" : ""},
        {"sms_disabled", who->phone_hint ? "" : "disabled"},
        {"email_disabled", who->email_hint ? "" : "disabled"},
        {"phone_hint",
         hint_of(who->phone_hint, "We have no number for you.", phone)},
        {"email_hint",
         hint_of(who->email_hint, "We have no email for you.", email)},
    };
    const struct view_slot slots[] = {{"places", places}, {"notice", notice}};
    view_add(to, &(struct view){html_preferences, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
}

void
show_choices(struct buf *to, const struct show_choices *choices)
{
    struct buf main, places, notice;
    buf_init(&main, 0);
    buf_init(&places, 0);
    buf_init(&notice, 0);
    for (size_t i = 0; i < choices->supporter->n_places; i++) {
        add_place(&places, choices->about, choices->supporter->places[i]);
    }
    if (choices->is_saved) {
        add_notice(&notice);
    }
    add_choices(&main, choices, &places, &notice);
    view_add_page(to, &(struct view_page){"What we send you", &main, false});
    buf_fini(&notice);
    buf_fini(&places);
    buf_fini(&main);
}
