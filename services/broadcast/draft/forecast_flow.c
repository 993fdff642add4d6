/* forecast_flow -- how many, how dear, how long: before anybody approves.
 *
 *   MakeForecast: keep_read -> facts -> signup's Preview
 *     -> signup's Measure of each chunk, for the SMS parts -> the answer
 *   forecast_measure_size (for approve and start): facts -> Preview */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/draft/forecast.h"

#define EXAMPLES_MAX 10
#define MEASURES_MAX 1024 /* chunks */
#define TICKET_CODE_CHARS 20

uint32_t
forecast_seconds(uint32_t recipients, double rate)
{
    if (recipients == 0) {
        return 0;
    }
    if (rate <= 0) {
        return UINT32_MAX;
    }
    double seconds = recipients / rate + 0.999;
    return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

int64_t
forecast_expiry(const struct record *record, int64_t now_ms)
{
    return record->content->has_expires_at_ms ? record->content->expires_at_ms
                                              : now_ms + RECORD_EXPIRY_MS;
}

/* ---- what signup previews, shared by both ---- */

static void
ask_preview(struct broadcast *broadcast, const char *campaign,
            const struct record *record, signup_answer_cb *cb, void *arg)
{
    Signup__Preview preview = SIGNUP__PREVIEW__INIT;
    preview.campaign = (char *)(uintptr_t)campaign;
    preview.query = record->content->audience;
    preview.class_ = record->content->class_;
    preview.action = record->content->action;
    signup_ask_preview(broadcast->signup, &preview, cb, arg);
}

static uint32_t
eligible_on(const Signup__Previewed *previewed, int channel)
{
    for (size_t i = 0; i < previewed->n_channels; i++) {
        if ((int)previewed->channels[i]->channel == channel) {
            return previewed->channels[i]->eligible;
        }
    }
    return 0;
}

static double
rate_on(const struct broadcast *broadcast, const struct record *record,
        int channel, int64_t *cost_micros_out)
{
    return planner_channel_rate(&broadcast->plan->planner,
                                (Words__Channel)channel,
                                record->content->class_, cost_micros_out);
}

/* ---- the size alone ---- */

struct sizing {
    struct broadcast *broadcast;
    const char *campaign; /* borrowed, as record is */
    const struct record *record;
    uint32_t approval_above;
    forecast_size_cb *cb;
    void *arg;
};

static uint32_t
approval_above(const Signup__Campaign *campaign)
{
    return campaign->has_approval_above ? campaign->approval_above
                                        : APPROVAL_ABOVE_DEFAULT;
}

static void
size_previewed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    struct sizing *sizing = arg;
    struct forecast_size size = {.approval_above = sizing->approval_above};
    int64_t now = clock_wall_ms();
    int64_t expiry = forecast_expiry(sizing->record, now);
    for (int channel = 1; err == ERR_NONE && channel <= RECORD_CHANNELS;
         channel++) {
        if (!record_has(sizing->record, channel)) {
            continue;
        }
        int64_t cost;
        uint32_t eligible = eligible_on(reply->preview, channel);
        double rate =
            rate_on(sizing->broadcast, sizing->record, channel, &cost);
        size.recipients += eligible;
        size.is_late |=
            now + (int64_t)forecast_seconds(eligible, rate) * 1000 > expiry;
    }
    sizing->cb(sizing->arg, err, detail, &size);
    free(sizing);
}

static void
size_facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct sizing *sizing = arg;
    if (err != ERR_NONE) {
        sizing->cb(sizing->arg, err, detail, NULL);
        free(sizing);
        return;
    }
    sizing->approval_above = approval_above(facts->campaign);
    ask_preview(sizing->broadcast, sizing->campaign, sizing->record,
                size_previewed, sizing);
}

void
forecast_measure_size(struct broadcast *broadcast, const char *campaign,
                      const struct record *record, forecast_size_cb *cb,
                      void *arg)
{
    struct sizing *sizing = mem_new(sizeof(*sizing));
    *sizing = (struct sizing){.broadcast = broadcast,
                              .campaign = campaign,
                              .record = record,
                              .cb = cb,
                              .arg = arg};
    facts_get(broadcast, campaign, size_facts_known, sizing);
}

/* ---- the whole forecast ---- */

struct forecasting {
    struct asked *asked;
    char *campaign;         /* borrowed of asked */
    struct record *record;  /* owned */
    Signup__Actions *facts; /* owned */
    Signup__Reply *preview; /* owned */
    uint32_t chunk;
    uint64_t parts;
    uint32_t parts_max, ucs2;
    char *examples[EXAMPLES_MAX]; /* owned */
    size_t example_count;
};

static void
free_forecasting(struct forecasting *f)
{
    for (size_t i = 0; i < f->example_count; i++) {
        free(f->examples[i]);
    }
    record_free(&f->record);
    wire_free(f->facts);
    wire_free(f->preview);
    free(f);
}

static void
fail(struct forecasting *f, enum err err, const char *detail)
{
    asked_refuse(f->asked, err, detail);
    free_forecasting(f);
}

static void
fill_channel(const struct forecasting *f, int channel,
             Broadcast__ChannelForecast *to)
{
    int64_t cost;
    const Signup__Previewed *previewed = f->preview->preview;
    double rate = rate_on(broadcast_of(f->asked), f->record, channel, &cost);
    broadcast__channel_forecast__init(to);
    to->channel = (Words__Channel)channel;
    to->recipients = eligible_on(previewed, channel);
    for (size_t i = 0; i < previewed->n_channels; i++) {
        if ((int)previewed->channels[i]->channel == channel) {
            to->excluded = previewed->channels[i]->excluded;
            to->n_excluded = previewed->channels[i]->n_excluded;
        }
    }
    uint64_t units = to->recipients;
    if (channel == WORDS__CHANNEL__CHANNEL_SMS) {
        units = f->parts;
        to->has_sms_parts = to->has_sms_parts_max = to->has_sms_ucs2 = true;
        to->sms_parts = f->parts;
        to->sms_parts_max = f->parts_max;
        to->sms_ucs2 = f->ucs2;
    }
    to->cost_micros = units * (uint64_t)cost;
    to->seconds = forecast_seconds(to->recipients, rate);
}

static void
answer(struct forecasting *f)
{
    Broadcast__ChannelForecast channels[RECORD_CHANNELS];
    Broadcast__ChannelForecast *list[RECORD_CHANNELS];
    Broadcast__Forecast forecast = BROADCAST__FORECAST__INIT;
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    int64_t now = clock_wall_ms();
    uint32_t seconds = 0;
    uint64_t recipients = 0;
    forecast.channels = list;
    for (int channel = 1; channel <= RECORD_CHANNELS; channel++) {
        if (!record_has(f->record, channel)) {
            continue;
        }
        Broadcast__ChannelForecast *to = &channels[forecast.n_channels];
        fill_channel(f, channel, to);
        list[forecast.n_channels++] = to;
        recipients += to->recipients;
        seconds = to->seconds > seconds ? to->seconds : seconds;
    }
    forecast.content_hash = f->record->hash;
    forecast.people = f->preview->preview->people;
    forecast.examples = f->examples;
    forecast.n_examples = f->example_count;
    forecast.needs_second_person =
        recipients > approval_above(f->facts->campaign);
    forecast.finishes_at_ms = now + (int64_t)seconds * 1000;
    forecast.is_late =
        forecast.finishes_at_ms > forecast_expiry(f->record, now);
    reply.is_case = BROADCAST__REPLY__IS_FORECAST;
    reply.forecast = &forecast;
    asked_answer(f->asked, &reply);
    free_forecasting(f);
}

static void measure(struct forecasting *f);

static void
measured(void *arg, enum err err, const char *detail,
         const Signup__Reply *reply)
{
    struct forecasting *f = arg;
    if (err != ERR_NONE) {
        fail(f, err, detail);
        return;
    }
    const Signup__Measured *m = reply->measure;
    f->parts += m->parts;
    f->ucs2 += m->ucs2;
    f->parts_max = m->parts_max > f->parts_max ? m->parts_max : f->parts_max;
    for (size_t i = 0; i < m->n_examples && f->example_count < EXAMPLES_MAX;
         i++) {
        f->examples[f->example_count++] = mem_copy_string(m->examples[i]);
    }
    if (m->is_last || ++f->chunk >= MEASURES_MAX) {
        answer(f);
    } else {
        measure(f);
    }
}

/* Links and codes are of one length for everybody: any will do. */
static void
measure(struct forecasting *f)
{
    static const char code[TICKET_CODE_CHARS + 1] = "0123456789ABCDEFGHJK";
    /* As messages show it. */
    static const char shown[] = "01234-56789-ABCDE-FGHJK";
    static const char token[LINK_TOKEN_SIZE] = "abcdefghijklmnopqrstuv";
    const Broadcast__Content *content = f->record->content;
    struct facts_fields fields;
    Signup__Measure ask = SIGNUP__MEASURE__INIT;
    const char *base = broadcast_of(f->asked)->public_url;
    char *ticket = mem_format("%s/t/%s", base, code);
    char *preferences = mem_format("%s/p/%s", base, token);
    facts_fill(f->facts, content->action, &fields);
    facts_add_field(&fields, "preferences_url", preferences);
    if (content->action != NULL) {
        facts_add_field(&fields, "ticket_url", ticket);
        facts_add_field(&fields, "ticket_code", shown);
    }
    ask.campaign = f->campaign;
    ask.query = content->audience;
    ask.class_ = content->class_;
    ask.action = content->action;
    ask.sms_text = content->sms_text;
    ask.fields = fields.list;
    ask.n_fields = fields.count;
    ask.chunk = f->chunk;
    signup_ask_measure(broadcast_of(f->asked)->signup, &ask, measured, f);
    free(ticket);
    free(preferences);
}

/* What signup calls the query is the broadcast's audience. */
static void
fail_audience(struct forecasting *f, enum err err, const char *detail)
{
    struct bus_fault fault = *bus_answer_fault();
    fault.err = err;
    fault.detail = detail;
    if (strcmp(fault.field, "query") == 0) {
        fault.field = "audience";
    }
    asked_refuse_fault(f->asked, &fault);
    free_forecasting(f);
}

static void
previewed(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct forecasting *f = arg;
    if (err != ERR_NONE) {
        fail_audience(f, err, detail);
        return;
    }
    f->preview = wire_copy(reply);
    if (f->preview == NULL) {
        fail(f, ERR_INTERNAL, NULL);
    } else if (record_has(f->record, 1)) {
        measure(f);
    } else {
        answer(f);
    }
}

static void
facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct forecasting *f = arg;
    if (err != ERR_NONE) {
        fail(f, err, detail);
        return;
    }
    f->facts = wire_copy(facts);
    if (f->facts == NULL) {
        fail(f, ERR_INTERNAL, NULL);
        return;
    }
    ask_preview(broadcast_of(f->asked), f->campaign, f->record, previewed, f);
}

static void
record_came(void *arg, enum err err, const struct store_reply *reply)
{
    struct forecasting *f = arg;
    f->record = err == ERR_NONE
                    ? record_read(request_of(f->asked)->forecast->id, reply)
                    : NULL;
    if (f->record == NULL) {
        fail(f, err == ERR_NONE ? ERR_NOT_FOUND : err, "no such broadcast");
        return;
    }
    if (answer_is_system(f->asked, f->record)) {
        free_forecasting(f);
        return;
    }
    facts_get(broadcast_of(f->asked), f->campaign, facts_known, f);
}

void
forecast_make(struct asked *asked)
{
    const Broadcast__MakeForecast *make = request_of(asked)->forecast;
    if (!answer_check(asked, make->campaign, make->id)) {
        return;
    }
    struct forecasting *f = mem_new(sizeof(*f));
    f->asked = asked;
    f->campaign = make->campaign;
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = make->campaign,
                         .id = make->id};
    keep_read(&on, record_came, f);
}
