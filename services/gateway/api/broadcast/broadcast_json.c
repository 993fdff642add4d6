/* broadcast_json -- broadcasts and forecasts as JSON. */
#include "services/gateway/api/broadcast/broadcast_json.h"
#include "services/gateway/api/signup/signup_json.h"
#include "services/gateway/api/words.h"

/* Every state has its name there, those nobody is in with 0. */
static json_t *
counts_to_json(const Broadcast__ChannelProgress *channel)
{
    json_t *object = json_object();
    for (const struct json_word *w = state_words; w->word != NULL; w++) {
        json_set_whole(object, w->word, 0);
    }
    for (size_t i = 0; i < channel->n_counts; i++) {
        const char *state =
            json_word_of(state_words, (int)channel->counts[i]->state);
        if (state != NULL) {
            json_set_whole(object, state, channel->counts[i]->count);
        }
    }
    return object;
}

json_t *
progress_to_json(Broadcast__ChannelProgress *const *channels, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const Broadcast__ChannelProgress *c = channels[i];
        json_t *item = json_object();
        double rate = c->has_rate_milli ? c->rate_milli / 1000.0 : 0.0;
        json_set_text(item, "channel",
                      json_word_of(channel_words, (int)c->channel));
        json_set_whole(item, "audience", c->audience);
        json_set(item, "counts", counts_to_json(c));
        json_set(item, "rate", json_real(rate));
        json_set(item, "withheld",
                 excluded_to_json(c->withheld, c->n_withheld));
        (void)json_array_append_new(list, item);
    }
    return list;
}

static void
set_content(json_t *object, const Broadcast__Content *c)
{
    json_set_text(object, "name", c->name);
    json_set_text(object, "class",
                  json_word_of(sent_class_words, (int)c->class_));
    json_set_text(object, "audience", c->audience);
    json_set_text(object, "action", c->action);
    json_set_text(object, "sms_text", c->sms_text);
    json_set_text(object, "email_subject", c->email_subject);
    json_set_text(object, "email_text", c->email_text);
    json_set_text(object, "email_html", c->email_html);
    json_set_time(object, "expires_at",
                  c->has_expires_at_ms ? c->expires_at_ms : -1);
    json_set_bool(object, "is_standing", c->has_is_standing && c->is_standing);
    json_set_bool(object, "is_system", c->has_is_system && c->is_system);
}

json_t *
broadcast_to_json(const Broadcast__Broadcast *broadcast)
{
    const Broadcast__Broadcast *b = broadcast;
    json_t *object = json_object();
    json_set_text(object, "id", b->id);
    set_content(object, b->content);
    json_set_text(object, "content_hash", b->content_hash);
    json_set_text(object, "stage", json_word_of(stage_words, (int)b->stage));
    json_set_text(object, "made_by", b->made_by);
    json_set_text(object, "approved_by", b->approved_by);
    json_set_time(object, "made_at", b->made_at_ms);
    json_set_time(object, "started_at",
                  b->has_started_at_ms ? b->started_at_ms : -1);
    json_set_time(object, "ended_at", b->has_ended_at_ms ? b->ended_at_ms : -1);
    json_set_bool(object, "is_retired", b->has_is_retired && b->is_retired);
    json_set_text(object, "why", b->why);
    json_set_whole(object, "revision", (int64_t)b->revision);
    json_set(object, "channels", progress_to_json(b->channels, b->n_channels));
    return object;
}

static json_t *
channel_forecast_to_json(const Broadcast__ChannelForecast *c)
{
    json_t *item = json_object();
    json_set_text(item, "channel",
                  json_word_of(channel_words, (int)c->channel));
    json_set_whole(item, "recipients", c->recipients);
    json_set(item, "excluded", excluded_to_json(c->excluded, c->n_excluded));
    json_set_whole(item, "sms_parts",
                   c->has_sms_parts ? (int64_t)c->sms_parts : 0);
    json_set_whole(item, "sms_parts_max",
                   c->has_sms_parts_max ? c->sms_parts_max : 0);
    json_set_whole(item, "sms_ucs2", c->has_sms_ucs2 ? c->sms_ucs2 : 0);
    json_set(item, "cost_pounds", json_real((double)c->cost_micros / 1e6));
    json_set_whole(item, "seconds", c->seconds);
    return item;
}

json_t *
forecast_to_json(const Broadcast__Forecast *forecast)
{
    const Broadcast__Forecast *f = forecast;
    json_t *object = json_object(), *channels = json_array();
    json_t *examples = json_array();
    for (size_t i = 0; i < f->n_channels; i++) {
        (void)json_array_append_new(channels,
                                    channel_forecast_to_json(f->channels[i]));
    }
    for (size_t i = 0; i < f->n_examples; i++) {
        (void)json_array_append_new(examples, json_string(f->examples[i]));
    }
    json_set_text(object, "content_hash", f->content_hash);
    json_set_whole(object, "people", f->people);
    json_set(object, "channels", channels);
    json_set(object, "examples", examples);
    json_set_bool(object, "needs_second_person", f->needs_second_person);
    json_set_time(object, "finishes_at", f->finishes_at_ms);
    json_set_bool(object, "is_late", f->is_late);
    return object;
}
