/* drive -- the one driver: reads the marks of the rooms below, and acts.
 *
 *   a mark -> on_marks, in the loop's next turn, for each campaign marked:
 *     election_join    from now on its planner is elected
 *     refresh_go       all is read again
 *     drive_on         what a sending's stage asks for
 *   and progress_go for each broadcast that has changed */
#include "services/broadcast/drive/drive.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/send/system.h"

#define STAGE(name) BROADCAST__STAGE__##name

static void
facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct sending *sending = arg;
    (void)detail;
    if (err == ERR_NONE && !sending->is_gone &&
        !system_write_words(sending, facts->campaign)) {
        sending_set_version(sending, facts_version(facts, sending->record));
    }
    sending_release(sending);
}

void
drive_read_facts(struct sending *sending)
{
    sending_hold(sending);
    facts_get(sending->campaign->broadcast, sending->campaign->id, facts_known,
              sending);
}

/* The campaign has just been put: what was read before it is too old. */
static void
read_words(struct sending *sending)
{
    sending->must_read_words = false;
    sending_hold(sending);
    facts_get_newest(sending->campaign->broadcast, sending->campaign->id,
                     facts_known, sending);
}

static bool
is_standing(const struct record *record)
{
    return record->stage == STAGE(STANDING) ||
           (record->stage == STAGE(PAUSED) &&
            record->resume_to == STAGE(STANDING));
}

static void
swept(void *arg, enum err err)
{
    struct sending *sending = arg;
    sending->is_sweeping = false;
    if (err == ERR_NONE && !sending->is_gone) {
        mark_changed(sending->campaign, sending->record->id);
    }
    sending_release(sending);
}

static void
sweep_go(struct sending *sending)
{
    const struct record *record = sending->record;
    uint32_t leased = record->counts[0][WORDS__RECIPIENT_STATE__LEASED] +
                      record->counts[1][WORDS__RECIPIENT_STATE__LEASED];
    if (sending->is_sweeping || record_open(record) == leased) {
        return;
    }
    struct keep_on on = sending_on(sending);
    sending->is_sweeping = true;
    sending_hold(sending);
    sweep_run(&on, record, swept, sending);
}

void
drive_on(struct sending *sending)
{
    Broadcast__Stage stage = sending->record->stage;
    if (sending_needs_version(sending)) {
        drive_read_facts(sending);
    }
    if (stage == STAGE(FREEZING)) {
        freeze_go(sending);
    } else if (is_standing(sending->record)) {
        standing_go(sending);
    } else if (stage == STAGE(STAGE_STOPPED) || stage == STAGE(STAGE_EXPIRED)) {
        sweep_go(sending);
    }
}

/* ---- marks ---- */

static void
read_marks(struct campaign *campaign)
{
    if (campaign->must_join) {
        election_join(campaign);
    }
    if (campaign->must_refresh) {
        refresh_go(campaign);
    }
    for (size_t i = campaign->sending_count; i > 0; i--) {
        struct sending *sending = campaign->sendings[i - 1];
        if (sending->must_read_words) {
            read_words(sending);
        }
        if (sending->must_drive) {
            sending->must_drive = false;
            drive_on(sending);
        }
    }
}

static void
on_marks(void *arg)
{
    struct broadcast *broadcast = arg;
    struct plan *plan = broadcast->plan;
    for (size_t i = 0; i < plan->campaign_count; i++) {
        read_marks(plan->campaigns[i]);
    }
    progress_go(broadcast);
}

void
driver_start(struct broadcast *broadcast)
{
    broadcast->plan = plan_new(broadcast, on_marks);
    broadcast->drive = mem_new(sizeof(*broadcast->drive));
    progress_start(broadcast);
    watch_start(broadcast);
}

void
driver_stop(struct broadcast *broadcast)
{
    struct drive *drive = broadcast->drive;
    timer_free(&drive->meet_timer);
    lead_free(&drive->lead);
    timer_free(&drive->watch_timer);
    timer_free(&drive->progress_timer);
    free(drive);
    broadcast->drive = NULL;
    plan_free(&broadcast->plan);
}
