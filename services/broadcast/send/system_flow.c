/* system_flow -- what the system sends by itself: the campaign's confirmation
 * and each day's notes.
 *
 *   system_make: the planner has begun -> keep_system: b0 is there
 *   an entry of signup's feed, by b0's follower (standing_flow.c)
 *     -> Entered: its number to b0, on that channel alone
 *     -> NoteMade: the note's number to the notes of its day, which are made
 *        with the first of them
 *     -> keep_system: ledgers and cursor in one script
 *   system_write_words: the campaign's facts have other words -> keep_words
 *
 * The feed is followed from its start: what was before Muster 0.3 has no
 * Entered in it, so nobody of before is written to, and nobody is skipped who
 * signed up while the confirmation was not there yet. Entries without anybody
 * move the cursor now and then only. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "services/broadcast/draft/system.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/system.h"

#define CURSOR_EVERY 4096 /* events that add nobody, then it is kept */

/* ---- making ---- */

void
system_make(struct campaign *campaign, store_reply_cb *cb, void *arg)
{
    struct keep_on on = campaign_on(campaign, NULL);
    struct buf made;
    buf_init(&made, 0);
    system_add_confirmation(&made);
    keep_system(&on,
                &(struct keep_system){.made = bytes_of(made.data, made.len)},
                cb, arg);
    buf_fini(&made);
}

/* ---- words ---- */

static void
words_written(void *arg, enum err err, const struct store_reply *reply)
{
    struct sending *sending = arg;
    struct campaign *campaign = sending->campaign;
    struct record *record =
        err == ERR_NONE ? record_read(sending->record->id, reply) : NULL;
    if (err != ERR_NONE) {
        campaign_failed(campaign, err); /* at the next look again */
    } else if (record != NULL && !sending->is_gone) {
        log_info("system.words", log_str("campaign", campaign->id));
        mark_heard(campaign->broadcast, campaign->id, record);
        record = NULL;
    }
    record_free(&record);
    sending_release(sending);
}

bool
system_write_words(struct sending *sending, const Signup__Campaign *campaign)
{
    if (sending->record->content->class_ != WORDS__CLASS__CLASS_CONFIRMATION) {
        return false;
    }
    char hash[CONTENT_HASH_SIZE];
    struct keep_on on = sending_on(sending);
    struct buf packed;
    buf_init(&packed, 0);
    system_pack_confirmation(campaign, &packed, hash);
    bool is_other = strcmp(hash, sending->record->hash) != 0;
    if (is_other) {
        sending_hold(sending);
        keep_words(&on, hash, bytes_of(packed.data, packed.len), words_written,
                   sending);
    }
    buf_fini(&packed);
    return is_other;
}

/* ---- an entry ---- */

struct applying {
    struct sending *sending;       /* the confirmation's */
    struct system_number_row *who; /* owned; rising, none twice */
    size_t count;
    uint64_t seq;
    bool has_put; /* the campaign's own facts */
};

static void
finish(struct applying *applying, enum err err)
{
    feed_applied(applying->sending->follower, err);
    sending_release(applying->sending);
    free(applying->who);
    free(applying);
}

/* One more in this day's ledger: the planner looks at that chunk. */
static void
hint(const struct applying *applying, const char *id, uint32_t day)
{
    struct sending *to = sending_find(applying->sending->campaign, id);
    for (size_t i = 0; to != NULL && i < applying->count; i++) {
        const struct system_number_row *who = &applying->who[i];
        if (who->day == day) {
            lane_hint(&to->lanes[who->channel - 1],
                      who->number / CHUNK_NUMBERS);
        }
    }
}

static void
added(void *arg, enum err err, const struct store_reply *reply)
{
    struct applying *applying = arg;
    struct campaign *campaign = applying->sending->campaign;
    if (err != ERR_NONE) {
        campaign_failed(campaign, err);
    }
    bool is_good = err == ERR_NONE && !applying->sending->is_gone;
    if (is_good) { /* until the record is read again */
        applying->sending->record->cursor = applying->seq;
    }
    for (size_t i = 0; is_good && i + 2 < reply->count; i += 3) {
        const char *id = keep_text(reply, i);
        if (keep_number(reply, i + 2) > 0) {
            hint(applying, id, (uint32_t)keep_number(reply, i + 1));
            mark_changed(campaign, id);
        }
    }
    finish(applying, err);
}

static void
nobody_added(void *arg)
{
    finish(arg, ERR_NONE);
}

static void
add(struct applying *applying, uint32_t day, Words__Channel channel,
    uint32_t number)
{
    if (channel == WORDS__CHANNEL__CHANNEL_SMS ||
        channel == WORDS__CHANNEL__CHANNEL_EMAIL) {
        applying->who[applying->count++] = (struct system_number_row){
            .day = day, .channel = (uint8_t)channel, .number = number};
    }
}

static void
read_event(struct applying *applying, const ProtobufCBinaryData *packed)
{
    Signup__Event *event = wire_unpack(&signup__event__descriptor, packed->data,
                                       packed->len, BUS_BODY_BYTES_MAX);
    if (event == NULL) {
        log_error("system.bad_event", log_int("bytes", (int64_t)packed->len));
        return;
    }
    applying->has_put |= event->is_case == SIGNUP__EVENT__IS_CAMPAIGN_PUT;
    if (event->is_case == SIGNUP__EVENT__IS_ENTERED &&
        event->entered->has_number) {
        add(applying, 0, event->entered->channel, event->entered->number);
    } else if (event->is_case == SIGNUP__EVENT__IS_NOTE_MADE &&
               event->note_made->has_note && event->note_made->day > 0) {
        add(applying, event->note_made->day, event->note_made->channel,
            event->note_made->note);
    }
    wire_free(event);
}

static int
by_place(const void *a, const void *b)
{
    const struct system_number_row *x = a, *y = b;
    if (x->day != y->day) {
        return x->day < y->day ? -1 : 1;
    }
    if (x->channel != y->channel) {
        return x->channel < y->channel ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

static void
read_entry(struct applying *applying, const Feed__Entry *entry)
{
    applying->who = mem_new_array(entry->n_events + 1, sizeof(*applying->who));
    for (size_t i = 0; i < entry->n_events; i++) {
        read_event(applying, &entry->events[i]);
    }
    qsort(applying->who, applying->count, sizeof(*applying->who), by_place);
    size_t count = 0;
    for (size_t i = 0; i < applying->count; i++) {
        if (i == 0 || by_place(&applying->who[i], &applying->who[count - 1])) {
            applying->who[count++] = applying->who[i];
        }
    }
    applying->count = count;
}

static void
write_rows(const struct applying *applying, struct buf *made,
           struct buf *numbers)
{
    for (size_t i = 0; i < applying->count; i++) {
        const struct system_number_row *who = &applying->who[i];
        system_number_row_append(numbers, who);
        if (i > 0 && who->day == applying->who[i - 1].day) {
            continue;
        }
        if (who->day == 0) {
            system_add_confirmation(made);
        } else {
            system_add_notes(who->day, made);
        }
    }
}

void
system_apply_entry(void *arg, struct feed_follower *follower,
                   const Feed__Entry *entry)
{
    struct sending *sending = arg;
    struct applying *applying = mem_new(sizeof(*applying));
    (void)follower;
    applying->sending = sending;
    applying->seq = entry->seq;
    sending_hold(sending);
    read_entry(applying, entry);
    if (applying->has_put && !sending->is_gone) {
        mark_new_words(sending);
    }
    bool is_kept = entry->seq < sending->record->cursor + CURSOR_EVERY;
    if (sending->is_gone || (applying->count == 0 && is_kept)) {
        loop_defer(sending->campaign->broadcast->service.loop, nobody_added,
                   applying);
        return;
    }
    struct keep_on on = sending_on(sending);
    struct buf made, numbers;
    buf_init(&made, 0);
    buf_init(&numbers, 0);
    write_rows(applying, &made, &numbers);
    keep_system(
        &on,
        &(struct keep_system){.seq = entry->seq,
                              .made = bytes_of(made.data, made.len),
                              .numbers = bytes_of(numbers.data, numbers.len)},
        added, applying);
    buf_fini(&made);
    buf_fini(&numbers);
}
