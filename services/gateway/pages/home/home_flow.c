/* home_flow -- GET /: every campaign's actions.
 *
 *   page_home -> campaigns_listed -> (ask_more -> actions_listed) for each,
 *   ASKS_MAX at once -> reply_home
 *
 * Each campaign's part is drawn when its answer comes, and stands in the
 * page where the campaign stands in the list. */
#include <stdio.h>

#include "services/gateway/door/reply.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/home/home.h"
#include "services/gateway/pages/home/show_home.h"
#include "services/gateway/pages/pages.h"

struct home_part {
    struct exchange *x;
    char id[ID_CHARS_MAX + 1];
    struct buf html;
};

struct home {
    struct home_part parts[HOME_CAMPAIGNS_MAX];
    size_t count, asked, open;
    enum err failed; /* the first failure */
};

static void
reply_home(struct exchange *x, struct home *home)
{
    struct buf html, parts;
    buf_init(&html, 0);
    buf_init(&parts, 0);
    for (size_t i = 0; i < home->count; i++) {
        buf_add(&parts, home->parts[i].html.data, home->parts[i].html.len);
        buf_fini(&home->parts[i].html);
    }
    if (page_answered(x, home->failed, "page")) {
        show_home(&html, &parts);
        reply_html(x, 200, &html);
    }
    buf_fini(&parts);
    buf_fini(&html);
}

static void actions_listed(void *arg, enum err err, const char *detail,
                           const Signup__Reply *reply);

/* After a failure no more is asked; what is open is waited for. */
static void
ask_more(struct exchange *x, struct home *home)
{
    while (home->failed == ERR_NONE && home->asked < home->count &&
           home->open < HOME_ASKS_MAX) {
        struct home_part *part = &home->parts[home->asked++];
        home->open++;
        page_ask_actions_for(x, part->id, actions_listed, part);
    }
    if (home->open == 0) {
        reply_home(x, home);
    }
}

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    struct home_part *part = arg;
    struct exchange *x = part->x;
    struct home *home = x->state;
    (void)detail;
    home->open--;
    if (err == ERR_NONE) {
        show_home_part(&part->html, reply->list_actions, clock_wall_ms());
    } else if (home->failed == ERR_NONE) {
        home->failed = err;
    }
    ask_more(x, home);
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    struct exchange *x = arg;
    (void)detail;
    if (!page_answered(x, err, "page")) {
        return;
    }
    struct home *home = exchange_state(x, sizeof(*home));
    const Signup__Campaigns *list = reply->list_campaigns;
    for (size_t i = 0; i < list->n_campaigns && i < HOME_CAMPAIGNS_MAX; i++) {
        struct home_part *part = &home->parts[home->count++];
        part->x = x;
        buf_init(&part->html, 0);
        (void)snprintf(part->id, sizeof(part->id), "%s",
                       list->campaigns[i]->id);
    }
    ask_more(x, home);
}

void
page_home(struct exchange *x)
{
    page_ask_campaigns(x, campaigns_listed);
}
