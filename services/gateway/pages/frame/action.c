/* action -- one action as a part of a page. */
#include "services/gateway/pages/frame/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

const Signup__Action *
action_find(const Signup__Actions *about, const char *id)
{
    for (size_t i = 0; i < about->n_actions; i++) {
        if (strcmp(about->actions[i]->id, id) == 0) {
            return about->actions[i];
        }
    }
    return NULL;
}

const Signup__Action *
action_find_number(const Signup__Actions *about, uint32_t number)
{
    for (size_t i = 0; i < about->n_actions; i++) {
        if (about->actions[i]->has_number &&
            about->actions[i]->number == number) {
            return about->actions[i];
        }
    }
    return NULL;
}

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
