/* show_choices -- what we may send a person, and their places. */
#include "services/gateway/pages/choices/show_choices.h"

#include <stdlib.h>

#include "common/text/text.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_preferences[], html_preferences_place[];

static void
add_place(struct buf *to, const Signup__Actions *about,
          const Signup__Place *place)
{
    const Signup__Action *action = action_find(about, place->action);
    if (action == NULL) {
        return;
    }
    const struct show_state *state = show_state_at(action, place->state);
    char when[LONDON_TEXT_SIZE];
    const struct template_field fields[] = {
        {"action", action->name},
        {"when", london_format(action->starts_at_ms, when)},
        {"tone", state->tone},
        {"state", state->words},
    };
    view_add(to, &(struct view){html_preferences_place, fields,
                                VIEW_COUNT(fields), NULL, 0});
}

struct slots {
    struct buf notice, stop, switches, places;
};

static void
fill_slots(struct slots *slots, const struct show_choices *choices)
{
    const Signup__Supporter *who = choices->supporter;
    char *post = mem_format("/p/%s", choices->token);
    char *find = mem_format("/find/%s", choices->about->campaign->id);
    const struct show_switches show = {
        .post = post,
        .find = find,
        .member = "",
        .key = "",
        .phone_hint = who->phone_hint,
        .email_hint = who->email_hint,
        .campaign = choices->about->campaign,
        .switches = who->switches,
        .count = who->n_switches,
        .by = choices->by,
        .has_stop = who->has_has_stop && who->has_stop,
        .provider_stops = choices->provider_stops,
    };
    if (choices->is_saved) {
        view_add_banner(&slots->notice, "good", "Saved",
                        "Your choices count from now on.");
    }
    if (show.has_stop) {
        show_stop_of_texts(&slots->stop, &show);
    }
    show_switches(&slots->switches, &show);
    for (size_t i = 0; i < who->n_places; i++) {
        add_place(&slots->places, choices->about, who->places[i]);
    }
    free(find);
    free(post);
}

void
show_choices(struct buf *to, const struct show_choices *choices)
{
    struct slots parts = {0};
    struct buf main;
    buf_init(&main, 0);
    fill_slots(&parts, choices);
    const struct template_field fields[] = {
        {"campaign", choices->about->campaign->name},
        {"campaign_id", choices->about->campaign->id},
        {"name", choices->supporter->name},
    };
    const struct view_slot slots[] = {{"notice", &parts.notice},
                                      {"stop", &parts.stop},
                                      {"switches", &parts.switches},
                                      {"places", &parts.places}};
    view_add(&main, &(struct view){html_preferences, fields, VIEW_COUNT(fields),
                                   slots, VIEW_COUNT(slots)});
    view_add_page(to, &(struct view_page){"What we send you", &main, false});
    buf_fini(&parts.notice);
    buf_fini(&parts.stop);
    buf_fini(&parts.switches);
    buf_fini(&parts.places);
    buf_fini(&main);
}
