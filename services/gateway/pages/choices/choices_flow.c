/* choices_flow -- GET and POST /p/{token}: what we may send a person.
 *
 *   GET   link -> person_find -> reply_choices
 *   POST  link -> person_find -> save_choices -> consent_set for each
 *              channel that changes -> 303 to the page */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/choices/show_choices.h"
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
    person->campaign_number = person->link.campaign_number;
    person->number = person->link.number;
    person->what = "link";
    return page_answered(x, err, person->what);
}

static void
reply_choices(struct exchange *x, struct person *person,
              const Signup__Actions *about, const Signup__Supporter *supporter)
{
    (void)person;
    struct buf html;
    buf_init(&html, 0);
    show_choices(&html, &(struct show_choices){
                            .about = about,
                            .supporter = supporter,
                            .token = exchange_param(x, "token"),
                            .is_saved = exchange_query(x, "saved") != NULL,
                        });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

void
page_preferences(struct exchange *x)
{
    struct person *person = exchange_state(x, sizeof(*person));
    person->found = reply_choices;
    if (read_link(x, person)) {
        person_find(x, person);
    }
}

/* ---- saving ---- */

static bool
is_ticked(struct exchange *x, const char *name)
{
    const char *form = exchange_form(x);
    char value[8];
    return form != NULL &&
           http_form_value(form, name, 0, value, sizeof(value)) &&
           strcmp(value, "yes") == 0;
}

static void
reply_saved(struct exchange *x)
{
    char *location = mem_format("/p/%s?saved=yes", exchange_param(x, "token"));
    reply_redirect(x, location);
    free(location);
}

static void
consent_set(void *arg, enum err err, const char *detail,
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

/* What changes alone: a choice that stays keeps its older evidence. */
static void
save_choices(struct exchange *x, struct person *person,
             const Signup__Actions *about, const Signup__Supporter *supporter)
{
    const struct {
        Words__Channel channel;
        bool is_wanted;
    } choices[] = {
        {WORDS__CHANNEL__CHANNEL_SMS, is_ticked(x, "consent_sms")},
        {WORDS__CHANNEL__CHANNEL_EMAIL, is_ticked(x, "consent_email")},
    };
    for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
        bool has = show_has_consent(supporter, choices[i].channel);
        if (has != choices[i].is_wanted) {
            person->open_asks++;
            page_set_consent(x, about->campaign,
                             &(struct page_consent){
                                 .number = person->number,
                                 .channel = choices[i].channel,
                                 .is_given = choices[i].is_wanted,
                             },
                             consent_set);
        }
    }
    if (person->open_asks == 0) {
        reply_saved(x);
    }
}

void
page_preferences_save(struct exchange *x)
{
    struct person *person = exchange_state(x, sizeof(*person));
    person->found = save_choices;
    if (!read_link(x, person)) {
        return;
    }
    /* No ticks at all is a choice; no form at all is a mistake. */
    if (!is_ticked(x, "save")) {
        reply_problem_page(x, 400, "Nothing has changed",
                           "Please use the button on the page.");
        return;
    }
    person_find(x, person);
}
