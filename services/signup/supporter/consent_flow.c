/* consent_flow -- turning one switch of one person: news, or what they signed
 * up for.
 *
 *   check -> definitions -> evidence -> read -> follow a merge -> who asks?
 *         -> decide -> a withdrawal kept outside Redis -> written
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
#include "services/signup/keep/store_withdrawn.h"
#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"
#include "services/signup/people/turning.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/holder.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define NUMBER_SIZE 16
#define TRIES_MAX 16

struct consenting {
    struct asked *asked;
    struct campaign *campaign;
    uint32_t number; /* of whom: after a merge not the one asked for */
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

static const Signup__SetConsent *
ask_of(const struct consenting *c)
{
    return signup_request(c->asked)->set_consent;
}

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

/* On by signing up, so there is no wording that somebody agreed to. */
static bool
is_service(const Signup__Consent *consent)
{
    return consent->purpose == WORDS__CLASS__CLASS_SERVICE;
}

static const char *
find_fault(const Signup__Consent *consent)
{
    if (!is_service(consent)) {
        return evidence_check(consent);
    }
    return rules_channel_index(consent->channel) < 0
               ? "a consent is for sms or for email"
               : NULL;
}

void
consent_flow_set(struct asked *asked)
{
    const Signup__SetConsent *ask = signup_request(asked)->set_consent;
    const char *fault = find_fault(ask->consent);
    if (fault != NULL) {
        signup_refuse(asked, &(struct signup_fault){"consent", fault});
        return;
    }
    if (ask->number > NUMBER_MAX ||
        (ask->by != NULL && ask->by->number > NUMBER_MAX)) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such supporter");
        return;
    }
    struct consenting *c = mem_new(sizeof(*c));
    c->asked = asked;
    c->number = ask->number;
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
    Signup__Consent *consent = ask_of(c)->consent;
    if (is_service(consent)) {
        c->evidence = (uint32_t)rules_channel_index(consent->channel);
        read_person(c);
        return;
    }
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
    if (err == ERR_NONE && !evidence_find(c->campaign->evidence,
                                          ask_of(c)->consent, &c->evidence)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    read_person(c);
}

/* Whose switch it is, and whose link asked. */
static void
read_person(struct consenting *c)
{
    if (++c->tries > TRIES_MAX) {
        refuse(c, ERR_UNAVAILABLE, NULL);
        return;
    }
    const Signup__Proof *by = ask_of(c)->by;
    const uint32_t numbers[] = {c->number, by == NULL ? c->number : by->number};
    su_read_people(signup_of(c->asked)->su, c->campaign->id,
                   &(struct su_people){.numbers = numbers, .number_count = 2},
                   person_done, c);
}

/* ---- deciding ---- */

struct said {
    unsigned what;
    bool has_contact;
    uint8_t hash[ADDRESS_HASH_BYTES]; /* zeros: it has none */
    char text[ADDRESS_HASH_BYTES + 1];
    size_t text_len; /* 0: it is not remembered of the contact */
};

/* text: a digit for what was said and the contact's hash. */
static void
say(const struct consenting *c, const struct record *record, struct said *said)
{
    const struct address_keys *keys = signup_of(c->asked)->keys;
    const char *campaign = c->campaign->id;
    bool is_news = !is_service(ask_of(c)->consent);
    bool is_sms = (c->evidence & 1) == 0;
    *said = (struct said){.has_contact = is_sms ? record->phone != 0
                                                : record->email[0] != '\0'};
    if (is_sms) {
        said->what = is_news ? SU_SAID_NO_TEXT : SU_SAID_NO_SERVICE_TEXT;
    } else {
        said->what = is_news ? SU_SAID_NO_MAIL : SU_SAID_NO_SERVICE_MAIL;
    }
    if (said->has_contact && is_sms) {
        address_hash_phone(keys, campaign, record->phone, said->hash);
    } else if (said->has_contact) {
        address_hash_email(keys, campaign, record->email, said->hash);
    }
    if (said->has_contact && is_news) {
        said->text[0] = (char)('0' + said->what);
        memcpy(said->text + 1, said->hash, sizeof(said->hash));
        said->text_len = sizeof(said->text);
    }
}

/* What was never off and is turned on again withdraws nothing, and takes
 * nothing back. */
static void
keep_said(const struct consenting *c, const struct said *said, uint32_t before,
          struct keeper_words *words)
{
    const Signup__Consent *consent = ask_of(c)->consent;
    int channel = rules_channel_index(consent->channel);
    uint32_t off = is_service(consent) ? FLAG_SERVICE_OFF(channel)
                                       : FLAG_WITHDRAWN(channel);
    if (consent->is_withdrawn || (before & off) != 0) {
        keeper_say(words, said->what, c->number, said->hash);
        words->list[0].is_lifted = !consent->is_withdrawn;
    }
}

static void
write_consent(struct consenting *c, const struct person *person, uint32_t flags)
{
    const Signup__Consent *consent = ask_of(c)->consent;
    char number[NUMBER_SIZE], channel[NUMBER_SIZE], set[NUMBER_SIZE],
        clear[NUMBER_SIZE];
    struct said said;
    struct keeper_words words = {.count = 0};
    say(c, &person->record, &said);
    keep_said(c, &said, person->flags, &words);
    (void)snprintf(number, sizeof(number), "%" PRIu32, c->number);
    (void)snprintf(channel, sizeof(channel), "%d", (int)consent->channel);
    (void)snprintf(set, sizeof(set), "%" PRIu32, flags & ~person->flags);
    (void)snprintf(clear, sizeof(clear), "%" PRIu32, person->flags & ~flags);
    struct buf tail, sealed;
    buf_init(&tail, 0);
    buf_init(&sealed, 0);
    feed_flow_add_tail(&tail);
    if (!is_service(consent)) {
        record_seal(&signup_of(c->asked)->keys->record, c->campaign->id,
                    &person->record, &sealed);
    }
    struct bytes args[SET_CONSENT_ARGS] = {
        [SET_CONSENT_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [SET_CONSENT_ARG_NUMBER] = bytes_of_string(number),
        [SET_CONSENT_ARG_VERSION] =
            bytes_of(person->sealed.data, RECORD_VERSION_BYTES),
        [SET_CONSENT_ARG_RECORD] = bytes_of(buf_string(&sealed), sealed.len),
        [SET_CONSENT_ARG_SET] = bytes_of_string(set),
        [SET_CONSENT_ARG_CLEAR] = bytes_of_string(clear),
        [SET_CONSENT_ARG_CHANNEL] = bytes_of_string(channel),
        [SET_CONSENT_ARG_TELLS] =
            bytes_of_string(is_service(consent) ? "0" : "1"),
        [SET_CONSENT_ARG_IS_GIVEN] =
            bytes_of_string(consent->is_withdrawn ? "0" : "1"),
        [SET_CONSENT_ARG_SAID] = bytes_of(said.text, said.text_len)};
    keeper_run(c->campaign->keeper,
               &(struct keeper_call){
                   KEEPER_SET_CONSENT, {args, SET_CONSENT_ARGS}, &words},
               written, c);
    buf_fini(&tail);
    buf_fini(&sealed);
}

static void
decide(struct consenting *c, struct person *person, bool is_from_contact)
{
    const Signup__Consent *consent = ask_of(c)->consent;
    bool is_sms = consent->channel == WORDS__CHANNEL__CHANNEL_SMS;
    uint32_t flags = person->flags;
    switch (switch_turn(
        &person->record, &flags,
        &(struct switch_ask){
            .purpose = consent->purpose,
            .given = {c->evidence, consent->at_ms, consent->is_withdrawn, 0},
            .is_import = strcmp(consent->source, "import") == 0,
            .is_from_contact = is_from_contact})) {
    case SWITCH_CHANGED:
        write_consent(c, person, flags);
        return;
    case SWITCH_NO_CONTACT:
        refuse(c, ERR_CONFLICT,
               is_sms ? "this supporter has no number to consent for"
                      : "this supporter has no address to consent for");
        return;
    case SWITCH_FORBIDDEN:
        refuse(c, ERR_FORBIDDEN,
               is_sms ? "this was switched off: switch it on by the link in a "
                        "text to that number"
                      : "this was switched off: switch it on by the link in a "
                        "mail to that address");
        return;
    case SWITCH_SAME:
    default:
        answer(c, false);
        return;
    }
}

/* False: the link does not open this person, or no longer. */
static bool
may_ask(const struct consenting *c, const struct person *person,
        const struct person *asker, bool *is_from_contact)
{
    const Signup__Proof *by = ask_of(c)->by;
    *is_from_contact = false;
    if (by == NULL) {
        return true;
    }
    if (!asker->exists || !asker->is_readable ||
        !holder_is(&asker->record, by)) {
        return false;
    }
    int channel = rules_channel_index(by->channel);
    if (channel < 0) {
        return by->number == ask_of(c)->number;
    }
    *is_from_contact = by->channel == ask_of(c)->consent->channel;
    return holder_shares(&asker->record, &person->record, channel);
}

static void
take_people(struct consenting *c, struct person *person,
            const struct person *asker)
{
    bool is_gone = person->exists && (person->flags & FLAG_GONE) != 0;
    bool is_from_contact;
    if (person->exists && !person->is_readable) {
        refuse(c, ERR_INTERNAL, NULL);
    } else if (is_gone && person->record.is_merged) {
        c->number = person->record.into;
        read_person(c);
    } else if (!person->exists || is_gone) {
        refuse(c, ERR_NOT_FOUND, "there is no such supporter");
    } else if (!may_ask(c, person, asker, &is_from_contact)) {
        refuse(c, ERR_NOT_FOUND, "this link no longer opens that");
    } else {
        decide(c, person, is_from_contact);
    }
}

static void
person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct consenting *c = arg;
    struct person people[2];
    if (err != ERR_NONE || reply->count != 4) {
        refuse(c, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        person_read(c->campaign, reply, i, c->number, &people[i]);
    }
    take_people(c, &people[0], &people[1]);
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
