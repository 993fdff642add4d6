/* show_stop -- stop these messages: asked, and done. */
#include "services/gateway/pages/stop/show_stop.h"

#include "common/client/reach.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/frame/view.h"

extern const char html_unsubscribe[], html_unsubscribed[];

static bool
is_stopped(const struct show_stop *stop)
{
    return stop->is_sms && stop->has_stop;
}

/* Of the class, as it is once news is off. */
static const char *
sentence_of(const struct show_stop *stop, Words__Class class_, bool is_off)
{
    return reach_sentence(reach_find(class_),
                          stop->is_sms ? WORDS__CHANNEL__CHANNEL_SMS
                                       : WORDS__CHANNEL__CHANNEL_EMAIL,
                          &(struct reach_state){
                              .is_off = is_off,
                              .has_stop = stop->has_stop,
                              .provider_stops = stop->provider_stops,
                          });
}

/* STOP reaches further than this page does: what is left is listed. */
static void
add_main(struct buf *to, const struct show_stop *stop)
{
    struct buf stopped;
    buf_init(&stopped, 0);
    if (is_stopped(stop)) {
        show_stop_of_texts(&stopped, &(struct show_switches){
                                         .has_stop = true,
                                         .provider_stops = stop->provider_stops,
                                     });
    }
    const struct template_field fields[] = {
        {"campaign", stop->campaign},
        {"what", stop->is_sms ? "text" : "mail"},
        {"effect", sentence_of(stop, WORDS__CLASS__CLASS_CAMPAIGN, true)},
        {"kept", is_stopped(stop)
                     ? ""
                     : sentence_of(stop, WORDS__CLASS__CLASS_SERVICE,
                                   stop->is_mine_off)},
        {"token", stop->token},
        {"preferences_url", stop->preferences_path},
    };
    const struct view_slot slots[] = {{"stopped", &stopped}};
    view_add(to, &(struct view){
                     stop->is_done ? html_unsubscribed : html_unsubscribe,
                     fields, VIEW_COUNT(fields), slots, VIEW_COUNT(slots)});
    buf_fini(&stopped);
}

void
show_stop(struct buf *to, const struct show_stop *stop)
{
    struct buf main;
    buf_init(&main, 0);
    add_main(&main, stop);
    view_add_page(to, &(struct view_page){
                          stop->is_done ? "Stopped" : "Stop these messages?",
                          &main, false});
    buf_fini(&main);
}
