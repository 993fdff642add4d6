/* consent_flow -- giving and withdrawing one consent.
 *
 *   check -> definitions -> evidence -> read -> decide -> written
 *
 * Decided on one version of the record; if that has changed by the time it
 * is written, it is read and decided anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define NUMBER_SIZE 16
#define TRIES_MAX 16

struct consenting {
    struct asked *asked;
    struct campaign *campaign;
    int tries;
    uint32_t evidence;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void evidence_done(void *arg, enum err err, const char *detail);
static void read_person(struct consenting *c);
static void person_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void written(void *arg, enum err err, const struct store_reply *reply);

static void
refuse(struct consenting *c, enum err err, const char *detail)
{
    asked_refuse(c->asked, err, detail);
    free(c);
}

static void
answer(struct consenting *c, bool is_changed)
{
    Signup__ConsentSet set = SIGNUP__CONSENT_SET__INIT;
    set.is_changed = is_changed;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_SET_CONSENT;
    reply.set_consent = &set;
    asked_answer(c->asked, &reply);
    free(c);
}

void
consent_flow_set(struct asked *asked)
{
    const Signup__SetConsent *ask = signup_request(asked)->set_consent;
    const char *fault = evidence_check(ask->consent);
    if (fault != NULL) {
        signup_refuse(asked, &(struct signup_fault){"consent", fault});
        return;
    }
    if (ask->number > NUMBER_MAX) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such supporter");
        return;
    }
    struct consenting *c = mem_new(sizeof(*c));
    c->asked = asked;
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, ask->campaign);
    if (known != NULL) {
        campaign_done(c, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   c);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct consenting *c = arg;
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    c->campaign = campaign;
    Signup__Consent *consent = signup_request(c->asked)->set_consent->consent;
    if (evidence_find(campaign->evidence, consent, &c->evidence)) {
        read_person(c);
        return;
    }
    evidence_number(campaign->evidence, &consent, 1, evidence_done, c);
}

static void
evidence_done(void *arg, enum err err, const char *detail)
{
    struct consenting *c = arg;
    if (err == ERR_NONE &&
        !evidence_find(c->campaign->evidence,
                       signup_request(c->asked)->set_consent->consent,
                       &c->evidence)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    read_person(c);
}

static void
read_person(struct consenting *c)
{
    if (++c->tries > TRIES_MAX) {
        refuse(c, ERR_UNAVAILABLE, NULL);
        return;
    }
    const uint32_t number = signup_request(c->asked)->set_consent->number;
    su_read_people(signup_of(c->asked)->su, c->campaign->id,
                   &(struct su_people){.numbers = &number, .number_count = 1},
                   person_done, c);
}

/* ---- deciding ---- */

/* 0 bytes: the supporter has none for this channel. */
static size_t
hash_address(const struct consenting *c, const struct record *record,
             int channel, uint8_t hash[ADDRESS_HASH_BYTES])
{
    const struct address_keys *keys = signup_of(c->asked)->keys;
    if (channel == 0 && record->phone != 0) {
        address_hash_phone(keys, c->campaign->id, record->phone, hash);
        return ADDRESS_HASH_BYTES;
    }
    if (channel == 1 && record->email[0] != '\0') {
        address_hash_email(keys, c->campaign->id, record->email, hash);
        return ADDRESS_HASH_BYTES;
    }
    return 0;
}

static void
write_consent(struct consenting *c, const struct person *person)
{
    const Signup__SetConsent *ask = signup_request(c->asked)->set_consent;
    char number[NUMBER_SIZE], channel[NUMBER_SIZE];
    uint8_t hash[ADDRESS_HASH_BYTES];
    size_t hash_len =
        hash_address(c, &person->record, (int)(c->evidence & 1), hash);
    (void)snprintf(number, sizeof(number), "%" PRIu32, ask->number);
    (void)snprintf(channel, sizeof(channel), "%d", (int)ask->consent->channel);
    struct buf tail, sealed;
    buf_init(&tail, 0);
    buf_init(&sealed, 0);
    feed_flow_add_tail(&tail);
    record_seal(&signup_of(c->asked)->keys->record, c->campaign->id,
                &person->record, &sealed);
    struct bytes args[SET_CONSENT_ARGS] = {
        [SET_CONSENT_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [SET_CONSENT_ARG_NUMBER] = bytes_of_string(number),
        [SET_CONSENT_ARG_VERSION] =
            bytes_of(person->sealed.data, RECORD_VERSION_BYTES),
        [SET_CONSENT_ARG_RECORD] = bytes_of(sealed.data, sealed.len),
        [SET_CONSENT_ARG_CHANNEL] = bytes_of_string(channel),
        [SET_CONSENT_ARG_IS_GIVEN] =
            bytes_of_string(ask->consent->is_withdrawn ? "0" : "1"),
        [SET_CONSENT_ARG_HASH] = bytes_of(hash, hash_len)};
    su_set_consent(signup_of(c->asked)->su, c->campaign->id,
                   (struct su_args){args, SET_CONSENT_ARGS}, written, c);
    buf_fini(&tail);
    buf_fini(&sealed);
}

static void
decide(struct consenting *c, struct person *person)
{
    const Signup__Consent *consent =
        signup_request(c->asked)->set_consent->consent;
    int channel = rules_channel_index(consent->channel);
    if (!consent->is_withdrawn &&
        (person->flags & FLAG_CONTACT(channel)) == 0) {
        refuse(c, ERR_CONFLICT,
               channel == 0 ? "this supporter has no number to consent for"
                            : "this supporter has no address to consent for");
        return;
    }
    struct record_given given = {c->evidence, consent->at_ms,
                                 consent->is_withdrawn, 0};
    uint32_t flags = person->flags;
    if (!record_apply_consent(&person->record, &flags, &given,
                              strcmp(consent->source, "import") == 0)) {
        answer(c, false);
        return;
    }
    write_consent(c, person);
}

static void
person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct consenting *c = arg;
    struct person person;
    if (err != ERR_NONE || reply->count != 2) {
        refuse(c, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    person_read(c->campaign, reply, 0,
                signup_request(c->asked)->set_consent->number, &person);
    if (!person.exists) {
        refuse(c, ERR_NOT_FOUND, "there is no such supporter");
    } else if (!person.is_readable) {
        refuse(c, ERR_INTERNAL, NULL);
    } else {
        decide(c, &person);
    }
}

static void
written(void *arg, enum err err, const struct store_reply *reply)
{
    struct consenting *c = arg;
    if (err != ERR_NONE) {
        refuse(c, err, NULL);
    } else if (reply->type == STORE_STRING) {
        read_person(c);
    } else {
        feed_flow_announce(signup_of(c->asked), c->campaign->id,
                           (uint64_t)reply->integer);
        answer(c, true);
    }
}
