/* signup_flow -- signing up, batched by turn of the loop.
 *
 *   check -> definitions -> bind -> evidence -> enter -> flush
 *         -> committed -> answered, or entered again */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/joining/signing.h"
#include "services/signup/joining/signup_flow.h"
#include "services/signup/keep/feed.h"
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

/* A form's empty field is one that was not filled in. */
static bool
is_filled(const char *field)
{
    return field != NULL && *field != '\0';
}

static struct signup_fault
find_fault(const Signup__SignUp *ask)
{
    if (!is_filled(ask->phone) && !is_filled(ask->email)) {
        return (struct signup_fault){
            "phone", "give a mobile number or an email address"};
    }
    if (ask->n_actions > SIGNING_ACTIONS_MAX) {
        return (struct signup_fault){"actions",
                                     "sign up for at most 32 actions at once"};
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
    if (fault.detail == NULL && !names_tidy(ask->name, signing->wanted.name)) {
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

/* Once, however often it was named. */
static void
add_action(struct signing *signing, const struct campaign_action *action)
{
    for (size_t i = 0; i < signing->action_count; i++) {
        if (signing->actions[i] == action) {
            return;
        }
    }
    signing->actions[signing->action_count++] = action;
}

static struct signup_fault
bind_attributes(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        const struct attribute *attribute = &attributes[a];
        if (attribute->fixed != NULL) {
            continue;
        }
        const char *word = attribute_asked(attribute, ask);
        signing->said[a] =
            word == NULL
                ? 0
                : (uint16_t)slugs_find(&signing->campaign->words[a], word);
        if (word != NULL && signing->said[a] == 0) {
            return (struct signup_fault){attribute->name,
                                         attribute->word_fault};
        }
    }
    signing->said[ATTRIBUTE_format] =
        ask->has_format ? (uint16_t)(ask->format + 1) : 0;
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_actions(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    signing->action_count = 0;
    for (size_t i = 0; i < ask->n_actions; i++) {
        const struct campaign_action *action =
            campaign_find_action(signing->campaign, ask->actions[i]);
        if (action == NULL) {
            return (struct signup_fault){"actions",
                                         "this campaign has no such action"};
        }
        add_action(signing, action);
    }
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_phone(struct signing *signing, const char *typed)
{
    const struct campaign *campaign = signing->campaign;
    const char *why = NULL;
    char phone[PHONE_TEXT_SIZE];
    if (contact_phone(typed, campaign->definition->allows_drama_numbers, phone,
                      &why) != ERR_NONE) {
        return (struct signup_fault){"phone", why};
    }
    signing->wanted.phone = address_phone_digits(phone);
    address_hash_phone(campaign->signup->keys, campaign->id,
                       signing->wanted.phone, signing->phone_hash);
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_email(struct signing *signing, const char *typed)
{
    const struct campaign *campaign = signing->campaign;
    const char *why = NULL;
    if (contact_email(typed, signing->wanted.email, &why) != ERR_NONE) {
        return (struct signup_fault){"email", why};
    }
    address_hash_email(campaign->signup->keys, campaign->id,
                       signing->wanted.email, signing->email_hash);
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_contacts(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    struct signup_fault fault = {NULL, NULL};
    if (is_filled(ask->phone)) {
        fault = bind_phone(signing, ask->phone);
    }
    if (fault.detail == NULL && is_filled(ask->email)) {
        fault = bind_email(signing, ask->email);
    }
    return fault;
}

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
    struct signup_fault word = bind_attributes(signing);
    struct signup_fault action = bind_actions(signing);
    if ((word.detail != NULL || action.detail != NULL) && !signing->is_reread) {
        signing->is_reread = true;
        campaigns_read(signup_of(signing->asked)->campaigns, campaign->id,
                       definitions_done, signing);
        return;
    }
    struct signup_fault contact = bind_contacts(signing);
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
        signing_prepare_new(signing);
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
    signing_prepare_new(signing);
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
    if (++signing->tries > SIGNING_TRIES_MAX) {
        refuse(signing, ERR_UNAVAILABLE,
               "the same person is being signed up many times over; try again");
        return;
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
    add_actions(flushed, &all);
    ends[SIGN_UP_ARG_ACTIONS] = all.len;
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
    signed_up.is_new = from->is_new;
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
    enum err err = signing_read_reply(signing, from, &reply);
    if (err == ERR_LIMIT) {
        refuse(signing, err,
               "too many supporters share this number or address");
    } else if (err != ERR_NONE) {
        refuse(signing, err, NULL);
    } else if (reply.is_committed) {
        answer(signing, &reply);
    } else {
        metric_add(signup_of(signing->asked)->metrics.undecided, 1);
        enter(signing);
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
    signing->decision.is_made = false;
    campaigns_read(signup_of(signing->asked)->campaigns, signing->campaign->id,
                   definitions_done, signing);
}

static void
take_batch(struct flushed *flushed, enum err err,
           const struct store_reply *reply)
{
    bool is_stale = err == ERR_NONE && reply->type == STORE_STRING;
    if (err == ERR_NONE && !is_stale && reply->count != flushed->count + 1) {
        err = ERR_INTERNAL;
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
