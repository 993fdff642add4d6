/* problem_flow -- GET /problems/{slug}: what a problem's type means, and what
 * to do. */
#include <stdio.h>

#include "services/gateway/door/problem.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/pages.h"

extern const char html_problem[];

static void
show_problem(struct buf *to, const struct problem *problem)
{
    char status[8];
    struct buf main;
    buf_init(&main, 0);
    (void)snprintf(status, sizeof(status), "%d", problem->status);
    const struct template_field fields[] = {
        {"title", problem->title},   {"about", problem->about},
        {"advice", problem->advice}, {"slug", problem->slug},
        {"status", status},
    };
    view_add(&main,
             &(struct view){html_problem, fields, VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){problem->title, &main, false});
    buf_fini(&main);
}

void
page_about_problem(struct exchange *x)
{
    const struct problem *problem = problem_find(exchange_param(x, "slug"));
    if (problem == NULL) {
        reply_nothing_here(x);
        return;
    }
    struct buf html;
    buf_init(&html, 0);
    show_problem(&html, problem);
    reply_html(x, 200, &html);
    buf_fini(&html);
}
