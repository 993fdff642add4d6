/* reach -- what reaches whom, in words: one row for each class of message. */
#include "common/client/reach.h"

const struct reach_row reach_rows[] = {
    {
        .class_ = WORDS__CLASS__CLASS_SERVICE,
        .name = "service",
        .switch_ = "What I signed up for",
        .ends_with_stop = true,
        .on = {"We text you about what you signed up for: your ticket, and "
               "any change of time or place.",
               "We mail you about what you signed up for: your ticket, and "
               "any change of time or place."},
        .off = {"We do not text you about what you signed up for, not even a "
                "change of time or place.",
                "We do not mail you about what you signed up for, not even a "
                "change of time or place."},
        .stopped = "This number said STOP, so we do not text it about what "
                   "you signed up for, not even a change of time or place.",
        .provider = "This number said STOP, so we do not text it about what "
                    "you signed up for, not even a change of time or place.",
    },
    {
        .class_ = WORDS__CLASS__CLASS_CAMPAIGN,
        .name = "campaign",
        .switch_ = "News from the campaign",
        .ends_with_stop = true,
        .on = {"We text you news from the campaign.",
               "We mail you news from the campaign."},
        .off = {"We send you no news by text. This changes nothing about "
                "what you signed up for.",
                "We send you no news by mail. This changes nothing about "
                "what you signed up for."},
        .stopped = "This number said STOP, so we send it no news.",
        .provider = "This number said STOP, so we send it no news.",
    },
    {
        .class_ = WORDS__CLASS__CLASS_SAFETY,
        .name = "safety",
        .on = {"We text a safety warning about something you signed up for. "
               "That ends when you give up your place.",
               "We mail a safety warning about something you signed up for. "
               "That ends when you give up your place."},
        .stopped = "We still text a safety warning about something you "
                   "signed up for. That ends when you give up your place.",
        .provider = "This number said STOP, and the company that carries our "
                    "texts keeps to that itself, so not even a safety warning "
                    "can be texted to it.",
    },
    {
        .class_ = WORDS__CLASS__CLASS_CONFIRMATION,
        .name = "confirmation",
        .on = {"A new sign-up is confirmed by one text.",
               "A new sign-up is confirmed by one mail."},
        .stopped = "A new sign-up is still confirmed by one text.",
        .provider = "This number said STOP, and the company that carries our "
                    "texts keeps to that itself, so no sign-up can be "
                    "confirmed by text.",
    },
};
const size_t reach_row_count = sizeof(reach_rows) / sizeof(reach_rows[0]);

const struct reach_row *
reach_find(Words__Class class_)
{
    for (size_t i = 0; i < reach_row_count; i++) {
        if (reach_rows[i].class_ == class_) {
            return &reach_rows[i];
        }
    }
    return NULL;
}

const char *
reach_sentence(const struct reach_row *row, Words__Channel channel,
               const struct reach_state *state)
{
    bool is_sms = channel == WORDS__CHANNEL__CHANNEL_SMS;
    if (is_sms && state->has_stop) {
        return state->provider_stops ? row->provider : row->stopped;
    }
    const char *const *words =
        state->is_off && row->switch_ != NULL ? row->off : row->on;
    return words[is_sms ? 0 : 1];
}

const char *
reach_note_of_stop(bool provider_stops)
{
    return provider_stops
               ? "you get no more texts from us, not even a safety warning "
                 "about what you signed up for. START brings them back."
               : "you get no more texts from us, but a safety warning about "
                 "what you signed up for. START brings them back.";
}

struct route_search {
    const struct conf *conf;
    bool is_found;
};

static void
look_at_route(void *arg, const char *section)
{
    struct route_search *search = arg;
    /* The first of the channel's words. */
    bool is_sms = conf_word_of(search->conf, SET_ROUTE_CHANNEL, section) == 0;
    search->is_found |=
        is_sms && conf_bool_of(search->conf, SET_ROUTE_KEEPS_STOPS, section);
}

bool
reach_provider_stops(const struct conf *conf)
{
    struct route_search search = {conf, false};
    conf_each_section(conf, "route.", look_at_route, &search);
    return search.is_found;
}
