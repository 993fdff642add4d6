/* roster -- several supporters as they are at this moment. */
#include "services/signup/joining/roster.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/store.h"
#include "services/signup/supporter/person.h"

struct reading {
    struct roster *roster;
    roster_cb *cb;
    void *arg;
};

static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);

void
roster_free(struct roster **roster)
{
    if (*roster == NULL) {
        return;
    }
    free((*roster)->actions);
    free((*roster)->people);
    free((*roster)->states);
    free(*roster);
    *roster = NULL;
}

/* Actions at which nobody ever had a place are not looked at. */
static struct roster *
roster_new(struct campaign *campaign, const uint32_t *numbers, size_t count)
{
    struct roster *roster = mem_new(sizeof(*roster));
    roster->campaign = campaign;
    roster->actions =
        mem_new_array(campaign->action_count + 1, sizeof(roster->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        if (campaign->actions[i]->has_places) {
            roster->actions[roster->action_count++] =
                campaign->actions[i]->number;
        }
    }
    roster->count = count;
    roster->people = mem_new_array(count + 1, sizeof(roster->people[0]));
    for (size_t i = 0; i < count; i++) {
        roster->people[i].number = numbers[i];
    }
    roster->states = mem_new_array(count * roster->action_count + 1, 1);
    return roster;
}

void
roster_read(struct campaign *campaign, const uint32_t *numbers, size_t count,
            roster_cb *cb, void *arg)
{
    struct reading *reading = mem_new(sizeof(*reading));
    reading->roster = roster_new(campaign, numbers, count);
    reading->cb = cb;
    reading->arg = arg;
    su_read_people(
        campaign->signup->su, campaign->id,
        &(struct su_people){.actions = reading->roster->actions,
                            .action_count = reading->roster->action_count,
                            .numbers = numbers,
                            .number_count = count},
        people_done, reading);
}

/* Also of who is gone, whose record is empty. */
static uint32_t
flags_of(const struct store_reply *facts)
{
    struct bytes bytes = bytes_of(facts->string, facts->len);
    struct signup_facts_row row;
    return signup_facts_row_read(&bytes, &row) ? row.flags : 0;
}

static void
take(struct roster *roster, const struct store_reply *reply, size_t i)
{
    struct roster_person *to = &roster->people[i];
    struct person person;
    uint8_t *states = roster->states + i * roster->action_count;
    person_read(roster->campaign, reply, i, to->number, &person);
    to->states = states;
    to->flags = flags_of(&reply->items[i * 2 + 1]);
    to->exists = person.is_readable &&
                 person.state_count == roster->action_count &&
                 person.sealed.len >= RECORD_VERSION_BYTES;
    if (!to->exists) {
        return;
    }
    memcpy(states, person.states, roster->action_count);
    memcpy(to->version, person.sealed.data, RECORD_VERSION_BYTES);
    to->record = person.record;
    memcpy(to->said, person.said, sizeof(to->said));
    memcpy(to->was_said, person.said, sizeof(to->was_said));
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    struct roster *roster = reading->roster;
    if (err == ERR_NONE && reply->count != roster->count * 2) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; err == ERR_NONE && i < roster->count; i++) {
        take(roster, reply, i);
    }
    if (err != ERR_NONE) {
        roster_free(&roster);
    }
    reading->cb(reading->arg, err, roster);
    free(reading);
}

struct roster_person *
roster_find(struct roster *roster, uint32_t number)
{
    for (size_t i = 0; i < roster->count; i++) {
        if (roster->people[i].number == number) {
            return &roster->people[i];
        }
    }
    return NULL;
}

struct merging_person
roster_merging(struct roster_person *person)
{
    return (struct merging_person){.number = person->number,
                                   .flags = &person->flags,
                                   .record = &person->record,
                                   .said = person->said,
                                   .states = person->states};
}

struct merging
roster_pair(struct roster *roster, struct roster_person *loser,
            struct roster_person *winner)
{
    return (struct merging){.winner = roster_merging(winner),
                            .loser = roster_merging(loser),
                            .actions = roster->actions,
                            .action_count = roster->action_count};
}
