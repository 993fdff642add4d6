/* recipients_flow -- who is in which state, and doubt resolved by hand.
 *
 *   ListRecipients: keep_read_chunk -> ledger_find
 *   Recount:        keep_read -> keep_recount of each channel, counters and
 *                   chunks of one moment -> do they agree?
 *   ResolveDoubt:   keep_doubt -> the broadcast as it now stands */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"
#include "services/broadcast/send/send.h"

#define LIST_MAX 1000
#define RESOLVE_MAX 1000

/* ---- ListRecipients ---- */

static void
chunk_came(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__ListRecipients *list = request_of(asked)->recipients;
    uint32_t from = list->has_from_number ? list->from_number : 0;
    uint32_t base = from - from % CHUNK_NUMBERS;
    uint32_t max = list->has_max && list->max > 0 && list->max < LIST_MAX
                       ? list->max
                       : LIST_MAX;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    bool has = reply->type == STORE_STRING;
    uint32_t numbers[LIST_MAX];
    struct ledger_found found = {.offsets = numbers, .max = max};
    Broadcast__Recipients answer = BROADCAST__RECIPIENTS__INIT;
    Broadcast__Reply to = BROADCAST__REPLY__INIT;
    ledger_find(has ? bytes_of(reply->string, reply->len) : bytes_of("", 0),
                list->state, from - base, &found);
    for (size_t i = 0; i < found.count; i++) {
        numbers[i] += base;
    }
    answer.n_numbers = found.count;
    answer.numbers = numbers;
    /* At a chunk's end the asker goes on with the next: chunk_known says
     * where they end. */
    answer.has_next = true;
    answer.next = base + found.next;
    to.is_case = BROADCAST__REPLY__IS_RECIPIENTS;
    to.recipients = &answer;
    asked_answer(asked, &to);
}

static void
chunk_known(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__ListRecipients *list = request_of(asked)->recipients;
    struct record *record =
        err == ERR_NONE ? record_read(list->id, reply) : NULL;
    if (record == NULL) {
        asked_refuse(asked, err == ERR_NONE ? ERR_NOT_FOUND : err,
                     "no such broadcast");
        return;
    }
    uint32_t from = list->has_from_number ? list->from_number : 0;
    uint32_t chunk = from / CHUNK_NUMBERS;
    if (chunk >= record->chunks[(int)list->channel - 1]) {
        Broadcast__Recipients none = BROADCAST__RECIPIENTS__INIT;
        Broadcast__Reply to = BROADCAST__REPLY__INIT;
        to.is_case = BROADCAST__REPLY__IS_RECIPIENTS;
        to.recipients = &none;
        asked_answer(asked, &to);
    } else {
        struct keep_on on = {.keep = broadcast_of(asked)->keep,
                             .campaign = list->campaign,
                             .id = list->id};
        struct keep_chunk at = {(int)list->channel, chunk};
        keep_read_chunk(&on, &at, chunk_came, asked);
    }
    record_free(&record);
}

void
recipients_list(struct asked *asked)
{
    const Broadcast__ListRecipients *list = request_of(asked)->recipients;
    if (!answer_check(asked, list->campaign, list->id)) {
        return;
    }
    if (list->channel == WORDS__CHANNEL__CHANNEL_NONE ||
        list->state == WORDS__RECIPIENT_STATE__NOT_IN_IT) {
        asked_refuse(asked, ERR_BAD_REQUEST, "channel and state are needed");
        return;
    }
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = list->campaign,
                         .id = list->id};
    keep_read(&on, chunk_known, asked);
}

/* ---- Recount ---- */

struct recounting {
    struct asked *asked;
    const Broadcast__Act *act; /* borrowed of asked */
    struct record *record;     /* owned; the newest counters read */
    bool is_equal;
    int channel;
};

static void recount_next(struct recounting *r);

static void
finish_recount(struct recounting *r, enum err err, const char *detail)
{
    if (err != ERR_NONE) {
        asked_refuse(r->asked, err, detail);
    } else {
        struct record_view view;
        Broadcast__Recounted answer = BROADCAST__RECOUNTED__INIT;
        Broadcast__Reply reply = BROADCAST__REPLY__INIT;
        record_show(r->record, r->act->campaign, &view);
        answer.is_equal = r->is_equal;
        answer.channels = view.message.channels;
        answer.n_channels = view.message.n_channels;
        reply.is_case = BROADCAST__REPLY__IS_RECOUNT;
        reply.recount = &answer;
        asked_answer(r->asked, &reply);
    }
    record_free(&r->record);
    free(r);
}

static void
recounted(void *arg, enum err err, const struct store_reply *reply)
{
    struct recounting *r = arg;
    uint32_t counts[LEDGER_STATES] = {0};
    struct record *kept = err == ERR_NONE && reply->count == 2
                              ? record_read(r->act->id, &reply->items[0])
                              : NULL;
    if (kept == NULL) {
        finish_recount(r, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    const struct store_reply *chunks = &reply->items[1];
    for (size_t i = 0; i < chunks->count; i++) {
        struct bytes bytes = keep_bytes(chunks, i);
        ledger_count(bytes.data, bytes.len, counts);
    }
    if (memcmp(counts, kept->counts[r->channel - 1], sizeof(counts)) != 0) {
        r->is_equal = false;
        log_error("ledger.unequal", log_str("campaign", r->act->campaign),
                  log_str("broadcast", r->act->id),
                  log_int("channel", r->channel));
    }
    /* What is answered is the ledger's own count. */
    memcpy(r->record->counts[r->channel - 1], counts, sizeof(counts));
    record_free(&kept);
    r->channel++;
    recount_next(r);
}

static void
recount_next(struct recounting *r)
{
    if (r->channel > RECORD_CHANNELS) {
        finish_recount(r, ERR_NONE, NULL);
        return;
    }
    struct keep_on on = {.keep = broadcast_of(r->asked)->keep,
                         .campaign = r->act->campaign,
                         .id = r->act->id};
    struct keep_chunk all = {r->channel, r->record->chunks[r->channel - 1]};
    keep_recount(&on, &all, recounted, r);
}

static void
recount_record_came(void *arg, enum err err, const struct store_reply *reply)
{
    struct recounting *r = arg;
    r->record = err == ERR_NONE ? record_read(r->act->id, reply) : NULL;
    if (r->record == NULL) {
        finish_recount(r, err == ERR_NONE ? ERR_NOT_FOUND : err,
                       "no such broadcast");
        return;
    }
    recount_next(r);
}

void
recipients_recount(struct asked *asked)
{
    const Broadcast__Act *act = request_of(asked)->recount;
    if (!answer_check(asked, act->campaign, act->id)) {
        return;
    }
    struct recounting *r = mem_new(sizeof(*r));
    *r = (struct recounting){
        .asked = asked, .act = act, .is_equal = true, .channel = 1};
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = act->campaign,
                         .id = act->id};
    keep_read(&on, recount_record_came, r);
}

/* ---- ResolveDoubt ---- */

static void
resolved(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__ResolveDoubt *resolve = request_of(asked)->resolve_doubt;
    if (err != ERR_NONE) {
        asked_refuse(asked, err,
                     reply->type == STORE_STRING ? reply->string : NULL);
        return;
    }
    struct campaign *campaign =
        campaign_meet(broadcast_of(asked), resolve->campaign);
    if (campaign != NULL) {
        mark_changed(campaign, resolve->id);
        mark_stale(campaign);
    }
    answer_announce_end(broadcast_of(asked), resolve->campaign,
                        keep_number(reply, 2));
    answer_broadcast(asked, resolve->campaign, resolve->id);
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t
sort_once(uint32_t *numbers, size_t count)
{
    size_t kept = 0;
    qsort(numbers, count, sizeof(*numbers), by_number);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || numbers[i] != numbers[kept - 1]) {
            numbers[kept++] = numbers[i];
        }
    }
    return kept;
}

void
recipients_resolve(struct asked *asked)
{
    Broadcast__ResolveDoubt *resolve = request_of(asked)->resolve_doubt;
    bool is_trust = resolve->state == WORDS__RECIPIENT_STATE__ACCEPTED;
    if (!answer_check(asked, resolve->campaign, resolve->id)) {
        return;
    }
    if ((!is_trust && resolve->state != WORDS__RECIPIENT_STATE__PENDING) ||
        resolve->channel == WORDS__CHANNEL__CHANNEL_NONE ||
        resolve->n_numbers == 0 || resolve->n_numbers > RESOLVE_MAX) {
        asked_refuse(
            asked, ERR_BAD_REQUEST,
            "1 to 1,000 numbers of a channel, to be accepted or pending");
        return;
    }
    char channel[2] = {(char)('0' + (int)resolve->channel), '\0'};
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = resolve->campaign,
                         .id = resolve->id,
                         .staff = resolve->staff};
    keep_doubt(&on,
               &(struct keep_numbers){
                   .channels = channel,
                   .numbers = resolve->numbers,
                   .count = sort_once(resolve->numbers, resolve->n_numbers),
                   .event = is_trust ? EVENT_TRUST : EVENT_RELEASE},
               resolved, asked);
}
