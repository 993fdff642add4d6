/* flow -- previewing and freezing an audience. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/audience/flows.h"
#include "services/signup/audience/walk.h"

/* ---- preview: how many, and whom each rule leaves out ---- */

#define CHANNELS 2

struct previewing {
    struct asked *asked;
    int64_t began_us;
    struct rules_table tables[CHANNELS];
    struct match_result results[CHANNELS];
    uint32_t people;
};

static void preview_chunk(void *arg, const struct walk_chunk *chunk);
static void preview_done(void *arg, const struct bus_fault *fault,
                         struct campaign *campaign);

void
audience_flow_preview(struct asked *asked)
{
    const Signup__Preview *ask = signup_request(asked)->preview;
    struct previewing *p = mem_new(sizeof(*p));
    p->asked = asked;
    p->began_us = clock_boot_us();
    for (int channel = 0; channel < CHANNELS; channel++) {
        rules_fill(ask->class_, channel, &p->tables[channel]);
    }
    walk_start(signup_of(asked), &(struct walk_ask){.campaign = ask->campaign,
                                                    .query = ask->query,
                                                    .action = ask->action,
                                                    .class_ = ask->class_,
                                                    .on_chunk = preview_chunk,
                                                    .done = preview_done,
                                                    .arg = p});
}

static void
preview_chunk(void *arg, const struct walk_chunk *chunk)
{
    struct previewing *p = arg;
    p->people += chunk->matched;
    for (int channel = 0; channel < CHANNELS; channel++) {
        match_rules(chunk->plan, chunk->columns, chunk->bits,
                    &p->tables[channel], &p->results[channel]);
    }
}

static void
answer_preview(struct previewing *p)
{
    Signup__Excluded excluded[CHANNELS][RULES_COUNT],
        *pointers[CHANNELS][RULES_COUNT];
    Signup__ChannelCount channels[CHANNELS], *channel_pointers[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
        signup__channel_count__init(&channels[c]);
        channels[c].channel = (Words__Channel)(c + 1);
        channels[c].eligible = p->results[c].counts[0];
        channels[c].excluded = pointers[c];
        channel_pointers[c] = &channels[c];
        for (int rule = 1; rule < RULES_COUNT; rule++) {
            if (p->results[c].counts[rule] == 0) {
                continue;
            }
            Signup__Excluded *one = &excluded[c][channels[c].n_excluded];
            signup__excluded__init(one);
            one->rule = (Words__Rule)rule;
            one->count = p->results[c].counts[rule];
            pointers[c][channels[c].n_excluded++] = one;
        }
    }
    Signup__Previewed previewed = SIGNUP__PREVIEWED__INIT;
    previewed.people = p->people;
    previewed.n_channels = CHANNELS;
    previewed.channels = channel_pointers;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_PREVIEW;
    reply.preview = &previewed;
    asked_answer(p->asked, &reply);
}

static void
preview_done(void *arg, const struct bus_fault *fault,
             struct campaign *campaign)
{
    (void)campaign;
    struct previewing *p = arg;
    if (fault->err != ERR_NONE) {
        asked_refuse_fault(p->asked, fault);
    } else {
        metric_observe_ms(signup_of(p->asked)->metrics.audience_ms,
                          (double)(clock_boot_us() - p->began_us) / 1000);
        answer_preview(p);
    }
    free(p);
}

/* ---- freeze: one chunk's eligible, as bits ---- */

struct freezing {
    struct asked *asked;
    struct rules_table table;
    struct match_result result;
    bool is_last;
    uint8_t bits[CHUNK_BIT_BYTES];
};

static void freeze_chunk(void *arg, const struct walk_chunk *chunk);
static void freeze_done(void *arg, const struct bus_fault *fault,
                        struct campaign *campaign);

void
audience_flow_freeze(struct asked *asked)
{
    const Signup__Freeze *ask = signup_request(asked)->freeze;
    int channel = rules_channel_index(ask->channel);
    if (channel < 0) {
        signup_refuse(asked, &(struct signup_fault){"channel",
                                                    "channel is sms or email"});
        return;
    }
    struct freezing *f = mem_new(sizeof(*f));
    f->asked = asked;
    f->result.eligible = f->bits;
    rules_fill(ask->class_, channel, &f->table);
    walk_start(signup_of(asked), &(struct walk_ask){.campaign = ask->campaign,
                                                    .query = ask->query,
                                                    .action = ask->action,
                                                    .class_ = ask->class_,
                                                    .is_one_chunk = true,
                                                    .chunk = ask->chunk,
                                                    .on_chunk = freeze_chunk,
                                                    .done = freeze_done,
                                                    .arg = f});
}

static void
freeze_chunk(void *arg, const struct walk_chunk *chunk)
{
    struct freezing *f = arg;
    match_rules(chunk->plan, chunk->columns, chunk->bits, &f->table,
                &f->result);
    f->is_last = chunk->is_last;
}

static size_t
used_bytes(const uint8_t *bits)
{
    size_t len = CHUNK_BIT_BYTES;
    while (len > 0 && bits[len - 1] == 0) {
        len--;
    }
    return len;
}

static void
freeze_done(void *arg, const struct bus_fault *fault, struct campaign *campaign)
{
    (void)campaign;
    struct freezing *f = arg;
    if (fault->err != ERR_NONE) {
        asked_refuse_fault(f->asked, fault);
        free(f);
        return;
    }
    Signup__Frozen frozen = SIGNUP__FROZEN__INIT;
    frozen.bits = (ProtobufCBinaryData){used_bytes(f->bits), f->bits};
    frozen.count = f->result.counts[0];
    frozen.is_last = f->is_last;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_FREEZE;
    reply.freeze = &frozen;
    asked_answer(f->asked, &reply);
    free(f);
}
