/* draft_flow -- making a broadcast, showing it, and what couriers render.
 *
 *   Create:      check -> facts (is the action there?) -> keep_create
 *   Get, List:   keep_read
 *   GetTemplate: keep_read -> facts
 *   Since:       keep_since */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/broadcast/draft/content_check.h"
#include "services/broadcast/draft/content_hash.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/plan/marks.h"

#define LIST_MAX 100

/* ---- Create: the flow ---- */

static void
created(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const char *campaign = request_of(asked)->create->campaign;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, err == ERR_CONFLICT ? reply->string : NULL);
        return;
    }
    answer_broadcast(asked, campaign, keep_text(reply, 0));
}

static void
campaign_added(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__Create *create = request_of(asked)->create;
    (void)reply;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    struct campaign *campaign =
        campaign_meet(broadcast_of(asked), create->campaign);
    if (campaign == NULL) {
        asked_refuse(asked, ERR_LIMIT, "too many campaigns here");
        return;
    }
    char hash[CONTENT_HASH_SIZE];
    struct buf packed;
    buf_init(&packed, 0);
    content_hash(create->content, hash);
    wire_pack(create->content, &packed);
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = create->campaign,
                         .staff = create->staff};
    keep_create(
        &on,
        &(struct keep_create){.key = create->idempotency_key,
                              .hash = hash,
                              .content = bytes_of(packed.data, packed.len)},
        created, asked);
    buf_fini(&packed);
}

static void
create_facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct asked *asked = arg;
    const Broadcast__Create *create = request_of(asked)->create;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, detail);
        return;
    }
    if (create->content->action != NULL &&
        facts_find_action(facts, create->content->action) == NULL) {
        asked_refuse_fault(asked,
                           &(struct bus_fault){
                               .err = ERR_BAD_REQUEST,
                               .detail = "action: the campaign has no such one",
                               .field = "action",
                               .type = "invalid-field"});
        return;
    }
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = create->campaign};
    keep_add_campaign(&on, campaign_added, asked);
}

void
draft_create(struct asked *asked)
{
    const Broadcast__Create *create = request_of(asked)->create;
    if (!answer_check(asked, create->campaign, NULL)) {
        return;
    }
    char *owned = NULL;
    struct bus_fault fault = {.err = ERR_NONE};
    content_check(create, &fault, &owned);
    if (fault.err != ERR_NONE) {
        asked_refuse_fault(asked, &fault);
    } else { /* perhaps of an action just put */
        facts_get_newest(broadcast_of(asked), create->campaign,
                         create_facts_known, asked);
    }
    free(owned);
}

/* ---- Get and List ---- */

void
draft_get(struct asked *asked)
{
    const Broadcast__Get *get = request_of(asked)->get;
    if (answer_check(asked, get->campaign, get->id)) {
        answer_broadcast(asked, get->campaign, get->id);
    }
}

/* Ids are b1, b2, … and b0, the confirmation: a page is the next few numbers,
 * newest first. */
struct listing {
    struct asked *asked;
    struct record *records[LIST_MAX];
    unsigned count, waiting_for;
    int64_t next; /* the number behind it; -1: no more */
};

struct listed {
    struct listing *listing;
    unsigned index;
    char id[RECORD_ID_SIZE];
};

static void
finish_list(struct listing *listing)
{
    struct asked *asked = listing->asked;
    struct record_view *views = mem_new_array(LIST_MAX, sizeof(*views));
    Broadcast__Broadcast *list[LIST_MAX];
    Broadcast__Broadcasts answer = BROADCAST__BROADCASTS__INIT;
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    char next[RECORD_ID_SIZE];
    answer.broadcasts = list;
    for (unsigned i = 0; i < listing->count; i++) {
        if (listing->records[i] != NULL) {
            record_show(listing->records[i], request_of(asked)->list->campaign,
                        &views[i]);
            list[answer.n_broadcasts++] = &views[i].message;
        }
    }
    if (listing->next >= 0) {
        (void)snprintf(next, sizeof(next), "b%" PRId64, listing->next + 1);
        answer.next = next;
    }
    reply.is_case = BROADCAST__REPLY__IS_LIST;
    reply.list = &answer;
    asked_answer(asked, &reply);
    for (unsigned i = 0; i < listing->count; i++) {
        record_free(&listing->records[i]);
    }
    free(views);
    free(listing);
}

static void
listed_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct listed *listed = arg;
    struct listing *listing = listed->listing;
    if (err == ERR_NONE) {
        listing->records[listed->index] = record_read(listed->id, reply);
    }
    free(listed);
    if (--listing->waiting_for == 0) {
        finish_list(listing);
    }
}

static void
read_listed(struct listing *listing, int64_t number)
{
    struct listed *listed = mem_new(sizeof(*listed));
    listed->listing = listing;
    listed->index = listing->count++;
    (void)snprintf(listed->id, sizeof(listed->id), "b%" PRId64, number);
    struct keep_on on = {.keep = broadcast_of(listing->asked)->keep,
                         .campaign = request_of(listing->asked)->list->campaign,
                         .id = listed->id};
    keep_read(&on, listed_read, listed);
}

static void
last_known(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__List *list = request_of(asked)->list;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, NULL);
        return;
    }
    int64_t from =
        reply->type == STORE_STRING ? strtoll(reply->string, NULL, 10) : 0;
    if (list->after != NULL && list->after[0] == 'b') {
        int64_t after = strtoll(list->after + 1, NULL, 10);
        from = after > 0 && after <= from ? after - 1 : -1;
    }
    unsigned max = list->has_max && list->max > 0 ? list->max : LIST_MAX;
    struct listing *listing = mem_new(sizeof(*listing));
    listing->asked = asked;
    listing->waiting_for = 1; /* until all are asked for */
    for (; from >= 0 && listing->count < max && listing->count < LIST_MAX;
         from--) {
        listing->waiting_for++;
        read_listed(listing, from);
    }
    listing->next = from;
    if (--listing->waiting_for == 0) {
        finish_list(listing);
    }
}

void
draft_list(struct asked *asked)
{
    const Broadcast__List *list = request_of(asked)->list;
    if (answer_check(asked, list->campaign, NULL)) {
        struct keep_on on = {.keep = broadcast_of(asked)->keep,
                             .campaign = list->campaign};
        keep_last(&on, last_known, asked);
    }
}
