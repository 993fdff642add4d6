/* load_flow -- what Redis knows of a campaign, into the directory: its id is
 * remembered, then its actions come page by page (load.lua). */
#include "services/checkin/expected/load.h"

#include <stdlib.h>
#include <string.h>

#include "services/checkin/checkin.h"

#define PAGE_NUMBERS 1000

struct loading {
    struct campaign *campaign;
    uint32_t next; /* number of the first action wanted */
    uint64_t cursor;
    load_cb *cb;
    void *arg;
};

static void load_page(struct loading *loading);

static void
finish(struct loading *loading, enum err err)
{
    loading->cb(loading->arg, err, loading->cursor);
    free(loading);
}

/* A number that Redis gave as one, or as text. */
static uint64_t
number_of(const struct store_reply *item)
{
    return item->type == STORE_INTEGER  ? (uint64_t)item->integer
           : item->type == STORE_STRING ? strtoull(item->string, NULL, 10)
                                        : 0;
}

static void
learn_head(struct loading *loading, const struct store_reply *head)
{
    struct campaign *campaign = loading->campaign;
    /* Applying again what another instance applies meanwhile does nothing. */
    if (loading->next == 0) {
        loading->cursor = number_of(&head[0]);
    }
    campaign->has_old_open = strcmp(head[1].string, "open") == 0;
    campaign->old_action_max = campaign->has_old_open
                                   ? DIRECTORY_ACTION_MAX
                                   : (uint16_t)number_of(&head[1]);
    if (head[3].len > 0 &&
        !campaign_put_record(campaign, head[3].string, head[3].len)) {
        log_error("load.bad_campaign", log_str("campaign", campaign->id));
    }
}

static void
learn_actions(struct campaign *campaign, const struct store_reply *items,
              size_t count)
{
    for (size_t i = 0; i + 2 < count; i += 3) {
        const struct store_reply *gates = &items[i + 1],
                                 *record = &items[i + 2];
        if (gates->type != STORE_STRING || record->type != STORE_STRING ||
            !campaign_put_action(campaign, record->string, record->len,
                                 gates->string)) {
            log_error("load.bad_action", log_str("campaign", campaign->id),
                      log_int("number", (int64_t)number_of(&items[i])));
        }
    }
}

static bool
is_page(const struct store_reply *reply)
{
    return reply->type == STORE_ARRAY && reply->count >= 4 &&
           reply->items[1].type == STORE_STRING &&
           reply->items[3].type == STORE_STRING;
}

static void
page_loaded(void *arg, enum err err, const struct store_reply *reply)
{
    struct loading *loading = arg;
    if (err == ERR_LIMIT && reply->type == STORE_STRING && reply->len > 0) {
        log_fatal("campaign %s was written by a newer version of checkin, "
                  "which this one (%s) cannot read: start the newer one",
                  loading->campaign->id, MUSTER_VERSION);
    }
    if (err == ERR_NONE && !is_page(reply)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        finish(loading, err);
        return;
    }
    uint64_t top = number_of(&reply->items[2]);
    learn_head(loading, reply->items);
    learn_actions(loading->campaign, reply->items + 4, reply->count - 4);
    loading->next += PAGE_NUMBERS;
    if (loading->next > top) {
        finish(loading, ERR_NONE);
    } else {
        load_page(loading);
    }
}

static void
load_page(struct loading *loading)
{
    struct campaign *campaign = loading->campaign;
    const struct checkin_call call = {&campaign->checkin->store, campaign->id,
                                      page_loaded, loading};
    checkin_load_campaign(&call, loading->next, PAGE_NUMBERS);
}

static void
remembered(void *arg, enum err err, const struct store_reply *reply)
{
    struct loading *loading = arg;
    (void)reply;
    if (err != ERR_NONE) {
        finish(loading, err);
        return;
    }
    load_page(loading);
}

void
load_campaign(struct campaign *campaign, load_cb *cb, void *arg)
{
    struct loading *loading = mem_new(sizeof(*loading));
    *loading = (struct loading){.campaign = campaign, .cb = cb, .arg = arg};
    const struct checkin_call call = {&campaign->checkin->store, campaign->id,
                                      remembered, loading};
    checkin_remember_campaign(&call);
}

/* ---- the codes of 0.1 ---- */

static void
old_closed(void *arg, enum err err, const struct store_reply *reply)
{
    struct campaign *campaign = arg;
    campaign->is_closing_old = false;
    if (err == ERR_NONE && reply->type == STORE_INTEGER) {
        campaign->old_action_max = (uint16_t)reply->integer;
        campaign->has_old_open = false;
    }
}

void
load_close_old(struct campaign *campaign)
{
    if (!campaign->has_old_open || campaign->is_closing_old) {
        return;
    }
    campaign->is_closing_old = true;
    const struct checkin_call call = {&campaign->checkin->store, campaign->id,
                                      old_closed, campaign};
    checkin_close_old(&call);
}
