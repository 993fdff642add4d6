/* feed -- what followers ask for, and hear. */
#include "services/signup/keep/feed.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "feed.pb-c.h"
#include "services/signup/keep/store.h"

void
feed_flow_add_tail(struct buf *to)
{
    Signup__Event tail = SIGNUP__EVENT__INIT;
    tail.has_at_ms = true;
    tail.at_ms = clock_wall_ms();
    wire_pack(&tail, to);
}

void
feed_flow_announce(struct signup *signup, const char *campaign, uint64_t end)
{
    Feed__End news = FEED__END__INIT;
    news.campaign = (char *)campaign;
    news.end = end;
    struct buf topic, body;
    buf_init(&topic, 0);
    buf_init(&body, 0);
    buf_printf(&topic, "feed/signup/%s", campaign);
    wire_pack(&news, &body);
    bus_announce(signup->service.bus, buf_string(&topic), body.data, body.len);
    buf_fini(&topic);
    buf_fini(&body);
}

/* An entry is kept as its events' fields of feed.Entry, packed; with seq
 * before them it is a feed.Entry. NULL: it is not one. */
static Feed__Entry *
read_entry(uint64_t seq, const struct store_reply *events)
{
    Feed__Entry head = FEED__ENTRY__INIT;
    head.seq = seq;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(&head, &packed);
    buf_add(&packed, events->string, events->len);
    Feed__Entry *entry = wire_unpack(&feed__entry__descriptor, packed.data,
                                     packed.len, BUS_BODY_BYTES_MAX);
    buf_fini(&packed);
    return entry;
}

static void
answer_page(struct asked *asked, const struct store_reply *reply)
{
    size_t count = (reply->count - 1) / 2, n = 0;
    Feed__Entry **entries = mem_new_array(count + 1, sizeof(void *));
    while (n < count) {
        entries[n] = read_entry((uint64_t)reply->items[n * 2 + 1].integer,
                                &reply->items[n * 2 + 2]);
        if (entries[n] == NULL) {
            break;
        }
        n++;
    }
    Feed__Page page = FEED__PAGE__INIT;
    page.end = (uint64_t)reply->items[0].integer;
    page.n_entries = n;
    page.entries = entries;
    Signup__Reply answer = SIGNUP__REPLY__INIT;
    answer.is_case = SIGNUP__REPLY__IS_SINCE;
    answer.since = &page;
    if (n < count) {
        asked_refuse(asked, ERR_INTERNAL, "an entry of the feed is not valid");
    } else {
        asked_answer(asked, &answer);
    }
    for (size_t i = 0; i < n; i++) {
        wire_free(entries[i]);
    }
    free(entries);
}

static void
on_page(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    answer_page(asked, reply);
}

void
feed_flow_since(struct asked *asked)
{
    const Feed__Since *ask = signup_request(asked)->since;
    uint64_t events_max = SU_FEED_EVENTS_MAX;
    if (ask->has_events_max && ask->events_max < events_max) {
        events_max = ask->events_max == 0 ? 1 : ask->events_max;
    }
    if (!slug_is_valid(ask->campaign)) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such campaign");
        return;
    }
    /* Redis's Lua counts in doubles: exact to 2^53. */
    uint64_t after = ask->after < (1ULL << 53) ? ask->after : 1ULL << 53;
    su_read_since(signup_of(asked)->su, ask->campaign,
                  (const uint64_t[2]){after, events_max}, on_page, asked);
}
