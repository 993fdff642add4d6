/* show_find -- "Find my tickets": a contact is typed, then the code sent there.
 */
#include "services/gateway/pages/find/show_find.h"

#include <stdlib.h>
#include <string.h>

#include "services/gateway/pages/frame/view.h"

extern const char html_find[], html_find_code[], html_contact_remember[],
    html_find_where[], html_find_not_here[], html_find_campaign[];

static const struct {
    const char *done, *tone, *heading, *text;
} notices[] = {
    {"signed-out", "good", "You are signed out",
     "This browser shows nothing of you any more."},
    {"changed", "good", "Changed",
     "We have sent a link to the new number or email, and told the old one. "
     "Open that link to see everything again."},
    {"ended", "wait", "Please type your number or email again",
     "This browser does not know you, or not any more. If that comes again and "
     "again, it keeps no cookies: open the link in our message instead."},
};

static void
add_notice(struct buf *to, const char *done)
{
    for (size_t i = 0; done != NULL && i < VIEW_COUNT(notices); i++) {
        if (strcmp(notices[i].done, done) == 0) {
            view_add_banner(to, notices[i].tone, notices[i].heading,
                            notices[i].text);
        }
    }
}

static void
add_page(struct buf *to, const struct show_find *find, const char *title,
         const struct buf *main)
{
    char *whole = mem_format("%s%s", find->error ? "Error: " : "", title);
    view_add_page(to, &(struct view_page){whole, main, false});
    free(whole);
}

void
show_find(struct buf *to, const struct show_find *find)
{
    struct buf main, notice, errors;
    buf_init(&main, 0);
    buf_init(&notice, 0);
    buf_init(&errors, 0);
    add_notice(&notice, find->done);
    if (find->error != NULL) {
        view_add_error(&errors, "contact", find->error);
    }
    const struct template_field fields[] = {
        {"campaign", find->campaign->name},
        {"campaign_id", find->campaign->id},
        {"typed", find->contact},
        {"error", find->error ? find->error : ""},
        {"invalid", find->error ? "true" : "false"},
    };
    const struct view_slot slots[] = {{"notice", &notice}, {"errors", &errors}};
    view_add(&main, &(struct view){html_find, fields, VIEW_COUNT(fields), slots,
                                   VIEW_COUNT(slots)});
    add_page(to, find, "Find my tickets", &main);
    buf_fini(&errors);
    buf_fini(&notice);
    buf_fini(&main);
}

void
show_find_not_here(struct buf *to, const Signup__Campaign *campaign)
{
    struct buf main;
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"campaign", campaign->name},
        {"campaign_id", campaign->id},
    };
    view_add(&main, &(struct view){html_find_not_here, fields,
                                   VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){"Find my tickets", &main, false});
    buf_fini(&main);
}

void
show_find_code(struct buf *to, const struct show_find *find)
{
    struct buf main, errors, remember;
    buf_init(&main, 0);
    buf_init(&errors, 0);
    buf_init(&remember, 0);
    if (find->error != NULL) {
        view_add_error(&errors, "code", find->error);
    }
    if (find->may_remember) {
        buf_add_string(&remember, html_contact_remember);
    }
    const struct template_field fields[] = {
        {"campaign", find->campaign->name},
        {"campaign_id", find->campaign->id},
        {"contact", find->contact},
        {"error", find->error ? find->error : ""},
        {"invalid", find->error ? "true" : "false"},
        {"stops", find->provider_stops
                      ? "A number that said STOP gets no code: the company "
                        "that carries our texts keeps to that."
                      : ""},
    };
    const struct view_slot slots[] = {{"errors", &errors},
                                      {"remember", &remember}};
    view_add(&main, &(struct view){html_find_code, fields, VIEW_COUNT(fields),
                                   slots, VIEW_COUNT(slots)});
    add_page(to, find, "Type your code", &main);
    buf_fini(&remember);
    buf_fini(&errors);
    buf_fini(&main);
}

void
show_find_where(struct buf *to, const Signup__Campaigns *campaigns)
{
    struct buf main, links;
    buf_init(&main, 0);
    buf_init(&links, 0);
    for (size_t i = 0; i < campaigns->n_campaigns; i++) {
        const struct template_field fields[] = {
            {"id", campaigns->campaigns[i]->id},
            {"name", campaigns->campaigns[i]->name},
        };
        view_add(&links, &(struct view){html_find_campaign, fields,
                                        VIEW_COUNT(fields), NULL, 0});
    }
    const struct view_slot slots[] = {{"links", &links}};
    view_add(&main, &(struct view){html_find_where, NULL, 0, slots, 1});
    view_add_page(to, &(struct view_page){"Find my tickets", &main, false});
    buf_fini(&links);
    buf_fini(&main);
}
