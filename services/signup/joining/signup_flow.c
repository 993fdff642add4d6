/* signup_flow -- entries, batched by turn of the loop.
 *
 *   check -> definitions -> bind -> evidence -> enter -> flush
 *         -> committed -> answered
 *
 * Nobody is looked up: what is known of a contact changes no step of this. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/joining/signing.h"
#include "services/signup/joining/signup_flow.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/given.h"
#include "services/signup/keep/store.h"

#define BATCH_ITEMS_MAX 512
#define BATCH_WAITING_MAX 65536
#define BATCHES_IN_FLIGHT 2
#define CONSENT_SOURCE_IMPORT "import"

static void definitions_done(void *arg, enum err err, const char *detail,
                             void *value);
static void number_consents(struct signing *signing);
static void evidence_done(void *arg, enum err err, const char *detail);
static void enter(struct signing *signing);
static void flush(void *arg, void **items, size_t count);
static void committed(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct signing *signing)
{
    buf_fini(&signing->sealed);
    free(signing);
}

static void
refuse(struct signing *signing, enum err err, const char *detail)
{
    metric_add(signup_of(signing->asked)->metrics.refused, 1);
    asked_refuse(signing->asked, err, detail);
    finish(signing);
}

static void
refuse_field(struct signing *signing, const struct signup_fault *fault,
             enum err err)
{
    metric_add(signup_of(signing->asked)->metrics.refused, 1);
    asked_refuse_fault(signing->asked,
                       &(struct bus_fault){.err = err,
                                           .detail = fault->detail,
                                           .field = fault->field,
                                           .type = "invalid-field"});
    finish(signing);
}

/* ---- what is wrong by itself ---- */

static struct signup_fault
find_fault(const Signup__SignUp *ask)
{
    if (ask->n_actions > SIGNING_ACTIONS_MAX) {
        return (struct signup_fault){"actions",
                                     "sign up for at most 32 actions at once"};
    }
    if (ask->has_key && ask->key.len > SIGNING_KEY_BYTES_MAX) {
        return (struct signup_fault){"key", "a key is at most 32 bytes"};
    }
    if (ask->n_consents > SIGNING_CONSENTS_MAX) {
        return (struct signup_fault){"consents",
                                     "give at most 8 consents at once"};
    }
    for (size_t i = 0; i < ask->n_consents; i++) {
        const char *fault = evidence_check(ask->consents[i]);
        if (fault != NULL) {
            return (struct signup_fault){"consents", fault};
        }
    }
    return (struct signup_fault){NULL, NULL};
}

void
signup_flow_start(struct asked *asked)
{
    const Signup__SignUp *ask = signup_request(asked)->sign_up;
    struct signing *signing = mem_new(sizeof(*signing));
    signing->asked = asked;
    buf_init(&signing->sealed, 0);
    struct signup_fault fault = find_fault(ask);
    if (fault.detail == NULL && !names_tidy(ask->name, signing->record.name)) {
        fault =
            (struct signup_fault){"name", "give a name of 1 to 100 letters"};
    }
    if (fault.detail != NULL) {
        refuse_field(signing, &fault, ERR_BAD_REQUEST);
        return;
    }
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, ask->campaign);
    if (known != NULL) {
        definitions_done(signing, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, definitions_done,
                   signing);
}

/* ---- bound to the campaign's words ---- */

/* A word that is not known may have been put since the definitions were
 * read: they are read once more before it is refused. */
static void
definitions_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct signing *signing = arg;
    if (err != ERR_NONE) {
        refuse(signing, err, detail);
        return;
    }
    signing->campaign = campaign;
    struct signup_fault word = signing_bind_attributes(signing);
    struct signup_fault action = signing_bind_actions(signing);
    if ((word.detail != NULL || action.detail != NULL) && !signing->is_reread) {
        signing->is_reread = true;
        campaigns_read(signup_of(signing->asked)->campaigns, campaign->id,
                       definitions_done, signing);
        return;
    }
    struct signup_fault contact = signing_bind_contacts(signing);
    if (word.detail != NULL) {
        refuse_field(signing, &word, ERR_BAD_REQUEST);
    } else if (action.detail != NULL) {
        refuse_field(signing, &action, ERR_NOT_FOUND);
    } else if (contact.detail != NULL) {
        refuse_field(signing, &contact, ERR_BAD_REQUEST);
    } else {
        number_consents(signing);
    }
}

/* ---- the words that consents are given to ---- */

/* False: some have no number in the cache. */
static bool
find_consents(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    for (size_t i = 0; i < ask->n_consents; i++) {
        const Signup__Consent *from = ask->consents[i];
        struct signing_consent *to = &signing->consents[i];
        if (!evidence_find(signing->campaign->evidence, from,
                           &to->given.evidence)) {
            return false;
        }
        to->given.at_ms = from->at_ms;
        to->given.is_withdrawn = from->is_withdrawn;
        to->is_import = strcmp(from->source, CONSENT_SOURCE_IMPORT) == 0;
    }
    signing->consent_count = ask->n_consents;
    return true;
}

static void
number_consents(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    if (find_consents(signing)) {
        signing_prepare(signing, clock_wall_ms());
        enter(signing);
        return;
    }
    evidence_number(signing->campaign->evidence, ask->consents, ask->n_consents,
                    evidence_done, signing);
}

static void
evidence_done(void *arg, enum err err, const char *detail)
{
    struct signing *signing = arg;
    if (err == ERR_NONE && !find_consents(signing)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(signing, err, detail);
        return;
    }
    signing_prepare(signing, clock_wall_ms());
    enter(signing);
}

/* ---- the batch ---- */

static void
enter(struct signing *signing)
{
    struct campaign *campaign = signing->campaign;
    if (campaign->batch == NULL) {
        campaign->batch = batch_new(
            campaign->signup->service.loop,
            &(struct batch_options){.item_max = BATCH_ITEMS_MAX,
                                    .waiting_max = BATCH_WAITING_MAX,
                                    .in_flight_max = BATCHES_IN_FLIGHT},
            flush, campaign);
    }
    if (!batch_add(campaign->batch, signing)) {
        refuse(signing, ERR_UNAVAILABLE,
               "too many are signing up at this moment; try again");
    }
}

/* One script call's items, kept until it is answered. */
struct flushed {
    struct campaign *campaign;
    int64_t began_us;
    size_t count;
    struct signing *items[];
};

/* Each action once: number and slug field. */
static void
add_actions(const struct flushed *flushed, struct buf *to)
{
    uint8_t is_added[SU_ACTIONS_MAX / 8 + 1] = {0};
    for (size_t i = 0; i < flushed->count; i++) {
        const struct signing *signing = flushed->items[i];
        for (size_t a = 0; a < signing->action_count; a++) {
            const struct campaign_action *action = signing->actions[a];
            uint8_t *byte = &is_added[action->number / 8];
            uint8_t bit = (uint8_t)(1U << action->number % 8);
            if ((*byte & bit) != 0) {
                continue;
            }
            *byte |= bit;
            signup_slug_row_append(
                to, &(struct signup_slug_row){
                        .number = action->number,
                        .slug = bytes_of(action->slug_field.data,
                                         action->slug_field.len)});
        }
    }
}

/* The args point into to, which grows: offsets first. */
static void
run_batch(struct flushed *flushed)
{
    struct buf all;
    buf_init(&all, 0);
    size_t ends[BATCH_ITEMS_MAX + SIGN_UP_ARG_ITEMS];
    buf_add_string(&all, flushed->campaign->revision);
    ends[SIGN_UP_ARG_REVISION] = all.len;
    feed_flow_add_tail(&all);
    ends[SIGN_UP_ARG_EVENT_TAIL] = all.len;
    buf_printf(&all, "%" PRId64, clock_wall_ms());
    ends[SIGN_UP_ARG_NOW] = all.len;
    add_actions(flushed, &all);
    ends[SIGN_UP_ARG_ACTIONS] = all.len;
    buf_printf(&all, "%" PRIu32, given_people(flushed->campaign->given));
    ends[SIGN_UP_ARG_KNOWN] = all.len;
    size_t n = SIGN_UP_ARG_ITEMS;
    for (size_t i = 0; i < flushed->count; i++) {
        signing_add_item(flushed->items[i], &all);
        ends[n++] = all.len;
    }
    struct bytes args[BATCH_ITEMS_MAX + SIGN_UP_ARG_ITEMS];
    for (size_t i = 0; i < n; i++) {
        size_t begin = i == 0 ? 0 : ends[i - 1];
        args[i] = bytes_of(all.data + begin, ends[i] - begin);
    }
    su_sign_up(flushed->campaign->signup->su, flushed->campaign->id,
               (struct su_args){args, n}, committed, flushed);
    buf_fini(&all);
}

static void
flush(void *arg, void **items, size_t count)
{
    assert(count <= BATCH_ITEMS_MAX);
    struct flushed *flushed =
        mem_new(sizeof(*flushed) + count * sizeof(void *));
    flushed->campaign = arg;
    flushed->began_us = clock_boot_us();
    flushed->count = count;
    memcpy(flushed->items, items, count * sizeof(void *));
    run_batch(flushed);
}

/* ---- after the commit ---- */

static void
answer(struct signing *signing, const struct signing_reply *from)
{
    Signup__Place places[SIGNING_ACTIONS_MAX], *pointers[SIGNING_ACTIONS_MAX];
    for (size_t i = 0; i < signing->action_count; i++) {
        signup__place__init(&places[i]);
        places[i].action = (char *)signing->actions[i]->id;
        places[i].action_number = signing->actions[i]->number;
        places[i].state = (Words__PlaceState)from->states[i];
        pointers[i] = &places[i];
    }
    Signup__SignedUp signed_up = SIGNUP__SIGNED_UP__INIT;
    signed_up.number = from->number;
    signed_up.has_confirms_by = true;
    signed_up.confirms_by = (Words__Channel)signing->confirms_by;
    signed_up.n_places = signing->action_count;
    signed_up.places = pointers;
    signed_up.role = from->role;
    signed_up.campaign_number = signing->campaign->definition->number;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_SIGN_UP;
    reply.sign_up = &signed_up;
    metric_add(signup_of(signing->asked)->metrics.signups, 1);
    asked_answer(signing->asked, &reply);
    finish(signing);
}

static void
take_reply(struct signing *signing, const struct store_reply *from)
{
    struct signing_reply reply;
    if (signing_read_reply(signing, from, &reply)) {
        answer(signing, &reply);
    } else {
        refuse(signing, ERR_INTERNAL, NULL);
    }
}

/* The definitions have changed since they were read. */
static void
read_again(struct signing *signing)
{
    if (++signing->tries > SIGNING_TRIES_MAX) {
        refuse(signing, ERR_UNAVAILABLE, NULL);
        return;
    }
    campaigns_read(signup_of(signing->asked)->campaigns, signing->campaign->id,
                   definitions_done, signing);
}

/* Before anybody hears of their number. */
static void
note_given(const struct flushed *flushed, const struct store_reply *reply)
{
    uint32_t people = 0;
    for (size_t i = 0; i < flushed->count; i++) {
        struct signing_reply one;
        if (signing_read_reply(flushed->items[i], &reply->items[i + 1], &one) &&
            one.number >= people) {
            people = one.number + 1;
        }
    }
    given_note(flushed->campaign->given, people);
}

static void
take_batch(struct flushed *flushed, enum err err,
           const struct store_reply *reply)
{
    bool is_stale = err == ERR_NONE && reply->type == STORE_STRING;
    if (err == ERR_NONE && !is_stale && reply->count != flushed->count + 1) {
        err = ERR_INTERNAL;
    }
    if (is_stale && strcmp(reply->string, "BEHIND") == 0) {
        campaigns_doubt(flushed->campaign);
    }
    if (err == ERR_NONE && !is_stale) {
        note_given(flushed, reply);
    }
    for (size_t i = 0; i < flushed->count; i++) {
        struct signing *signing = flushed->items[i];
        if (err != ERR_NONE) {
            refuse(signing, err, NULL);
        } else if (is_stale) {
            read_again(signing);
        } else {
            take_reply(signing, &reply->items[i + 1]);
        }
    }
    if (err == ERR_NONE && !is_stale) {
        feed_flow_announce(flushed->campaign->signup, flushed->campaign->id,
                           (uint64_t)reply->items[0].integer);
    }
}

static void
committed(void *arg, enum err err, const struct store_reply *reply)
{
    struct flushed *flushed = arg;
    struct signup_metrics *metrics = &flushed->campaign->signup->metrics;
    metric_add(metrics->batches, 1);
    metric_observe_ms(metrics->batch_ms,
                      (double)(clock_boot_us() - flushed->began_us) / 1000);
    take_batch(flushed, err, reply);
    batch_done(flushed->campaign->batch);
    free(flushed);
}
