/* get_flow -- one supporter read: who was merged into another, as that one.
 *
 * By a link: while its salt is the contact's, and whoever she is part of still
 * has that contact; and the places alone that were made with it. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "services/signup/people/merging.h"
#include "services/signup/people/rules.h"
#include "services/signup/people/switches.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define CHANNELS 2
#define FOLLOW_MAX 8 /* merges of merges */
#define NOBODY_THERE "there is no such supporter"

struct getting {
    struct asked *asked;
    struct campaign *campaign;
    size_t action_count;
    uint16_t *actions; /* asked about */
    uint32_t number;   /* as asked, or whom that was merged into */
    int followed;
    struct record first; /* of the number that was asked for */
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void evidence_done(void *arg, enum err err, const char *detail);
static void list_actions(struct getting *g);
static void read_person(struct getting *g);
static void person_done(void *arg, enum err err,
                        const struct store_reply *reply);

void
get_flow_start(struct asked *asked)
{
    const Signup__GetSupporter *ask = signup_request(asked)->get_supporter;
    if (ask->number > NUMBER_MAX) {
        asked_refuse(asked, ERR_NOT_FOUND, NOBODY_THERE);
        return;
    }
    struct getting *g = mem_new(sizeof(*g));
    g->asked = asked;
    g->number = ask->number;
    /* Read, not taken from the cache: it says which actions there are. */
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   g);
}

static void
finish(struct getting *g)
{
    free(g->actions);
    free(g);
}

static void
refuse(struct getting *g, enum err err, const char *detail)
{
    asked_refuse(g->asked, err, detail);
    finish(g);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct getting *g = arg;
    if (err != ERR_NONE) {
        refuse(g, err, detail);
        return;
    }
    g->campaign = campaign;
    evidence_number(campaign->evidence, NULL, 0, evidence_done, g);
}

static void
evidence_done(void *arg, enum err err, const char *detail)
{
    struct getting *g = arg;
    if (err != ERR_NONE) {
        refuse(g, err, detail);
        return;
    }
    list_actions(g);
    read_person(g);
}

/* Actions at which nobody ever had a place are not looked at. */
static void
list_actions(struct getting *g)
{
    const struct campaign *campaign = g->campaign;
    g->actions =
        mem_new_array(campaign->action_count + 1, sizeof(g->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            g->actions[g->action_count++] = campaign->actions[i]->number;
        }
    }
}

static void
read_person(struct getting *g)
{
    su_read_people(signup_of(g->asked)->su, g->campaign->id,
                   &(struct su_people){.actions = g->actions,
                                       .action_count = g->action_count,
                                       .numbers = &g->number,
                                       .number_count = 1,
                                       .is_own = true},
                   person_done, g);
}

/* The newest for the channel. False: none. */
static bool
find_consent(const struct getting *g, const struct record *record, int channel,
             Signup__Consent *out)
{
    for (size_t i = record->given_count; i-- > 0;) {
        const struct record_given *given = &record->given[i];
        const Signup__Evidence *evidence =
            evidence_get(g->campaign->evidence, given->evidence);
        if (record_given_channel(given) != channel || evidence == NULL) {
            continue;
        }
        signup__consent__init(out);
        out->channel = (Words__Channel)evidence->channel;
        out->purpose = (Words__Class)evidence->purpose;
        out->wording = evidence->wording;
        out->version = evidence->version;
        out->source = evidence->source;
        out->at_ms = given->at_ms;
        out->has_is_withdrawn = true;
        out->is_withdrawn = given->is_withdrawn;
        return true;
    }
    return false;
}

/* -1: not by a link to a contact. */
static int
channel_of(const struct getting *g)
{
    const Signup__Proof *by = signup_request(g->asked)->get_supporter->by;
    return by == NULL ? -1 : rules_channel_index(by->channel);
}

/* Returns how many. */
static size_t
fill_places(const struct getting *g, const struct person *person,
            Signup__Place *places)
{
    const uint8_t *states = person->states;
    int channel = channel_of(g);
    size_t count = 0;
    for (size_t i = 0; i < g->action_count; i++) {
        if (states[i] == WORDS__PLACE_STATE__PLACE_NONE ||
            (channel >= 0 &&
             !merging_is_seen(&person->record, g->actions[i], channel))) {
            continue;
        }
        const struct campaign_action *action =
            g->campaign->actions[g->actions[i] - 1];
        Signup__Place *place = &places[count++];
        signup__place__init(place);
        place->action = (char *)action->id;
        place->action_number = action->number;
        place->state = (Words__PlaceState)states[i];
    }
    return count;
}

struct supporter {
    Signup__Supporter message;
    char phone[ADDRESS_HINT_SIZE], email[ADDRESS_HINT_SIZE];
    Signup__Consent consents[CHANNELS], *consent_pointers[CHANNELS];
    Signup__Place *places, **place_pointers;
    struct person_switches switches;
};

static void
fill_hints(const struct record *record, struct supporter *to)
{
    if (record->phone != 0) {
        address_hint_phone(record->phone, to->phone);
        to->message.phone_hint = to->phone;
    }
    if (record->email[0] != '\0') {
        address_hint_email(record->email, to->email);
        to->message.email_hint = to->email;
    }
}

static void
fill_words(const struct campaign *campaign, const struct person *person,
           Signup__Supporter *to)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        const struct attribute *attribute = &attributes[a];
        char *const *words;
        size_t count = attribute_words(attribute, campaign->definition, &words);
        uint16_t said = person->said[a];
        if (attribute->fixed == NULL && said != 0 && said <= count) {
            *attribute_shown(attribute, to) = words[said - 1];
        }
    }
    to->has_format = true;
    to->format = (Words__Format)person->said[ATTRIBUTE_format];
}

static void
fill_all_places(const struct getting *g, const struct person *person,
                struct supporter *to)
{
    to->places = mem_new_array(g->action_count + 1, sizeof(to->places[0]));
    to->place_pointers = mem_new_array(g->action_count + 1, sizeof(void *));
    to->message.n_places = fill_places(g, person, to->places);
    to->message.places = to->place_pointers;
    for (size_t i = 0; i < to->message.n_places; i++) {
        to->place_pointers[i] = &to->places[i];
    }
}

static void
answer_supporter(struct getting *g, struct person *person)
{
    struct supporter *s = mem_new(sizeof(*s));
    signup__supporter__init(&s->message);
    s->message.number = g->number;
    s->message.name = person->record.name;
    fill_hints(&person->record, s);
    fill_words(g->campaign, person, &s->message);
    fill_all_places(g, person, s);
    switches_fill(person->flags, &s->switches);
    s->message.n_switches = s->switches.count;
    s->message.switches = s->switches.list;
    s->message.has_has_stop = true;
    s->message.has_stop = (person->flags & FLAG_SMS_STOP) != 0;
    s->message.consents = s->consent_pointers;
    for (int channel = 0; channel < CHANNELS; channel++) {
        Signup__Consent *to = &s->consents[s->message.n_consents];
        if (find_consent(g, &person->record, channel, to)) {
            s->consent_pointers[s->message.n_consents++] = to;
        }
    }
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_GET_SUPPORTER;
    reply.get_supporter = &s->message;
    asked_answer(g->asked, &reply);
    free(s->places);
    free(s->place_pointers);
    free(s);
    finish(g);
}

/* A link of before 0.3 names no channel, and is good while nothing has a
 * salt. */
static bool
is_let_in(const struct getting *g, const struct person *person)
{
    const Signup__Proof *by = signup_request(g->asked)->get_supporter->by;
    const struct record *record = &person->record;
    int channel = channel_of(g);
    if (by == NULL) {
        return true;
    }
    if (channel < 0) {
        return by->salt == 0 && record->salts[0] == 0 && record->salts[1] == 0;
    }
    if (g->followed == 0) {
        return by->number == g->number && record->salts[channel] == by->salt;
    }
    return merging_is_shared(&g->first, record, channel);
}

static void
take_person(struct getting *g, struct person *person)
{
    bool is_gone = !person->exists || ((person->flags & FLAG_GONE) != 0 &&
                                       !person->record.is_merged);
    if (is_gone || g->followed > FOLLOW_MAX || !is_let_in(g, person)) {
        refuse(g, ERR_NOT_FOUND, NOBODY_THERE);
    } else if (person->record.is_merged) {
        if (g->followed++ == 0) {
            g->first = person->record;
        }
        g->number = person->record.into;
        read_person(g);
    } else {
        answer_supporter(g, person);
    }
}

static void
person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct getting *g = arg;
    struct person person;
    if (err != ERR_NONE || reply->count != 2) {
        refuse(g, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    person_read(g->campaign, reply, 0, g->number, &person);
    if (person.exists &&
        (!person.is_readable || person.state_count != g->action_count)) {
        refuse(g, ERR_INTERNAL, NULL);
    } else {
        take_person(g, &person);
    }
}
