/* test_joining -- whose an entry is: the table, and 5,000 random histories
 * against a small model.
 *
 * A history is some people, some contacts, and strangers who type both. Each
 * proof is three steps that anything may come between or cut off: read,
 * decide, commit if nothing has changed since. The model knows who is who;
 * what is decided must never say otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "services/signup/people/joining.h"

#define NOBODY JOINING_NOBODY

/* ---- the table ---- */

static struct joining_person
person(uint32_t number, const char *name)
{
    return (struct joining_person){.number = number, .name = name};
}

static void
check_verdict(const struct joining_verdict *got,
              const struct joining_verdict *want, const char *row)
{
    if (got->what != want->what || got->whose != want->whose ||
        got->is_asked != want->is_asked || got->beside != want->beside) {
        fail_msg("%s: got %d of %d, asked %d, beside %d; want %d of %d, "
                 "asked %d, beside %d",
                 row, (int)got->what, (int)got->whose, got->is_asked,
                 (int)got->beside, (int)want->what, (int)want->whose,
                 want->is_asked, (int)want->beside);
    }
}

/* Amy 1 and Tom 2 are the household; entry 9 is decided. */
static const struct {
    const char *name;
    bool is_own, is_for_other, is_from_elsewhere, is_member;
    struct joining_verdict want;
} rows[] = {
    {"amy JONES", true, false, false, false, {JOINING_MERGE, 1, false, NOBODY}},
    {"amy JONES",
     false,
     false,
     false,
     false,
     {JOINING_MERGE, 1, false, NOBODY}},
    {"A Jones", true, false, false, false, {JOINING_MEMBER, 1, true, NOBODY}},
    {"A Jones", false, false, false, false, {JOINING_ASK, 1, true, NOBODY}},
    {"Zoe Bell",
     true,
     false,
     false,
     false,
     {JOINING_MEMBER, NOBODY, false, NOBODY}},
    {"Zoe Bell",
     false,
     false,
     false,
     false,
     {JOINING_ASK, NOBODY, true, NOBODY}},
    /* for somebody else */
    {"Amy Jones", true, true, false, false, {JOINING_MEMBER, 1, true, NOBODY}},
    {"Amy Jones", false, true, false, false, {JOINING_ASK, 1, true, NOBODY}},
    /* its links may be with somebody else */
    {"Amy Jones", false, false, true, false, {JOINING_ASK, 1, true, NOBODY}},
    {"Amy Jones", true, false, true, false, {JOINING_MEMBER, 1, true, NOBODY}},
    /* a member of whom it is open whether she is another */
    {"Tomos Jones",
     false,
     false,
     false,
     true,
     {JOINING_MEMBER, 2, true, NOBODY}},
    {"Zoe Bell",
     false,
     false,
     false,
     true,
     {JOINING_MEMBER, NOBODY, false, NOBODY}},
};

static void
each_row_of_the_table(void **state)
{
    (void)state;
    const struct joining_person members[] = {person(1, "Amy Jones"),
                                             person(2, "Tom Jones")};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct joining_person entry = person(9, rows[i].name);
        entry.is_for_other = rows[i].is_for_other;
        entry.is_from_elsewhere = rows[i].is_from_elsewhere;
        entry.is_member = rows[i].is_member;
        struct joining_verdict got;
        joining_decide(&(struct joining){.member_count = 2,
                                         .entry_count = 1,
                                         .members = members,
                                         .entries = &entry,
                                         .own = rows[i].is_own ? 9 : NOBODY},
                       &got);
        check_verdict(&got, &rows[i].want, rows[i].name);
    }
}

static void
of_two_members_of_one_name_neither_is_guessed(void **state)
{
    (void)state;
    const struct joining_person members[] = {person(1, "John Smith"),
                                             person(2, "John Smith")};
    const struct joining_person entries[] = {person(3, "john smith"),
                                             person(4, "JOHN SMITH")};
    struct joining_verdict got[2];
    joining_decide(&(struct joining){2, 2, members, entries, 3}, got);
    check_verdict(&got[0],
                  &(struct joining_verdict){JOINING_MEMBER, 1, true, NOBODY},
                  "own");
    check_verdict(&got[1],
                  &(struct joining_verdict){JOINING_ASK, 1, true, NOBODY},
                  "other");
}

static void
entries_of_one_name_follow_the_one_that_is_proved(void **state)
{
    (void)state;
    const struct joining_person entries[] = {
        person(3, "Amy Jones"), person(4, "Tom Jones"), person(5, "AMY JONES"),
        person(6, "tom jones"), person(7, "Thomas Jones")};
    struct joining_verdict got[5];
    joining_decide(&(struct joining){0, 5, NULL, entries, 5}, got);
    const struct joining_verdict want[] = {
        {JOINING_MERGE, 5, false, NOBODY},
        {JOINING_ASK, NOBODY, true, NOBODY},
        {JOINING_MEMBER, NOBODY, false, NOBODY},
        {JOINING_ASK, NOBODY, true, 4}, /* one question for both */
        {JOINING_ASK, NOBODY, true, NOBODY},
    };
    for (size_t i = 0; i < 5; i++) {
        check_verdict(&got[i], &want[i], entries[i].name);
    }
}

/* ---- histories ---- */

/* The sanitized build, many times slower, gets fewer. */
#ifdef __SANITIZE_ADDRESS__
#define HISTORIES 1000
#else
#define HISTORIES 5000
#endif
#define CONTACTS 3
#define PEOPLE 6
#define ENTRIES_MAX 24
#define STEPS 60
#define IN_FLIGHT 3

/* Who there is. Each has spellings that are the same name, and one that may
 * be hers. Joanna and Jo are two people, as are the Smiths. */
static const struct {
    const char *spellings[3], *unsure;
} people[PEOPLE] = {
    {{"Amy Jones", "AMY JONES", "Ms Amy  Jônes"}, "A Jones"},
    {{"Joanna Lee", "joanna lee", "Lee, Joanna"}, "Jo Anna Lee"},
    {{"Jo Lee", "Jo LEE", "Dr Jo Lee"}, "J Lee"},
    {{"Mr J Smith", "mr. j smith", "MR J SMITH"}, "John Smith"},
    {{"Mrs J Smith", "mrs. j smith", "MRS J SMITH"}, "Jane Smith"},
    {{"Tom Jones", "tom jones", "Mr Tom Jones"}, "Thomas Jones"},
};

enum state { OPEN, MEMBER, GONE };

struct entry {
    int who, contact; /* whose name it says; by which contact it is found */
    bool is_stranger; /* typed by somebody who has neither */
    const char *name;
    enum state state;
    bool is_asked; /* a member that may be another */
    uint32_t into;
};

struct store {
    unsigned version;
    uint32_t count;
    struct entry entries[ENTRIES_MAX];
};

/* A proof on its way. */
struct proof {
    bool is_on;
    uint32_t own;
    unsigned saw;
    size_t entry_count;
    uint32_t numbers[ENTRIES_MAX];
    struct joining_verdict verdicts[ENTRIES_MAX];
};

struct world {
    unsigned seed, history;
    struct store store;
    struct proof proofs[IN_FLIGHT];
};

static unsigned
dice(struct world *world, unsigned sides)
{
    world->seed = world->seed * 1664525U + 1013904223U;
    return (world->seed >> 8) % sides;
}

/* Contacts are of whole households: two people each. */
static bool
belongs_to(int who, int contact)
{
    return who / 2 == contact;
}

static void
type_entry(struct world *world)
{
    struct store *store = &world->store;
    if (store->count == ENTRIES_MAX) {
        return;
    }
    struct entry *entry = &store->entries[store->count++];
    *entry = (struct entry){.who = (int)dice(world, PEOPLE), .into = NOBODY};
    entry->contact = entry->who / 2;
    if (dice(world, 4) == 0) { /* anybody's contact */
        entry->contact = (int)dice(world, CONTACTS);
        entry->is_stranger = !belongs_to(entry->who, entry->contact);
    }
    unsigned spelling = dice(world, 5);
    entry->name = spelling < 3 ? people[entry->who].spellings[spelling]
                               : people[entry->who].spellings[0];
    if (spelling == 4) {
        entry->name = people[entry->who].unsure;
    }
    store->version++;
}

static uint32_t
follow(const struct store *store, uint32_t number)
{
    while (store->entries[number].into != NOBODY) {
        number = store->entries[number].into;
    }
    return number;
}

/* Reads what stands at the contact of own, and decides. */
static void
read_and_decide(const struct store *store, struct proof *proof)
{
    struct joining_person members[ENTRIES_MAX], entries[ENTRIES_MAX];
    struct joining joining = {0, 0, members, entries, proof->own};
    int contact = store->entries[proof->own].contact;
    for (uint32_t n = 0; n < store->count; n++) {
        const struct entry *entry = &store->entries[n];
        if (entry->contact != contact || entry->state == GONE) {
            continue;
        }
        if (entry->state == MEMBER) {
            members[joining.member_count++] = person(n, entry->name);
        }
        if (entry->state == OPEN || entry->is_asked) {
            entries[joining.entry_count] = person(n, entry->name);
            entries[joining.entry_count].is_member = entry->state == MEMBER;
            proof->numbers[joining.entry_count++] = n;
        }
    }
    proof->saw = store->version;
    proof->entry_count = joining.entry_count;
    joining_decide(&joining, proof->verdicts);
}

/* What the model knows and the code does not: merged is who is one person. */
static void
check_merge(const struct world *world, uint32_t number, uint32_t into)
{
    const struct entry *loser = &world->store.entries[number];
    const struct entry *winner = &world->store.entries[into];
    if (loser->who != winner->who || loser->contact != winner->contact) {
        fail_msg("history %u: \"%s\" was joined to \"%s\"", world->history,
                 loser->name, winner->name);
    }
}

static void
apply(struct world *world, uint32_t number,
      const struct joining_verdict *verdict)
{
    struct entry *entry = &world->store.entries[number];
    if (verdict->what == JOINING_MERGE) {
        check_merge(world, number, verdict->whose);
        entry->state = GONE;
        entry->into = verdict->whose;
    } else if (verdict->what == JOINING_MEMBER) {
        entry->state = MEMBER;
        entry->is_asked = verdict->is_asked;
    }
}

/* All or nothing. Returns whether it was committed: what was read was still
 * so. */
static bool
commit(struct world *world, const struct proof *proof)
{
    if (proof->saw != world->store.version) {
        return false;
    }
    struct store before = world->store;
    for (size_t i = 0; i < proof->entry_count; i++) {
        apply(world, proof->numbers[i], &proof->verdicts[i]);
    }
    if (memcmp(&before, &world->store, sizeof(before)) != 0) {
        world->store.version++;
    }
    return true;
}

/* Whoever holds a contact presses what is sent there; who has typed it does
 * not hold it. */
static void
begin(struct world *world, struct proof *proof)
{
    if (world->store.count == 0) {
        return;
    }
    uint32_t number = dice(world, world->store.count);
    const struct entry *entry = &world->store.entries[number];
    if (entry->is_stranger || entry->state != OPEN) {
        return;
    }
    *proof = (struct proof){.is_on = true, .own = number};
    read_and_decide(&world->store, proof);
}

static void
go_on(struct world *world, struct proof *proof)
{
    if (dice(world, 5) == 0) { /* killed before it was committed */
        proof->is_on = false;
    } else if (world->store.entries[proof->own].state != OPEN) {
        proof->is_on = false; /* pressed twice: it is done */
    } else if (commit(world, proof)) {
        proof->is_on = dice(world, 3) == 0; /* the answer is lost: again */
    } else {
        read_and_decide(&world->store, proof);
    }
}

/* What the holder says of an entry she is asked about: the truth. */
static void
answer(struct world *world, uint32_t number, uint32_t whose)
{
    struct entry *entry = &world->store.entries[number];
    if (entry->is_stranger) {
        entry->state = GONE; /* not us */
    } else if (whose != NOBODY &&
               world->store.entries[whose].who == entry->who) {
        entry->state = GONE; /* the same */
        entry->into = whose;
    } else {
        entry->state = MEMBER; /* one of us */
    }
    entry->is_asked = false;
    world->store.version++;
}

/* The page asks of whom the decision says so, and shows no one else. */
static bool
answer_one(struct world *world, int contact)
{
    for (uint32_t n = 0; n < world->store.count; n++) {
        struct entry *entry = &world->store.entries[n];
        if (entry->contact != contact || entry->state == GONE) {
            continue;
        }
        struct proof look = {.own = n};
        read_and_decide(&world->store, &look);
        for (size_t i = 0; i < look.entry_count; i++) {
            const struct entry *seen = &world->store.entries[look.numbers[i]];
            assert_int_equal(seen->contact, contact);
        }
        if (entry->state == OPEN && !entry->is_stranger) {
            assert_true(commit(world, &look));
            return true;
        }
        for (size_t i = 0; i < look.entry_count; i++) {
            const struct joining_verdict *verdict = &look.verdicts[i];
            if (verdict->is_asked && look.numbers[i] == n &&
                entry->state == MEMBER) {
                answer(world, n, verdict->whose);
                return true;
            }
        }
    }
    return false;
}

/* Somebody may have typed nothing but what may be two people's ("J Smith"):
 * she is one more until the holder says who. With all answered nobody stands
 * there twice whose name was typed in full. */
static void
check_nobody_is_doubled(const struct world *world)
{
    const struct store *store = &world->store;
    for (uint32_t a = 0; a < store->count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            const struct entry *one = &store->entries[a];
            const struct entry *two = &store->entries[b];
            bool are_both = one->state == MEMBER && two->state == MEMBER &&
                            one->contact == two->contact;
            if (are_both && one->who == two->who &&
                strcmp(one->name, people[one->who].unsure) != 0 &&
                strcmp(two->name, people[two->who].unsure) != 0) {
                fail_msg("history %u: \"%s\" and \"%s\" are two",
                         world->history, one->name, two->name);
            }
        }
    }
}

static void
check_links_lead_somewhere(const struct world *world)
{
    for (uint32_t n = 0; n < world->store.count; n++) {
        const struct entry *entry = &world->store.entries[n];
        uint32_t last = follow(&world->store, n);
        assert_true(entry->into == NOBODY ||
                    world->store.entries[last].state != OPEN);
        assert_int_equal(world->store.entries[last].contact, entry->contact);
    }
}

static void
play(struct world *world)
{
    for (int step = 0; step < STEPS; step++) {
        struct proof *proof = &world->proofs[dice(world, IN_FLIGHT)];
        if (dice(world, 2) == 0) {
            type_entry(world);
        } else if (!proof->is_on) {
            begin(world, proof);
        } else {
            go_on(world, proof);
        }
    }
    for (int contact = 0; contact < CONTACTS; contact++) {
        while (answer_one(world, contact)) {
        }
    }
    check_nobody_is_doubled(world);
    check_links_lead_somewhere(world);
}

static void
nobody_is_wrongly_joined_or_doubled_in_any_history(void **state)
{
    (void)state;
    for (unsigned history = 1; history <= HISTORIES; history++) {
        static struct world world;
        memset(&world, 0, sizeof(world));
        world.history = world.seed = history;
        play(&world);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_of_the_table),
        cmocka_unit_test(of_two_members_of_one_name_neither_is_guessed),
        cmocka_unit_test(entries_of_one_name_follow_the_one_that_is_proved),
        cmocka_unit_test(nobody_is_wrongly_joined_or_doubled_in_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
