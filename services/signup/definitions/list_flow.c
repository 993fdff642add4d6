/* list_flow -- the campaigns there are, and one's actions. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/definitions/flows.h"
#include "services/signup/keep/store.h"

struct listing {
    struct asked *asked;
    size_t waiting, count;
    enum err err;
    struct campaign *campaigns[SU_CAMPAIGNS_MAX];
};

static void listed(void *arg, enum err err, const struct store_reply *reply);
static void one_read(void *arg, enum err err, const char *detail,
                     struct campaign *campaign);

void
list_flow_campaigns(struct asked *asked)
{
    struct listing *listing = mem_new(sizeof(*listing));
    listing->asked = asked;
    su_list_campaigns(asked->signup->su, listed, listing);
}

static int
by_number(const void *a, const void *b)
{
    const struct campaign *const *x = a, *const *y = b;
    return (int)(*x)->definition->number - (int)(*y)->definition->number;
}

static void
answer_list(struct listing *listing)
{
    qsort(listing->campaigns, listing->count, sizeof(void *), by_number);
    Signup__Campaign *pointers[SU_CAMPAIGNS_MAX];
    for (size_t i = 0; i < listing->count; i++) {
        pointers[i] = listing->campaigns[i]->definition;
    }
    Signup__Campaigns campaigns = SIGNUP__CAMPAIGNS__INIT;
    campaigns.n_campaigns = listing->count;
    campaigns.campaigns = pointers;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_LIST_CAMPAIGNS;
    reply.list_campaigns = &campaigns;
    asked_answer(listing->asked, &reply);
}

static void
end_listing(struct listing *listing)
{
    if (listing->err != ERR_NONE) {
        asked_refuse(listing->asked, listing->err, NULL);
    } else {
        answer_list(listing);
    }
    free(listing);
}

static void
listed(void *arg, enum err err, const struct store_reply *reply)
{
    struct listing *listing = arg;
    listing->err = err;
    size_t count = err == ERR_NONE ? reply->count / 2 : 0;
    if (count == 0) {
        end_listing(listing);
        return;
    }
    listing->waiting = count;
    for (size_t i = 0; i < count; i++) {
        campaigns_read(listing->asked->signup->campaigns,
                       reply->items[i * 2].string, one_read, listing);
    }
}

/* One that has a number and no definition yet is left out. */
static void
one_read(void *arg, enum err err, const char *detail, struct campaign *campaign)
{
    (void)detail;
    struct listing *listing = arg;
    if (err == ERR_NONE) {
        listing->campaigns[listing->count++] = campaign;
    } else if (err != ERR_NOT_FOUND) {
        listing->err = err;
    }
    if (--listing->waiting == 0) {
        end_listing(listing);
    }
}

static void
actions_read(void *arg, enum err err, const char *detail,
             struct campaign *campaign)
{
    struct asked *asked = arg;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, detail);
        return;
    }
    Signup__Action *pointers[SU_ACTIONS_MAX];
    for (size_t i = 0; i < campaign->action_count; i++) {
        pointers[i] = campaign->actions[i]->definition;
    }
    Signup__Actions actions = SIGNUP__ACTIONS__INIT;
    actions.campaign = campaign->definition;
    actions.n_actions = campaign->action_count;
    actions.actions = pointers;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_LIST_ACTIONS;
    reply.list_actions = &actions;
    asked_answer(asked, &reply);
}

void
list_flow_actions(struct asked *asked)
{
    campaigns_read(asked->signup->campaigns,
                   asked->message->list_actions->campaign, actions_read, asked);
}
