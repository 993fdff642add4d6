/* merge_flow -- staff say that two numbers are one person, or that they are
 * not.
 *
 *   merge: definitions -> both read -> people/merging.h -> committed
 *   split: definitions -> read -> and whom it went into -> undone -> committed
 *
 * Both are safe to repeat: what is so already is answered as not changed. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/joining/changes.h"
#include "services/signup/joining/flows.h"
#include "services/signup/joining/household.h"
#include "services/signup/people/rules.h"

#define TRIES_MAX 16
#define NOBODY_THERE "there is no such supporter"

struct parting {
    struct asked *asked;
    bool is_split;
    struct campaign *campaign;
    int tries;
    uint32_t number, into;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void one_done(void *arg, enum err err, struct roster *roster);
static void both_done(void *arg, enum err err, struct roster *roster);
static void committed(void *arg, enum err err, bool done);

static void
refuse(struct parting *p, enum err err, const char *detail)
{
    asked_refuse(p->asked, err, detail);
    free(p);
}

static void
answer(struct parting *p, bool is_changed)
{
    Signup__Merged merged = SIGNUP__MERGED__INIT;
    merged.is_changed = is_changed;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case =
        p->is_split ? SIGNUP__REPLY__IS_SPLIT : SIGNUP__REPLY__IS_MERGE;
    reply.merge = &merged; /* one place in the oneof for both */
    asked_answer(p->asked, &reply);
    free(p);
}

static void
begin(struct parting *p, const char *campaign)
{
    if (p->number > ROSTER_NUMBER_MAX || p->into > ROSTER_NUMBER_MAX) {
        refuse(p, ERR_NOT_FOUND, NOBODY_THERE);
        return;
    }
    /* Read, not taken from the cache: it says which actions there are. */
    campaigns_read(signup_of(p->asked)->campaigns, campaign, campaign_done, p);
}

void
merge_flow_start(struct asked *asked)
{
    const Signup__Merge *ask = signup_request(asked)->merge;
    struct parting *p = mem_new(sizeof(*p));
    *p = (struct parting){
        .asked = asked, .number = ask->number, .into = ask->into};
    begin(p, ask->campaign);
}

void
merge_flow_split(struct asked *asked)
{
    const Signup__Split *ask = signup_request(asked)->split;
    struct parting *p = mem_new(sizeof(*p));
    *p = (struct parting){
        .asked = asked, .is_split = true, .number = ask->number};
    begin(p, ask->campaign);
}

static void
read_both(struct parting *p)
{
    const uint32_t numbers[] = {p->number, p->into};
    roster_read(p->campaign, numbers, p->number == p->into ? 1 : 2, both_done,
                p);
}

static void
read_again(struct parting *p)
{
    if (++p->tries > TRIES_MAX) {
        refuse(p, ERR_UNAVAILABLE, NULL);
    } else if (p->is_split) {
        roster_read(p->campaign, &p->number, 1, one_done, p);
    } else {
        read_both(p);
    }
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct parting *p = arg;
    if (err != ERR_NONE) {
        refuse(p, err, detail);
        return;
    }
    p->campaign = value;
    read_again(p);
}

/* ---- split: into whom it went ---- */

static void
one_done(void *arg, enum err err, struct roster *roster)
{
    struct parting *p = arg;
    const struct roster_person *person =
        err == ERR_NONE ? &roster->people[0] : NULL;
    bool is_merged =
        person != NULL && person->exists && person->record.is_merged;
    bool exists = person != NULL && person->exists;
    p->into = is_merged ? person->record.into : 0;
    roster_free(&roster);
    if (err != ERR_NONE) {
        refuse(p, err, NULL);
    } else if (!exists) {
        refuse(p, ERR_NOT_FOUND, NOBODY_THERE);
    } else if (!is_merged) {
        answer(p, false);
    } else {
        read_both(p);
    }
}

/* ---- indexes ---- */

static void
index_all(struct changes *changes, const struct campaign *campaign,
          const struct roster_person *person, const struct record *record,
          bool is_in)
{
    for (int i = 0; i < 2; i++) {
        uint8_t hash[ADDRESS_HASH_BYTES];
        struct changes_contact contact = {person->number, hash, i};
        if (!household_hash(campaign, record, i, hash)) {
            continue;
        }
        /* Of before 0.3, or proved: of the contact's people. */
        bool is_known =
            (person->flags & FLAG_PROVED(i)) != 0 ||
            ((person->flags & FLAG_VOUCHED) != 0 && record->salts[i] == 0);
        changes_index(changes, &contact, is_in && is_known);
        changes_entry(changes, &contact, record->name,
                      is_in && !is_known &&
                          (person->flags & FLAG_CONTACT(i)) != 0);
    }
}

static void
hear_all(struct changes *changes, const struct campaign *campaign,
         const struct roster_person *person)
{
    for (int i = 0; i < 2; i++) {
        uint8_t hash[ADDRESS_HASH_BYTES];
        if ((person->flags & FLAG_CONTACT(i)) != 0 &&
            household_hash(campaign, &person->record, i, hash)) {
            changes_hear(changes,
                         &(struct changes_contact){person->number, hash, i},
                         false);
        }
    }
}

static void
see_both(struct changes *changes, const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++) {
        changes_see(changes, &roster->people[i]);
        changes_see_places(changes, roster, &roster->people[i]);
    }
}

/* ---- merged ---- */

static void
merge(struct parting *p, struct roster *roster, struct merging *merging)
{
    struct roster_person *loser = &roster->people[0];
    struct roster_person *winner = &roster->people[1];
    struct changes *changes = changes_new(p->campaign);
    struct record was = winner->record;
    see_both(changes, roster);
    index_all(changes, p->campaign, loser, &loser->record, false);
    changes_move_places(changes, roster, loser, winner);
    merging_join(merging, true);
    index_all(changes, p->campaign, winner, &was, false);
    index_all(changes, p->campaign, winner, &winner->record, true);
    hear_all(changes, p->campaign, winner);
    changes_fold(changes, loser->number, winner->number);
    changes_due(changes, loser->number, 0);
    changes_write(changes, loser);
    changes_write(changes, winner);
    changes_look(changes, winner->number);
    changes_run(changes, committed, p);
    changes_free(&changes);
}

static void
decide_merge(struct parting *p, struct roster *roster)
{
    struct roster_person *loser = &roster->people[0];
    struct roster_person *winner = &roster->people[roster->count - 1];
    struct merging merging = roster_pair(roster, loser, winner);
    const char *fault = merging_fault(&merging);
    bool is_so =
        loser->record.is_merged && loser->record.into == winner->number;
    if (is_so) {
        answer(p, false);
    } else if (fault != NULL) {
        refuse(p, ERR_CONFLICT, fault);
    } else {
        merge(p, roster, &merging);
    }
}

/* ---- split ---- */

#define UNPROVED_MS (7 * INT64_C(86400000))

static void
split(struct parting *p, struct roster *roster)
{
    struct roster_person *loser = &roster->people[0];
    struct roster_person *winner = &roster->people[1];
    struct merging merging = roster_pair(roster, loser, winner);
    struct merging_split splits[2 * RECORD_MOVED_MAX];
    struct changes *changes = changes_new(p->campaign);
    struct record was = winner->record;
    see_both(changes, roster);
    size_t count = merging_undo(&merging, splits);
    for (size_t i = 0; i < count; i++) {
        changes_take_back(changes, &splits[i], loser->number, winner->number);
    }
    index_all(changes, p->campaign, winner, &was, false);
    index_all(changes, p->campaign, winner, &winner->record, true);
    index_all(changes, p->campaign, loser, &loser->record, true);
    changes_fold(changes, loser->number, CHANGES_NOBODY);
    if ((loser->flags & (FLAG_SMS_PROVED | FLAG_EMAIL_PROVED | FLAG_VOUCHED)) ==
        0) {
        changes_due(changes, loser->number, clock_wall_ms() + UNPROVED_MS);
    }
    changes_write(changes, loser);
    changes_write(changes, winner);
    changes_look(changes, loser->number);
    changes_look(changes, winner->number);
    changes_run(changes, committed, p);
    changes_free(&changes);
}

static void
decide_split(struct parting *p, struct roster *roster)
{
    if ((roster->people[1].flags & FLAG_GONE) != 0) {
        refuse(p, ERR_CONFLICT,
               "whom this supporter was merged into is part of another: split "
               "that one first");
        return;
    }
    split(p, roster);
}

static void
both_done(void *arg, enum err err, struct roster *roster)
{
    struct parting *p = arg;
    bool are_there = err == ERR_NONE;
    for (size_t i = 0; are_there && i < roster->count; i++) {
        are_there = roster->people[i].exists;
    }
    if (err != ERR_NONE) {
        refuse(p, err, NULL);
    } else if (!are_there) {
        refuse(p, ERR_NOT_FOUND, NOBODY_THERE);
    } else if (p->is_split) {
        decide_split(p, roster);
    } else {
        decide_merge(p, roster);
    }
    roster_free(&roster);
}

static void
committed(void *arg, enum err err, bool done)
{
    struct parting *p = arg;
    if (err != ERR_NONE) {
        refuse(p, err, NULL);
    } else if (done) {
        answer(p, true);
    } else {
        read_again(p);
    }
}
