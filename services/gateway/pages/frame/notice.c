/* notice -- when there is no page to show: what, why, and where to go. */
#include "services/gateway/pages/frame/notice.h"

#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_notice[];

void
show_notice_with(struct buf *to, const char *heading, const char *text,
                 const struct show_way *way)
{
    struct buf main;
    char sentence[SHOW_SENTENCE_SIZE];
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"heading", heading},
        {"text", show_sentence(text, sentence)},
        {"link", way->path},
        {"link_text", way->words},
    };
    view_add(&main,
             &(struct view){html_notice, fields, VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){heading, &main, false});
    buf_fini(&main);
}

void
show_notice(struct buf *to, const char *heading, const char *text)
{
    show_notice_with(to, heading, text,
                     &(struct show_way){"/", "See what is on"});
}
