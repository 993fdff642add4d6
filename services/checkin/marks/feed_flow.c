/* feed_flow -- the feed of marks, for whoever follows it. */
#include "services/checkin/marks/marks.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/checkin/checkin.h"

#define EVENTS_MAX 1000 /* of one page; one commit has at most half of it */

/* ---- a page ---- */

/* The stored events are the Entry's repeated field already: its number is
 * put before them. NULL: not valid. */
static Feed__Entry *
read_entry(const struct store_reply *seq, const struct store_reply *events)
{
    Feed__Entry head = FEED__ENTRY__INIT;
    struct buf packed;
    head.seq = strtoull(seq->string, NULL, 10);
    buf_init(&packed, 0);
    wire_pack(&head, &packed);
    buf_add(&packed, events->string, events->len);
    Feed__Entry *entry = wire_unpack(&feed__entry__descriptor, packed.data,
                                     packed.len, BUS_BODY_BYTES_MAX);
    buf_fini(&packed);
    return entry;
}

/* Whole entries up to events_max events, but always the first. */
static void
fill_page(const struct store_reply *reply, uint32_t events_max,
          Feed__Page *page)
{
    size_t events = 0;
    page->end = strtoull(reply->items[0].string, NULL, 10);
    for (size_t i = 1; i + 1 < reply->count; i += 2) {
        Feed__Entry *entry = read_entry(&reply->items[i], &reply->items[i + 1]);
        if (entry == NULL) {
            return;
        }
        events += entry->n_events;
        if (page->n_entries > 0 && events > events_max) {
            wire_free(entry);
            return;
        }
        page->entries[page->n_entries++] = entry;
    }
}

static uint32_t
events_wanted(const Feed__Since *asked)
{
    return asked->has_events_max && asked->events_max > 0 &&
                   asked->events_max < EVENTS_MAX
               ? asked->events_max
               : EVENTS_MAX;
}

static void
page_read(void *arg, enum err err, const struct store_reply *store_reply)
{
    struct asked *ask = arg;
    if (err == ERR_NONE &&
        (store_reply->type != STORE_ARRAY || store_reply->count == 0)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        asked_refuse(ask, err, "the feed cannot be read now");
        return;
    }
    Feed__Page page = FEED__PAGE__INIT;
    page.entries =
        mem_new_array(store_reply->count / 2 + 1, sizeof(Feed__Entry *));
    fill_page(store_reply, events_wanted(checkin_request(ask)->since), &page);
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_SINCE;
    reply.since = &page;
    asked_answer(ask, &reply);
    for (size_t i = 0; i < page.n_entries; i++) {
        wire_free(page.entries[i]);
    }
    free(page.entries);
}

void
feed_give_page(struct asked *ask)
{
    const Feed__Since *asked = checkin_request(ask)->since;
    struct campaign *campaign =
        directory_find(&checkin_of(ask)->directory, asked->campaign);
    if (campaign == NULL) {
        asked_refuse(ask, ERR_NOT_FOUND, "there is no such campaign");
        return;
    }
    const struct checkin_call call = {&checkin_of(ask)->store, campaign->id,
                                      page_read, ask};
    checkin_read_feed(&call, asked->after, events_wanted(asked));
}

/* ---- its end ---- */

void
feed_announce_end(struct campaign *campaign, uint64_t end)
{
    char topic[BUS_TOPIC_BYTES_MAX];
    struct buf body;
    Feed__End message = FEED__END__INIT;
    message.campaign = campaign->id;
    message.end = end;
    (void)snprintf(topic, sizeof(topic), "feed/checkin/%s", campaign->id);
    buf_init(&body, 0);
    wire_pack(&message, &body);
    bus_announce(campaign->checkin->service.bus, topic, body.data, body.len);
    buf_fini(&body);
}
