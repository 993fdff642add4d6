/* supporter_flow -- one supporter read, and one place given up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define NUMBER_SIZE 16
#define CHANNELS 2

/* ---- reading ---- */

struct getting {
    struct asked *asked;
    struct campaign *campaign;
};

static void get_campaign_done(void *arg, enum err err, const char *detail,
                              struct campaign *campaign);
static void get_evidence_done(void *arg, enum err err, const char *detail);
static void get_person_done(void *arg, enum err err,
                            const struct store_reply *reply);

void
supporter_flow_get(struct asked *asked)
{
    const Signup__GetSupporter *ask = asked->message->get_supporter;
    if (ask->number > NUMBER_MAX) {
        asked_refuse(asked, ERR_NOT_FOUND, "there is no such supporter");
        return;
    }
    struct getting *g = mem_new(sizeof(*g));
    g->asked = asked;
    /* Read, not taken from the cache: it says which actions there are. */
    campaigns_read(asked->signup->campaigns, ask->campaign, get_campaign_done,
                   g);
}

static void
refuse_get(struct getting *g, enum err err, const char *detail)
{
    asked_refuse(g->asked, err, detail);
    free(g);
}

static void
get_campaign_done(void *arg, enum err err, const char *detail,
                  struct campaign *campaign)
{
    struct getting *g = arg;
    if (err != ERR_NONE) {
        refuse_get(g, err, detail);
        return;
    }
    g->campaign = campaign;
    evidence_number(campaign->evidence, NULL, 0, get_evidence_done, g);
}

static void
get_evidence_done(void *arg, enum err err, const char *detail)
{
    struct getting *g = arg;
    if (err != ERR_NONE) {
        refuse_get(g, err, detail);
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
        get_person_done, g);
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
get_person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct getting *g = arg;
    struct person person;
    if (err != ERR_NONE || reply->count != 2) {
        refuse_get(g, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    person_read(g->campaign, reply, 0, g->asked->message->get_supporter->number,
                &person);
    if (!person.exists) {
        refuse_get(g, ERR_NOT_FOUND, "there is no such supporter");
    } else if (!person.is_readable) {
        refuse_get(g, ERR_INTERNAL, NULL);
    } else {
        /* Actions put since it was asked have no state in the reply. */
        answer_supporter(g, &person, reply->items[1].len - 4);
    }
}

/* ---- giving up a place ---- */

struct cancelling {
    struct asked *asked;
    struct campaign *campaign;
    const struct campaign_action *action;
    bool is_reread;
};

static void cancel_campaign_done(void *arg, enum err err, const char *detail,
                                 struct campaign *campaign);
static void cancelled(void *arg, enum err err, const struct store_reply *reply);

void
supporter_flow_cancel(struct asked *asked)
{
    struct cancelling *c = mem_new(sizeof(*c));
    c->asked = asked;
    campaigns_get(asked->signup->campaigns, asked->message->cancel->campaign,
                  cancel_campaign_done, c);
}

static void
send_cancel(struct cancelling *c)
{
    char number[NUMBER_SIZE], action[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%" PRIu32,
                   c->asked->message->cancel->number);
    (void)snprintf(action, sizeof(action), "%u", c->action->number);
    struct buf tail;
    buf_init(&tail, 0);
    feed_flow_add_tail(&tail);
    struct bytes args[] = {
        bytes_of(tail.data, tail.len), bytes_of_string(number),
        bytes_of_string(action),
        bytes_of(c->action->slug_field, c->action->slug_field_len)};
    su_cancel(c->asked->signup->su, c->campaign->id, (struct su_args){args, 4},
              cancelled, c);
    buf_fini(&tail);
}

static void
cancel_campaign_done(void *arg, enum err err, const char *detail,
                     struct campaign *campaign)
{
    struct cancelling *c = arg;
    if (err == ERR_NONE) {
        c->campaign = campaign;
        c->action =
            campaign_find_action(campaign, c->asked->message->cancel->action);
        if (c->action != NULL) {
            send_cancel(c);
            return;
        }
        if (!c->is_reread) {
            c->is_reread = true;
            campaigns_read(c->asked->signup->campaigns, campaign->id,
                           cancel_campaign_done, c);
            return;
        }
        err = ERR_NOT_FOUND;
        detail = "this campaign has no such action";
    }
    asked_refuse(c->asked, err, detail);
    free(c);
}

static void
answer_cancel(const struct cancelling *c, const struct store_reply *from)
{
    Signup__Place place = SIGNUP__PLACE__INIT, *pointer = &place;
    place.action = (char *)c->action->id;
    place.action_number = c->action->number;
    place.state = (Words__PlaceState)from->items[1].integer;
    Signup__SignedUp signed_up = SIGNUP__SIGNED_UP__INIT;
    signed_up.number = c->asked->message->cancel->number;
    signed_up.n_places = 1;
    signed_up.places = &pointer;
    signed_up.role = (uint32_t)from->items[2].integer;
    signed_up.campaign_number = c->campaign->definition->number;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = SIGNUP__REPLY__IS_CANCEL;
    reply.cancel = &signed_up;
    asked_answer(c->asked, &reply);
}

static void
cancelled(void *arg, enum err err, const struct store_reply *reply)
{
    struct cancelling *c = arg;
    if (err != ERR_NONE) {
        asked_refuse(c->asked, err,
                     err == ERR_NOT_FOUND ? reply->string : NULL);
    } else {
        feed_flow_announce(c->asked->signup, c->campaign->id,
                           (uint64_t)reply->items[0].integer);
        answer_cancel(c, reply);
    }
    free(c);
}
