/* test_histories -- thousands of small random histories of marks, places and
 * folds, in any order and with kill -9 between: the service counts what a
 * small model of them counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/client/checkin.h"
#include "services/checkin/marks/presence.h"
#include "tests/support/rigs/checkin_rig.h"

#define CAMPAIGN "tales"
#define PEOPLE 6  /* of one history */
#define NUMBERS 8 /* its numbers are its own: h * 8 + 0..5 */
#define VISITS 2  /* it happens at its own action, and at the next one's */
#define ROUNDS 14
#define NOBODY UINT8_MAX
#define MINUTES 150

/* The sanitized service, many times slower, gets fewer. */
#ifdef __SANITIZE_ADDRESS__
#define HISTORIES 150
#else
#define HISTORIES 1000
#endif

struct person {
    struct presence at[VISITS];
    Words__PlaceState place[VISITS];
    uint8_t role[VISITS], into;
};

static struct person people[HISTORIES][PEOPLE];
static char *codes[HISTORIES][PEOPLE][VISITS];
static struct checkin_rig *rig;
static struct rig_campaign *tales;
static int64_t start_ms;
static uint32_t seed;

static uint32_t
random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* ---- the model ---- */

static uint8_t
root_of(const struct person *all, uint8_t who)
{
    while (all[who].into != NOBODY) {
        who = all[who].into;
    }
    return who;
}

static bool
is_under(const struct person *all, uint8_t who, uint8_t other)
{
    while (who != NOBODY && who != other) {
        who = all[who].into;
    }
    return who == other;
}

static void
model_fold(struct person *all, uint8_t who, uint8_t into)
{
    if (into == who) {
        into = NOBODY;
    }
    if (into != NOBODY && is_under(all, into, who)) {
        all[into].into = NOBODY;
    }
    all[who].into = into;
}

/* What is counted at one action. */
struct tally {
    uint32_t inside, arrived, signed_up, gates_inside[3], gates_arrived[3];
    uint32_t roles_inside[3], roles_arrived[3], roles_signed_up[3];
    uint32_t minutes[MINUTES];
};

static void
add_to_tally(struct tally *tally, const struct presence *presence,
             bool is_confirmed, uint8_t role)
{
    tally->signed_up += is_confirmed;
    tally->roles_signed_up[role] += is_confirmed;
    if (presence_is_inside(presence)) {
        tally->inside++;
        tally->gates_inside[presence->latest.gate]++;
        tally->roles_inside[role]++;
    }
    if (presence->has_arrived) {
        tally->arrived++;
        tally->gates_arrived[presence->first.gate]++;
        tally->roles_arrived[role]++;
        tally->minutes[presence->first.at_ms / 60000 - start_ms / 60000]++;
    }
}

/* All who count as root, at one of the history's two actions. */
static bool
count_group(const struct person *all, uint8_t root, int visit,
            struct tally *tally)
{
    struct presence presence = {0};
    bool is_confirmed = false;
    uint8_t other = 0;
    for (uint8_t who = 0; who < PEOPLE; who++) {
        const struct person *p = &all[who];
        if (root_of(all, who) != root) {
            continue;
        }
        if (p->at[visit].is_marked) {
            presence_merge(&presence, &p->at[visit].latest);
        }
        if (p->at[visit].has_arrived) {
            presence_merge(&presence, &p->at[visit].first);
        }
        is_confirmed |= p->place[visit] == WORDS__PLACE_STATE__PLACE_CONFIRMED;
        other = who != root && p->role[visit] > other ? p->role[visit] : other;
    }
    uint8_t own = all[root].role[visit];
    add_to_tally(tally, &presence, is_confirmed, own != 0 ? own : other);
    return presence_is_inside(&presence);
}

/* ---- what happens ---- */

static uint32_t
number_of(int history, uint8_t who)
{
    return (uint32_t)history * NUMBERS + who;
}

/* The number of the action of a visit: 1..HISTORIES. */
static uint32_t
action_of(int history, int visit)
{
    return (uint32_t)((history + visit) % HISTORIES) + 1;
}

struct sent { /* one mark on its way */
    struct sent *next;
    int history, visit;
    uint8_t who;
    struct presence_stamp stamp;
    unsigned scan;
};

static int open_marks;

static void send_mark(struct sent *sent);

static void
on_marked(void *arg, enum err err, const char *detail,
          const Checkin__Reply *reply)
{
    struct sent *sent = arg;
    (void)reply;
    if (err == ERR_UNAVAILABLE || err == ERR_TIMEOUT || err == ERR_UNKNOWN) {
        send_mark(sent); /* safe to repeat: as whoever holds the phone does */
        return;
    }
    if (err != ERR_NONE) {
        fail_msg("a mark is refused: %s", detail);
    }
    open_marks--;
    free(sent);
}

static void
send_mark(struct sent *sent)
{
    static const char *const gates[] = {"north", "west", "river"};
    char scan[32], device[32], action[16];
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    (void)snprintf(scan, sizeof(scan), "scan-%08u", sent->scan);
    (void)snprintf(device, sizeof(device), "device-%u", sent->stamp.device);
    (void)snprintf(action, sizeof(action), "a%u",
                   action_of(sent->history, sent->visit));
    mark.campaign = CAMPAIGN;
    mark.action = action;
    mark.gate = (char *)gates[sent->stamp.gate];
    mark.kind = (Checkin__MarkKind)sent->stamp.kind;
    mark.code = codes[sent->history][sent->who][sent->visit];
    mark.scan_id = scan;
    mark.device = device;
    mark.has_at_ms = true;
    mark.at_ms = sent->stamp.at_ms;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    checkin_ask(rig->checkin, 0, &request, on_marked, sent);
}

/* No two stamps of a history have one time: then no tie needs the order of
 * devices, which is the service's own. */
static void
mark_somebody(int history)
{
    static unsigned scans;
    struct sent *sent = mem_new(sizeof(*sent));
    scans++;
    *sent = (struct sent){
        .history = history,
        .visit = (int)random_below(VISITS),
        .who = (uint8_t)random_below(PEOPLE),
        .scan = scans,
        .stamp = {.at_ms = start_ms + random_below(MINUTES - 2) * 60000LL +
                           scans % 60000,
                  .device = random_below(3),
                  .kind = random_below(3) ? CHECKIN__MARK_KIND__ARRIVED
                                          : CHECKIN__MARK_KIND__LEFT,
                  .gate = (uint8_t)random_below(3)}};
    presence_merge(&people[history][sent->who].at[sent->visit], &sent->stamp);
    open_marks++;
    if (random_below(10) == 0) {
        struct sent *again = mem_copy(sent, sizeof(*sent));
        open_marks++;
        send_mark(again);
    }
    send_mark(sent);
}

/* Events of signup's feed that come in one entry. */
#define TOLD_MAX 64
struct told {
    Signup__Event events[TOLD_MAX];
    const Signup__Event *list[TOLD_MAX];
    Signup__PlaceChanged places[TOLD_MAX];
    Signup__Folded folds[TOLD_MAX];
    size_t count;
};

static Signup__Event *
next_event(struct told *told, Signup__Event__IsCase what)
{
    size_t i = told->count++;
    signup__event__init(&told->events[i]);
    told->list[i] = &told->events[i];
    told->events[i].is_case = what;
    return &told->events[i];
}

static void
change_place(struct told *told, int history)
{
    static const Words__PlaceState states[] = {
        WORDS__PLACE_STATE__PLACE_CONFIRMED,
        WORDS__PLACE_STATE__PLACE_CONFIRMED,
        WORDS__PLACE_STATE__PLACE_CANCELLED,
        WORDS__PLACE_STATE__PLACE_HELD,
        WORDS__PLACE_STATE__PLACE_TWIN,
        WORDS__PLACE_STATE__PLACE_NONE};
    Signup__PlaceChanged *place = &told->places[told->count];
    uint8_t who = (uint8_t)random_below(PEOPLE);
    int visit = (int)random_below(VISITS);
    struct person *person = &people[history][who];
    person->place[visit] = states[random_below(6)];
    person->role[visit] = (uint8_t)random_below(3);
    signup__place_changed__init(place);
    place->has_number = place->has_action_number = true;
    place->has_state = place->has_role = true;
    place->number = number_of(history, who);
    place->action_number = action_of(history, visit);
    place->state = person->place[visit];
    place->role = person->role[visit];
    next_event(told, SIGNUP__EVENT__IS_PLACE_CHANGED)->place_changed = place;
}

static void
fold_somebody(struct told *told, int history)
{
    uint8_t who = (uint8_t)random_below(PEOPLE);
    uint8_t into = random_below(3) ? (uint8_t)random_below(PEOPLE) : NOBODY;
    int times = random_below(8) == 0 ? 2 : 1;
    for (int i = 0; i < times; i++) {
        Signup__Folded *folded = &told->folds[told->count];
        signup__folded__init(folded);
        folded->has_number = true;
        folded->number = number_of(history, who);
        folded->has_into = into != NOBODY;
        folded->into = into != NOBODY ? number_of(history, into) : 0;
        next_event(told, SIGNUP__EVENT__IS_FOLDED)->folded = folded;
        model_fold(people[history], who, into);
    }
}

static void
tell(struct told *told)
{
    if (told->count > 0) {
        rig_tell(rig, tales, told->list, told->count);
        told->count = 0;
    }
}

static bool
is_all_marked(struct checkin_rig *r, void *arg)
{
    (void)r;
    (void)arg;
    return open_marks == 0;
}

/* Each history goes one step on; its news is told in entries of any size. */
static void
play_round(void)
{
    static struct told told;
    for (int history = 0; history < HISTORIES; history++) {
        uint32_t what = random_below(10);
        if (what < 6) {
            mark_somebody(history);
        }
        if (what >= 4 && what < 7) {
            change_place(&told, history);
        }
        if (what >= 5) {
            fold_somebody(&told, history);
        }
        if (told.count >= TOLD_MAX - 4 || random_below(12) == 0) {
            tell(&told);
        }
        if (history % 8 == 0) {
            loop_turn(rig->loop, 0);
        }
    }
    tell(&told);
}

static void
kill_somebody(int round)
{
    for (int i = 0; i < 2; i++) {
        if (round % 4 == i || round % 4 == 3) {
            rig_kill(rig, i);
            rig_start(rig, i);
        }
    }
}

/* ---- comparing ---- */

static void
compare(int history, const char *what, uint32_t got, uint32_t want)
{
    if (got != want) {
        fail_msg("%s of a%u: got %u, want %u", what, action_of(history, 0), got,
                 want);
    }
}

static void
compare_roles(int history, const Checkin__Attendance *got,
              const struct tally *want)
{
    compare(history, "care-worker inside", got->roles[0]->inside,
            want->roles_inside[1]);
    compare(history, "family arrived", got->roles[1]->arrived,
            want->roles_arrived[2]);
    for (size_t i = 0; i < 2; i++) {
        compare(history, "a role's signed up", got->roles[i]->signed_up,
                want->roles_signed_up[i + 1]);
    }
    compare(history, "not-said inside",
            got->n_roles > 2 ? got->roles[2]->inside : 0,
            want->roles_inside[0]);
}

static void
compare_counts(int history, const Checkin__Attendance *got,
               const struct tally *want)
{
    compare(history, "inside", got->inside, want->inside);
    compare(history, "arrived", got->arrived, want->arrived);
    compare(history, "signed up", got->signed_up, want->signed_up);
    for (size_t i = 0; i < 3; i++) {
        compare(history, "a gate's inside", got->gates[i]->inside,
                want->gates_inside[i]);
        compare(history, "a gate's arrived", got->gates[i]->arrived,
                want->gates_arrived[i]);
    }
    compare_roles(history, got, want);
    for (size_t i = 0; i < got->n_minutes; i++) {
        compare(history, "a minute", got->minutes[i]->arrived,
                want->minutes[(got->minutes[i]->at_ms - start_ms) / 60000]);
    }
}

static bool
has_bit(const ProtobufCBinaryData *bits, uint32_t number)
{
    return number / 8 < bits->len &&
           (bits->data[number / 8] >> number % 8 & 1) != 0;
}

/* Adds those of the history at one of its actions to want; their bits must be
 * as they are. */
static void
count_history(int history, int visit, const ProtobufCBinaryData *bits,
              struct tally *want)
{
    const struct person *all = people[history];
    for (uint8_t who = 0; who < PEOPLE; who++) {
        bool is_in =
            root_of(all, who) == who && count_group(all, who, visit, want);
        compare(history, "a bit", has_bit(bits, number_of(history, who)),
                is_in);
    }
}

static void
compare_action(int history)
{
    char action[16];
    Checkin__GetPresent get = CHECKIN__GET_PRESENT__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    struct tally want = {0};
    (void)snprintf(action, sizeof(action), "a%u", action_of(history, 0));
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, action);
    get.campaign = CAMPAIGN;
    get.action = action;
    request.is_case = CHECKIN__REQUEST__IS_PRESENT;
    request.present = &get;
    struct rig_answer present = rig_ask(rig, 0, &request);
    assert_int_equal(present.err, ERR_NONE);
    const ProtobufCBinaryData *bits = &present.reply->present->bits;
    count_history(history, 0, bits, &want);
    count_history((history + HISTORIES - 1) % HISTORIES, 1, bits, &want);
    compare_counts(history, got, &want);
    rig_answer_clear(&present);
    wire_free(got);
}

/* ---- the test ---- */

static int
open_rig(void **state)
{
    (void)state;
    const char *asked = getenv("MUSTER_SEED");
    seed = asked == NULL ? 6 : (uint32_t)strtoul(asked, NULL, 10);
    start_ms = (clock_wall_ms() / 60000 - MINUTES) * 60000;
    rig = checkin_rig_new(2);
    tales = rig_put_campaign(rig, CAMPAIGN);
    for (int history = 0; history < HISTORIES; history++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "a%u", action_of(history, 0));
        rig_put_action(rig, tales, id, action_of(history, 0),
                       "north west river");
        for (uint8_t who = 0; who < PEOPLE; who++) {
            people[history][who].into = NOBODY;
        }
    }
    rig_wait_for_feed(rig);
    return 0;
}

static void
issue_codes(int history, int visit)
{
    Checkin__Bearer bearers[PEOPLE], *list[PEOPLE];
    Checkin__IssueTickets issue = CHECKIN__ISSUE_TICKETS__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    for (uint8_t who = 0; who < PEOPLE; who++) {
        checkin__bearer__init(&bearers[who]);
        bearers[who].number = number_of(history, who);
        list[who] = &bearers[who];
    }
    issue.campaign_number = tales->number;
    issue.action_number = action_of(history, visit);
    issue.bearers = list;
    issue.n_bearers = PEOPLE;
    issue.has_codes_only = issue.codes_only = true;
    request.is_case = CHECKIN__REQUEST__IS_ISSUE;
    request.issue = &issue;
    struct rig_answer answer = rig_ask(rig, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    for (uint8_t who = 0; who < PEOPLE; who++) {
        codes[history][who][visit] =
            mem_copy_string(answer.reply->issue->tickets[who]->code);
    }
    rig_answer_clear(&answer);
}

static int
close_rig(void **state)
{
    (void)state;
    for (int history = 0; history < HISTORIES; history++) {
        for (int i = 0; i < PEOPLE * VISITS; i++) {
            free(codes[history][i / VISITS][i % VISITS]);
        }
    }
    checkin_rig_free(&rig);
    return 0;
}

static void
the_counts_are_those_of_a_recount_after_any_history(void **state)
{
    (void)state;
    for (int history = 0; history < HISTORIES; history++) {
        issue_codes(history, 0);
        issue_codes(history, 1);
    }
    for (int round = 1; round <= ROUNDS; round++) {
        play_round();
        kill_somebody(round);
        rig_wait(rig, is_all_marked, NULL);
        if (round % 3 == 0) {
            rig_wait_for_feed(rig); /* in steps that any machine can do */
        }
        if (round % (ROUNDS / 2) == 0) {
            rig_wait_for_feed(rig);
            for (int history = 0; history < HISTORIES; history++) {
                compare_action(history);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counts_are_those_of_a_recount_after_any_history),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
