/* calls_flow -- whom to ring: who has no contact that can be written to.
 *
 *   definitions -> columns, a window after the other, until a page is full
 *         -> records and places -> answered */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/columns.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/person.h"

#define CALLS_MAX 50 /* of one answer */
#define GONE_BYTE 1
#define CALL_BYTE 2
#define BYTE_OF(flag, n) ((uint8_t)((flag) >> (8 * (n))))

struct listing {
    struct asked *asked;
    struct campaign *campaign;
    struct columns_window window;
    uint64_t from; /* the first number to look at */
    bool is_full;  /* there may be more */
    size_t count;
    uint32_t numbers[CALLS_MAX];
    size_t action_count;
    uint16_t *actions;
};

/* One call and its strings. */
struct call {
    Signup__Call message;
    char name[NAME_BYTES_MAX + 1], phone[PHONE_TEXT_SIZE];
    Signup__Place *places, **place_pointers;
};

static const struct column_name gone_column = {.name = "flags.1"},
                                call_column = {.name = "flags.2"};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void read_window(struct listing *l);
static void columns_done(void *arg, enum err err, uint32_t people);
static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void answer(struct listing *l, const struct store_reply *reply);

void
calls_flow_list(struct asked *asked)
{
    const Signup__ListCalls *ask = signup_request(asked)->list_calls;
    struct listing *l = mem_new(sizeof(*l));
    l->asked = asked;
    l->from = ask->has_after ? (uint64_t)ask->after + 1 : 0;
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   l);
}

static void
finish(struct listing *l)
{
    free(l->actions);
    free(l);
}

static void
refuse(struct listing *l, enum err err, const char *detail)
{
    asked_refuse(l->asked, err, detail);
    finish(l);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct listing *l = arg;
    if (err != ERR_NONE) {
        refuse(l, err, detail);
        return;
    }
    const struct campaign *campaign = l->campaign = value;
    l->actions =
        mem_new_array(campaign->action_count + 1, sizeof(l->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            l->actions[l->action_count++] = campaign->actions[i]->number;
        }
    }
    l->window = (struct columns_window){(uint32_t)(l->from / CHUNK_PEOPLE),
                                        COLUMNS_WINDOW_CHUNKS};
    read_window(l);
}

/* ---- who ---- */

static void
read_window(struct listing *l)
{
    const struct columns_wanted wanted = {
        .count = 2, .names = {gone_column, call_column}, .window = l->window};
    columns_read(l->campaign->columns, &wanted, columns_done, l);
}

static void
look_at_chunk(struct listing *l, uint32_t chunk, uint32_t people)
{
    const struct columns *columns = l->campaign->columns;
    const uint8_t *gone = columns_get(columns, &gone_column, chunk),
                  *call = columns_get(columns, &call_column, chunk);
    uint64_t end = ((uint64_t)chunk + 1) * CHUNK_PEOPLE;
    end = end < people ? end : people;
    for (; l->from < end && !l->is_full; l->from++) {
        size_t i = l->from % CHUNK_PEOPLE;
        if ((call[i] & BYTE_OF(FLAG_CALL, CALL_BYTE)) == 0 ||
            (gone[i] & BYTE_OF(FLAG_GONE, GONE_BYTE)) != 0) {
            continue;
        }
        l->is_full = l->count == CALLS_MAX;
        if (!l->is_full) {
            l->numbers[l->count++] = (uint32_t)l->from;
        }
    }
}

static void
read_people(struct listing *l)
{
    if (l->count == 0) {
        answer(l, NULL);
        return;
    }
    su_read_people(signup_of(l->asked)->su, l->campaign->id,
                   &(struct su_people){.actions = l->actions,
                                       .action_count = l->action_count,
                                       .numbers = l->numbers,
                                       .number_count = l->count},
                   people_done, l);
}

static void
columns_done(void *arg, enum err err, uint32_t people)
{
    struct listing *l = arg;
    if (err != ERR_NONE) {
        refuse(l, err, NULL);
        return;
    }
    uint32_t end = l->window.chunk + l->window.chunk_count;
    for (uint32_t chunk = l->window.chunk; chunk < end; chunk++) {
        look_at_chunk(l, chunk, people);
    }
    if (!l->is_full && l->from < people) {
        l->window.chunk = end;
        read_window(l);
        return;
    }
    read_people(l);
}

/* ---- the answer ---- */

static void
add_places(const struct listing *l, const struct person *person,
           struct call *to)
{
    to->places = mem_new_array(l->action_count + 1, sizeof(to->places[0]));
    to->place_pointers = mem_new_array(l->action_count + 1, sizeof(void *));
    to->message.places = to->place_pointers;
    for (size_t i = 0; i < l->action_count && i < person->state_count; i++) {
        if (person->states[i] == WORDS__PLACE_STATE__PLACE_NONE) {
            continue;
        }
        Signup__Place *place = &to->places[to->message.n_places];
        signup__place__init(place);
        place->action = l->campaign->actions[l->actions[i] - 1]->id;
        place->action_number = l->actions[i];
        place->state = (Words__PlaceState)person->states[i];
        to->place_pointers[to->message.n_places++] = place;
    }
}

/* False: gone since, or not readable. */
static bool
fill_call(const struct listing *l, const struct store_reply *reply, size_t i,
          struct call *to)
{
    struct person person;
    person_read(l->campaign, reply, i, l->numbers[i], &person);
    if (!person.exists || !person.is_readable ||
        (person.flags & FLAG_GONE) != 0) {
        return false;
    }
    signup__call__init(&to->message);
    to->message.number = l->numbers[i];
    (void)snprintf(to->name, sizeof(to->name), "%s", person.record.name);
    to->message.name = to->name;
    if (person.record.phone != 0) {
        address_phone_text(person.record.phone, to->phone);
        to->message.phone = to->phone;
    }
    add_places(l, &person, to);
    return true;
}

static void
answer(struct listing *l, const struct store_reply *reply)
{
    struct call *calls = mem_new_array(CALLS_MAX, sizeof(calls[0]));
    Signup__Call *pointers[CALLS_MAX];
    Signup__Calls list = SIGNUP__CALLS__INIT;
    list.calls = pointers;
    for (size_t i = 0; i < l->count; i++) {
        struct call *call = &calls[list.n_calls];
        if (fill_call(l, reply, i, call)) {
            pointers[list.n_calls++] = &call->message;
        }
    }
    list.has_next = l->is_full;
    list.next = l->count == 0 ? 0 : l->numbers[l->count - 1];
    Signup__Reply message = SIGNUP__REPLY__INIT;
    message.is_case = SIGNUP__REPLY__IS_LIST_CALLS;
    message.list_calls = &list;
    asked_answer(l->asked, &message);
    for (size_t i = 0; i < list.n_calls; i++) {
        free(calls[i].places);
        free(calls[i].place_pointers);
    }
    free(calls);
    finish(l);
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct listing *l = arg;
    if (err == ERR_NONE && reply->count != l->count * 2) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(l, err, NULL);
        return;
    }
    answer(l, reply);
}
