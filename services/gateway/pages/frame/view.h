/* view -- HTML from skeletons: {{field}} escaped, <!--slot name--> as it is.
 *
 * The skeletons are the .html files of pages/, built in: each is
 * `extern const char html_<file>[]`.
 * A field holds words from anywhere; a slot holds HTML made here alone. */
#ifndef GATEWAY_PAGES_VIEW_H
#define GATEWAY_PAGES_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "common/text/text.h"

struct view_slot {
    const char *name;
    const struct buf *html; /* borrowed; NULL: empty */
};

struct view {
    const char *html; /* a skeleton */
    const struct template_field *fields;
    size_t field_count;
    const struct view_slot *slots; /* one not named here is empty */
    size_t slot_count;
};

/* Appends the filled skeleton. A field that the skeleton has and the view
 * has not is our own bug: it aborts. */
void view_add(struct buf *to, const struct view *view);

/* The whole page round main: title is text; is_staff adds the staff links. */
struct view_page {
    const char *title;
    const struct buf *main;
    bool is_staff;
};
void view_add_page(struct buf *to, const struct view_page *page);

/* The same round one view, with the staff's links. */
void view_add_staff_page(struct buf *to, const char *title,
                         const struct view *view);

/* A banner; tone: "good", "wait" or "bad". */
void view_add_banner(struct buf *to, const char *tone, const char *heading,
                     const char *text);
/* One mistake, with a link to the field that has it. */
void view_add_error(struct buf *to, const char *field, const char *detail);

/* What several pages have in them. */
extern const char html_banner[], html_errors[], html_errors_item[],
    html_option[];

#define VIEW_COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
