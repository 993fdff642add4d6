/* test_expected -- signup's feed, the counts and the news of them. */
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

#define CAMPAIGN "care"
#define PEOPLE 40
#define MARKS 400

static struct checkin_rig *rig;
static struct rig_campaign *care;

static int
open_rig(void **state)
{
    (void)state;
    rig = checkin_rig_new(2);
    care = rig_put_campaign(rig, CAMPAIGN);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    checkin_rig_free(&rig);
    return 0;
}

struct crowd {
    int asked, answered;
};

static void
on_marked(void *arg, enum err err, const char *detail,
          const Checkin__Reply *reply)
{
    struct crowd *crowd = arg;
    (void)reply;
    if (err != ERR_NONE) {
        fail_msg("refused: %s", detail);
    }
    crowd->answered++;
}

static bool
is_all_answered(struct checkin_rig *r, void *arg)
{
    (void)r;
    const struct crowd *crowd = arg;
    return crowd->answered == crowd->asked;
}

struct small_mark { /* one mark of a crowd */
    const char *action;
    char *code;
    struct presence_stamp stamp; /* device: a small number */
    int scan;
};

static void
send_mark(struct crowd *crowd, int instance, const struct small_mark *small)
{
    static const char *const gates[] = {"north", "west", "river"};
    char scan[32], device[32];
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    (void)snprintf(scan, sizeof(scan), "%s-%08d", small->action, small->scan);
    (void)snprintf(device, sizeof(device), "device-%u", small->stamp.device);
    mark.campaign = CAMPAIGN;
    mark.action = (char *)small->action;
    mark.gate = (char *)gates[small->stamp.gate];
    mark.kind = (Checkin__MarkKind)small->stamp.kind;
    mark.code = small->code;
    mark.scan_id = scan;
    mark.device = device;
    mark.has_at_ms = true;
    mark.at_ms = small->stamp.at_ms;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    crowd->asked++;
    checkin_ask(rig->checkin, instance, &request, on_marked, crowd);
}

static void
arrive(const char *action, uint32_t action_number, uint32_t number)
{
    struct crowd crowd = {0};
    struct small_mark mark = {
        .action = action,
        .code = rig_code(rig, care->number, action_number, number),
        .stamp = {clock_wall_ms(), 1, CHECKIN__MARK_KIND__ARRIVED, 0},
        .scan = (int)(1000000 + number)};
    send_mark(&crowd, 0, &mark);
    rig_wait(rig, is_all_answered, &crowd);
    free(mark.code);
}

/* Later than any arrival so far, by whatever clock. */
static void
leave(const char *action, uint32_t action_number, uint32_t number)
{
    struct crowd crowd = {0};
    struct small_mark mark = {
        .action = action,
        .code = rig_code(rig, care->number, action_number, number),
        .stamp = {clock_wall_ms() + 1000, 1, CHECKIN__MARK_KIND__LEFT, 0},
        .scan = (int)(2000000 + number)};
    send_mark(&crowd, 0, &mark);
    rig_wait(rig, is_all_answered, &crowd);
    free(mark.code);
}

static void
place(uint32_t action, uint32_t first, uint32_t last, uint32_t role,
      Words__PlaceState state)
{
    rig_place(rig, care,
              &(struct rig_places){action, first, last, role, state});
    rig_wait_for_feed(rig);
}

/* ---- the feed ---- */

static void
an_action_put_a_moment_ago_can_be_checked_in_to_at_once(void **state)
{
    (void)state;
    rig_put_action(rig, care, "rally", 1, "north west river");
    arrive("rally", 1, 1); /* not waited for the feed */
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_int_equal(got->inside, 1);
    wire_free(got);
}

static void
sign_ups_are_counted_by_role_and_taken_back(void **state)
{
    (void)state;
    rig_put_action(rig, care, "lobby", 2, "north west river");
    place(2, 0, 9, 1, WORDS__PLACE_STATE__PLACE_CONFIRMED);
    place(2, 10, 14, 2, WORDS__PLACE_STATE__PLACE_WAITLISTED);
    place(2, 3, 4, 1, WORDS__PLACE_STATE__PLACE_CANCELLED);
    place(2, 10, 10, 2, WORDS__PLACE_STATE__PLACE_CONFIRMED);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "lobby");
    assert_int_equal(got->signed_up, 9);
    assert_string_equal(got->roles[0]->role, "care-worker");
    assert_int_equal(got->roles[0]->signed_up, 8);
    assert_int_equal(got->roles[1]->signed_up, 1);
    wire_free(got);
}

/* A later signup may have more states: who has one is not counted by it. */
static void
a_state_of_a_place_that_is_not_known_is_passed_over(void **state)
{
    (void)state;
    rig_put_action(rig, care, "watch", 11, "north west river");
    place(11, 0, 4, 1, (Words__PlaceState)200);
    place(11, 5, 5, 1, WORDS__PLACE_STATE__PLACE_CONFIRMED);
    place(11, 5, 5, 1, (Words__PlaceState)(256 + 4));
    place(11, 0, 1, 1, WORDS__PLACE_STATE__PLACE_CONFIRMED);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "watch");
    assert_int_equal(got->signed_up, 3);
    wire_free(got);
}

static void
a_mark_before_its_sign_up_is_seen_moves_to_the_right_role(void **state)
{
    (void)state;
    rig_put_action(rig, care, "march", 3, "north west river");
    arrive("march", 3, 77); /* by code: the role is not known */
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "march");
    assert_int_equal(got->inside, 1);
    assert_string_equal(got->roles[2]->role, "not-said");
    assert_int_equal(got->roles[2]->inside, 1);
    wire_free(got);
    place(3, 77, 77, 2, WORDS__PLACE_STATE__PLACE_CONFIRMED);
    got = rig_attendance(rig, 0, CAMPAIGN, "march");
    assert_int_equal(got->n_roles, 2);
    assert_int_equal(got->roles[1]->inside, 1);
    assert_int_equal(got->roles[1]->arrived, 1);
    assert_int_equal(got->roles[1]->signed_up, 1);
    assert_int_equal(got->inside, 1);
    wire_free(got);
}

static void
the_gates_of_an_action_may_change_and_keep_their_counts(void **state)
{
    (void)state;
    rig_put_action(rig, care, "fair", 4, "north west");
    arrive("fair", 4, 1);
    rig_put_action(rig, care, "fair", 4, "river north");
    rig_wait_for_feed(rig);
    arrive("fair", 4, 2);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "fair");
    assert_int_equal(got->n_gates, 2);
    assert_string_equal(got->gates[0]->gate, "river");
    assert_int_equal(got->gates[0]->inside, 0);
    assert_int_equal(got->gates[1]->inside, 2);
    wire_free(got);
}

static void
each_entry_of_the_feed_has_its_effect_once_whatever_is_killed(void **state)
{
    (void)state;
    rig_put_action(rig, care, "vigil", 5, "north");
    for (uint32_t i = 0; i < 20; i++) {
        rig_place(rig, care,
                  &(struct rig_places){5, i * 10, i * 10 + 9, 1,
                                       WORDS__PLACE_STATE__PLACE_CONFIRMED});
        loop_turn(rig->loop, 0);
        if (i % 5 == 2) {
            rig_kill(rig, (int)(i & 1));
            rig_start(rig, (int)(i & 1));
        }
    }
    rig_wait_for_feed(rig);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "vigil");
    assert_int_equal(got->signed_up, 200);
    wire_free(got);
}

/* ---- order ---- */

static uint32_t seed = 7;

static uint32_t
random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* Times may tie; the devices' order is the service's own. */
static void
make_marks(struct small_mark *marks)
{
    int64_t now = clock_wall_ms() - 600000;
    for (int i = 0; i < MARKS; i++) {
        marks[i].scan = i;
        marks[i].stamp = (struct presence_stamp){
            .at_ms = now + random_below(20) * 15000,
            .device = random_below(3),
            .kind = random_below(3) ? CHECKIN__MARK_KIND__ARRIVED
                                    : CHECKIN__MARK_KIND__LEFT,
            .gate = (uint8_t)random_below(3)};
    }
}

static void
send_all(const char *action, uint32_t action_number, struct small_mark *marks,
         const int *order)
{
    struct crowd crowd = {0};
    char *codes[PEOPLE];
    for (uint32_t i = 0; i < PEOPLE; i++) {
        codes[i] = rig_code(rig, care->number, action_number, i);
    }
    for (int i = 0; i < MARKS; i++) {
        struct small_mark mark = marks[order[i]];
        mark.action = action;
        mark.code = codes[mark.scan % PEOPLE];
        send_mark(&crowd, (int)random_below(2) + 1, &mark);
    }
    rig_wait(rig, is_all_answered, &crowd);
    for (int i = 0; i < PEOPLE; i++) {
        free(codes[i]);
    }
}

static void
assert_same_counts(const Checkin__Attendance *a, const Checkin__Attendance *b)
{
    assert_int_equal(a->inside, b->inside);
    assert_int_equal(a->arrived, b->arrived);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(a->gates[i]->inside, b->gates[i]->inside);
        assert_int_equal(a->gates[i]->arrived, b->gates[i]->arrived);
    }
    assert_int_equal(a->n_minutes, b->n_minutes);
    for (size_t i = 0; i < a->n_minutes; i++) {
        assert_int_equal(a->minutes[i]->arrived, b->minutes[i]->arrived);
    }
}

static void
the_same_marks_in_any_order_make_the_same_attendance(void **state)
{
    (void)state;
    static struct small_mark marks[MARKS];
    static int order[MARKS];
    rig_put_action(rig, care, "one-way", 6, "north west river");
    rig_put_action(rig, care, "another", 7, "north west river");
    make_marks(marks);
    for (int i = 0; i < MARKS; i++) {
        order[i] = i;
    }
    send_all("one-way", 6, marks, order);
    for (int i = MARKS - 1; i > 0; i--) {
        int j = (int)random_below((uint32_t)i + 1), was = order[i];
        order[i] = order[j];
        order[j] = was;
    }
    send_all("another", 7, marks, order);
    Checkin__Attendance *a = rig_attendance(rig, 1, CAMPAIGN, "one-way");
    Checkin__Attendance *b = rig_attendance(rig, 2, CAMPAIGN, "another");
    assert_true(a->inside > 0 && a->inside < PEOPLE);
    assert_same_counts(a, b);
    wire_free(a);
    wire_free(b);
}

/* Distinct times, so that no tie needs the service's order of devices. */
static void
the_scripts_merge_as_presence_merge_does(void **state)
{
    (void)state;
    static struct small_mark marks[MARKS];
    static int order[MARKS];
    struct presence want[PEOPLE] = {0};
    uint32_t inside = 0, arrived = 0, first_at[3] = {0}, now_at[3] = {0};
    rig_put_action(rig, care, "model", 8, "north west river");
    make_marks(marks);
    for (int i = 0; i < MARKS; i++) {
        marks[i].stamp.at_ms += i;
        order[i] = i;
        presence_merge(&want[i % PEOPLE], &marks[i].stamp);
    }
    for (int i = 0; i < PEOPLE; i++) {
        inside += presence_is_inside(&want[i]);
        arrived += want[i].has_arrived;
        now_at[want[i].latest.gate] += presence_is_inside(&want[i]);
        first_at[want[i].first.gate] += want[i].has_arrived;
    }
    send_all("model", 8, marks, order);
    Checkin__Attendance *got = rig_attendance(rig, 0, CAMPAIGN, "model");
    assert_int_equal(got->inside, inside);
    assert_int_equal(got->arrived, arrived);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(got->gates[i]->inside, now_at[i]);
        assert_int_equal(got->gates[i]->arrived, first_at[i]);
    }
    wire_free(got);
}

static void
present_bits_say_who_is_inside(void **state)
{
    (void)state;
    rig_put_action(rig, care, "bits", 9, "north");
    arrive("bits", 9, 0);
    arrive("bits", 9, 9);
    arrive("bits", 9, 10);
    arrive("bits", 9, 70000);
    leave("bits", 9, 10);
    for (uint32_t chunk = 0; chunk < 3; chunk++) {
        Checkin__GetPresent get = CHECKIN__GET_PRESENT__INIT;
        Checkin__Request request = CHECKIN__REQUEST__INIT;
        get.campaign = CAMPAIGN;
        get.action = "bits";
        get.chunk = chunk;
        request.is_case = CHECKIN__REQUEST__IS_PRESENT;
        request.present = &get;
        struct rig_answer answer = rig_ask(rig, 0, &request);
        assert_int_equal(answer.err, ERR_NONE);
        const ProtobufCBinaryData *bits = &answer.reply->present->bits;
        if (chunk == 0) {
            assert_int_equal(bits->len, 2);
            assert_int_equal(bits->data[0], 1);
            assert_int_equal(bits->data[1], 2);
        } else if (chunk == 1) {
            assert_int_equal(bits->len, (70000 - 65536) / 8 + 1);
            assert_int_equal(bits->data[bits->len - 1], 1 << 70000 % 8);
        } else {
            assert_int_equal(bits->len, 0);
        }
        rig_answer_clear(&answer);
    }
}

/* ---- news ---- */

struct heard {
    const char *action;
    uint32_t inside;
};

static bool
is_heard(struct checkin_rig *r, void *arg)
{
    const struct heard *heard = arg;
    for (size_t i = r->news_count; i > 0; i--) {
        const Checkin__Attendance *news = r->news[i - 1].attendance;
        if (strcmp(news->action, heard->action) == 0) {
            return news->inside == heard->inside;
        }
    }
    return false;
}

/* A listener passes over what is older than what it has: with two instances
 * the news of one may come late. Returns how many it keeps. */
static size_t
keep_newest(const char *action, size_t first, uint64_t *revision_out)
{
    size_t kept = 0;
    *revision_out = 0;
    for (size_t i = first; i < rig->news_count; i++) {
        const Checkin__Attendance *news = rig->news[i].attendance;
        if (strcmp(news->action, action) == 0 &&
            news->revision > *revision_out) {
            *revision_out = news->revision;
            kept++;
        }
    }
    return kept;
}

static void
changes_are_announced_up_to_the_newest_and_without_a_flood(void **state)
{
    (void)state;
    struct crowd crowd = {0};
    uint64_t revision;
    rig_put_action(rig, care, "news", 10, "north");
    arrive("news", 10, 0);
    rig_wait(rig, is_heard, &(struct heard){"news", 1});
    size_t first = rig->news_count;
    for (int i = 1; i <= 500; i++) {
        struct small_mark mark = {
            .action = "news",
            .code = rig_code(rig, care->number, 10, (uint32_t)i),
            .stamp = {clock_wall_ms(), 1, CHECKIN__MARK_KIND__ARRIVED, 0},
            .scan = i};
        send_mark(&crowd, 1, &mark);
        free(mark.code);
    }
    rig_wait(rig, is_all_answered, &crowd);
    rig_wait(rig, is_heard, &(struct heard){"news", 501});
    int64_t us = rig->news[rig->news_count - 1].at_us - rig->news[first].at_us;
    size_t kept = keep_newest("news", first, &revision);
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, "news");
    assert_int_equal(revision, now->revision);
    /* One each 20 ms, the first and the last, and one for a slow listener. */
    assert_in_range(kept, 1, us / 20000 + 3);
    wire_free(now);
}

static void
the_feed_of_marks_holds_each_new_mark_once(void **state)
{
    (void)state;
    struct rig_answer answer;
    uint64_t after = 0, events = 0, end = 0;
    do {
        Feed__Since since = FEED__SINCE__INIT;
        Checkin__Request request = CHECKIN__REQUEST__INIT;
        since.campaign = CAMPAIGN;
        since.after = after;
        since.has_events_max = true;
        since.events_max = 300;
        request.is_case = CHECKIN__REQUEST__IS_SINCE;
        request.since = &since;
        answer = rig_ask(rig, 0, &request);
        assert_int_equal(answer.err, ERR_NONE);
        const Feed__Page *page = answer.reply->since;
        end = page->end;
        for (size_t i = 0; i < page->n_entries; i++) {
            events += page->entries[i]->n_events;
            assert_int_equal(page->entries[i]->seq,
                             after + page->entries[i]->n_events);
            after = page->entries[i]->seq;
        }
        rig_answer_clear(&answer);
    } while (after < end);
    assert_int_equal(events, end);
    assert_int_equal(end, 1 + 1 + 2 + 3 * MARKS + 5 + 501);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_action_put_a_moment_ago_can_be_checked_in_to_at_once),
        cmocka_unit_test(sign_ups_are_counted_by_role_and_taken_back),
        cmocka_unit_test(a_state_of_a_place_that_is_not_known_is_passed_over),
        cmocka_unit_test(
            a_mark_before_its_sign_up_is_seen_moves_to_the_right_role),
        cmocka_unit_test(
            the_gates_of_an_action_may_change_and_keep_their_counts),
        cmocka_unit_test(
            each_entry_of_the_feed_has_its_effect_once_whatever_is_killed),
        cmocka_unit_test(the_same_marks_in_any_order_make_the_same_attendance),
        cmocka_unit_test(the_scripts_merge_as_presence_merge_does),
        cmocka_unit_test(present_bits_say_who_is_inside),
        cmocka_unit_test(
            changes_are_announced_up_to_the_newest_and_without_a_flood),
        cmocka_unit_test(the_feed_of_marks_holds_each_new_mark_once),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
