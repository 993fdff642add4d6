/* show_contact -- what whoever holds a contact sees: /y/{token}, /my/{c}. */
#include "services/gateway/pages/contact/show_contact.h"

#include <stdlib.h>
#include <string.h>

#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/contact/show_member.h"
#include "services/gateway/pages/frame/view.h"

extern const char html_contact[], html_contact_ask[], html_contact_yes[],
    html_contact_no[], html_contact_refused[], html_contact_remember[],
    html_contact_remember_form[], html_contact_sign_out[],
    html_contact_change[], html_contact_who[];

/* ---- before the proof ---- */

static void
add_yes(struct buf *to, const struct show_contact *show, const char *contact)
{
    struct buf remember;
    buf_init(&remember, 0);
    if (show->may_remember) {
        buf_add_string(&remember, html_contact_remember);
    }
    const struct template_field fields[] = {{"post", show->post},
                                            {"contact", contact}};
    const struct view_slot slots[] = {{"remember", &remember}};
    view_add(to, &(struct view){html_contact_yes, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&remember);
}

static void
add_no(struct buf *to, const struct show_contact *show, const char *contact)
{
    const struct template_field fields[] = {{"post", show->post},
                                            {"contact", contact}};
    view_add(to, &(struct view){html_contact_no, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

static void
show_ask(struct buf *to, const struct show_contact *show)
{
    struct buf main, members, yes, no;
    char contact[SHOW_CONTACT_WORDS_SIZE];
    buf_init(&main, 0);
    buf_init(&members, 0);
    buf_init(&yes, 0);
    buf_init(&no, 0);
    for (size_t i = 0; i < show->page->n_members; i++) {
        show_entry(&members, show, show->page->members[i]);
    }
    (void)show_contact_words(show, contact);
    add_yes(&yes, show, contact);
    add_no(&no, show, contact);
    const char *heading =
        show->is_not_me_first ? "Was this not you?" : "Is this you?";
    const struct template_field fields[] = {
        {"campaign", show->about->campaign->name},
        {"heading", heading},
        {"contact", contact},
    };
    const struct view_slot slots[] = {
        {"members", &members},
        {"first", show->is_not_me_first ? &no : &yes},
        {"second", show->is_not_me_first ? &yes : &no},
    };
    view_add(&main, &(struct view){html_contact_ask, fields, VIEW_COUNT(fields),
                                   slots, VIEW_COUNT(slots)});
    view_add_page(to, &(struct view_page){heading, &main, false});
    buf_fini(&no);
    buf_fini(&yes);
    buf_fini(&members);
    buf_fini(&main);
}

static void
show_refused(struct buf *to, const struct show_contact *show)
{
    struct buf main;
    char contact[SHOW_CONTACT_WORDS_SIZE];
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"campaign", show->about->campaign->name},
        {"campaign_id", show->about->campaign->id},
        {"contact", show_contact_words(show, contact)},
    };
    view_add(&main, &(struct view){html_contact_refused, fields,
                                   VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){"You said: not me", &main, false});
    buf_fini(&main);
}

/* ---- after it ---- */

static const struct {
    const char *done, *heading, *text;
} notices[] = {
    {"yes", "Thank you. It is confirmed", "Here is all we have for you."},
    {"same", "One and the same", "Their tickets are together now."},
    {"change", "Changed",
     "We have sent a link to the new number or email, and told the old one."},
    {"add", "Added", "They are one of you now, with their own tickets."},
    {"not-me", "We dropped that sign-up",
     "We do not write to you again because a stranger typed your contact. "
     "What you signed up for yourself stays."},
    {"refuse", "Not one of you", "We dropped what was asked for them."},
    {"other", "We have sent a link",
     "Open it there: then you can be reached there, too."},
    {"give-back", "Thank you for telling us", "The place is given back."},
    {"switches", "Saved", "Your choices count from now on."},
    {"start-texts", "Texts start again",
     "You get the texts that are ticked below."},
    {"remember", "We remember you here", "You can sign out at any time."},
};

static void
add_notice(struct buf *to, const struct show_contact *show)
{
    const char *done = show->done;
    if (done != NULL && strcmp(done, "start-texts") == 0 &&
        show->provider_stops) {
        view_add_banner(to, "wait", "Have you texted START?",
                        "We send texts again. They come once you have texted "
                        "START to the number that texts you, too.");
        return;
    }
    for (size_t i = 0; done != NULL && i < VIEW_COUNT(notices); i++) {
        if (strcmp(notices[i].done, done) == 0) {
            view_add_banner(to, "good", notices[i].heading, notices[i].text);
        }
    }
}

/* Whose contact changes: no question where there is one person. */
static void
add_who(struct buf *to, const struct show_contact *show)
{
    struct buf options;
    buf_init(&options, 0);
    for (size_t i = 0; i < show->page->n_members; i++) {
        const Signup__Member *member = show->page->members[i];
        char handle[CONTACT_HANDLE_SIZE];
        const struct template_field fields[] = {
            {"value", contact_handle(show->key, member->number, handle)},
            {"label", member->name},
            {"selected", ""},
        };
        view_add(&options, &(struct view){html_option, fields,
                                          VIEW_COUNT(fields), NULL, 0});
    }
    const struct view_slot slots[] = {{"options", &options}};
    view_add(to, &(struct view){html_contact_who, NULL, 0, slots, 1});
    buf_fini(&options);
}

static void
add_change(struct buf *to, const struct show_contact *show)
{
    struct buf who;
    char contact[SHOW_CONTACT_WORDS_SIZE];
    buf_init(&who, 0);
    if (show->page->n_members > 1) {
        add_who(&who, show);
    }
    const struct template_field fields[] = {
        {"post", show->post},
        {"key", show->form_key},
        {"open", show->error ? "open" : ""},
        {"contact", show_contact_words(show, contact)},
        {"error", show->error ? show->error : ""},
        {"invalid", show->error ? "true" : "false"},
        {"typed", show->typed ? show->typed : ""},
    };
    const struct view_slot slots[] = {{"who", &who}};
    view_add(to, &(struct view){html_contact_change, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&who);
}

/* By the cookie: how to end it. By a link: to be remembered. */
static void
add_after(struct buf *to, const struct show_contact *show)
{
    if (show->is_session) {
        const struct template_field fields[] = {
            {"post", show->post},
            {"key", show->form_key},
            {"kept", show->is_remembered
                         ? "This browser remembers you, until 30 days after "
                           "the last thing you come to."
                         : "This browser forgets you in two hours, or when it "
                           "is closed."},
        };
        view_add(to, &(struct view){html_contact_sign_out, fields,
                                    VIEW_COUNT(fields), NULL, 0});
    } else if (show->may_remember) {
        struct buf remember;
        buf_init(&remember, 0);
        buf_add_string(&remember, html_contact_remember);
        const struct template_field fields[] = {{"post", show->post}};
        const struct view_slot slots[] = {{"remember", &remember}};
        view_add(to, &(struct view){html_contact_remember_form, fields, 1,
                                    slots, 1});
        buf_fini(&remember);
    }
}

struct slots {
    struct buf notice, errors, asked, members, change, after;
};

static void
fill_slots(struct slots *slots, const struct show_contact *show)
{
    const Signup__ContactPage *page = show->page;
    add_notice(&slots->notice, show);
    if (show->error != NULL) {
        view_add_error(&slots->errors, "contact", show->error);
    }
    if (page->has_has_stop && page->has_stop) {
        char *find = mem_format("/find/%s", show->about->campaign->id);
        show_stop_of_texts(&slots->notice,
                           &(struct show_switches){
                               .post = show->post,
                               .find = find,
                               .key = show->form_key,
                               .by = page->channel,
                               .has_stop = true,
                               .provider_stops = show->provider_stops,
                           });
        free(find);
    }
    for (size_t i = 0; i < page->n_asked; i++) {
        show_asked(&slots->asked, show, page->asked[i]);
    }
    for (size_t i = 0; i < page->n_members; i++) {
        show_member(&slots->members, show, page->members[i]);
    }
    add_change(&slots->change, show);
    add_after(&slots->after, show);
}

static void
add_parts(struct buf *to, const struct show_contact *show, const char *heading,
          const struct slots *parts)
{
    char contact[SHOW_CONTACT_WORDS_SIZE];
    const struct template_field fields[] = {
        {"campaign", show->about->campaign->name},
        {"campaign_id", show->about->campaign->id},
        {"heading", heading},
        {"contact", show_contact_words(show, contact)},
    };
    const struct view_slot slots[] = {
        {"notice", &parts->notice}, {"errors", &parts->errors},
        {"asked", &parts->asked},   {"members", &parts->members},
        {"change", &parts->change}, {"after", &parts->after},
    };
    view_add(to, &(struct view){html_contact, fields, VIEW_COUNT(fields), slots,
                                VIEW_COUNT(slots)});
}

static void
show_all(struct buf *to, const struct show_contact *show)
{
    struct slots slots = {0};
    struct buf main;
    const char *heading =
        show->page->n_members > 1 ? "Your tickets, all of you" : "Your tickets";
    buf_init(&main, 0);
    fill_slots(&slots, show);
    add_parts(&main, show, heading, &slots);
    char *title = mem_format("%s%s", show->error ? "Error: " : "", heading);
    view_add_page(to, &(struct view_page){title, &main, false});
    free(title);
    buf_fini(&slots.notice);
    buf_fini(&slots.errors);
    buf_fini(&slots.asked);
    buf_fini(&slots.members);
    buf_fini(&slots.change);
    buf_fini(&slots.after);
    buf_fini(&main);
}

void
show_contact(struct buf *to, const struct show_contact *show)
{
    if (show->page->has_is_refused && show->page->is_refused &&
        !show->page->is_proved) {
        show_refused(to, show);
    } else if (show->page->is_proved) {
        show_all(to, show);
    } else {
        show_ask(to, show);
    }
}
