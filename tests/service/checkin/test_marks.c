/* test_marks -- marks through the bus, against a real Redis and real
 * processes: once each, in any order, by any instance, through any kill. */
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
#include "tests/support/rigs/checkin_rig.h"

#define CAMPAIGN "march"
#define RALLY 1
#define LOBBY 2

static struct checkin_rig *rig;
static int scan_count;

static int
open_rig(void **state)
{
    (void)state;
    rig = checkin_rig_new(2);
    struct rig_campaign *campaign = rig_put_campaign(rig, CAMPAIGN);
    rig_put_action(rig, campaign, "rally", RALLY, "north west");
    rig_put_action(rig, campaign, "lobby", LOBBY, "north west");
    rig_place(rig, campaign,
              &(struct rig_places){RALLY, 0, 99, 1,
                                   WORDS__PLACE_STATE__PLACE_CONFIRMED});
    rig_wait_for_feed(rig);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    checkin_rig_free(&rig);
    return 0;
}

/* ---- verbs ---- */

struct mark_text {
    char scan[24], device[16];
};

/* An arrival at the rally's north gate; the caller changes what it wants. */
static Checkin__Mark
mark_of(char *code, struct mark_text *text)
{
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    (void)snprintf(text->scan, sizeof(text->scan), "scan-%08d", scan_count++);
    (void)snprintf(text->device, sizeof(text->device), "phone-1");
    mark.campaign = CAMPAIGN;
    mark.action = "rally";
    mark.gate = "north";
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.code = code;
    mark.scan_id = text->scan;
    mark.device = text->device;
    return mark;
}

static struct rig_answer
send_mark(int instance, Checkin__Mark *mark)
{
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = mark;
    return rig_ask(rig, instance, &request);
}

static void
assert_marked(Checkin__Mark *mark, bool is_first, bool was_present)
{
    struct rig_answer answer = send_mark(0, mark);
    if (answer.err != ERR_NONE) {
        fail_msg("refused: %s", answer.detail);
    }
    assert_int_equal(answer.reply->mark->is_first, is_first);
    assert_int_equal(answer.reply->mark->was_present, was_present);
    rig_answer_clear(&answer);
}

static void
assert_refused(Checkin__Mark *mark, enum err err)
{
    struct rig_answer answer = send_mark(0, mark);
    if (answer.err != err) {
        fail_msg("got %s (%s), want %s", err_name(answer.err), answer.detail,
                 err_name(err));
    }
    assert_true(strlen(answer.detail) > 10);
    rig_answer_clear(&answer);
}

static void
arrive(uint32_t action, uint32_t number)
{
    struct mark_text text;
    char *code = rig_code(rig, 1, action, number);
    Checkin__Mark mark = mark_of(code, &text);
    mark.action = action == RALLY ? "rally" : "lobby";
    assert_marked(&mark, true, false);
    free(code);
}

static uint32_t
inside_of(const char *action)
{
    Checkin__Attendance *attendance = rig_attendance(rig, 0, CAMPAIGN, action);
    uint32_t inside = attendance->inside;
    wire_free(attendance);
    return inside;
}

/* ---- once ---- */

static void
a_second_scan_of_one_ticket_counts_once(void **state)
{
    (void)state;
    struct mark_text text;
    uint32_t before = inside_of("rally");
    char *code = rig_code(rig, 1, RALLY, 1);
    Checkin__Mark mark = mark_of(code, &text);
    assert_marked(&mark, true, false);
    Checkin__Mark again = mark_of(code, &text);
    assert_marked(&again, false, true);
    assert_int_equal(inside_of("rally"), before + 1);
    free(code);
}

static void
the_same_scan_sent_again_gets_its_first_answer(void **state)
{
    (void)state;
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 2);
    Checkin__Mark mark = mark_of(code, &text);
    assert_marked(&mark, true, false);
    assert_marked(&mark, true, false);
    assert_marked(&mark, true, false);
    free(code);
}

static void
the_same_scan_id_for_something_else_is_a_conflict(void **state)
{
    (void)state;
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 3),
         *other = rig_code(rig, 1, RALLY, 4);
    Checkin__Mark mark = mark_of(code, &text);
    assert_marked(&mark, true, false);
    uint32_t inside = inside_of("rally");
    Checkin__Mark changed = mark;
    changed.code = other;
    assert_refused(&changed, ERR_CONFLICT);
    changed = mark;
    changed.gate = "west";
    assert_refused(&changed, ERR_CONFLICT);
    changed = mark;
    changed.kind = CHECKIN__MARK_KIND__LEFT;
    assert_refused(&changed, ERR_CONFLICT);
    changed = mark;
    changed.device = "phone-2";
    assert_refused(&changed, ERR_CONFLICT);
    assert_int_equal(inside_of("rally"), inside);
    free(code);
    free(other);
}

struct crowd {
    int answered, first;
};

static void
on_crowd_answer(void *arg, enum err err, const char *detail,
                const Checkin__Reply *reply)
{
    struct crowd *crowd = arg;
    (void)detail;
    assert_int_equal(err, ERR_NONE);
    crowd->answered++;
    crowd->first += reply->mark->is_first;
}

static bool
is_answered(struct checkin_rig *r, void *arg)
{
    (void)r;
    return ((struct crowd *)arg)->answered == 100;
}

static void
a_hundred_scans_of_one_ticket_at_once_count_once(void **state)
{
    (void)state;
    struct crowd crowd = {0};
    uint32_t before = inside_of("rally");
    char *code = rig_code(rig, 1, RALLY, 5);
    for (int i = 0; i < 100; i++) {
        struct mark_text text;
        Checkin__Mark mark = mark_of(code, &text);
        Checkin__Request request = CHECKIN__REQUEST__INIT;
        request.is_case = CHECKIN__REQUEST__IS_MARK;
        request.mark = &mark;
        checkin_ask(rig->checkin, i % 2 + 1, &request, on_crowd_answer, &crowd);
    }
    rig_wait(rig, is_answered, &crowd);
    assert_int_equal(crowd.first, 1);
    assert_int_equal(inside_of("rally"), before + 1);
    free(code);
}

/* ---- leaving, and order ---- */

static void
leaving_and_coming_back_counts_inside_but_arrived_once(void **state)
{
    (void)state;
    struct mark_text text[3];
    int64_t now = clock_wall_ms();
    Checkin__Attendance *before = rig_attendance(rig, 0, CAMPAIGN, "rally");
    char *code = rig_code(rig, 1, RALLY, 6);
    Checkin__Mark in = mark_of(code, &text[0]), out = mark_of(code, &text[1]),
                  back = mark_of(code, &text[2]);
    in.has_at_ms = out.has_at_ms = back.has_at_ms = true;
    in.at_ms = now - 3000;
    out.at_ms = now - 2000;
    back.at_ms = now - 1000;
    out.kind = CHECKIN__MARK_KIND__LEFT;
    back.gate = "west";
    assert_marked(&in, true, false);
    assert_marked(&out, true, true);
    assert_int_equal(inside_of("rally"), before->inside);
    assert_marked(&back, true, false);
    Checkin__Attendance *after = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_int_equal(after->inside, before->inside + 1);
    assert_int_equal(after->arrived, before->arrived + 1);
    assert_int_equal(after->gates[0]->inside, before->gates[0]->inside);
    assert_int_equal(after->gates[0]->arrived, before->gates[0]->arrived + 1);
    assert_int_equal(after->gates[1]->inside, before->gates[1]->inside + 1);
    wire_free(before);
    wire_free(after);
    free(code);
}

static void
a_gate_that_was_offline_does_not_undo_what_came_later(void **state)
{
    (void)state;
    struct mark_text text[2];
    int64_t now = clock_wall_ms();
    char *code = rig_code(rig, 1, RALLY, 7);
    Checkin__Mark out = mark_of(code, &text[0]), late = mark_of(code, &text[1]);
    out.kind = CHECKIN__MARK_KIND__LEFT;
    out.has_at_ms = late.has_at_ms = true;
    out.at_ms = now - 1000;
    late.at_ms = now - 3600000;
    uint32_t before = inside_of("rally");
    assert_marked(&out, false, false);
    assert_marked(&late, false, false);
    assert_int_equal(inside_of("rally"), before);
    free(code);
}

static void
a_clock_far_ahead_is_not_believed_for_ever(void **state)
{
    (void)state;
    struct mark_text text[2];
    char *code = rig_code(rig, 1, RALLY, 8);
    Checkin__Mark ahead = mark_of(code, &text[0]),
                  out = mark_of(code, &text[1]);
    ahead.has_at_ms = true;
    ahead.at_ms = clock_wall_ms() + 86400000;
    assert_marked(&ahead, true, false);
    int64_t end = clock_wall_ms() + 2;
    while (clock_wall_ms() < end) {
    }
    out.kind = CHECKIN__MARK_KIND__LEFT;
    assert_marked(&out, true, true);
    free(code);
}

/* ---- refusals ---- */

struct refusal {
    const char *what;
    Checkin__Mark mark;
    enum err want;
};

static void
assert_all_refused(struct refusal *rows, size_t count)
{
    uint32_t before = inside_of("rally");
    for (size_t i = 0; i < count; i++) {
        struct rig_answer answer = send_mark(0, &rows[i].mark);
        if (answer.err != rows[i].want || strlen(answer.detail) < 10) {
            fail_msg("%s: got %s (%s), want %s", rows[i].what,
                     err_name(answer.err), answer.detail,
                     err_name(rows[i].want));
        }
        rig_answer_clear(&answer);
    }
    assert_int_equal(inside_of("rally"), before);
}

static void
a_mark_for_what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 9),
         *foreign = rig_code(rig, 2, RALLY, 9),
         *lobby = rig_code(rig, 1, LOBBY, 9);
    Checkin__Mark good = mark_of(code, &text);
    struct refusal rows[] = {
        {"unknown campaign", good, ERR_NOT_FOUND},
        {"unknown action", good, ERR_NOT_FOUND},
        {"a campaign that is no id", good, ERR_NOT_FOUND},
        {"unknown gate", good, ERR_NOT_FOUND},
        {"no ticket of ours", good, ERR_NOT_FOUND},
        {"another campaign's ticket", good, ERR_NOT_FOUND},
        {"another action's ticket", good, ERR_NOT_FOUND},
    };
    rows[0].mark.campaign = "nowhere";
    rows[1].mark.action = "nothing";
    rows[2].mark.campaign = "a}:ci:feed {b";
    rows[3].mark.gate = "south";
    rows[4].mark.code = "00000000000000";
    rows[5].mark.code = foreign;
    rows[6].mark.code = lobby;
    assert_all_refused(rows, sizeof(rows) / sizeof(*rows));
    assert_marked(&good, true, false);
    free(code);
    free(foreign);
    free(lobby);
}

static void
what_is_wrong_with_a_mark_is_said_and_changes_nothing(void **state)
{
    (void)state;
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 14), long_id[66];
    Checkin__Mark good = mark_of(code, &text);
    memset(long_id, 'a', 65);
    long_id[65] = '\0';
    struct refusal rows[] = {
        {"no kind", good, ERR_BAD_REQUEST},
        {"no ticket", good, ERR_BAD_REQUEST},
        {"both ways", good, ERR_BAD_REQUEST},
        {"short scan id", good, ERR_BAD_REQUEST},
        {"long scan id", good, ERR_BAD_REQUEST},
        {"scan id with a space", good, ERR_BAD_REQUEST},
        {"no device", good, ERR_BAD_REQUEST},
        {"device with a control character", good, ERR_BAD_REQUEST},
        {"too old", good, ERR_BAD_REQUEST},
        {"a kind not known", good, ERR_BAD_REQUEST},
    };
    rows[0].mark.kind = CHECKIN__MARK_KIND__MARK_NONE;
    rows[9].mark.kind = (Checkin__MarkKind)9;
    rows[1].mark.code = NULL;
    rows[2].mark.scanned = "MU1.";
    rows[3].mark.scan_id = "1234567";
    rows[4].mark.scan_id = long_id;
    rows[5].mark.scan_id = "1234 678";
    rows[6].mark.device = "";
    rows[7].mark.device = "a\nb";
    rows[8].mark.has_at_ms = true;
    rows[8].mark.at_ms = 1000;
    assert_all_refused(rows, sizeof(rows) / sizeof(*rows));
    assert_marked(&good, true, false);
    free(code);
}

/* ---- kills ---- */

static void
an_acknowledged_mark_survives_the_kill_of_everything(void **state)
{
    (void)state;
    arrive(RALLY, 10);
    uint32_t before = inside_of("rally");
    rig_kill(rig, 0);
    rig_kill(rig, 1);
    redis_kill(rig->redis);
    redis_restart(rig->redis);
    rig_start(rig, 0);
    rig_start(rig, 1);
    assert_int_equal(inside_of("rally"), before);
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 10);
    Checkin__Mark again = mark_of(code, &text);
    assert_marked(&again, false, true);
    free(code);
}

static void
marks_go_on_while_signup_is_away_even_after_a_restart(void **state)
{
    (void)state;
    rig->is_signup_silent = true;
    rig_kill(rig, 0);
    rig_kill(rig, 1);
    rig_start(rig, 0);
    rig_start(rig, 1);
    arrive(RALLY, 11);
    struct mark_text text;
    char *code = rig_code(rig, 1, RALLY, 12);
    Checkin__Mark unknown = mark_of(code, &text);
    unknown.action = "new-one";
    assert_refused(&unknown, ERR_UNAVAILABLE);
    rig->is_signup_silent = false;
    free(code);
}

static void
a_stop_ends_cleanly_and_the_other_instance_goes_on(void **state)
{
    (void)state;
    rig_stop(rig, 0);
    arrive(RALLY, 13);
    rig_start(rig, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_scan_of_one_ticket_counts_once),
        cmocka_unit_test(the_same_scan_sent_again_gets_its_first_answer),
        cmocka_unit_test(the_same_scan_id_for_something_else_is_a_conflict),
        cmocka_unit_test(a_hundred_scans_of_one_ticket_at_once_count_once),
        cmocka_unit_test(
            leaving_and_coming_back_counts_inside_but_arrived_once),
        cmocka_unit_test(a_gate_that_was_offline_does_not_undo_what_came_later),
        cmocka_unit_test(a_clock_far_ahead_is_not_believed_for_ever),
        cmocka_unit_test(a_mark_for_what_is_not_there_is_not_found),
        cmocka_unit_test(what_is_wrong_with_a_mark_is_said_and_changes_nothing),
        cmocka_unit_test(an_acknowledged_mark_survives_the_kill_of_everything),
        cmocka_unit_test(marks_go_on_while_signup_is_away_even_after_a_restart),
        cmocka_unit_test(a_stop_ends_cleanly_and_the_other_instance_goes_on),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
