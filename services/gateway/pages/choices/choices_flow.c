/* choices_flow -- GET and POST /p/{token}: what we may send a person.
 *
 *   GET   link -> person_find -> reply_choices
 *   POST  link -> person_find -> save_choices -> choice_set for each switch
 *              that the form changed -> 303 to the page
 *                           or -> start_texts -> 303 */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/choices/show_choices.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/pages.h"

/* False: it has replied. */
static bool
read_link(struct exchange *x, struct person *person)
{
    enum err err = link_read(&x->gateway->link_key, exchange_param(x, "token"),
                             &person->link);
    if (err == ERR_NONE && person->link.purpose != LINK_PREFERENCES) {
        err = ERR_NOT_FOUND;
    }
    person->about.campaign_number = person->link.campaign_number;
    person->number = person->link.number;
    return page_answered(x, err, "link");
}

static void
reply_choices(struct exchange *x, struct person *person,
              const Signup__Actions *about, const Signup__Supporter *supporter)
{
    struct buf html;
    buf_init(&html, 0);
    show_choices(&html, &(struct show_choices){
                            .about = about,
                            .supporter = supporter,
                            .token = exchange_param(x, "token"),
                            .by = (Words__Channel)person->link.channel,
                            .provider_stops = x->gateway->provider_stops,
                            .is_saved = exchange_query(x, "saved") != NULL,
                        });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_preferences(struct exchange *x)
{
    struct person *person = person_new(x, "link", reply_choices);
    if (read_link(x, person)) {
        person_find(x);
    }
}

/* ---- saving ---- */

static void
reply_saved(struct exchange *x)
{
    char *location = mem_format("/p/%s?saved=yes", exchange_param(x, "token"));
    reply_redirect(x, location);
    free(location);
}

static void
choice_set(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    struct person *person = x->state;
    person->failed = err == ERR_NONE ? person->failed : err;
    person->open_asks--;
    if (person->open_asks == 0 && page_answered(x, person->failed, "link")) {
        reply_saved(x);
    }
}

/* What the form changed alone: a choice that stays keeps its older evidence,
 * and a tab of yesterday does not undo what was chosen since. */
static void
save_choices(struct exchange *x, struct person *person,
             const Signup__Actions *about, const Signup__Supporter *supporter)
{
    (void)supporter;
    struct switch_change changes[SWITCHES_MAX];
    size_t count = switches_read_changes(exchange_form(x), changes);
    person->open_asks = (int)count;
    for (size_t i = 0; i < count; i++) {
        page_set_consent(x, about->campaign,
                         &(struct page_consent){
                             .number = person->number,
                             .channel = changes[i].channel,
                             .purpose = changes[i].purpose,
                             .is_given = changes[i].is_on,
                             .by = &person->link,
                         },
                         choice_set);
    }
    if (count == 0) {
        reply_saved(x);
    }
}

static void
start_texts(struct exchange *x, struct person *person,
            const Signup__Actions *about, const Signup__Supporter *supporter)
{
    (void)supporter;
    person->open_asks = 1;
    page_start_texts(x, about->campaign->id, &person->link, choice_set);
}

void
page_preferences_save(struct exchange *x)
{
    struct person *person = person_new(x, "link", save_choices);
    char act[16];
    const char *form = exchange_form(x);
    if (!read_link(x, person)) {
        return;
    }
    /* No ticks at all is a choice; no form at all is a mistake. */
    bool has_act =
        form != NULL && http_form_value(form, "do", 0, act, sizeof(act));
    if (has_act && strcmp(act, "switches") == 0) {
        person_find(x);
    } else if (has_act && strcmp(act, "start-texts") == 0) {
        person->found = start_texts;
        person_find(x);
    } else {
        reply_problem_page(x, 400, "Nothing has changed",
                           "Please use the button on the page.");
    }
}
