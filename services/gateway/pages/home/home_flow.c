/* home_flow -- GET /: every campaign's actions, asked one after another.
 *
 *   page_home -> campaigns_listed -> (ask_next -> actions_listed) for each */
#include <stdio.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/home/show_home.h"
#include "services/gateway/pages/pages.h"

#define CAMPAIGNS_MAX 50 /* shown on the front page */

struct home {
    char ids[CAMPAIGNS_MAX][ID_CHARS_MAX + 1];
    size_t count, asked;
    struct buf parts;
};

static void ask_next(struct exchange *x);

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct home *home = x->state;
    if (err != ERR_NONE) {
        buf_fini(&home->parts);
    }
    if (!page_answered(x, err, "page")) {
        return;
    }
    show_home_part(&home->parts, reply->list_actions, clock_wall_ms());
    ask_next(x);
}

static void
ask_next(struct exchange *x)
{
    struct home *home = x->state;
    if (home->asked < home->count) {
        page_ask_actions(x, home->ids[home->asked++], actions_listed);
        return;
    }
    struct buf html, parts = home->parts;
    buf_init(&html, 0);
    show_home(&html, &parts);
    reply_html(x, 200, &html);
    buf_fini(&html);
    buf_fini(&parts);
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    if (!page_answered(x, err, "page")) {
        return;
    }
    struct home *home = exchange_state(x, sizeof(*home));
    const Signup__Campaigns *list = reply->list_campaigns;
    buf_init(&home->parts, 0);
    for (size_t i = 0; i < list->n_campaigns && i < CAMPAIGNS_MAX; i++) {
        snprintf(home->ids[i], sizeof(home->ids[i]), "%s",
                 list->campaigns[i]->id);
        home->count++;
    }
    ask_next(x);
}

void
page_home(struct exchange *x)
{
    page_ask_campaigns(x, campaigns_listed);
}
