/* handed_flow -- follows broadcast's feed: what a provider took begins to run
 * out.
 *
 *   a page from broadcast -> of an entry's HandedOver events: entries and
 *   notes -> entries' places read -> when each goes, when its seats end ->
 *   handed.lua: that and the cursor in one script
 *
 * Entries of the feed without such an event move no cursor in Redis: they are
 * read again after a restart. */
#include "services/signup/tend/handed_flow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/client/attributes.h"
#include "common/client/broadcast.h"
#include "services/signup/tend/tend.h"

#define POLL_MS 1000
#define NUMBERS_MAX 1000 /* of one read */
#define STATES_MAX (1U << 18)
#define SEQ_SIZE 24

/* An entry of the feed that is being applied. */
struct handing {
    struct tended *tended;
    uint64_t seq;
    uint32_t *numbers; /* of supporters */
    int64_t *taken_ms;
    size_t count, read, next;
    uint16_t *actions;
    size_t action_count;
    struct buf entries, notes; /* handed_entry, handed_note rows */
    struct buf refused;        /* signup_number rows */
};

static void read_on(struct handing *h);
static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void saved(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct handing *h, enum err err)
{
    struct tended *tended = h->tended;
    free(h->numbers);
    free(h->taken_ms);
    free(h->actions);
    buf_fini(&h->entries);
    buf_fini(&h->notes);
    buf_fini(&h->refused);
    free(h);
    tended->is_applying = false;
    feed_applied(tended->follower, err);
}

/* ---- what an entry says ---- */

static void
take_refused(struct handing *h, const Broadcast__HandedOver *handed)
{
    for (size_t i = 0; i < handed->n_numbers; i++) {
        signup_number_row_append(
            &h->refused, &(struct signup_number_row){handed->numbers[i]});
    }
}

static void
take_numbers(struct handing *h, const Broadcast__HandedOver *handed,
             int64_t at_ms)
{
    if (handed->is_refused) {
        take_refused(h, handed);
        return;
    }
    if (handed->class_ == WORDS__CLASS__CLASS_NOTE) {
        for (size_t i = 0; i < handed->n_numbers; i++) {
            handed_note_row_append(
                &h->notes,
                &(struct handed_note_row){handed->numbers[i], (uint64_t)at_ms});
        }
        return;
    }
    size_t count = h->count + handed->n_numbers;
    h->numbers = mem_resize(h->numbers, (count + 1) * sizeof(h->numbers[0]));
    h->taken_ms = mem_resize(h->taken_ms, (count + 1) * sizeof(h->taken_ms[0]));
    for (size_t i = 0; i < handed->n_numbers; i++) {
        h->numbers[h->count] = handed->numbers[i];
        h->taken_ms[h->count++] = at_ms;
    }
}

static void
take_event(struct handing *h, const ProtobufCBinaryData *packed)
{
    Broadcast__Event *event =
        wire_unpack(&broadcast__event__descriptor, packed->data, packed->len,
                    BUS_BODY_BYTES_MAX);
    if (event == NULL) {
        log_error("handed.bad_event", log_int("bytes", (int64_t)packed->len));
        return;
    }
    if (event->is_case == BROADCAST__EVENT__IS_HANDED_OVER) {
        take_numbers(h, event->handed_over,
                     event->has_at_ms ? event->at_ms : clock_wall_ms());
    }
    wire_free(event);
}

static void
nothing_to_do(void *arg)
{
    finish(arg, ERR_NONE);
}

static void
apply_entry(void *arg, struct feed_follower *follower, const Feed__Entry *entry)
{
    struct tended *tended = arg;
    (void)follower;
    if (tended->signup->service.is_draining) {
        return; /* the follower waits for ever, and is idle */
    }
    struct handing *h = mem_new(sizeof(*h));
    tended->is_applying = true;
    h->tended = tended;
    h->seq = entry->seq;
    for (size_t i = 0; i < entry->n_events; i++) {
        take_event(h, &entry->events[i]);
    }
    if (h->count == 0 && h->notes.len == 0 && h->refused.len == 0) {
        loop_defer(tended->signup->service.loop, nothing_to_do, h);
        return;
    }
    /* Read, not taken from the cache: it says which actions have places. */
    campaigns_read(tended->signup->campaigns, tended->campaign->id,
                   campaign_done, h);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct handing *h = arg;
    (void)detail;
    if (err != ERR_NONE) {
        finish(h, err);
        return;
    }
    const struct campaign *campaign = value;
    h->actions =
        mem_new_array(campaign->action_count + 1, sizeof(h->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            h->actions[h->action_count++] = campaign->actions[i]->number;
        }
    }
    read_on(h);
}

/* ---- when each goes ---- */

static void
save(struct handing *h)
{
    char seq[SEQ_SIZE];
    (void)snprintf(seq, sizeof(seq), "%" PRIu64, h->seq);
    struct bytes args[HANDED_ARGS] = {
        [HANDED_ARG_SEQ] = bytes_of_string(seq),
        [HANDED_ARG_ENTRIES] =
            bytes_of(buf_string(&h->entries), h->entries.len),
        [HANDED_ARG_REFUSED] =
            bytes_of(buf_string(&h->refused), h->refused.len),
        [HANDED_ARG_NOTES] = bytes_of(buf_string(&h->notes), h->notes.len)};
    su_handed(h->tended->signup->su, h->tended->campaign->id,
              (struct su_args){args, HANDED_ARGS}, saved, h);
}

static void
read_on(struct handing *h)
{
    size_t max = STATES_MAX / (h->action_count + 1);
    max = max > NUMBERS_MAX ? NUMBERS_MAX : max == 0 ? 1 : max;
    h->next = h->count - h->read < max ? h->count - h->read : max;
    if (h->next == 0) {
        save(h);
        return;
    }
    su_read_people(h->tended->signup->su, h->tended->campaign->id,
                   &(struct su_people){.actions = h->actions,
                                       .action_count = h->action_count,
                                       .numbers = h->numbers + h->read,
                                       .number_count = h->next},
                   people_done, h);
}

static bool
is_open(uint8_t state)
{
    return state != WORDS__PLACE_STATE__PLACE_NONE &&
           state != WORDS__PLACE_STATE__PLACE_CANCELLED;
}

/* states: of one person, at each action. */
static void
add_entry(struct handing *h, size_t i, const uint8_t *states)
{
    const struct campaign *campaign = h->tended->campaign;
    int64_t last_ms = 0;
    bool has_hold = false;
    for (size_t a = 0; a < h->action_count; a++) {
        const Signup__Action *action =
            campaign->actions[h->actions[a] - 1]->definition;
        if (is_open(states[a]) && action->ends_at_ms > last_ms) {
            last_ms = action->ends_at_ms;
        }
        has_hold |= states[a] == WORDS__PLACE_STATE__PLACE_HELD ||
                    states[a] == WORDS__PLACE_STATE__PLACE_TWIN;
    }
    int64_t taken_ms = h->taken_ms[i];
    handed_entry_row_append(
        &h->entries,
        &(struct handed_entry_row){
            .number = h->numbers[i],
            .due =
                (uint64_t)((last_ms == 0 ? taken_ms : last_ms) + TEND_KEEP_MS),
            .hold = has_hold ? (uint64_t)(taken_ms + SU_HOLD_MS) : 0});
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct handing *h = arg;
    size_t said_bytes = ATTRIBUTE_COUNT * SIGNUP_VALUE_ROW_BYTES;
    if (err != ERR_NONE || reply->count != h->next * 2) {
        finish(h, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    for (size_t i = 0; i < h->next; i++) {
        const struct store_reply *facts = &reply->items[i * 2 + 1];
        size_t head = SIGNUP_FACTS_ROW_BYTES + said_bytes;
        if (facts->len == head + h->action_count) {
            add_entry(h, h->read + i, (const uint8_t *)facts->string + head);
        }
    }
    h->read += h->next;
    read_on(h);
}

static void
saved(void *arg, enum err err, const struct store_reply *reply)
{
    (void)reply;
    finish(arg, err);
}

/* ---- pages ---- */

static void
page_came(void *arg, enum err err, const char *detail,
          const Broadcast__Reply *reply)
{
    struct tended *tended = arg;
    (void)detail;
    tended->is_asking = false;
    if (err == ERR_NONE) {
        feed_page(tended->follower, reply->since);
    } else {
        feed_page_failed(tended->follower);
    }
}

static void
ask_page(void *arg, struct feed_follower *follower, const char *campaign,
         uint64_t after)
{
    struct tended *tended = arg;
    (void)follower;
    if (tended->signup->service.is_draining) {
        return; /* the follower waits for ever, and is idle */
    }
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = (char *)campaign;
    since.after = after;
    tended->is_asking = true;
    broadcast_ask_since(tended->signup->broadcast, &since, page_came, tended);
}

static void
cursor_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    tended->is_loading = false;
    if (err != ERR_NONE || tended->signup->service.is_draining) {
        return; /* tried again with the next round */
    }
    struct feed_options options = {
        .campaign = tended->campaign->id,
        .cursor = strtoull(reply->type == STORE_STRING ? reply->string : "0",
                           NULL, 10),
        .poll_ms = POLL_MS,
        .ask = ask_page,
        .apply = apply_entry,
        .arg = tended};
    tended->follower =
        feed_follower_new(tended->signup->service.loop, &options);
}

void
handed_go(struct tended *tended)
{
    if (tended->follower == NULL && !tended->is_loading) {
        tended->is_loading = true;
        su_read_handed(tended->signup->su, tended->campaign->id, cursor_read,
                       tended);
    }
}

void
handed_hear(struct tended *tended, uint64_t end)
{
    if (tended->follower != NULL) {
        feed_follower_hear(tended->follower, end);
    }
}

bool
handed_is_idle(const struct tended *tended)
{
    return !tended->is_asking && !tended->is_applying && !tended->is_loading;
}
