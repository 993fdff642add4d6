/* template_flow -- what couriers render, and the feed for whoever follows.
 *
 *   GetTemplate: keep_read -> facts -> content with the common fields
 *   Since:       keep_since */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/draft/facts.h"
#include "services/broadcast/plan/marks.h"

struct templating {
    struct asked *asked;
    struct record *record;
};

static void
template_facts_known(void *arg, enum err err, const char *detail, void *value)
{
    const Signup__Actions *facts = value;
    struct templating *t = arg;
    if (err != ERR_NONE) {
        asked_refuse(t->asked, err, detail);
    } else {
        struct facts_fields fields;
        Broadcast__Template answer = BROADCAST__TEMPLATE__INIT;
        Broadcast__Reply reply = BROADCAST__REPLY__INIT;
        facts_fill(facts, t->record->content->action, &fields);
        answer.content = t->record->content;
        answer.fields = fields.list;
        answer.n_fields = fields.count;
        answer.campaign = facts->campaign;
        answer.action = (Signup__Action *)(uintptr_t)facts_find_action(
            facts, t->record->content->action);
        reply.is_case = BROADCAST__REPLY__IS_TEMPLATE;
        reply.template_ = &answer;
        asked_answer(t->asked, &reply);
    }
    record_free(&t->record);
    free(t);
}

static void
template_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct asked *asked = arg;
    const Broadcast__GetTemplate *get = request_of(asked)->template_;
    struct record *record =
        err == ERR_NONE ? record_read(get->broadcast, reply) : NULL;
    if (record == NULL) {
        asked_refuse(asked, err == ERR_NONE ? ERR_NOT_FOUND : err,
                     "no such broadcast");
        return;
    }
    struct templating *t = mem_new(sizeof(*t));
    *t = (struct templating){asked, record};
    facts_get(broadcast_of(asked), get->campaign, template_facts_known, t);
}

void
draft_give_template(struct asked *asked)
{
    const Broadcast__GetTemplate *get = request_of(asked)->template_;
    if (answer_check(asked, get->campaign, get->broadcast)) {
        struct keep_on on = {.keep = broadcast_of(asked)->keep,
                             .campaign = get->campaign,
                             .id = get->broadcast};
        keep_read(&on, template_read, asked);
    }
}

/* ---- the feed ---- */

static void
page_read(void *arg, enum err err, const struct store_reply *found)
{
    struct asked *asked = arg;
    if (err != ERR_NONE || found->count == 0) {
        asked_refuse(asked, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    size_t count = found->count - 1;
    Feed__Page page = FEED__PAGE__INIT;
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    Feed__Entry *entries = mem_new_array(count + 1, sizeof(*entries));
    Feed__Entry **list = mem_new_array(count + 1, sizeof(*list));
    ProtobufCBinaryData *events = mem_new_array(count + 1, sizeof(*events));
    for (size_t i = 0; i < count; i++) {
        struct bytes event = keep_bytes(&found->items[i + 1], 1);
        events[i].data = (uint8_t *)(uintptr_t)event.data;
        events[i].len = event.len;
        feed__entry__init(&entries[i]);
        entries[i].seq = (uint64_t)keep_number(&found->items[i + 1], 0);
        entries[i].n_events = 1;
        entries[i].events = &events[i];
        list[i] = &entries[i];
    }
    page.end = (uint64_t)keep_number(found, 0);
    page.n_entries = count;
    page.entries = list;
    reply.is_case = BROADCAST__REPLY__IS_SINCE;
    reply.since = &page;
    asked_answer(asked, &reply);
    free(events);
    free(list);
    free(entries);
}

void
draft_give_page(struct asked *asked)
{
    const Feed__Since *since = request_of(asked)->since;
    if (answer_check(asked, since->campaign, NULL)) {
        struct keep_on on = {.keep = broadcast_of(asked)->keep,
                             .campaign = since->campaign};
        keep_since(&on, since->after, page_read, asked);
    }
}
