/* signup -- typed calls to the signup service. */
#include "common/client/signup.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/call.h"

/* A list that is too long for one answer comes in pages: they are kept, and
 * handed on as one. */
struct pending {
    struct bus_peer *peer;
    int instance;
    Signup__Request__IsCase asked;
    char *campaign; /* of ListActions */
    size_t page_count;
    Signup__Reply **pages; /* owned */
    signup_answer_cb *cb;
    void *arg;
};

static void on_answer(void *arg, enum err err, const char *detail,
                      const ProtobufCMessage *message);

static void
finish(struct pending *pending, enum err err, const char *detail,
       const Signup__Reply *reply)
{
    pending->cb(pending->arg, err, detail, err == ERR_NONE ? reply : NULL);
    for (size_t i = 0; i < pending->page_count; i++) {
        wire_free(pending->pages[i]);
    }
    free(pending->pages);
    free(pending->campaign);
    free(pending);
}

static void
send_ask(struct pending *pending, const Signup__Request *request)
{
    call_ask(pending->peer,
             &(struct call_options){.reply_type = &signup__reply__descriptor,
                                    .instance = pending->instance},
             request, on_answer, pending);
}

/* ---- lists ---- */

static uint32_t
next_of(const Signup__Reply *reply)
{
    if (reply->is_case == SIGNUP__REPLY__IS_LIST_CAMPAIGNS) {
        return reply->list_campaigns->next;
    }
    return reply->is_case == SIGNUP__REPLY__IS_LIST_ACTIONS
               ? reply->list_actions->next
               : 0;
}

static void
ask_next(struct pending *pending, uint32_t after)
{
    Signup__ListCampaigns campaigns = SIGNUP__LIST_CAMPAIGNS__INIT;
    Signup__ListActions actions = SIGNUP__LIST_ACTIONS__INIT;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = pending->asked;
    if (pending->asked == SIGNUP__REQUEST__IS_LIST_CAMPAIGNS) {
        campaigns.has_after = true;
        campaigns.after = after;
        request.list_campaigns = &campaigns;
    } else {
        actions.campaign = pending->campaign;
        actions.has_after = true;
        actions.after = after;
        request.list_actions = &actions;
    }
    send_ask(pending, &request);
}

static void
keep_page(struct pending *pending, const Signup__Reply *reply)
{
    pending->pages = mem_resize(pending->pages, (pending->page_count + 1) *
                                                    sizeof(pending->pages[0]));
    pending->pages[pending->page_count++] = wire_copy(reply);
}

static size_t
count_items(const Signup__Reply *reply, void ***items_out)
{
    if (reply->is_case == SIGNUP__REPLY__IS_LIST_CAMPAIGNS) {
        *items_out = (void **)reply->list_campaigns->campaigns;
        return reply->list_campaigns->n_campaigns;
    }
    *items_out = (void **)reply->list_actions->actions;
    return reply->list_actions->n_actions;
}

/* The items of all pages, as pointers into them; owned by the caller. */
static void **
join_items(const struct pending *pending, size_t *count_out)
{
    void **all = NULL, **items;
    size_t count = 0;
    for (size_t i = 0; i < pending->page_count; i++) {
        size_t n = count_items(pending->pages[i], &items);
        all = mem_resize(all, (count + n + 1) * sizeof(all[0]));
        if (n > 0) {
            memcpy(all + count, items, n * sizeof(all[0]));
        }
        count += n;
    }
    *count_out = count;
    return all;
}

static void
finish_list(struct pending *pending)
{
    Signup__Campaigns campaigns = SIGNUP__CAMPAIGNS__INIT;
    Signup__Actions actions = SIGNUP__ACTIONS__INIT;
    Signup__Reply reply = *pending->pages[0];
    size_t count;
    void **items = join_items(pending, &count);
    if (reply.is_case == SIGNUP__REPLY__IS_LIST_CAMPAIGNS) {
        campaigns.n_campaigns = count;
        campaigns.campaigns = (Signup__Campaign **)items;
        reply.list_campaigns = &campaigns;
    } else {
        actions.campaign = pending->pages[0]->list_actions->campaign;
        actions.n_actions = count;
        actions.actions = (Signup__Action **)items;
        reply.list_actions = &actions;
    }
    finish(pending, ERR_NONE, NULL, &reply);
    free(items);
}

static void
on_answer(void *arg, enum err err, const char *detail,
          const ProtobufCMessage *message)
{
    struct pending *pending = arg;
    const Signup__Reply *reply = (const Signup__Reply *)message;
    uint32_t next = err == ERR_NONE ? next_of(reply) : 0;
    if (err != ERR_NONE || (next == 0 && pending->page_count == 0)) {
        finish(pending, err, detail, reply);
        return;
    }
    keep_page(pending, reply);
    if (next != 0) {
        ask_next(pending, next);
        return;
    }
    finish_list(pending);
}

void
signup_ask(struct bus_peer *peer, int instance, const Signup__Request *request,
           signup_answer_cb *cb, void *arg)
{
    struct pending *pending = mem_new(sizeof(*pending));
    *pending = (struct pending){.peer = peer,
                                .instance = instance,
                                .asked = request->is_case,
                                .cb = cb,
                                .arg = arg};
    if (request->is_case == SIGNUP__REQUEST__IS_LIST_ACTIONS) {
        pending->campaign = mem_copy_string(request->list_actions->campaign);
    }
    send_ask(pending, request);
}
