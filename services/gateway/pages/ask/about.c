/* about -- a campaign and its actions, by number or by name.
 *
 *   about_find -> campaigns_listed (number -> id) -> actions_listed -> found */
#include "services/gateway/pages/ask/about.h"

#include <stdio.h>

#include "common/base/base.h"
#include "services/gateway/pages/ask/flow.h"

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct about *about = x->state;
    if (page_answered(x, err, about->what)) {
        about->actions = wire_copy(reply->list_actions);
        about->campaign_number = about->actions->campaign->number;
        about->found(x);
    }
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct about *about = x->state;
    const Signup__Campaign *campaign = NULL;
    if (err == ERR_NONE) {
        campaign =
            page_find_campaign(reply->list_campaigns, about->campaign_number);
        err = campaign == NULL ? ERR_NOT_FOUND : ERR_NONE;
    }
    if (!page_answered(x, err, about->what) || campaign == NULL) {
        return;
    }
    (void)snprintf(about->campaign, sizeof(about->campaign), "%s",
                   campaign->id);
    page_ask_actions(x, about->campaign, actions_listed);
}

void
about_find(struct exchange *x)
{
    const struct about *about = x->state;
    if (about->campaign[0] == '\0') {
        page_ask_campaigns(x, campaigns_listed);
    } else {
        page_ask_actions(x, about->campaign, actions_listed);
    }
}

void
about_fini(struct about *about)
{
    wire_free(about->actions);
}
