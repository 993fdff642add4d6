/* view -- HTML from skeletons: {{field}} escaped, <!--slot name--> as it is. */
#include "services/gateway/pages/frame/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

extern const char html_layout[], html_staff_nav[];

#define SLOT_OPEN "<!--slot "
#define SLOT_CLOSE "-->"

static void
add_merged(struct buf *to, const struct view *view, const char *text,
           size_t len)
{
    char *piece = mem_new(len + 1);
    memcpy(piece, text, len);
    char *why = NULL;
    const struct template_fields fields = {view->fields, view->field_count};
    enum err err = template_merge(piece, TEMPLATE_HTML, &fields, to, &why);
    assert(err == ERR_NONE && "a skeleton has a field that its view lacks");
    free(why);
    free(piece);
}

static void
add_slot(struct buf *to, const struct view *view, const char *name, size_t len)
{
    for (size_t i = 0; i < view->slot_count; i++) {
        const struct view_slot *slot = &view->slots[i];
        if (slot->html != NULL && strlen(slot->name) == len &&
            strncmp(slot->name, name, len) == 0) {
            buf_add(to, buf_string(slot->html), slot->html->len);
        }
    }
}

void
view_add(struct buf *to, const struct view *view)
{
    const char *text = view->html;
    const char *open;
    while ((open = strstr(text, SLOT_OPEN)) != NULL) {
        const char *name = open + strlen(SLOT_OPEN);
        const char *close = strstr(name, SLOT_CLOSE);
        assert(close != NULL);
        add_merged(to, view, text, (size_t)(open - text));
        add_slot(to, view, name, (size_t)(close - name));
        text = close + strlen(SLOT_CLOSE);
    }
    add_merged(to, view, text, strlen(text));
}

void
view_add_page(struct buf *to, const struct view_page *page)
{
    struct buf nav;
    buf_init(&nav, 0);
    if (page->is_staff) {
        buf_add_string(&nav, html_staff_nav);
    }
    const struct template_field fields[] = {{"title", page->title}};
    const struct view_slot slots[] = {{"nav", &nav}, {"main", page->main}};
    view_add(to, &(struct view){html_layout, fields, VIEW_COUNT(fields), slots,
                                VIEW_COUNT(slots)});
    buf_fini(&nav);
}

void
view_add_staff_page(struct buf *to, const char *title, const struct view *view)
{
    struct buf main;
    buf_init(&main, 0);
    view_add(&main, view);
    view_add_page(to, &(struct view_page){title, &main, true});
    buf_fini(&main);
}

void
view_add_banner(struct buf *to, const char *tone, const char *heading,
                const char *text)
{
    const struct template_field fields[] = {
        {"tone", tone}, {"heading", heading}, {"text", text}};
    view_add(to,
             &(struct view){html_banner, fields, VIEW_COUNT(fields), NULL, 0});
}

void
view_add_error(struct buf *to, const char *field, const char *detail)
{
    struct buf items;
    buf_init(&items, 0);
    const struct template_field item[] = {{"field", field}, {"detail", detail}};
    view_add(&items,
             &(struct view){html_errors_item, item, VIEW_COUNT(item), NULL, 0});
    const struct template_field fields[] = {{"heading", "Please check"}};
    const struct view_slot slots[] = {{"items", &items}};
    view_add(to, &(struct view){html_errors, fields, 1, slots, 1});
    buf_fini(&items);
}
