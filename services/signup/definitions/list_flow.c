/* list_flow -- the campaigns there are, and one's actions. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/definitions/flows.h"
#include "services/signup/keep/store.h"

/* Of one answer: the bus takes 1 MB, and an answer about actions has the
 * campaign's own definition in it too. */
#define PAGE_BYTES_MAX ((size_t)512 * 1024)
#define ITEM_EXTRA_BYTES 8 /* tag and length */

struct listing {
    struct asked *asked;
    size_t waiting, count;
    enum err err;
    struct campaign **campaigns; /* room for as many as are waited for */
};

static void listed(void *arg, enum err err, const struct store_reply *reply);
static void one_read(void *arg, enum err err, const char *detail, void *value);

void
list_flow_campaigns(struct asked *asked)
{
    struct listing *listing = mem_new(sizeof(*listing));
    listing->asked = asked;
    su_list_campaigns(signup_of(asked)->su, listed, listing);
}

static int
by_number(const void *a, const void *b)
{
    const struct campaign *const *x = a, *const *y = b;
    return (int)(*x)->definition->number - (int)(*y)->definition->number;
}

/* How many of the definitions from the first fit in one answer; at least one
 * if there is one. */
static size_t
count_fitting(const ProtobufCMessage *const *definitions, size_t count)
{
    size_t fits = 0, bytes = 0;
    while (fits < count) {
        bytes += protobuf_c_message_get_packed_size(definitions[fits]) +
                 ITEM_EXTRA_BYTES;
        if (bytes > PAGE_BYTES_MAX && fits > 0) {
            break;
        }
        fits++;
    }
    return fits;
}

static void
answer_list(struct listing *listing)
{
    const Signup__ListCampaigns *ask =
        signup_request(listing->asked)->list_campaigns;
    if (listing->count > 0) {
        qsort(listing->campaigns, listing->count, sizeof(void *), by_number);
    }
    Signup__Campaign **list = mem_new_array(listing->count + 1, sizeof(void *));
    size_t n = 0;
    for (size_t i = 0; i < listing->count; i++) {
        if (listing->campaigns[i]->definition->number > ask->after) {
            list[n++] = listing->campaigns[i]->definition;
        }
    }
    Signup__Campaigns campaigns = SIGNUP__CAMPAIGNS__INIT;
    campaigns.campaigns = list;
    campaigns.n_campaigns =
        count_fitting((const ProtobufCMessage *const *)(void *)list, n);
    campaigns.has_next = campaigns.n_campaigns < n;
    campaigns.next = n == 0 ? 0 : list[campaigns.n_campaigns - 1]->number;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_LIST_CAMPAIGNS;
    reply.list_campaigns = &campaigns;
    asked_answer(listing->asked, &reply);
    free(list);
}

static void
end_listing(struct listing *listing)
{
    if (listing->err != ERR_NONE) {
        asked_refuse(listing->asked, listing->err, NULL);
    } else {
        answer_list(listing);
    }
    free(listing->campaigns);
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
    listing->campaigns = mem_new_array(count, sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        campaigns_read(signup_of(listing->asked)->campaigns,
                       reply->items[i * 2].string, one_read, listing);
    }
}

/* One that has a number and no definition yet is left out. */
static void
one_read(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
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
actions_read(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct asked *asked = arg;
    if (err != ERR_NONE) {
        asked_refuse(asked, err, detail);
        return;
    }
    uint32_t after = signup_request(asked)->list_actions->after;
    size_t first =
        after < campaign->action_count ? after : campaign->action_count;
    size_t n = campaign->action_count - first;
    Signup__Action **list = mem_new_array(n + 1, sizeof(void *));
    for (size_t i = 0; i < n; i++) {
        list[i] = campaign->actions[first + i]->definition;
    }
    Signup__Actions actions = SIGNUP__ACTIONS__INIT;
    actions.campaign = campaign->definition;
    actions.actions = list;
    actions.n_actions =
        count_fitting((const ProtobufCMessage *const *)(void *)list, n);
    actions.has_next = actions.n_actions < n;
    actions.next = (uint32_t)(first + actions.n_actions);
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_LIST_ACTIONS;
    reply.list_actions = &actions;
    asked_answer(asked, &reply);
    free(list);
}

void
list_flow_actions(struct asked *asked)
{
    campaigns_read(signup_of(asked)->campaigns,
                   signup_request(asked)->list_actions->campaign, actions_read,
                   asked);
}
