/* put_flow -- putting campaigns and actions.
 *
 *   check -> read -> (a new campaign: number) -> decide -> put -> read
 *         -> answered
 *
 * What is put is decided on one revision of the definitions; if they have
 * changed by the time it is written, it is decided anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/definitions/check.h"
#include "services/signup/definitions/flows.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store.h"

#define TRIES_MAX 64 /* as many others may be ahead, one a try */
#define FIELD_SIZE (SLUG_SIZE + 2)

struct putting {
    struct asked *asked;
    char campaign_id[SLUG_SIZE];
    unsigned campaign_number;  /* PutCampaign's */
    struct campaign *campaign; /* NULL: there is none yet */
    int tries;
    char revision[REVISION_SIZE]; /* decided on */
};

static void number_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void read_done(void *arg, enum err err, const char *detail, void *value);
static void put_done(void *arg, enum err err, const struct store_reply *reply);
static void reread_done(void *arg, enum err err, const char *detail,
                        void *value);

static bool
is_campaign_put(const struct putting *p)
{
    return signup_request(p->asked)->is_case ==
           SIGNUP__REQUEST__IS_PUT_CAMPAIGN;
}

static void
refuse(struct putting *p, enum err err, const char *detail)
{
    asked_refuse(p->asked, err, detail);
    free(p);
}

static void
refuse_change(struct putting *p, const struct signup_fault *fault)
{
    asked_refuse_fault(p->asked, &(struct bus_fault){.err = ERR_CONFLICT,
                                                     .detail = fault->detail,
                                                     .field = fault->field});
    free(p);
}

static struct putting *
new_putting(struct asked *asked, const char *campaign)
{
    struct putting *p = mem_new(sizeof(*p));
    p->asked = asked;
    (void)snprintf(p->campaign_id, sizeof(p->campaign_id), "%s", campaign);
    return p;
}

void
put_flow_campaign(struct asked *asked)
{
    const Signup__Campaign *campaign =
        signup_request(asked)->put_campaign->campaign;
    struct signup_fault fault = definition_check_campaign(campaign);
    if (fault.detail != NULL) {
        signup_refuse(asked, &fault);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, campaign->id, read_done,
                   new_putting(asked, campaign->id));
}

void
put_flow_action(struct asked *asked)
{
    const Signup__PutAction *ask = signup_request(asked)->put_action;
    struct signup_fault fault = definition_check_action(ask->action);
    if (fault.detail != NULL) {
        signup_refuse(asked, &fault);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, read_done,
                   new_putting(asked, ask->campaign));
}

/* ---- deciding ---- */

/* Whether a message packs to the same bytes as what is there. */
static bool
is_same(const void *wanted, const void *there)
{
    struct buf a, b;
    buf_init(&a, 0);
    buf_init(&b, 0);
    wire_pack(wanted, &a);
    wire_pack(there, &b);
    bool is = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
    buf_fini(&a);
    buf_fini(&b);
    return is;
}

static void
write_definition(struct putting *p, const struct su_put *what,
                 const void *definition, const Signup__Event *event)
{
    struct su_put put = *what;
    struct buf packed, packed_event, tail;
    buf_init(&packed, 0);
    buf_init(&packed_event, 0);
    buf_init(&tail, 0);
    wire_pack(definition, &packed);
    wire_pack(event, &packed_event);
    feed_flow_add_tail(&tail);
    put.revision = p->revision;
    put.definition = bytes_of(packed.data, packed.len);
    put.event = bytes_of(packed_event.data, packed_event.len);
    put.event_tail = bytes_of(tail.data, tail.len);
    size_t used = p->campaign == NULL ? 0 : p->campaign->definitions_len;
    if (used + packed.len > DEFINITIONS_BYTES_MAX) {
        refuse(p, ERR_LIMIT,
               "this campaign's actions have too much text in all");
    } else {
        su_put_definition(signup_of(p->asked)->su, p->campaign_id, &put,
                          put_done, p);
    }
    buf_fini(&packed);
    buf_fini(&packed_event);
    buf_fini(&tail);
}

static void
answer_campaign(struct putting *p, Signup__Campaign *campaign)
{
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_PUT_CAMPAIGN;
    reply.put_campaign = campaign;
    asked_answer(p->asked, &reply);
    free(p);
}

static void
decide_campaign(struct putting *p)
{
    Signup__Campaign wanted = *signup_request(p->asked)->put_campaign->campaign;
    wanted.has_number = true;
    wanted.number = p->campaign != NULL ? p->campaign->definition->number
                                        : p->campaign_number;
    if (p->campaign != NULL) {
        struct signup_fault fault =
            definition_check_change(p->campaign->definition, &wanted);
        if (fault.detail != NULL) {
            refuse_change(p, &fault);
            return;
        }
        if (is_same(&wanted, p->campaign->definition)) {
            answer_campaign(p, p->campaign->definition);
            return;
        }
    }
    Signup__Event event = SIGNUP__EVENT__INIT;
    event.is_case = SIGNUP__EVENT__IS_CAMPAIGN_PUT;
    event.campaign_put = &wanted;
    event.has_at_ms = true;
    event.at_ms = clock_wall_ms();
    write_definition(
        p,
        &(struct su_put){.field = "campaign", .campaign_number = wanted.number},
        &wanted, &event);
}

static void
answer_action(struct putting *p, Signup__Action *action)
{
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_PUT_ACTION;
    reply.put_action = action;
    asked_answer(p->asked, &reply);
    free(p);
}

/* The counts are filled in answers only. */
static Signup__Action
without_counts(const Signup__Action *action)
{
    Signup__Action copy = *action;
    copy.has_confirmed = copy.has_waitlisted = copy.has_unproved = false;
    copy.has_held = copy.has_asked = false;
    copy.has_twins = copy.has_twins_waiting = false;
    return copy;
}

static void
put_action(struct putting *p, Signup__Action *wanted)
{
    char field[FIELD_SIZE];
    (void)snprintf(field, sizeof(field), "a:%s", wanted->id);
    struct buf slug;
    buf_init(&slug, 0);
    campaign_pack_slug(wanted->id, &slug);
    Signup__Event event = SIGNUP__EVENT__INIT;
    event.is_case = SIGNUP__EVENT__IS_ACTION_PUT;
    event.action_put = wanted;
    event.has_at_ms = true;
    event.at_ms = clock_wall_ms();
    write_definition(
        p,
        &(struct su_put){.field = field,
                         .action_number = wanted->number,
                         .has_capacity = wanted->has_capacity,
                         .capacity = wanted->capacity,
                         .slug_field = bytes_of(slug.data, slug.len)},
        wanted, &event);
    buf_fini(&slug);
}

static void
decide_action(struct putting *p)
{
    const Signup__Action *asked = signup_request(p->asked)->put_action->action;
    const struct campaign_action *known =
        campaign_find_action(p->campaign, asked->id);
    if (known == NULL && p->campaign->action_count == SU_ACTIONS_MAX) {
        refuse(p, ERR_LIMIT, "a campaign has at most 65,535 actions");
        return;
    }
    Signup__Action wanted = without_counts(asked);
    wanted.has_number = true;
    wanted.number =
        known != NULL ? known->number : (uint32_t)p->campaign->action_count + 1;
    if (known != NULL) {
        Signup__Action there = without_counts(known->definition);
        if (is_same(&wanted, &there)) {
            answer_action(p, known->definition);
            return;
        }
    }
    put_action(p, &wanted);
}

static void
read_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct putting *p = arg;
    bool is_new = err == ERR_NOT_FOUND && is_campaign_put(p);
    if (err != ERR_NONE && !is_new) {
        refuse(p, err, detail);
        return;
    }
    p->campaign = campaign;
    (void)snprintf(p->revision, sizeof(p->revision), "%s",
                   campaign == NULL ? "" : campaign->revision);
    if (is_new) {
        struct campaigns *campaigns = signup_of(p->asked)->campaigns;
        su_number_campaign(
            signup_of(p->asked)->su,
            &(struct su_number){.id = p->campaign_id,
                                .floor = campaigns_number_max(campaigns)},
            number_done, p);
    } else if (is_campaign_put(p)) {
        decide_campaign(p);
    } else {
        decide_action(p);
    }
}

static void
number_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct putting *p = arg;
    if (err != ERR_NONE) {
        refuse(p, err, err == ERR_LIMIT ? reply->string : NULL);
        return;
    }
    p->campaign_number = (unsigned)reply->integer;
    decide_campaign(p);
}

static void
put_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct putting *p = arg;
    if (err != ERR_NONE) {
        refuse(p, err, NULL);
        return;
    }
    struct signup *signup = signup_of(p->asked);
    bool is_stale = reply->type == STORE_STRING;
    if (is_stale && ++p->tries > TRIES_MAX) {
        refuse(p, ERR_UNAVAILABLE,
               "others change this campaign just now, nothing was done; try "
               "again");
        return;
    }
    if (!is_stale) {
        feed_flow_announce(signup, p->campaign_id, (uint64_t)reply->integer);
    }
    campaigns_read(signup->campaigns, p->campaign_id,
                   is_stale ? read_done : reread_done, p);
}

static void
reread_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct putting *p = arg;
    if (err != ERR_NONE) {
        refuse(p, err, detail);
    } else if (is_campaign_put(p)) {
        answer_campaign(p, campaign->definition);
    } else {
        const char *id = signup_request(p->asked)->put_action->action->id;
        answer_action(p, campaign_find_action(campaign, id)->definition);
    }
}
