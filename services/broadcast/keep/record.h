/* record -- one broadcast as Redis holds it, read into a struct.
 *
 * Fields of b:<id>: content (packed), class (of the system's), hash, stage,
 * made_by, made_at, approved_by, started_at, expires_at, ended_at, resume_to,
 * why (Muster itself has paused it), retired (a standing one that grows no
 * more), rev, frozen (the freezing's cursor "<ch>:<chunk>"), cursor (of the
 * sign-up feed, standing), k<ch> (chunks of the ledger), n<ch>.<state> (kept
 * counters), w<ch>.<rule> (withheld, by rule). */
#ifndef BROADCAST_RECORD_H
#define BROADCAST_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/store/store.h"
#include "services/broadcast/keep/ledger.h"

#define RECORD_ID_SIZE 24
#define RECORD_CHANNELS 2
#define RECORD_RULES (WORDS__RULE__RULE_BUDGET + 1) /* the last of them */
#define RECORD_WHY_SIZE 256
#define RECORD_STAFF_MAX 64                 /* bytes of a staff id */
#define RECORD_EXPIRY_MS (24 * 3600 * 1000) /* after the start, by default */

struct record {
    char id[RECORD_ID_SIZE];
    Broadcast__Content *content;
    Broadcast__Stage stage, resume_to;
    char hash[65];
    char made_by[RECORD_STAFF_MAX + 1], approved_by[RECORD_STAFF_MAX + 1];
    char frozen[24];
    char why[RECORD_WHY_SIZE]; /* Muster paused it; "": it did not */
    int64_t made_at_ms, started_at_ms, expires_at_ms, ended_at_ms;
    bool is_retired;
    uint64_t revision, cursor;
    uint32_t chunks[RECORD_CHANNELS];
    uint32_t counts[RECORD_CHANNELS][LEDGER_STATES];
    uint32_t withheld[RECORD_CHANNELS][RECORD_RULES];
};

/* From HGETALL's reply. NULL: no such broadcast, or it cannot be read. */
struct record *record_read(const char *id, const struct store_reply *reply);
void record_free(struct record **record);

/* channel is 1 (SMS) or 2 (email): has it a text for it? */
bool record_has(const struct record *record, int channel);
/* "1", "2" or "12". */
const char *record_channels(const struct record *record);
/* The campaign's confirmation, or a day's notes. */
bool record_is_system(const struct record *record);
#define RECORD_CONFIRMATION "b0" /* its id */
/* Recipients that may still be sent to: pending, leased and deferred. */
uint32_t record_open(const struct record *record);

/* The record as others are told it; all in it is borrowed from the record
 * and from here. */
struct record_view {
    Broadcast__Broadcast message;
    Broadcast__ChannelProgress channels[RECORD_CHANNELS];
    Broadcast__ChannelProgress *channel_list[RECORD_CHANNELS];
    Broadcast__StateCount counts[RECORD_CHANNELS][LEDGER_STATES];
    Broadcast__StateCount *count_list[RECORD_CHANNELS][LEDGER_STATES];
    Signup__Excluded withheld[RECORD_CHANNELS][RECORD_RULES];
    Signup__Excluded *withheld_list[RECORD_CHANNELS][RECORD_RULES];
};
void record_show(const struct record *record, const char *campaign,
                 struct record_view *view);

#endif
