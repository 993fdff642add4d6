/* freeze_flow -- writes the audience to the ledger, once, chunk by chunk.
 *
 *   sending_drive -> freeze_go: signup's Freeze of the cursor's chunk
 *     -> ledger_from_bits -> keep_freeze (compares and moves the cursor,
 *     answers the record) -> mark_heard -> the next chunk, or it is being sent
 *
 * A crash anywhere resumes at the cursor; a chunk is written once. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/send.h"

#define CHUNKS_MAX 1024 /* 67 million supporters */

struct freezing {
    struct sending *sending;
    struct keep_chunk at;
    char cursor[24];
};

static void
finish(struct freezing *freezing)
{
    struct sending *sending = freezing->sending;
    sending->is_freezing = false;
    sending_release(sending);
    free(freezing);
}

static void
chunk_written(void *arg, enum err err, const struct store_reply *reply)
{
    struct freezing *freezing = arg;
    struct sending *sending = freezing->sending;
    struct record *record =
        err == ERR_NONE ? record_read(sending->record->id, reply) : NULL;
    sending->is_freezing = false; /* what is heard may freeze the next */
    if (err != ERR_NONE) {
        campaign_failed(sending->campaign, err);
    } else if (record != NULL && !sending->is_gone) {
        mark_heard(sending->campaign->broadcast, sending->campaign->id, record);
        record = NULL;
    }
    record_free(&record);
    finish(freezing);
}

/* After the last chunk of SMS comes the first of email. */
static void
write_next(const struct freezing *freezing, bool is_last, char next[24])
{
    const struct record *record = freezing->sending->record;
    if (!is_last) {
        (void)snprintf(next, 24, "%d:%" PRIu32, freezing->at.channel,
                       freezing->at.chunk + 1);
    } else if (freezing->at.channel == 1 && record_has(record, 2)) {
        (void)snprintf(next, 24, "2:0");
    } else {
        next[0] = '\0';
    }
}

static void
write_chunk(struct freezing *freezing, const Signup__Frozen *frozen)
{
    static uint8_t chunk[LEDGER_CHUNK_BYTES];
    struct keep_on on = sending_on(freezing->sending);
    char next[24];
    size_t len;
    uint32_t count =
        ledger_from_bits(frozen->bits.data, frozen->bits.len, chunk, &len);
    bool is_last =
        frozen->is_last || freezing->at.chunk + 1 >= (uint32_t)CHUNKS_MAX;
    write_next(freezing, is_last, next);
    keep_freeze(&on,
                &(struct keep_freeze){.at = freezing->at,
                                      .bytes = bytes_of(chunk, len),
                                      .count = count,
                                      .cursor = freezing->cursor,
                                      .next = next},
                chunk_written, freezing);
}

static void
frozen(void *arg, enum err err, const char *detail, const Signup__Reply *reply)
{
    struct freezing *freezing = arg;
    struct sending *sending = freezing->sending;
    if (err != ERR_NONE) {
        log_warn("freeze.refused", log_str("campaign", sending->campaign->id),
                 log_str("broadcast", sending->record->id),
                 log_str("error", err_name(err)), log_str("why", detail));
        finish(freezing); /* the watch drives it on */
    } else if (sending->is_gone) {
        finish(freezing);
    } else {
        write_chunk(freezing, reply->freeze);
    }
}

static void
ask_chunk(struct freezing *freezing)
{
    struct sending *sending = freezing->sending;
    const Broadcast__Content *content = sending->record->content;
    Signup__Freeze freeze = SIGNUP__FREEZE__INIT;
    freeze.campaign = sending->campaign->id;
    freeze.query = content->audience;
    freeze.class_ = content->class_;
    freeze.action = content->action;
    freeze.channel = (Words__Channel)freezing->at.channel;
    freeze.chunk = freezing->at.chunk;
    signup_ask_freeze(sending->campaign->broadcast->signup, &freeze, frozen,
                      freezing);
}

void
freeze_go(struct sending *sending)
{
    if (sending->is_freezing) {
        return;
    }
    struct freezing *freezing = mem_new(sizeof(*freezing));
    char *rest;
    freezing->sending = sending;
    (void)snprintf(freezing->cursor, sizeof(freezing->cursor), "%s",
                   sending->record->frozen);
    freezing->at.channel = (int)strtol(freezing->cursor, &rest, 10);
    freezing->at.chunk =
        *rest == ':' ? (uint32_t)strtoul(rest + 1, NULL, 10) : 0;
    sending->is_freezing = true;
    sending_hold(sending);
    ask_chunk(freezing);
}
