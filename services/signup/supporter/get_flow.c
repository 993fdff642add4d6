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
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          struct campaign *campaign);
static void evidence_done(void *arg, enum err err, const char *detail);
static void person_done(void *arg, enum err err,
                        const struct store_reply *reply);

void
get_flow_start(struct asked *asked)
{
    const Signup__GetSupporter *ask = asked->message->get_supporter;
    if (ask->number > NUMBER_MAX) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such supporter");
        return;
    }
    struct getting *g = mem_new(sizeof(*g));
    g->asked = asked;
    /* Read, not taken from the cache: it says which actions there are. */
    campaigns_read(asked->signup->campaigns, ask->campaign, campaign_done, g);
}

static void
refuse(struct getting *g, enum err err, const char *detail)
{
    asked_refuse(g->asked, err, detail);
    free(g);
}

static void
campaign_done(void *arg, enum err err, const char *detail,
              struct campaign *campaign)
{
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
    uint16_t actions[SU_ACTIONS_MAX];
    for (size_t i = 0; i < g->campaign->action_count; i++) {
        actions[i] = g->campaign->actions[i]->number;
    }
    const uint32_t number = g->asked->message->get_supporter->number;
    su_read_people(
        g->asked->signup->su, g->campaign->id,
        &(struct su_people){.actions = actions,
                            .action_count = g->campaign->action_count,
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

static size_t
fill_places(const struct campaign *campaign, size_t state_count,
            const uint8_t *states, Signup__Place *places)
{
    size_t count = 0;
    for (size_t i = 0; i < state_count; i++) {
        if (states[i] == WORDS__PLACE_STATE__PLACE_NONE) {
            continue;
        }
        Signup__Place *place = &places[count++];
        signup__place__init(place);
        place->action = campaign->actions[i]->id;
        place->action_number = campaign->actions[i]->number;
        place->state = (Words__PlaceState)states[i];
    }
    return count;
}

struct supporter {
    Signup__Supporter message;
    char phone[ADDRESS_HINT_SIZE], email[ADDRESS_HINT_SIZE];
    Signup__Consent consents[CHANNELS], *consent_pointers[CHANNELS];
    Signup__Place places[SU_ACTIONS_MAX], *place_pointers[SU_ACTIONS_MAX];
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
    const Signup__Campaign *c = campaign->definition;
    if (person->role != 0 && person->role <= c->n_roles) {
        to->role = c->roles[person->role - 1];
    }
    if (person->region != 0 && person->region <= c->n_regions) {
        to->region = c->regions[person->region - 1];
    }
    to->has_format = true;
    to->format = (Words__Format)person->format;
}

static void
answer_supporter(struct getting *g, struct person *person, size_t state_count)
{
    struct supporter *s = mem_new(sizeof(*s));
    signup__supporter__init(&s->message);
    s->message.number = g->asked->message->get_supporter->number;
    s->message.name = person->record.name;
    fill_hints(&person->record, s);
    fill_words(g->campaign, person, &s->message);
    s->message.n_places =
        fill_places(g->campaign, state_count, person->states, s->places);
    s->message.places = s->place_pointers;
    for (size_t i = 0; i < s->message.n_places; i++) {
        s->place_pointers[i] = &s->places[i];
    }
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
    free(s);
    free(g);
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
    person_read(g->campaign, reply, 0, g->asked->message->get_supporter->number,
                &person);
    if (!person.exists) {
        refuse(g, ERR_NOT_FOUND, "there is no such supporter");
    } else if (!person.is_readable) {
        refuse(g, ERR_INTERNAL, NULL);
    } else {
        /* Actions put since it was asked have no state in the reply. */
        answer_supporter(g, &person, reply->items[1].len - 4);
    }
}
