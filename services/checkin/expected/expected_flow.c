/* expected_flow -- who is expected, followed from signup's feed.
 *
 *   start   own Redis says which campaigns (checkin_load_campaigns), signup
 *           says which others (list_campaigns: every 5 s, and when an unknown
 *           one is asked for); each is loaded, then followed from its cursor
 *   entry   a page from signup -> apply_entry -> facts.h -> expected.lua saves
 *           effect and cursor together -> entry_applied -> the directory
 *
 * With several instances each follows; who comes second with an entry has no
 * effect but learns the same. With signup away, what Redis knows is enough. */
#include "services/checkin/expected/expected.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/client/signup.h"
#include "services/checkin/checkin.h"
#include "services/checkin/expected/facts.h"
#include "services/checkin/expected/load.h"

#define LIST_EVERY_MS 5000
#define RETRY_MS 500
#define POLL_MS 1000
#define FEED_TOPIC "feed/signup/"

/* A campaign's feed. */
struct follow {
    struct campaign *campaign;      /* borrowed */
    struct feed_follower *follower; /* NULL until loaded */
    struct timer *retry;            /* of the load */
    struct entry_facts *applying;   /* owned; NULL: none */
    uint64_t pages_asked;           /* since the start */
    uint64_t page_number, page_end; /* of the last page received */
    uint64_t applied;               /* seq */
    uint64_t caught_up;             /* number of a page applied to its end */
    bool is_loading, is_asking;
};

struct expected {
    struct expected_hooks hooks;
    struct timer *list_timer;
    uint64_t lists_asked, lists_answered;
    bool is_listing, is_listing_again, is_loading, is_loaded;
};

static void
learnt(struct follow *follow)
{
    struct checkin *checkin = follow->campaign->checkin;
    checkin->expected->hooks.learnt(checkin);
}

static void follow_campaign(struct checkin *checkin, const char *id);

/* ---- the list of campaigns ---- */

static void ask_list(struct checkin *checkin);

static void
list_answered(void *arg, enum err err, const char *detail,
              const Signup__Reply *reply)
{
    struct checkin *checkin = arg;
    struct expected *expected = checkin->expected;
    (void)detail;
    expected->is_listing = false;
    if (err == ERR_NONE) {
        const Signup__Campaigns *list = reply->list_campaigns;
        expected->lists_answered = expected->lists_asked;
        for (size_t i = 0; i < list->n_campaigns; i++) {
            follow_campaign(checkin, list->campaigns[i]->id);
        }
    }
    expected->hooks.learnt(checkin);
    if (expected->is_listing_again) {
        expected->is_listing_again = false;
        ask_list(checkin);
    }
}

static void
ask_list(struct checkin *checkin)
{
    struct expected *expected = checkin->expected;
    if (checkin->service.is_draining) {
        return;
    }
    if (expected->is_listing) {
        expected->is_listing_again = true;
        return;
    }
    Signup__ListCampaigns list = SIGNUP__LIST_CAMPAIGNS__INIT;
    expected->is_listing = true;
    expected->lists_asked++;
    signup_ask_list_campaigns(checkin->signup, &list, list_answered, checkin);
}

uint64_t
expected_ask_list(struct checkin *checkin)
{
    ask_list(checkin);
    const struct expected *expected = checkin->expected;
    return expected->lists_asked + (expected->is_listing_again ? 1 : 0);
}

uint64_t
expected_lists_answered(const struct checkin *checkin)
{
    return checkin->expected->lists_answered;
}

static void
campaigns_loaded(void *arg, enum err err, const struct store_reply *reply)
{
    struct checkin *checkin = arg;
    checkin->expected->is_loading = false;
    checkin->expected->is_loaded = err == ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < reply->count; i++) {
        follow_campaign(checkin, reply->items[i].string);
    }
}

static void
load_campaigns(struct checkin *checkin)
{
    struct expected *expected = checkin->expected;
    if (!expected->is_loaded && !expected->is_loading) {
        expected->is_loading = true;
        checkin_load_campaigns(&checkin->store, campaigns_loaded, checkin);
    }
}

static void
on_list_due(void *arg)
{
    struct checkin *checkin = arg;
    load_campaigns(checkin);
    ask_list(checkin);
    timer_start(checkin->expected->list_timer, LIST_EVERY_MS);
}

/* ---- a campaign: loaded, then followed ---- */

static void start_follower(struct follow *follow, uint64_t cursor);

static void
campaign_loaded(void *arg, enum err err, uint64_t cursor)
{
    struct follow *follow = arg;
    follow->is_loading = false;
    if (follow->campaign->checkin->service.is_draining) {
        return;
    }
    if (err != ERR_NONE) {
        timer_start(follow->retry, RETRY_MS);
        return;
    }
    start_follower(follow, cursor);
    learnt(follow);
}

static void
load(void *arg)
{
    struct follow *follow = arg;
    follow->is_loading = true;
    load_campaign(follow->campaign, campaign_loaded, follow);
}

static void
follow_campaign(struct checkin *checkin, const char *id)
{
    if (!slug_is_valid(id) || directory_find(&checkin->directory, id) != NULL) {
        return;
    }
    struct campaign *campaign = directory_add(&checkin->directory, id);
    if (campaign == NULL) {
        log_error("expected.too_many_campaigns");
        return;
    }
    struct follow *follow = mem_new(sizeof(*follow));
    follow->campaign = campaign;
    follow->retry = timer_new(checkin->service.loop, load, follow);
    campaign->follow = follow;
    load(follow);
}

/* ---- pages ---- */

static bool
is_caught_up(const struct follow *follow)
{
    return follow->page_number > 0 && follow->applied >= follow->page_end;
}

static void
check_caught_up(struct follow *follow)
{
    if (is_caught_up(follow)) {
        follow->caught_up = follow->page_number;
        load_close_old(follow->campaign);
    }
    learnt(follow);
}

static void
page_answered(void *arg, enum err err, const char *detail,
              const Signup__Reply *reply)
{
    struct follow *follow = arg;
    (void)detail;
    follow->is_asking = false;
    if (err != ERR_NONE) {
        feed_page_failed(follow->follower);
        return;
    }
    follow->page_number = follow->pages_asked;
    follow->page_end = reply->since->end;
    feed_page(follow->follower, reply->since);
    check_caught_up(follow);
}

static void
ask_page(void *arg, struct feed_follower *follower, const char *campaign,
         uint64_t after)
{
    struct follow *follow = arg;
    struct checkin *checkin = follow->campaign->checkin;
    (void)follower;
    if (checkin->service.is_draining) {
        return; /* the follower waits for ever, and is idle */
    }
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = (char *)campaign;
    since.after = after;
    follow->is_asking = true;
    follow->pages_asked++;
    signup_ask_since(checkin->signup, &since, page_answered, follow);
}

/* ---- entries ---- */

static void
entry_applied(void *arg, enum err err, const struct store_reply *reply)
{
    struct follow *follow = arg;
    if (err == ERR_NONE && (reply->type != STORE_ARRAY || reply->count == 0)) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE) {
        follow->applied = follow->applying->seq;
        entry_facts_learn(follow->applying, reply->items + 1, reply->count - 1,
                          follow->campaign);
        follow->campaign->checkin->expected->hooks.counts_changed(
            follow->campaign, &reply->items[0]);
    }
    entry_facts_free(&follow->applying);
    feed_applied(follow->follower, err);
    check_caught_up(follow);
}

static void
apply_entry(void *arg, struct feed_follower *follower, const Feed__Entry *entry)
{
    struct follow *follow = arg;
    (void)follower;
    if (follow->campaign->checkin->service.is_draining) {
        return;
    }
    follow->applying = entry_facts_new(entry);
    const struct checkin_call call = {&follow->campaign->checkin->store,
                                      follow->campaign->id, entry_applied,
                                      follow};
    checkin_apply_entry(&call, follow->applying->seq, follow->applying->items,
                        follow->applying->count);
}

static void
start_follower(struct follow *follow, uint64_t cursor)
{
    struct feed_options options = {.campaign = follow->campaign->id,
                                   .cursor = cursor,
                                   .poll_ms = POLL_MS,
                                   .ask = ask_page,
                                   .apply = apply_entry,
                                   .arg = follow};
    follow->applied = cursor;
    follow->follower =
        feed_follower_new(follow->campaign->checkin->service.loop, &options);
}

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct checkin *checkin = arg;
    (void)topic;
    Feed__End *end =
        wire_unpack(&feed__end__descriptor, body, len, WIRE_OUTSIDE_BYTES_MAX);
    if (end == NULL || checkin->service.is_draining) {
        wire_free(end);
        return;
    }
    struct campaign *campaign =
        directory_find(&checkin->directory, end->campaign);
    if (campaign == NULL) {
        follow_campaign(checkin, end->campaign);
    } else if (campaign->follow->follower != NULL) {
        feed_follower_hear(campaign->follow->follower, end->end);
    }
    wire_free(end);
}

uint64_t
expected_ask_page(struct campaign *campaign)
{
    struct follow *follow = campaign->follow;
    if (follow->follower != NULL) {
        feed_follower_hear(follow->follower,
                           feed_follower_cursor(follow->follower) + 1);
    }
    return follow->pages_asked;
}

uint64_t
expected_caught_up(const struct campaign *campaign)
{
    return campaign->follow->caught_up;
}

bool
expected_is_complete(const struct checkin *checkin)
{
    const struct directory *directory = &checkin->directory;
    for (size_t i = 0; i < directory->campaign_count; i++) {
        if (directory->campaigns[i]->follow->caught_up == 0) {
            return false;
        }
    }
    return true;
}

/* ---- start and stop ---- */

void
expected_start(struct checkin *checkin, const struct expected_hooks *hooks)
{
    struct expected *expected = mem_new(sizeof(*expected));
    expected->hooks = *hooks;
    checkin->expected = expected;
    expected->list_timer =
        timer_new(checkin->service.loop, on_list_due, checkin);
    load_campaigns(checkin);
    service_follow(&checkin->service, "signup", FEED_TOPIC, on_news, checkin);
    timer_start(expected->list_timer, 0);
}

void
expected_drain(struct checkin *checkin)
{
    timer_stop(checkin->expected->list_timer);
}

bool
expected_is_idle(const struct checkin *checkin)
{
    const struct expected *expected = checkin->expected;
    if (expected->is_listing || expected->is_loading) {
        return false;
    }
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        const struct follow *follow = checkin->directory.campaigns[i]->follow;
        if (follow->is_loading || follow->is_asking ||
            follow->applying != NULL || follow->campaign->is_closing_old) {
            return false;
        }
    }
    return true;
}

static void
follow_free(struct follow **follow)
{
    if ((*follow)->follower != NULL) {
        feed_follower_free(&(*follow)->follower);
    }
    timer_free(&(*follow)->retry);
    free(*follow);
    *follow = NULL;
}

void
expected_stop(struct checkin *checkin)
{
    for (size_t i = 0; i < checkin->directory.campaign_count; i++) {
        follow_free(&checkin->directory.campaigns[i]->follow);
    }
    timer_free(&checkin->expected->list_timer);
    free(checkin->expected);
    checkin->expected = NULL;
}
