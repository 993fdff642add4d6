/* proving -- what an answer on a contact's page does to its household. */
#include "services/signup/joining/proving.h"

#include <assert.h>
#include <string.h>

#include "services/signup/joining/tell.h"
#include "services/signup/people/rules.h"

#define FULL "as many people share this contact as there may be"

static size_t
place_of(const struct proving *p, const struct roster_person *person)
{
    return (size_t)(person - p->household->roster->people);
}

static void
mark(struct proving *p, const struct roster_person *person)
{
    size_t i = place_of(p, person);
    p->is_changed[i / 32] |= 1U << i % 32;
}

static bool
is_proved_here(const struct proving *p, const struct roster_person *person)
{
    assert(person != NULL);
    return (person->flags & FLAG_PROVED(p->household->channel)) != 0;
}

/* Whoever was unproved until now has her places from now on. */
static void
prove_person(struct proving *p, struct roster_person *person)
{
    int other = 1 - p->household->channel;
    if (is_proved_here(p, person)) {
        return;
    }
    changes_prove_places(p->changes, p->household->roster, person);
    merging_prove(&person->record, &person->flags, p->household->channel,
                  p->now_ms);
    /* Links that were asked for to the other one, by whoever typed it, lead
     * nowhere from now on. */
    if ((person->flags & FLAG_PROVED(other)) == 0 &&
        person->record.salts[other] != 0) {
        person->record.salts[other] = record_new_salt();
    }
    changes_said(p->changes, p->household->hash, SU_SAID_NOT_ME, false);
    changes_hear(p->changes,
                 &(struct changes_contact){person->number, p->household->hash,
                                           p->household->channel},
                 false);
    changes_due(p->changes, person->number, 0);
    changes_fold(p->changes, person->number, CHANGES_NOBODY);
    mark(p, person);
}

/* Out of the entry index; but in it by this contact while she is asked about.
 */
static void
leave_entries(struct proving *p, const struct roster_person *person,
              bool is_asked)
{
    uint8_t hash[ADDRESS_HASH_BYTES];
    assert(person != NULL);
    for (int i = 0; i < 2; i++) {
        struct changes_contact contact = {person->number, hash, i};
        bool stays = is_asked && i == p->household->channel;
        if (household_hash(p->household->roster->campaign, &person->record, i,
                           hash)) {
            changes_entry(p->changes, &contact, person->record.name, stays);
        }
    }
}

static enum err
become_member(struct proving *p, struct roster_person *person, bool is_asked,
              const char **detail)
{
    struct household *household = p->household;
    assert(person != NULL);
    if (!household->is_member[place_of(p, person)]) {
        if (household->member_count++ >= JOINING_MEMBERS_MAX) {
            *detail = FULL;
            return ERR_LIMIT;
        }
        changes_index(p->changes,
                      &(struct changes_contact){person->number, household->hash,
                                                household->channel},
                      true);
    }
    prove_person(p, person);
    leave_entries(p, person, is_asked);
    return ERR_NONE;
}

/* ---- one of them part of another ---- */

/* The winner's contact on a channel may be another now. One that waits for its
 * proof is found by nothing, and told nothing. */
static void
reindex(struct proving *p, const struct roster_person *winner,
        const struct record *was, uint32_t was_flags)
{
    for (int i = 0; i < 2; i++) {
        uint8_t hash[ADDRESS_HASH_BYTES], old[ADDRESS_HASH_BYTES];
        const struct campaign *campaign = p->household->roster->campaign;
        bool has = household_hash(campaign, &winner->record, i, hash) &&
                   (winner->flags & FLAG_CONTACT(i)) != 0;
        bool had = household_hash(campaign, was, i, old) &&
                   (was_flags & FLAG_CONTACT(i)) != 0;
        struct changes_contact now = {winner->number, hash, i};
        struct changes_contact before = {winner->number, old, i};
        if (has && had && memcmp(hash, old, sizeof(hash)) == 0) {
            continue;
        }
        if (had) {
            changes_index(p->changes, &before, false);
            tell_moved(p->changes, winner, was, i);
        }
        if (has) {
            changes_index(p->changes, &now, true);
            changes_hear(p->changes, &now, false);
        }
    }
}

/* She is found by nothing any more. */
static void
leave_indexes(struct proving *p, const struct roster_person *loser)
{
    uint8_t hash[ADDRESS_HASH_BYTES];
    leave_entries(p, loser, false);
    for (int i = 0; i < 2; i++) {
        struct changes_contact contact = {loser->number, hash, i};
        if (household_hash(p->household->roster->campaign, &loser->record, i,
                           hash)) {
            changes_index(p->changes, &contact, false);
        }
    }
}

/* What a further merge goes by. */
static void
pool_states(struct roster *roster, const struct roster_person *loser,
            const struct roster_person *winner)
{
    size_t count = roster->action_count;
    uint8_t *from = roster->states + (size_t)(loser - roster->people) * count;
    uint8_t *to = roster->states + (size_t)(winner - roster->people) * count;
    for (size_t i = 0; i < count; i++) {
        to[i] = merging_best(from[i], to[i]);
        from[i] = WORDS__PLACE_STATE__PLACE_NONE;
    }
}

/* is_said: the holder said so, not a name alone. */
static bool
merge(struct proving *p, struct roster_person *loser,
      struct roster_person *winner, bool is_said)
{
    struct roster *roster = p->household->roster;
    struct record was = winner->record;
    uint32_t was_flags = winner->flags;
    merging_prove(&loser->record, &loser->flags, p->household->channel,
                  p->now_ms);
    struct merging merging = roster_pair(roster, loser, winner);
    if (merging_fault(&merging) != NULL) {
        return false;
    }
    leave_indexes(p, loser);
    changes_move_places(p->changes, roster, loser, winner);
    merging_join(&merging, is_said);
    pool_states(roster, loser, winner);
    reindex(p, winner, &was, was_flags);
    changes_fold(p->changes, loser->number, winner->number);
    changes_due(p->changes, loser->number, 0);
    mark(p, loser);
    mark(p, winner);
    return true;
}

static void
join_other(struct proving *p, struct roster_person *entry, uint32_t whose)
{
    struct roster_person *winner = roster_find(p->household->roster, whose);
    if (!is_proved_here(p, winner)) {
        (void)become_member(p, winner, false, &(const char *){NULL});
    }
    uint32_t flags = entry->flags;
    struct record record = entry->record;
    if (!merge(p, entry, winner, false)) {
        entry->flags = flags; /* it stays open */
        entry->record = record;
    }
}

/* ---- yes ---- */

static void
see_all(struct proving *p)
{
    struct household *household = p->household;
    changes_see_index(p->changes, household->hash, &household->people);
    for (size_t i = 0; i < household->roster->count; i++) {
        const struct roster_person *person = &household->roster->people[i];
        if (household_has(household, person)) {
            changes_see(p->changes, person);
            changes_see_places(p->changes, household->roster, person);
        }
    }
}

static enum err
join_own(struct proving *p, const struct joining_verdict *verdict,
         const char **detail)
{
    struct roster_person *own = p->household->by;
    struct roster_person *winner =
        verdict->what == JOINING_MERGE
            ? roster_find(p->household->roster, verdict->whose)
            : NULL;
    if (winner != NULL) {
        enum err err = become_member(p, winner, false, detail);
        struct record record = own->record;
        uint32_t flags = own->flags;
        if (err != ERR_NONE || merge(p, own, winner, true)) {
            return err;
        }
        own->record = record; /* no room in her record: another member */
        own->flags = flags;
    }
    return become_member(p, own, verdict->is_asked, detail);
}

enum err
proving_yes(struct proving *p, const char **detail)
{
    struct household_view view;
    struct household *household = p->household;
    struct roster_person *own = household->by;
    bool is_own_open = household->is_open[place_of(p, own)] &&
                       !household->is_member[place_of(p, own)];
    enum err err = ERR_NONE;
    see_all(p);
    household_decide(household, is_own_open ? own->number : JOINING_NOBODY,
                     &view);
    if (!is_own_open) {
        prove_person(p, own);
    }
    for (size_t i = 0; i < view.joining.entry_count && err == ERR_NONE; i++) {
        if (is_own_open && view.entries[i].number == own->number) {
            err = join_own(p, &view.verdicts[i], detail);
        }
    }
    for (size_t i = 0; i < view.joining.entry_count && err == ERR_NONE; i++) {
        struct roster_person *entry =
            roster_find(household->roster, view.entries[i].number);
        if (entry != own && view.verdicts[i].what == JOINING_MERGE) {
            join_other(p, entry, view.verdicts[i].whose);
        }
    }
    return err;
}

/* ---- who is asked about ---- */

static enum err
drop(struct proving *p, struct roster_person *person)
{
    leave_indexes(p, person);
    changes_drop_places(p->changes, p->household->roster, person);
    changes_due(p->changes, person->number, 0);
    person->flags = (person->flags & FLAG_NOT_ME) | FLAG_GONE;
    changes_forget(p->changes, person);
    return ERR_NONE;
}

static enum err
answer_one(struct proving *p, struct roster_person *person, uint32_t whose,
           enum proving_answer answer, const char **detail)
{
    if (answer == PROVING_ADD) {
        return become_member(p, person, false, detail);
    }
    if (answer == PROVING_REFUSE) {
        return drop(p, person);
    }
    struct roster_person *like = roster_find(p->household->roster, whose);
    if (like == NULL || like == person) {
        *detail = "there is nobody here that this may be: add it, or refuse";
        return ERR_CONFLICT;
    }
    enum err err = become_member(p, like, false, detail);
    if (err == ERR_NONE && !merge(p, person, like, true)) {
        *detail = "too much is joined here already: ask the organisers";
        err = ERR_LIMIT;
    }
    return err;
}

/* Asked about together with one that was answered: what has its name follows
 * it, or goes with it. */
static void
follow_answer(struct proving *p, struct roster_person *person,
              struct roster_person *first, enum proving_answer answer)
{
    if (answer == PROVING_REFUSE) {
        (void)drop(p, person);
    } else {
        join_other(p, person,
                   first->record.is_merged ? first->record.into
                                           : first->number);
    }
}

static enum err
answer_group(struct proving *p, uint32_t number, enum proving_answer answer,
             const char **detail)
{
    struct household_view view;
    struct roster *roster = p->household->roster;
    struct roster_person *first = roster_find(roster, number);
    enum err err = ERR_NONE;
    household_decide(p->household, JOINING_NOBODY, &view);
    for (size_t i = 0; i < view.joining.entry_count && err == ERR_NONE; i++) {
        const struct joining_verdict *verdict = &view.verdicts[i];
        struct roster_person *person =
            roster_find(roster, view.entries[i].number);
        if (person == first && verdict->is_asked) {
            err = answer_one(p, person, verdict->whose, answer, detail);
        } else if (first != NULL && verdict->is_asked &&
                   verdict->beside == number) {
            follow_answer(p, person, first, answer);
        }
    }
    return err;
}

enum err
proving_asked(struct proving *p, const struct proving_named *named,
              enum proving_answer answer, const char **detail)
{
    enum err err = ERR_NONE;
    see_all(p);
    for (size_t i = 0; i < named->count && err == ERR_NONE; i++) {
        err = answer_group(p, named->numbers[i], answer, detail);
    }
    return err;
}

/* ---- not me ---- */

/* An entry that nobody stands for, and that would be confirmed here. */
static bool
is_strangers(const struct proving *p, const struct roster_person *person)
{
    const uint32_t known =
        FLAG_SMS_PROVED | FLAG_EMAIL_PROVED | FLAG_VOUCHED | FLAG_NOT_ME;
    return (person->flags & known) == 0 &&
           person->record.confirms_by == p->household->channel + 1;
}

static void
keep_word(struct proving *p, unsigned what, uint32_t number, bool is_lifted)
{
    struct withdrawn_row word = {
        .what = (uint8_t)what, .is_lifted = is_lifted, .number = number};
    memcpy(word.hash, p->household->hash, sizeof(word.hash));
    changes_keep(p->changes, &word);
}

static void
keep_not_me(struct proving *p, const struct roster_person *person)
{
    keep_word(p, SU_SAID_NOT_ME, person->number, false);
}

enum err
proving_not_me(struct proving *p, const char **detail)
{
    struct household *household = p->household;
    struct roster_person *own = household->by;
    if (is_proved_here(p, own)) {
        *detail = "this was confirmed here: give its places back instead";
        return ERR_CONFLICT;
    }
    see_all(p);
    changes_said(p->changes, household->hash, SU_SAID_NOT_ME, true);
    for (size_t i = 0; i < household->roster->count; i++) {
        struct roster_person *person = &household->roster->people[i];
        if (person != own && household->is_open[i] &&
            household_has(household, person) && is_strangers(p, person)) {
            person->flags |= FLAG_NOT_ME;
            keep_not_me(p, person);
            mark(p, person);
        }
    }
    own->flags |= FLAG_NOT_ME;
    keep_not_me(p, own);
    return drop(p, own);
}

void
proving_consent(struct proving *p, const struct record_given *given)
{
    struct roster_person *person = p->household->by;
    if (person->record.is_merged) {
        person = roster_find(p->household->roster, person->record.into);
    }
    int channel = record_given_channel(given);
    unsigned what = channel == 0 ? SU_SAID_NO_TEXT : SU_SAID_NO_MAIL;
    bool was_off = (person->flags & FLAG_WITHDRAWN(channel)) != 0;
    if (channel != p->household->channel ||
        !record_apply_consent(&person->record, &person->flags, given, false)) {
        return;
    }
    if (!given->is_withdrawn) {
        changes_said(p->changes, p->household->hash, what, false);
    }
    if (given->is_withdrawn || was_off) {
        keep_word(p, what, person->number, !given->is_withdrawn);
    }
    mark(p, person);
}

void
proving_write(struct proving *p)
{
    struct roster *roster = p->household->roster;
    for (size_t i = 0; i < roster->count; i++) {
        if ((p->is_changed[i / 32] >> i % 32 & 1) != 0) {
            changes_write(p->changes, &roster->people[i]);
        }
    }
    if (changes_is_empty(p->changes)) {
        return;
    }
    for (size_t i = 0; i < roster->count; i++) {
        if (p->household->is_open[i]) { /* what it is a twin of may be gone */
            changes_look(p->changes, roster->people[i].number);
        }
    }
}
