/* household -- whoever is found by one contact, as a proof of it says. */
#include "services/signup/joining/household.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store_joining.h"
#include "services/signup/people/rules.h"

#define FOLLOW_MAX 8 /* of merges of merges */
#define TRIES_MAX 16
#define NO_LINK "this link is not good any more; ask for a new one"

struct finding {
    struct signup *signup;
    const Signup__Proof *by;
    household_cb *cb;
    void *arg;
    struct campaign *campaign;
    struct household *household;
    struct record first; /* of by's own number */
    int followed, tries;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void read_one(struct finding *f, uint32_t number);
static void one_done(void *arg, enum err err, struct roster *roster);
static void contact_done(void *arg, enum err err,
                         const struct store_reply *reply);
static void all_done(void *arg, enum err err, struct roster *roster);

void
household_free(struct household **household)
{
    if (*household == NULL) {
        return;
    }
    roster_free(&(*household)->roster);
    buf_fini(&(*household)->people);
    free(*household);
    *household = NULL;
}

static void
finish(struct finding *f, enum err err, const char *detail)
{
    if (err != ERR_NONE) {
        household_free(&f->household);
    }
    f->cb(f->arg, err, detail, f->household);
    free(f);
}

void
household_read(struct signup *signup, const char *campaign,
               const Signup__Proof *by, household_cb *cb, void *arg)
{
    struct finding *f = mem_new(sizeof(*f));
    f->signup = signup;
    f->by = by;
    f->cb = cb;
    f->arg = arg;
    f->household = mem_new(sizeof(*f->household));
    f->household->channel = rules_channel_index(by->channel);
    buf_init(&f->household->people, 0);
    /* Read, not taken from the cache: it says which actions there are. */
    campaigns_read(signup->campaigns, campaign, campaign_done, f);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct finding *f = arg;
    f->campaign = value;
    if (err == ERR_NONE &&
        (f->household->channel < 0 || f->by->number > ROSTER_NUMBER_MAX)) {
        err = ERR_NOT_FOUND;
        detail = NO_LINK;
    }
    if (err != ERR_NONE) {
        finish(f, err, detail);
        return;
    }
    read_one(f, f->by->number);
}

/* ---- whose proof it is ---- */

static void
read_one(struct finding *f, uint32_t number)
{
    roster_read(f->campaign, &number, 1, one_done, f);
}

static bool
is_good(const struct finding *f, const struct roster_person *person)
{
    if (!person->exists) {
        return false;
    }
    int channel = f->household->channel;
    if (f->followed == 0) {
        return person->record.salts[channel] == f->by->salt;
    }
    return merging_is_shared(&f->first, &person->record, channel);
}

bool
household_hash(const struct campaign *campaign, const struct record *record,
               int channel, uint8_t hash[ADDRESS_HASH_BYTES])
{
    const struct address_keys *keys = campaign->signup->keys;
    if (channel == 0 && record->phone != 0) {
        address_hash_phone(keys, campaign->id, record->phone, hash);
        return true;
    }
    if (channel == 1 && record->email[0] != '\0') {
        address_hash_email(keys, campaign->id, record->email, hash);
        return true;
    }
    return false;
}

static void
take_one(struct finding *f, const struct roster_person *person)
{
    const uint32_t refused = FLAG_GONE | FLAG_NOT_ME;
    bool is_refused = !person->exists && (person->flags & refused) == refused;
    bool is_gone =
        !is_refused &&
        (!is_good(f, person) || f->followed > FOLLOW_MAX ||
         (!person->record.is_merged && (person->flags & FLAG_GONE) != 0));
    if (is_refused) {
        finish(f, ERR_CONFLICT, "\"Not me\" was said here");
    } else if (!is_gone && person->record.is_merged) {
        if (f->followed++ == 0) {
            f->first = person->record;
        }
        read_one(f, person->record.into);
    } else if (is_gone ||
               !household_hash(f->campaign, &person->record,
                               f->household->channel, f->household->hash)) {
        finish(f, ERR_NOT_FOUND, NO_LINK);
    } else {
        /* Kept for its number; read again with the others. */
        f->first = person->record;
        f->first.into = person->number;
        su_read_contact(f->signup->su, f->campaign->id,
                        bytes_of(f->household->hash, ADDRESS_HASH_BYTES),
                        contact_done, f);
    }
}

static void
one_done(void *arg, enum err err, struct roster *roster)
{
    struct finding *f = arg;
    if (err != ERR_NONE) {
        finish(f, err, NULL);
        return;
    }
    take_one(f, &roster->people[0]);
    roster_free(&roster);
}

/* ---- who else is found by it ---- */

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static bool
is_listed(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == number) {
            return true;
        }
    }
    return false;
}

/* Appends the index's numbers. */
static size_t
read_members(const struct household *household, uint32_t *numbers)
{
    size_t count = 0;
    const char *at = buf_string(&household->people);
    while (*at != '\0' && count < JOINING_MEMBERS_MAX) {
        char *end;
        numbers[count++] = (uint32_t)strtoul(at, &end, 10);
        at = *end == ' ' ? end + 1 : end;
    }
    return count;
}

/* The oldest of them, and always by's own. */
static size_t
read_entries(const struct store_reply *reply, uint32_t own, uint32_t *numbers)
{
    size_t count = 0, all = reply->count - 1;
    uint32_t *sorted = mem_new_array(all + 1, sizeof(sorted[0]));
    for (size_t i = 0; i < all; i++) {
        sorted[i] = (uint32_t)reply->items[i + 1].integer;
    }
    qsort(sorted, all, sizeof(sorted[0]), by_number);
    size_t room = JOINING_ENTRIES_MAX - 1;
    for (size_t i = 0; i < all; i++) {
        if (sorted[i] == own || room > 0) {
            room -= sorted[i] != own;
            numbers[count++] = sorted[i];
        }
    }
    free(sorted);
    return count;
}

struct found {
    size_t member_count, entry_count;
    uint32_t members[JOINING_MEMBERS_MAX], entries[JOINING_ENTRIES_MAX];
};

static size_t
list_all(const struct found *found, uint32_t own, uint32_t *all)
{
    size_t count = 0;
    memcpy(all, found->members, found->member_count * sizeof(all[0]));
    count = found->member_count;
    for (size_t i = 0; i < found->entry_count; i++) {
        if (!is_listed(all, count, found->entries[i])) {
            all[count++] = found->entries[i];
        }
    }
    if (!is_listed(all, count, own)) {
        all[count++] = own;
    }
    qsort(all, count, sizeof(all[0]), by_number);
    return count;
}

static void
contact_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct finding *f = arg;
    struct household *household = f->household;
    if (err != ERR_NONE || reply->count == 0) {
        finish(f, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    struct found found = {0};
    uint32_t all[JOINING_MEMBERS_MAX + JOINING_ENTRIES_MAX + 1];
    buf_add(&household->people, reply->items[0].string, reply->items[0].len);
    found.member_count = read_members(household, found.members);
    household->member_count = found.member_count;
    found.entry_count = read_entries(reply, f->first.into, found.entries);
    size_t count = list_all(&found, f->first.into, all);
    for (size_t i = 0; i < count; i++) {
        household->is_member[i] =
            is_listed(found.members, found.member_count, all[i]);
        household->is_open[i] =
            is_listed(found.entries, found.entry_count, all[i]);
    }
    roster_read(f->campaign, all, count, all_done, f);
}

static void
begin_again(struct finding *f)
{
    int channel = f->household->channel;
    household_free(&f->household);
    f->household = mem_new(sizeof(*f->household));
    f->household->channel = channel;
    buf_init(&f->household->people, 0);
    f->followed = 0;
    read_one(f, f->by->number);
}

static void
all_done(void *arg, enum err err, struct roster *roster)
{
    struct finding *f = arg;
    f->household->roster = roster;
    if (err != ERR_NONE) {
        finish(f, err, NULL);
        return;
    }
    f->household->by = roster_find(roster, f->first.into);
    if (f->household->by->record.is_merged && ++f->tries < TRIES_MAX) {
        begin_again(f); /* since she was found */
        return;
    }
    size_t i = (size_t)(f->household->by - roster->people);
    /* A contact that was proved by no one yet, and is of an entry that was by
     * another: in neither index. */
    f->household->is_open[i] |= !f->household->is_member[i];
    bool is_there = household_has(f->household, f->household->by);
    finish(f, is_there ? ERR_NONE : ERR_NOT_FOUND, is_there ? NULL : NO_LINK);
}

/* ---- who is who ---- */

/* Compared by what the record says: a chance match of hashes is nobody. */
bool
household_has(const struct household *household,
              const struct roster_person *person)
{
    uint8_t hash[ADDRESS_HASH_BYTES];
    return person->exists && (person->flags & FLAG_GONE) == 0 &&
           household_hash(household->roster->campaign, &person->record,
                          household->channel, hash) &&
           memcmp(hash, household->hash, sizeof(hash)) == 0 &&
           (household->by == NULL || person == household->by ||
            merging_is_shared(&household->by->record, &person->record,
                              household->channel));
}

bool
household_is_proved(const struct household *household)
{
    return (household->by->flags & FLAG_PROVED(household->channel)) != 0;
}

static struct joining_person
view_person(const struct household *household, size_t i)
{
    const struct roster_person *person = &household->roster->people[i];
    int channel = household->channel;
    return (struct joining_person){
        .number = person->number,
        .name = person->record.name,
        .is_for_other = person->record.is_for_other,
        .is_from_elsewhere = (person->flags & FLAG_PROVED(1 - channel)) != 0 &&
                             (person->flags & FLAG_PROVED(channel)) == 0,
        .is_member = household->is_member[i]};
}

void
household_decide(const struct household *household, uint32_t own,
                 struct household_view *view)
{
    const struct roster *roster = household->roster;
    struct joining *joining = &view->joining;
    *joining = (struct joining){
        .members = view->members, .entries = view->entries, .own = own};
    for (size_t i = 0; i < roster->count; i++) {
        if (!household_has(household, &roster->people[i])) {
            continue;
        }
        struct joining_person person = view_person(household, i);
        if (household->is_member[i]) {
            view->members[joining->member_count++] = person;
        }
        if (household->is_open[i]) {
            view->entries[joining->entry_count++] = person;
        }
    }
    joining_decide(joining, view->verdicts);
}
