/* stage_flow -- start, pause, resume, stop.
 *
 *   Start:  the record -> signup's Preview and the routes (forecast_size):
 *           in time? approved by the right person for so many? -> keep_stage
 *   Pause, Resume: keep_stage
 *   Stop:   keep_stage (from then on nothing is granted) -> sweep_run -> the
 *           record -> the answer: leases granted before it end within
 *           LEASE_BEGIN_MS
 *
 * keep_stage answers with the record as it then stands: it is shown, and told
 * to the driver, without reading again.
 *
 * Safe to repeat: to be there already is no error. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/draft/content_check.h"
#include "services/broadcast/draft/forecast.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/send.h"

#define STAGE(name) BROADCAST__STAGE__##name

struct staging {
    struct asked *asked;
    const Broadcast__Act *act; /* borrowed of asked */
    struct record *record;     /* owned, or NULL */
};

static void
fail(struct staging *staging, enum err err, const char *detail)
{
    asked_refuse(staging->asked, err, detail);
    record_free(&staging->record);
    free(staging);
}

/* Answers with the record it has, and tells the driver. */
static void
finish(struct staging *staging)
{
    struct broadcast *broadcast = broadcast_of(staging->asked);
    char campaign[SLUG_SIZE];
    (void)snprintf(campaign, sizeof(campaign), "%s", staging->act->campaign);
    answer_record(staging->asked, campaign, staging->record);
    mark_heard(broadcast, campaign, staging->record);
    free(staging);
}

/* NULL: it cannot be read, and all is finished. */
static const struct record *
take_record(struct staging *staging, enum err err,
            const struct store_reply *reply)
{
    record_free(&staging->record);
    if (err == ERR_NONE) {
        staging->record = record_read(staging->act->id, reply);
    }
    if (staging->record != NULL) {
        return staging->record;
    }
    if (err == ERR_NONE) {
        fail(staging, ERR_NOT_FOUND, "no such broadcast");
    } else {
        const char *said = reply->type == STORE_STRING ? reply->string : NULL;
        fail(staging, err, err == ERR_FORBIDDEN ? KEEP_SYSTEM_WORDS : said);
    }
    return NULL;
}

static struct staging *
begin(struct asked *asked, const Broadcast__Act *act)
{
    if (!answer_check(asked, act->campaign, act->id)) {
        return NULL;
    }
    size_t len = strlen(act->staff);
    if (len == 0 || len > RECORD_STAFF_MAX) {
        asked_refuse(asked, ERR_BAD_REQUEST, "staff: 1 to 64 bytes");
        return NULL;
    }
    struct staging *staging = mem_new(sizeof(*staging));
    staging->asked = asked;
    staging->act = act;
    return staging;
}

static struct keep_on
on_of(const struct staging *staging)
{
    /* An organiser's word needs no planner: no epoch. */
    return (struct keep_on){.keep = broadcast_of(staging->asked)->keep,
                            .campaign = staging->act->campaign,
                            .id = staging->act->id,
                            .staff = staging->act->staff};
}

/* Couriers drop what they have not begun. */
static void
tell_halt(const struct staging *staging)
{
    char topic[BUS_TOPIC_BYTES_MAX];
    (void)snprintf(topic, sizeof(topic), "halt/%s/%s", staging->act->campaign,
                   staging->act->id);
    bus_announce(broadcast_of(staging->asked)->service.bus, topic, "", 0);
}

static void
staged(void *arg, enum err err, const struct store_reply *reply)
{
    struct staging *staging = arg;
    bool is_pause =
        request_of(staging->asked)->is_case == BROADCAST__REQUEST__IS_PAUSE;
    if (take_record(staging, err, reply) == NULL) {
        return;
    }
    if (is_pause) {
        tell_halt(staging);
    }
    finish(staging);
}

/* ---- start ---- */

static void
start_now(struct staging *staging)
{
    char started[24], expires[24], frozen[24];
    const struct record *record = staging->record;
    const Broadcast__Content *content = record->content;
    bool is_standing = content->has_is_standing && content->is_standing;
    int64_t now = clock_wall_ms();
    int64_t expiry = content->has_expires_at_ms ? content->expires_at_ms
                     : is_standing              ? 0
                                                : now + RECORD_EXPIRY_MS;
    (void)snprintf(started, sizeof(started), "%" PRId64, now);
    (void)snprintf(expires, sizeof(expires), "%" PRId64, expiry);
    (void)snprintf(frozen, sizeof(frozen), "%d:0",
                   record_has(record, 1) ? 1 : 2);
    struct keep_on on = on_of(staging);
    keep_stage(&on,
               &(struct keep_stage){
                   .from = STAGE_BIT(APPROVED),
                   .to = is_standing ? STAGE(STANDING) : STAGE(FREEZING),
                   .refusal = "only an approved broadcast can be started",
                   .fields = {"started_at", started, "expires_at", expires,
                              "frozen", frozen}},
               staged, staging);
}

static void
sized(void *arg, enum err err, const char *detail,
      const struct forecast_size *size)
{
    struct staging *staging = arg;
    const struct record *record = staging->record;
    bool is_alone = strcmp(record->made_by, record->approved_by) == 0;
    if (err != ERR_NONE) {
        fail(staging, err, detail);
    } else if (is_alone && size->recipients > size->approval_above) {
        fail(staging, ERR_FORBIDDEN,
             "the audience has grown past what its maker may approve alone");
    } else if (size->is_late && !staging->act->is_late_accepted) {
        fail(staging, ERR_CONFLICT,
             "at the routes' rates it would finish after its expiry: make "
             "the expiry later, or accept that it is late");
    } else {
        start_now(staging);
    }
}

static void
start_record_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct staging *staging = arg;
    const struct record *record = take_record(staging, err, reply);
    if (record == NULL) {
        return;
    }
    if (record_is_system(record)) {
        fail(staging, ERR_FORBIDDEN, KEEP_SYSTEM_WORDS);
    } else if (record->stage == STAGE(APPROVED) &&
               content_is_confirmation(record->content)) {
        fail(staging, ERR_CONFLICT, CONTENT_CONFIRMS); /* of 0.2 */
    } else if (record->started_at_ms != 0 &&
               record->stage != STAGE(STAGE_STOPPED) &&
               record->stage != STAGE(STAGE_EXPIRED)) {
        finish(staging); /* asked again */
    } else if (record->stage != STAGE(APPROVED)) {
        fail(staging, ERR_CONFLICT,
             "only an approved broadcast can be started");
    } else {
        forecast_measure_size(broadcast_of(staging->asked),
                              staging->act->campaign, record, sized, staging);
    }
}

void
stage_start(struct asked *asked)
{
    struct staging *staging = begin(asked, request_of(asked)->start);
    if (staging != NULL) {
        struct keep_on on = on_of(staging);
        keep_read(&on, start_record_read, staging);
    }
}

/* ---- pause and resume ---- */

void
stage_pause(struct asked *asked)
{
    struct staging *staging = begin(asked, request_of(asked)->pause);
    if (staging != NULL) {
        struct keep_on on = on_of(staging);
        keep_stage(&on,
                   &(struct keep_stage){.from = STAGE_BIT(FREEZING) |
                                                STAGE_BIT(SENDING) |
                                                STAGE_BIT(STANDING),
                                        .to = STAGE(PAUSED),
                                        .refusal = "it is not being sent"},
                   staged, staging);
    }
}

void
stage_resume(struct asked *asked)
{
    struct staging *staging = begin(asked, request_of(asked)->resume);
    if (staging != NULL) {
        struct keep_on on = on_of(staging);
        keep_stage(&on,
                   &(struct keep_stage){
                       .from = STAGE_BIT(FREEZING) | STAGE_BIT(SENDING) |
                               STAGE_BIT(PAUSED) | STAGE_BIT(STANDING),
                       .to = STAGE(STAGE_NONE),
                       .refusal = "it is not paused"},
                   staged, staging);
    }
}

/* ---- stop ---- */

static void
stop_record_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct staging *staging = arg;
    if (take_record(staging, err, reply) != NULL) {
        finish(staging);
    }
}

static void
stop_swept(void *arg, enum err err)
{
    struct staging *staging = arg;
    if (err != ERR_NONE) {
        fail(staging, err, NULL);
        return;
    }
    struct keep_on on = on_of(staging);
    keep_read(&on, stop_record_read, staging);
}

static void
stopped(void *arg, enum err err, const struct store_reply *reply)
{
    struct staging *staging = arg;
    if (take_record(staging, err, reply) == NULL) {
        return;
    }
    tell_halt(staging);
    struct keep_on on = on_of(staging);
    sweep_run(&on, staging->record, stop_swept, staging);
}

void
stage_stop(struct asked *asked)
{
    struct staging *staging = begin(asked, request_of(asked)->stop);
    if (staging != NULL) {
        struct keep_on on = on_of(staging);
        keep_stage(&on,
                   &(struct keep_stage){
                       .from = STAGE_BIT(DRAFT) | STAGE_BIT(APPROVED) |
                               STAGE_BIT(FREEZING) | STAGE_BIT(SENDING) |
                               STAGE_BIT(PAUSED) | STAGE_BIT(STANDING),
                       .to = STAGE(STAGE_STOPPED),
                       .refusal = "it has ended already"},
                   stopped, staging);
    }
}
