/* show_switches -- what we may send one person, as a form of switches. */
#include "services/gateway/pages/choices/show_switches.h"

#include <stdlib.h>
#include <string.h>

#include "common/client/reach.h"
#include "common/http/http.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_switches[], html_switches_purpose[],
    html_switches_tick[], html_switches_safety[], html_switches_stop[],
    html_switches_start[], html_switches_find[];

#define VALUE_SIZE 8

#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define NEWS WORDS__CLASS__CLASS_CAMPAIGN
#define MINE WORDS__CLASS__CLASS_SERVICE

static const struct row {
    const char *field, *was, *label;
    Words__Class purpose;
    Words__Channel channel;
} rows[SWITCHES_MAX] = {
    {"news_sms", "was_news_sms", "Texts", NEWS, SMS},
    {"news_email", "was_news_email", "Emails", NEWS, EMAIL},
    {"mine_sms", "was_mine_sms", "Texts", MINE, SMS},
    {"mine_email", "was_mine_email", "Emails", MINE, EMAIL},
};

static const Signup__Switch *
find_switch(const struct show_switches *show, const struct row *row)
{
    for (size_t i = 0; i < show->count; i++) {
        const Signup__Switch *s = show->switches[i];
        if (s->channel == row->channel && s->purpose == row->purpose) {
            return s;
        }
    }
    return NULL;
}

static const char *
hint_of(const struct show_switches *show, Words__Channel channel)
{
    const char *hint = channel == SMS ? show->phone_hint : show->email_hint;
    return hint == NULL ? "" : hint;
}

static const char *
sentence_of(const struct show_switches *show, Words__Class class_,
            Words__Channel channel, bool is_off)
{
    return reach_sentence(reach_find(class_), channel,
                          &(struct reach_state){
                              .is_off = is_off,
                              .has_stop = show->has_stop,
                              .provider_stops = show->provider_stops,
                          });
}

/* ---- one switch ---- */

static const char *
words_of_tick(const struct show_switches *show, const struct row *row,
              const Signup__Switch *now, bool is_locked)
{
    bool is_sms = row->channel == SMS;
    if (hint_of(show, row->channel)[0] == '\0' || now == NULL) {
        return is_sms ? "We have no number to use."
                      : "We have no email to use.";
    }
    if (is_locked) {
        return is_sms ? "You turned this off. Only a link or a code in a text "
                        "turns it on again."
                      : "You turned this off. Only a link or a code in a mail "
                        "turns it on again.";
    }
    return sentence_of(show, row->purpose, row->channel, !now->is_on);
}

static void
add_tick(struct buf *to, const struct show_switches *show,
         const struct row *row)
{
    const Signup__Switch *now = find_switch(show, row);
    bool is_on = now != NULL && now->is_on;
    bool is_locked = now != NULL && !is_on && now->has_is_withdrawn &&
                     now->is_withdrawn && show->by != row->channel;
    bool is_fixed = now == NULL || is_locked;
    char hint[SHOW_HINT_SIZE];
    const struct template_field fields[] = {
        {"field", row->field},
        {"label", row->label},
        {"was", is_fixed ? ""
                : is_on  ? "on"
                         : "off"},
        {"checked", is_on ? "checked" : ""},
        {"disabled", is_fixed ? "disabled" : ""},
        {"hint", show_hint(hint_of(show, row->channel), hint)},
        {"sentence", words_of_tick(show, row, now, is_locked)},
    };
    view_add(to, &(struct view){html_switches_tick, fields, VIEW_COUNT(fields),
                                NULL, 0});
}

static void
add_purpose(struct buf *to, const struct show_switches *show,
            const struct reach_row *class_)
{
    struct buf ticks;
    buf_init(&ticks, 0);
    for (size_t i = 0; i < SWITCHES_MAX; i++) {
        if (rows[i].purpose == class_->class_) {
            add_tick(&ticks, show, &rows[i]);
        }
    }
    bool is_news = class_->class_ == WORDS__CLASS__CLASS_CAMPAIGN;
    const char *wording = is_news ? show->campaign->consent_wording : NULL;
    const struct template_field fields[] = {
        {"legend", class_->switch_},
        {"wording", wording ? wording : ""},
    };
    const struct view_slot slots[] = {{"ticks", &ticks}};
    view_add(to, &(struct view){html_switches_purpose, fields,
                                VIEW_COUNT(fields), slots, VIEW_COUNT(slots)});
    buf_fini(&ticks);
}

/* ---- what has no switch ---- */

static void
add_sentence(struct buf *to, const char *sentence)
{
    const struct template_field fields[] = {{"sentence", sentence}};
    view_add(to, &(struct view){html_switches_safety, fields,
                                VIEW_COUNT(fields), NULL, 0});
}

static void
add_safety(struct buf *to, const struct show_switches *show)
{
    const Words__Channel channels[] = {SMS, EMAIL};
    for (size_t i = 0; i < VIEW_COUNT(channels); i++) {
        if (hint_of(show, channels[i])[0] != '\0') {
            add_sentence(to, sentence_of(show, WORDS__CLASS__CLASS_SAFETY,
                                         channels[i], false));
        }
    }
    add_sentence(to, "There is no switch for these.");
}

/* ---- texts are stopped ---- */

/* A provider's own list is ended by START alone, which it must hear: no code
 * comes by text before that. */
static void
add_way(struct buf *to, const struct show_switches *show)
{
    bool is_here = show->by == SMS;
    if (show->provider_stops && is_here) {
        add_sentence(to, "To start texts again, text START to the number that "
                         "texts you, and press this button.");
    }
    const struct template_field fields[] = {
        {"post", show->post},
        {"key", show->key},
        {"find", show->find},
        {"or", show->provider_stops ? "and then" : "or"},
    };
    view_add(to,
             &(struct view){is_here ? html_switches_start : html_switches_find,
                            fields, VIEW_COUNT(fields), NULL, 0});
}

void
show_stop_of_texts(struct buf *to, const struct show_switches *show)
{
    struct buf sentences, way;
    buf_init(&sentences, 0);
    buf_init(&way, 0);
    for (size_t i = 0; i < reach_row_count; i++) {
        add_sentence(&sentences,
                     sentence_of(show, reach_rows[i].class_, SMS, false));
    }
    if (show->post != NULL) {
        add_way(&way, show);
    }
    const struct view_slot slots[] = {{"sentences", &sentences}, {"way", &way}};
    view_add(to, &(struct view){html_switches_stop, NULL, 0, slots,
                                VIEW_COUNT(slots)});
    buf_fini(&way);
    buf_fini(&sentences);
}

/* ---- the form ---- */

void
show_switches(struct buf *to, const struct show_switches *show)
{
    struct buf purposes, safety;
    buf_init(&purposes, 0);
    buf_init(&safety, 0);
    for (size_t i = 0; i < reach_row_count; i++) {
        if (reach_rows[i].switch_ != NULL) {
            add_purpose(&purposes, show, &reach_rows[i]);
        }
    }
    add_safety(&safety, show);
    bool is_own = show->name == NULL || show->name[0] == '\0';
    char *whose = is_own ? mem_copy_string("my choices")
                         : mem_format("the choices of %s", show->name);
    const struct template_field fields[] = {
        {"post", show->post},
        {"member", show->member},
        {"key", show->key},
        {"whose", whose},
    };
    const struct view_slot slots[] = {{"purposes", &purposes},
                                      {"safety", &safety}};
    view_add(to, &(struct view){html_switches, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
    free(whose);
    buf_fini(&safety);
    buf_fini(&purposes);
}

/* ---- what came back ---- */

size_t
switches_read_changes(const char *form,
                      struct switch_change changes[SWITCHES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < SWITCHES_MAX; i++) {
        char was[VALUE_SIZE], now[VALUE_SIZE];
        if (!http_form_value(form, rows[i].was, 0, was, sizeof(was)) ||
            (strcmp(was, "on") != 0 && strcmp(was, "off") != 0)) {
            continue;
        }
        bool is_on =
            http_form_value(form, rows[i].field, 0, now, sizeof(now)) &&
            strcmp(now, "yes") == 0;
        if (is_on != (strcmp(was, "on") == 0)) {
            changes[count++] =
                (struct switch_change){rows[i].channel, rows[i].purpose, is_on};
        }
    }
    return count;
}
