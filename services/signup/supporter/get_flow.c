/* get_flow -- one supporter read. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define CHANNELS 2

struct getting {
    struct asked *asked;
    struct campaign *campaign;
    size_t action_count;
    uint16_t *actions; /* asked about */
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void evidence_done(void *arg, enum err err, const char *detail);
static void read_person(struct getting *g);
static void person_done(void *arg, enum err err,
                        const struct store_reply *reply);

void
get_flow_start(struct asked *asked)
{
    const Signup__GetSupporter *ask = signup_request(asked)->get_supporter;
    if (ask->number > NUMBER_MAX) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such supporter");
        return;
    }
    struct getting *g = mem_new(sizeof(*g));
    g->asked = asked;
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
    read_person(g);
}

/* Actions at which nobody ever had a place are not looked at. */
static void
read_person(struct getting *g)
{
    const struct campaign *campaign = g->campaign;
    g->actions =
        mem_new_array(campaign->action_count + 1, sizeof(g->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            g->actions[g->action_count++] = campaign->actions[i]->number;
        }
    }
    const uint32_t number = signup_request(g->asked)->get_supporter->number;
    su_read_people(signup_of(g->asked)->su, campaign->id,
                   &(struct su_people){.actions = g->actions,
                                       .action_count = g->action_count,
                                       .numbers = &number,
                                       .number_count = 1},
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

/* Returns how many. */
static size_t
fill_places(const struct getting *g, const uint8_t *states,
            Signup__Place *places)
{
    size_t count = 0;
    for (size_t i = 0; i < g->action_count; i++) {
        if (states[i] == WORDS__PLACE_STATE__PLACE_NONE) {
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
fill_all_places(const struct getting *g, const uint8_t *states,
                struct supporter *to)
{
    to->places = mem_new_array(g->action_count + 1, sizeof(to->places[0]));
    to->place_pointers = mem_new_array(g->action_count + 1, sizeof(void *));
    to->message.n_places = fill_places(g, states, to->places);
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
    s->message.number = signup_request(g->asked)->get_supporter->number;
    s->message.name = person->record.name;
    fill_hints(&person->record, s);
    fill_words(g->campaign, person, &s->message);
    fill_all_places(g, person->states, s);
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

static void
person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct getting *g = arg;
    struct person person;
    if (err != ERR_NONE || reply->count != 2) {
        refuse(g, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    person_read(g->campaign, reply, 0,
                signup_request(g->asked)->get_supporter->number, &person);
    if (!person.exists) {
        refuse(g, ERR_NOT_FOUND, "there is no such supporter");
    } else if (!person.is_readable || person.state_count != g->action_count) {
        refuse(g, ERR_INTERNAL, NULL);
    } else {
        answer_supporter(g, &person);
    }
}
