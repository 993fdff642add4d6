/* mark_flow -- a mark, from the ask to its answer.
 *
 *   mark_begin -> (action_awaited) -> join_batch: the campaign's batch
 *   -> flush -> marks_committed -> each asker answered, news told
 *
 * Safe to repeat by the scan id: its hash is remembered for good together
 * with a hash of the content and the answer. Limits: BATCH_MAX marks a
 * commit, WAITING_MAX marks of a campaign waiting for one. */
#include "services/checkin/marks/marks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checkin_rows.h"
#include "common/base/base.h"
#include "common/loop/loop.h"
#include "services/checkin/attendance/count.h"
#include "services/checkin/checkin.h"
#include "services/checkin/expected/expected.h"
#include "services/checkin/marks/presence.h"
#include "services/checkin/tickets/tickets.h"

#define BATCH_MAX 500
#define BATCHES_IN_FLIGHT_MAX 2
#define WAITING_MAX 20000
#define SCAN_ID_CHARS_MIN 8
#define SCAN_ID_CHARS_MAX 64
#define DEVICE_BYTES_MAX 40
#define AGE_MS_MAX (30LL * 24 * 3600 * 1000)
#define AHEAD_MS_MAX                                                           \
    (2LL * 60 * 1000) /* a clock further on is not believed                    \
                       */
#define EVENT_BYTES_MAX 128

struct mark {
    struct asked *ask;          /* owned */
    const Checkin__Mark *asked; /* in ask */
    struct ticket ticket;
    struct action *action; /* borrowed */
    struct presence_stamp stamp;
    int64_t now_ms;
};

struct commit {
    struct campaign *campaign;
    struct mark **marks; /* owned, each */
    size_t count;
    int64_t started_us;
};

static void
mark_refuse(struct mark *mark, enum err err, const char *detail)
{
    asked_refuse(mark->ask, err, detail);
    free(mark);
}

/* ---- 1. the form ---- */

static bool
is_scan_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return text[len] == '\0' && len >= SCAN_ID_CHARS_MIN &&
           len <= SCAN_ID_CHARS_MAX;
}

static bool
is_device(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return len > 0 && len <= DEVICE_BYTES_MAX;
}

/* NULL, or a sentence why not. */
static const char *
check_form(const Checkin__Mark *asked, int64_t now_ms)
{
    if (asked->kind != CHECKIN__MARK_KIND__ARRIVED &&
        asked->kind != CHECKIN__MARK_KIND__LEFT) {
        return "kind is arrived or left";
    }
    if ((asked->code == NULL) == (asked->scanned == NULL)) {
        return "say either the typed code or the scanned ticket";
    }
    if (!is_scan_id(asked->scan_id)) {
        return "scan_id is 8 to 64 letters, digits, dashes or underscores";
    }
    if (!is_device(asked->device)) {
        return "device is 1 to 40 bytes without control characters";
    }
    if (asked->has_at_ms && (asked->at_ms < now_ms - AGE_MS_MAX)) {
        return "the time of the mark is more than 30 days ago";
    }
    return NULL;
}

static void action_awaited(void *arg, enum err err, const char *detail,
                           void *value);
static void join_batch(struct mark *mark, struct action *action);

/* A code of another campaign is as wrong as any: who may try many codes at one
 * campaign learns nothing of another's. One not heard of yet may be its. */
static bool
is_of_campaign(const struct ticket *ticket, const struct campaign *campaign)
{
    return campaign == NULL || campaign->record == NULL ||
           ticket->campaign == campaign->record->number;
}

void
mark_begin(struct asked *ask)
{
    struct checkin *checkin = checkin_of(ask);
    const Checkin__Mark *asked = checkin_request(ask)->mark;
    int64_t now_ms = clock_wall_ms();
    struct ticket ticket;
    const char *why = check_form(asked, now_ms);
    if (why != NULL) {
        asked_refuse(ask, ERR_BAD_REQUEST, why);
        return;
    }
    if (!ticket_read_any(&checkin->tickets,
                         asked->code != NULL ? asked->code : asked->scanned,
                         &ticket) ||
        !is_of_campaign(&ticket,
                        directory_find(&checkin->directory, asked->campaign))) {
        ticket_refuse(ask);
        return;
    }
    struct mark *mark = mem_new(sizeof(*mark));
    *mark = (struct mark){
        .ask = ask, .asked = asked, .ticket = ticket, .now_ms = now_ms};
    struct action *action = directory_find_action(
        &checkin->directory, asked->campaign, asked->action);
    if (action != NULL) {
        join_batch(mark, action);
        return;
    }
    await_action(checkin, asked->campaign, asked->action, action_awaited, mark);
}

/* ---- 2. the place, and the row for mark.lua ---- */

/* The low bytes of hash, big-endian. */
static void
put_hash(uint8_t *to, uint64_t hash, size_t len)
{
    for (size_t i = len; i > 0; i--) {
        to[i - 1] = (uint8_t)hash;
        hash >>= 8;
    }
}

/* Of what a scan id stands for: the same scan sent again has the same. */
static uint64_t
content_hash(const struct mark *mark)
{
    const Checkin__Mark *asked = mark->asked;
    struct buf content;
    buf_init(&content, 0);
    buf_printf(&content, "%s\n%s\n%d\n%u\n%u\n%u\n%s\n%lld", asked->action,
               asked->gate, (int)asked->kind, mark->ticket.campaign,
               mark->ticket.action, mark->ticket.number, asked->device,
               asked->has_at_ms ? (long long)asked->at_ms : -1LL);
    uint64_t hash = crypto_mac64(&checkin_of(mark->ask)->scan_key, content.data,
                                 content.len);
    buf_fini(&content);
    return hash;
}

/* How the field "events" of a feed.Entry begins on the wire. */
static uint8_t
events_key(void)
{
    static uint8_t key;
    if (key == 0) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(
                &feed__entry__descriptor, "events");
        assert(field != NULL && field->id < 16);
        key = (uint8_t)(field->id << 3 | 2);
    }
    return key;
}

/* The mark's event, as a field of a feed.Entry. */
static struct bytes
pack_event(const struct mark *mark, uint8_t to[EVENT_BYTES_MAX])
{
    Checkin__MarkMade made = CHECKIN__MARK_MADE__INIT;
    made.has_number = made.has_action_number = made.has_kind = true;
    made.number = mark->ticket.number;
    made.action_number = mark->action->number;
    made.kind = mark->asked->kind;
    made.gate = mark->asked->gate;
    Checkin__Event event = CHECKIN__EVENT__INIT;
    event.is_case = CHECKIN__EVENT__IS_MARK_MADE;
    event.mark_made = &made;
    event.has_at_ms = true;
    event.at_ms = mark->stamp.at_ms;
    size_t len = protobuf_c_message_get_packed_size(&event.base);
    assert(len < 0x80 && 2 + len <= EVENT_BYTES_MAX);
    to[0] = events_key();
    to[1] = (uint8_t)len;
    (void)protobuf_c_message_pack(&event.base, to + 2);
    return bytes_of(to, 2 + len);
}

static void
append_row(struct buf *to, const struct mark *mark)
{
    const struct crypto_key *key = &checkin_of(mark->ask)->scan_key;
    const char *scan_id = mark->asked->scan_id;
    uint8_t event[EVENT_BYTES_MAX];
    struct mark_row row = {.action = mark->action->number,
                           .number = mark->ticket.number,
                           .at = (uint64_t)mark->stamp.at_ms,
                           .tail = presence_tail(&mark->stamp),
                           .role = mark->ticket.role,
                           .event = pack_event(mark, event)};
    put_hash(row.scan, crypto_mac64(key, scan_id, strlen(scan_id)),
             sizeof(row.scan));
    put_hash(row.content, content_hash(mark), sizeof(row.content));
    mark_row_append(to, &row);
}

static struct presence_stamp
stamp_of(const struct mark *mark, int gate)
{
    const struct crypto_key *key = &checkin_of(mark->ask)->scan_key;
    const Checkin__Mark *asked = mark->asked;
    bool is_believed =
        asked->has_at_ms && asked->at_ms <= mark->now_ms + AHEAD_MS_MAX;
    return (struct presence_stamp){
        .at_ms = is_believed ? asked->at_ms : mark->now_ms,
        .device =
            (uint32_t)crypto_mac64(key, asked->device, strlen(asked->device)),
        .kind = (uint8_t)asked->kind,
        .gate = (uint8_t)gate};
}

static void
refuse_ticket(struct mark *mark)
{
    ticket_refuse(mark->ask);
    free(mark);
}

static void flush(void *arg, void **marks, size_t count);

static struct batch *
batch_of(struct campaign *campaign)
{
    if (campaign->marks == NULL) {
        struct batch_options options = {.item_max = BATCH_MAX,
                                        .waiting_max = WAITING_MAX,
                                        .in_flight_max = BATCHES_IN_FLIGHT_MAX};
        campaign->marks = batch_new(campaign->checkin->service.loop, &options,
                                    flush, campaign);
    }
    return campaign->marks;
}

static void
action_awaited(void *arg, enum err err, const char *detail, void *value)
{
    struct action *action = value;
    (void)detail;
    struct mark *mark = arg;
    if (err != ERR_NONE) {
        mark_refuse(mark, err,
                    err == ERR_NOT_FOUND ? "there is no such action"
                                         : "not now; try again in a moment");
        return;
    }
    join_batch(mark, action);
}

static void
join_batch(struct mark *mark, struct action *action)
{
    if (!is_of_campaign(&mark->ticket, action->campaign)) {
        refuse_ticket(mark);
        return;
    }
    if (mark->ticket.action != action->number) {
        mark_refuse(mark, ERR_NOT_FOUND, "this ticket is for another action");
        return;
    }
    int gate = action_find_gate(action, mark->asked->gate);
    if (gate < 0) {
        mark_refuse(mark, ERR_NOT_FOUND, "the action has no such gate");
        return;
    }
    mark->action = action;
    mark->stamp = stamp_of(mark, gate);
    if (mark->ticket.is_old &&
        !action_takes_old_codes(action, mark->stamp.at_ms)) {
        refuse_ticket(mark);
        return;
    }
    if (!batch_add(batch_of(action->campaign), mark)) {
        mark_refuse(mark, ERR_LIMIT, "too many marks wait; try again");
    }
}

/* ---- 3. the commit ---- */

static void marks_committed(void *arg, enum err err,
                            const struct store_reply *reply);

static void
flush(void *arg, void **marks, size_t count)
{
    struct campaign *campaign = arg;
    struct commit *commit = mem_new(sizeof(*commit));
    *commit = (struct commit){campaign, mem_copy(marks, count * sizeof(*marks)),
                              count, clock_boot_us()};
    struct bytes *args = mem_new_array(count, sizeof(*args));
    struct buf rows;
    buf_init(&rows, 0);
    for (size_t i = 0; i < count; i++) {
        args[i].len = rows.len; /* where it begins, until rows lie still */
        append_row(&rows, commit->marks[i]);
    }
    for (size_t i = 0, end = rows.len; i < count; i++) {
        struct bytes *row = &args[count - 1 - i];
        size_t begin = row->len;
        *row = bytes_of(rows.data + begin, end - begin);
        end = begin;
    }
    const struct checkin_call call = {&campaign->checkin->store, campaign->id,
                                      marks_committed, commit};
    checkin_commit_marks(&call, args, count);
    buf_fini(&rows);
    free(args);
}

/* ---- 4. the answers ---- */

static void
answer(struct mark *mark, const struct marked_row *row)
{
    struct checkin *checkin = checkin_of(mark->ask);
    if (row->outcome == OUTCOME_CONFLICT) {
        metric_add(checkin->metrics.conflicts, 1);
        mark_refuse(mark, ERR_CONFLICT,
                    "this scan_id was used before for something else");
        return;
    }
    metric_add(row->outcome == OUTCOME_NEW ? checkin->metrics.marks
                                           : checkin->metrics.repeats,
               1);
    Checkin__Marked marked = CHECKIN__MARKED__INIT;
    marked.number = mark->ticket.number;
    marked.is_first = (row->bits & MARKED_IS_FIRST) != 0;
    marked.was_present = (row->bits & MARKED_WAS_PRESENT) != 0;
    marked.has_role = row->role != 0;
    marked.role = row->role;
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_MARK;
    reply.mark = &marked;
    asked_answer(mark->ask, &reply);
    free(mark);
}

static bool
is_complete(const struct commit *commit, const struct store_reply *reply)
{
    return reply->type == STORE_ARRAY && reply->count == 3 &&
           reply->items[0].type == STORE_INTEGER &&
           reply->items[1].type == STORE_STRING &&
           reply->items[1].len == MARKED_ROW_BYTES * commit->count;
}

static void
marks_committed(void *arg, enum err err, const struct store_reply *reply)
{
    struct commit *commit = arg;
    struct campaign *campaign = commit->campaign;
    struct checkin *checkin = campaign->checkin;
    if (err == ERR_NONE && !is_complete(commit, reply)) {
        err = ERR_INTERNAL;
    }
    struct bytes rest =
        err == ERR_NONE ? bytes_of(reply->items[1].string, reply->items[1].len)
                        : bytes_of(NULL, 0);
    struct marked_row row;
    for (size_t i = 0; i < commit->count; i++) {
        if (marked_row_read(&rest, &row)) {
            answer(commit->marks[i], &row);
        } else {
            mark_refuse(commit->marks[i], err, "the mark was not confirmed");
        }
    }
    if (err == ERR_NONE) {
        feed_announce_end(campaign, (uint64_t)reply->items[0].integer);
        attendance_changed_all(campaign, &reply->items[2]);
    }
    metric_add(checkin->metrics.commits, 1);
    metric_observe_ms(checkin->metrics.commit_ms,
                      (double)(clock_boot_us() - commit->started_us) / 1000.0);
    free(commit->marks);
    free(commit);
    batch_done(campaign->marks);
}

/* ---- shutdown ---- */

bool
mark_is_idle(const struct checkin *checkin)
{
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        const struct batch *marks = checkin->directory.campaigns[i]->marks;
        if (marks != NULL && !batch_is_idle(marks)) {
            return false;
        }
    }
    return true;
}

void
mark_stop(struct checkin *checkin)
{
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        batch_free(&checkin->directory.campaigns[i]->marks);
    }
}
