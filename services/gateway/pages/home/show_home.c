/* show_home -- every campaign with what one can come to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/gateway/pages/frame/html.h"
#include "services/gateway/pages/frame/show.h"
#include "services/gateway/pages/frame/show_action.h"
#include "services/gateway/pages/frame/view.h"

static int
compare_starts(const void *a, const void *b)
{
    const Signup__Action *const *x = a, *const *y = b;
    if ((*x)->starts_at_ms != (*y)->starts_at_ms) {
        return (*x)->starts_at_ms < (*y)->starts_at_ms ? -1 : 1;
    }
    return strcmp((*x)->id, (*y)->id);
}

const Signup__Action **
show_coming(const Signup__Actions *about, int64_t now_ms, size_t *count_out)
{
    size_t count = 0;
    const Signup__Action **coming =
        mem_new_array(about->n_actions + 1, sizeof(*coming));
    for (size_t i = 0; i < about->n_actions; i++) {
        if (about->actions[i]->ends_at_ms >= now_ms) {
            coming[count++] = about->actions[i];
        }
    }
    qsort(coming, count, sizeof(*coming), compare_starts);
    *count_out = count;
    return coming;
}

void
show_action(struct buf *to, const char *html, const char *campaign,
            const Signup__Action *action, bool is_checked)
{
    struct london_time starts;
    london_of(action->starts_at_ms, &starts);
    char day[12], when[LONDON_TEXT_SIZE], iso[CLOCK_TEXT_SIZE];
    char seats[SHOW_SEATS_SIZE];
    snprintf(day, sizeof(day), "%d", starts.day);
    const struct template_field fields[] = {
        {"campaign", campaign},
        {"id", action->id},
        {"name", action->name},
        {"kind", show_kind(action->kind)},
        {"day", day},
        {"month", london_month(&starts)},
        {"when", london_format(action->starts_at_ms, when)},
        {"starts_at", clock_format(action->starts_at_ms, iso)},
        {"place", action->place ? action->place : ""},
        {"summary", action->summary ? action->summary : ""},
        {"seats", show_seats(action, seats)},
        {"checked", is_checked ? "checked" : ""},
    };
    view_add(to, &(struct view){html, fields, VIEW_COUNT(fields), NULL, 0});
}

void
show_home_part(struct buf *to, const Signup__Actions *about, int64_t now_ms)
{
    const Signup__Campaign *campaign = about->campaign;
    struct buf actions;
    buf_init(&actions, 0);
    size_t count;
    const Signup__Action **coming = show_coming(about, now_ms, &count);
    for (size_t i = 0; i < count; i++) {
        show_action(&actions, html_home_action, campaign->id, coming[i], false);
    }
    free(coming);
    const struct template_field fields[] = {
        {"id", campaign->id},
        {"name", campaign->name},
        {"summary", campaign->summary ? campaign->summary : ""},
    };
    const struct view_slot slots[] = {{"actions", &actions}};
    view_add(to, &(struct view){html_home_campaign, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    buf_fini(&actions);
}

void
show_home(struct buf *to, const struct buf *parts)
{
    struct buf main;
    buf_init(&main, 0);
    const struct view_slot slots[] = {{"campaigns", parts}};
    view_add(&main, &(struct view){html_home, NULL, 0, slots, 1});
    view_add_page(to, &(struct view_page){"Come to something", &main, false});
    buf_fini(&main);
}
