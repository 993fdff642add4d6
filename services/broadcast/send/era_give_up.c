/* era_give_up -- a place that may have begun what the store forgot, and does
 * not report: whoever is to be sent to still is in doubt, and the broadcast
 * pauses with a sentence that everybody sees. Then the era is done.
 *
 *   era_watch -> for each sending: keep_stage, keep_begun of every chunk of
 *   each channel, one after the other -> keep_reported
 *
 * What the system sends by itself (confirmations, notes) goes on: its numbers
 * may be given to others by now. */
#include "services/broadcast/send/era_give_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/era.h"

#define WHY                                                                    \
    "Muster's store has gone back in time, and not every courier could say "   \
    "whom it had sent this to meanwhile. Whoever was still to get it is in "   \
    "doubt: say what became of them, then resume."

struct doubted {
    char id[RECORD_ID_SIZE];
    uint32_t chunks[RECORD_CHANNELS];
    bool is_to_pause;
};

struct giving_up {
    struct campaign *campaign;
    uint64_t epoch, era;
    size_t count, at; /* of those */
    int channel;      /* the next; 0: it is to be paused first */
    uint32_t chunk, changed;
    struct doubted doubted[SENDINGS_MAX + SENDINGS_SYSTEM_MAX];
};

static void go_on(struct giving_up *giving_up);

static void
end(struct giving_up *giving_up)
{
    struct campaign *campaign = giving_up->campaign;
    campaign->is_ending_era = false;
    campaign->broadcast->open--;
    if (campaign->epoch == giving_up->epoch) {
        mark_stale(campaign);
    }
    free(giving_up);
}

/* The watch begins again. */
static void
fail(struct giving_up *giving_up, enum err err)
{
    log_warn("era.failed", log_str("campaign", giving_up->campaign->id),
             log_str("error", err_name(err)));
    end(giving_up);
}

static void
era_ended(void *arg, enum err err, const struct store_reply *reply)
{
    struct giving_up *giving_up = arg;
    if (err == ERR_NONE) {
        era_hear_done(giving_up->campaign, reply);
        log_warn("era.unreported", log_str("campaign", giving_up->campaign->id),
                 log_int("recipients", giving_up->changed),
                 log_str("why", "a courier that may have begun them does not "
                                "report: they are in doubt"));
    }
    end(giving_up);
}

static void
paused(void *arg, enum err err, const struct store_reply *reply)
{
    struct giving_up *giving_up = arg;
    (void)reply;
    if (err != ERR_NONE && err != ERR_CONFLICT) {
        fail(giving_up, err);
        return;
    }
    go_on(giving_up);
}

static void
doubted(void *arg, enum err err, const struct store_reply *reply)
{
    struct giving_up *giving_up = arg;
    if (err != ERR_NONE) {
        fail(giving_up, err);
        return;
    }
    uint32_t changed = (uint32_t)keep_number(reply, 0);
    giving_up->changed += changed;
    metric_add(giving_up->campaign->broadcast->metrics.unreported, changed);
    go_on(giving_up);
}

static void
doubt_chunk(struct giving_up *giving_up, const struct keep_on *on)
{
    static uint8_t all[LANE_BITS_BYTES];
    memset(all, 0xff, sizeof(all));
    struct keep_begun call = {.era = giving_up->era,
                              .at = {giving_up->channel, giving_up->chunk++},
                              .bits = bytes_of(all, sizeof(all)),
                              .is_all = true};
    keep_begun(on, &call, doubted, giving_up);
}

static void
pause_it(struct giving_up *giving_up, const struct keep_on *on)
{
    keep_stage(on,
               &(struct keep_stage){.from = STAGE_BIT(FREEZING) |
                                            STAGE_BIT(SENDING) |
                                            STAGE_BIT(STANDING),
                                    .to = BROADCAST__STAGE__PAUSED,
                                    .refusal = "it is not being sent",
                                    .fields = {"why", WHY}},
               paused, giving_up);
}

static void
go_on(struct giving_up *giving_up)
{
    struct campaign *campaign = giving_up->campaign;
    if (campaign->epoch != giving_up->epoch) {
        end(giving_up);
        return;
    }
    while (giving_up->at < giving_up->count) {
        struct doubted *of = &giving_up->doubted[giving_up->at];
        struct keep_on on = campaign_on(campaign, of->id);
        if (giving_up->channel == 0) {
            giving_up->channel = 1;
            giving_up->chunk = 0;
            if (of->is_to_pause) {
                pause_it(giving_up, &on);
                return;
            }
        }
        if (giving_up->chunk < of->chunks[giving_up->channel - 1]) {
            doubt_chunk(giving_up, &on);
            return;
        }
        giving_up->chunk = 0;
        if (giving_up->channel++ == RECORD_CHANNELS) {
            mark_changed(campaign, of->id);
            giving_up->channel = 0;
            giving_up->at++;
        }
    }
    struct keep_on on = campaign_on(campaign, NULL);
    keep_reported(&on, &(struct keep_fence){.era = giving_up->era}, true,
                  era_ended, giving_up);
}

/* What was made since then nobody can have begun before. */
static void
list(struct giving_up *giving_up)
{
    const struct campaign *campaign = giving_up->campaign;
    int64_t held_since_ms =
        clock_wall_ms() - (clock_boot_ms() - campaign->held_since_ms);
    for (size_t i = 0; i < campaign->sending_count; i++) {
        const struct record *record = campaign->sendings[i]->record;
        bool is_freezing = record->stage == BROADCAST__STAGE__FREEZING;
        if (record_is_system(record) || record->made_at_ms > held_since_ms ||
            (record_open(record) == 0 && !is_freezing)) {
            continue;
        }
        struct doubted *of = &giving_up->doubted[giving_up->count++];
        (void)snprintf(of->id, sizeof(of->id), "%s", record->id);
        memcpy(of->chunks, record->chunks, sizeof(of->chunks));
        of->is_to_pause = is_freezing ||
                          record->stage == BROADCAST__STAGE__SENDING ||
                          record->stage == BROADCAST__STAGE__STANDING;
    }
}

static void
give_up(struct campaign *campaign)
{
    struct giving_up *giving_up = mem_new(sizeof(*giving_up));
    giving_up->campaign = campaign;
    giving_up->epoch = campaign->epoch;
    giving_up->era = campaign->era;
    list(giving_up);
    campaign->is_ending_era = true;
    campaign->broadcast->open++;
    go_on(giving_up);
}

static void
looked(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    if (err == ERR_NONE) {
        era_hear_done(campaign, reply);
    }
    campaign->is_ending_era = false;
    campaign->broadcast->open--;
}

void
era_watch(struct campaign *campaign)
{
    if (campaign->era == campaign->era_done || campaign->is_ending_era ||
        !era_may_report(campaign)) {
        return;
    }
    if (clock_boot_ms() - campaign->held_since_ms >=
        campaign->broadcast->report_wait_ms) {
        give_up(campaign);
        return;
    }
    /* Perhaps there is nobody to wait for. */
    struct keep_on on = campaign_on(campaign, NULL);
    campaign->is_ending_era = true;
    campaign->broadcast->open++;
    keep_reported(&on, &(struct keep_fence){.era = campaign->era}, false,
                  looked, campaign);
}
