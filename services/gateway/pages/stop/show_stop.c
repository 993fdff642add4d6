/* show_stop -- stop these messages: asked, and done. */
#include "services/gateway/pages/stop/show_stop.h"

#include "common/client/reach.h"
#include "services/gateway/pages/frame/view.h"

extern const char html_unsubscribe[], html_unsubscribed[];

void
show_stop(struct buf *to, const struct show_stop *stop)
{
    struct buf main;
    buf_init(&main, 0);
    const struct template_field fields[] = {
        {"campaign", stop->campaign},
        {"what", stop->is_sms ? "text" : "mail"},
        {"effect", reach_sentence(reach_find(WORDS__CLASS__CLASS_CAMPAIGN),
                                  stop->is_sms ? WORDS__CHANNEL__CHANNEL_SMS
                                               : WORDS__CHANNEL__CHANNEL_EMAIL,
                                  &(struct reach_state){.is_off = true})},
        {"token", stop->token},
        {"preferences_url", stop->preferences_path},
    };
    view_add(&main, &(struct view){stop->is_done ? html_unsubscribed
                                                 : html_unsubscribe,
                                   fields, VIEW_COUNT(fields), NULL, 0});
    view_add_page(to, &(struct view_page){
                          stop->is_done ? "Stopped" : "Stop these messages?",
                          &main, false});
    buf_fini(&main);
}
