/* test_upgrade -- what 0.1 stored comes up, a newer one's is refused, and a
 * campaign grows to its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/checkin_rig.h"

#define CAMPAIGN "walks"
#define DAY_MS (24LL * 3600 * 1000)

static struct checkin_rig *rig;
static struct rig_campaign *walks;

static int
open_rig(void **state)
{
    (void)state;
    rig = checkin_rig_new(1);
    walks = rig_put_campaign(rig, CAMPAIGN);
    rig_put_action(rig, walks, "walk", 1, "north south");
    rig_put_action(rig, walks, "rally", 2, "north");
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

static void
redis_must(const char *command)
{
    char *answer = redis_do(rig->redis, command);
    assert_non_null(answer);
    free(answer);
}

static void
assert_redis(const char *command, const char *want)
{
    char *got = redis_do(rig->redis, command);
    got[strcspn(got, "\n")] = '\0';
    assert_string_equal(got, want);
    free(got);
}

/* As 0.1 leaves it: no format anywhere. */
static void
turn_back_to_0_1(void)
{
    rig_kill(rig, 0);
    redis_must("DEL '{muster}:ci:meta'");
    redis_must("RENAME '{walks}:ci:meta' '{walks}:ci:known'");
    redis_must("HDEL '{walks}:ci:known' format top old");
}

/* Again while it says "not now" or nothing, as whoever has a ticket would. */
static struct rig_answer
ask(const Checkin__Request *request)
{
    struct rig_answer answer = rig_ask(rig, 0, request);
    for (int i = 0;
         i < 9 && (answer.err == ERR_UNAVAILABLE || answer.err == ERR_TIMEOUT);
         i++) {
        answer = rig_ask(rig, 0, request);
    }
    return answer;
}

static enum err
arrive(const char *action, char *code, int64_t at_ms)
{
    static int scans;
    char scan[32];
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    (void)snprintf(scan, sizeof(scan), "scan-%08d", scans++);
    mark.campaign = CAMPAIGN;
    mark.action = (char *)action;
    mark.gate = "north";
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.code = code;
    mark.scan_id = scan;
    mark.device = "north-1";
    mark.has_at_ms = at_ms != 0;
    mark.at_ms = at_ms;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    struct rig_answer answer = ask(&request);
    rig_answer_clear(&answer);
    return answer.err;
}

static enum err
read_code(char *code)
{
    Checkin__ReadTicket read = CHECKIN__READ_TICKET__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    read.code = code;
    request.is_case = CHECKIN__REQUEST__IS_READ;
    request.read = &read;
    struct rig_answer answer = ask(&request);
    if (answer.err == ERR_NONE) {
        assert_int_equal(strlen(answer.reply->read->code), 20);
    }
    rig_answer_clear(&answer);
    return answer.err;
}

struct tried { /* what an old code of this action is good for */
    enum err read, arrived;
};

static struct tried
try_old_code(const char *action, uint32_t action_number, uint32_t number)
{
    char *code = rig_old_code(rig, walks->number, action_number, number);
    struct tried tried = {read_code(code), arrive(action, code, 0)};
    free(code);
    return tried;
}

static void
assert_old_codes(const char *action, uint32_t number, enum err want)
{
    struct tried tried = try_old_code(action, number, 900 + number);
    if (tried.read != want || tried.arrived != want) {
        fail_msg("an old code of %s: read %s, arrived %s", action,
                 err_name(tried.read), err_name(tried.arrived));
    }
}

static void
assert_there(const char *campaign, const char *action)
{
    Checkin__GetAttendance get = CHECKIN__GET_ATTENDANCE__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    get.campaign = (char *)campaign;
    get.action = (char *)action;
    request.is_case = CHECKIN__REQUEST__IS_ATTENDANCE;
    request.attendance = &get;
    struct rig_answer answer = ask(&request);
    assert_int_equal(answer.err, ERR_NONE);
    rig_answer_clear(&answer);
}

static uint32_t
count_arrived(const char *action)
{
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, action);
    uint32_t arrived = now->arrived;
    wire_free(now);
    return arrived;
}

static bool
is_old_closed(struct checkin_rig *r, void *arg)
{
    char *old = redis_do(r->redis, "HGET '{walks}:ci:meta' old");
    bool is_closed = strncmp(old, arg, strlen(arg)) == 0;
    free(old);
    return is_closed;
}

/* ---- old data ---- */

static void
what_0_1_counted_is_counted_and_its_codes_open(void **state)
{
    (void)state;
    char *code = rig_code(rig, walks->number, 1, 7);
    assert_int_equal(arrive("walk", code, 0), ERR_NONE);
    turn_back_to_0_1();
    rig_start(rig, 0);
    assert_int_equal(count_arrived("walk"), 1);
    assert_old_codes("walk", 1, ERR_NONE);
    assert_old_codes("rally", 2, ERR_NONE);
    assert_int_equal(count_arrived("walk"), 2);
    assert_int_equal(arrive("walk", code, 0), ERR_NONE);
    assert_int_equal(count_arrived("walk"), 2);
    assert_redis("HGET '{walks}:ci:meta' format", "3");
    assert_redis("HGET '{muster}:ci:meta' format", "3");
    rig_wait(rig, is_old_closed, "2");
    assert_redis("GET '{walks}:ci:known'", "see {campaign}:ci:meta");
    free(code);
}

static void
a_later_action_takes_no_old_code_also_after_a_restart(void **state)
{
    (void)state;
    rig_put_action(rig, walks, "later", 3, "north");
    rig_wait_for_feed(rig);
    assert_old_codes("later", 3, ERR_NOT_FOUND);
    char *code = rig_code(rig, walks->number, 3, 7);
    assert_int_equal(arrive("later", code, 0), ERR_NONE);
    free(code);
    rig_kill(rig, 0);
    rig_start(rig, 0);
    assert_old_codes("later", 3, ERR_NOT_FOUND);
    assert_old_codes("walk", 1, ERR_NONE);
    assert_old_codes("nowhere", 900, ERR_NOT_FOUND);
}

static void
an_action_that_only_the_feed_knew_of_at_the_upgrade_takes_them_too(void **state)
{
    (void)state;
    turn_back_to_0_1();
    rig_put_action(rig, walks, "late", 4, "north");
    rig_start(rig, 0);
    assert_old_codes("late", 4, ERR_NONE);
    rig_wait(rig, is_old_closed, "4");
    rig_put_action(rig, walks, "last", 5, "north");
    assert_old_codes("last", 5, ERR_NOT_FOUND);
}

static void
old_codes_end_a_day_after_their_action(void **state)
{
    (void)state;
    rig->ends_in_ms = -DAY_MS + 60000;
    rig_put_action(rig, walks, "walk", 1, "north south");
    rig_wait_for_feed(rig);
    assert_old_codes("walk", 1, ERR_NONE);
    rig->ends_in_ms = -DAY_MS - 60000;
    rig_put_action(rig, walks, "walk", 1, "north south");
    rig_wait_for_feed(rig);
    assert_old_codes("walk", 1, ERR_NOT_FOUND);
    rig->ends_in_ms = 0;
    /* A gate that was offline then tells of it now. */
    char *code = rig_old_code(rig, walks->number, 1, 77);
    assert_int_equal(arrive("walk", code, clock_wall_ms() - 3600000), ERR_NONE);
    free(code);
}

/* As 0.2 leaves it: nothing says at which actions there are records. */
static void
turn_back_to_0_2(void)
{
    rig_kill(rig, 0);
    redis_must("HSET '{muster}:ci:meta' format 2");
    redis_must("HSET '{walks}:ci:meta' format 2");
    redis_must("DEL '{walks}:ci:used'");
}

static void
who_came_under_0_2_is_folded_too(void **state)
{
    (void)state;
    rig_put_action(rig, walks, "two", 6, "north");
    rig_wait_for_feed(rig);
    char *codes[] = {rig_code(rig, walks->number, 6, 70),
                     rig_code(rig, walks->number, 6, 71)};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(arrive("two", codes[i], 0), ERR_NONE);
        free(codes[i]);
    }
    turn_back_to_0_2();
    rig_start(rig, 0);
    assert_int_equal(count_arrived("two"), 2);
    assert_redis("HGET '{walks}:ci:meta' format", "3");
    rig_fold(rig, walks, 71, 70);
    rig_wait_for_feed(rig);
    assert_int_equal(count_arrived("two"), 1);
    rig_fold(rig, walks, 71, RIG_NOBODY);
    rig_wait_for_feed(rig);
    assert_int_equal(count_arrived("two"), 2);
}

static void
a_new_campaign_takes_no_old_code(void **state)
{
    (void)state;
    struct rig_campaign *fresh = rig_put_campaign(rig, "fresh");
    rig_put_action(rig, fresh, "first", 1, "north");
    rig_wait_for_feed(rig);
    char *code = rig_old_code(rig, fresh->number, 1, 7);
    assert_int_equal(read_code(code), ERR_NOT_FOUND);
    free(code);
    assert_redis("HGET '{fresh}:ci:meta' old", "0");
}

/* ---- newer data ---- */

static void
assert_refused(const char *newer, const char *again, const char *why)
{
    rig_kill(rig, 0);
    redis_must(newer);
    rig_start(rig, 0);
    assert_int_equal(process_wait(&rig->processes[0]), 1);
    char *log = file_read(rig->processes[0].output, NULL);
    assert_non_null(strstr(log, why));
    free(log);
    redis_must(again);
    rig_start(rig, 0);
}

static void
a_newer_format_is_refused_in_words(void **state)
{
    (void)state;
    assert_refused(
        "HSET '{muster}:ci:meta' format 4", "HSET '{muster}:ci:meta' format 3",
        "the data in Redis was written by a newer version of checkin");
    assert_refused("HSET '{walks}:ci:meta' format 4",
                   "HSET '{walks}:ci:meta' format 3",
                   "campaign walks was written by a newer version of checkin");
    assert_redis("HGET '{walks}:ci:meta' format", "3");
}

/* ---- limits ---- */

/* The sanitized service, many times slower, gets as many as take no minute. */
#ifdef __SANITIZE_ADDRESS__
#define MOST 8001
#else
#define MOST 65535
#endif

static void
a_campaign_has_65535_actions_and_finds_them_after_a_restart(void **state)
{
    (void)state;
    struct rig_campaign *many = rig_put_campaign(rig, "many");
    for (uint32_t n = 1; n <= MOST; n += 1000) {
        rig_put_actions(rig, many, n, n + 999 < MOST ? n + 999 : MOST);
        if (n % 8000 == 1 || n + 999 >= MOST) {
            rig_wait_for_feed(rig); /* in steps that any machine can do */
        }
    }
    rig_kill(rig, 0);
    rig_start(rig, 0);
    char *last = mem_format("a%d", MOST), *top = mem_format("%d", MOST);
    assert_there("many", "a1");
    assert_there("many", last);
    assert_redis("HGET '{many}:ci:meta' top", top);
    free(last);
    free(top);
}

static void
an_action_has_256_gates_each_counted_apart(void **state)
{
    struct buf gates;
    (void)state;
    buf_init(&gates, 0);
    for (int i = 0; i < 255; i++) {
        buf_printf(&gates, "gate-%d ", i);
    }
    buf_add_string(&gates, "north");
    rig_put_action(rig, walks, "wide", 65535, gates.data);
    char *code = rig_code(rig, walks->number, 65535, 7);
    assert_int_equal(arrive("wide", code, 0), ERR_NONE);
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, "wide");
    assert_int_equal(now->n_gates, 256);
    assert_string_equal(now->gates[255]->gate, "north");
    assert_int_equal(now->gates[255]->arrived, 1);
    wire_free(now);
    rig_put_action(rig, walks, "wide", 65535, "one-more north");
    rig_wait_for_feed(rig);
    assert_redis("EVAL \"local _, n = string.gsub(redis.call('HGET', KEYS[1], "
                 "'g65535'), '\\n', '') return n\" 1 '{walks}:ci:meta'",
                 "256");
    buf_fini(&gates);
    free(code);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_0_1_counted_is_counted_and_its_codes_open),
        cmocka_unit_test(a_later_action_takes_no_old_code_also_after_a_restart),
        cmocka_unit_test(
            an_action_that_only_the_feed_knew_of_at_the_upgrade_takes_them_too),
        cmocka_unit_test(old_codes_end_a_day_after_their_action),
        cmocka_unit_test(who_came_under_0_2_is_folded_too),
        cmocka_unit_test(a_new_campaign_takes_no_old_code),
        cmocka_unit_test(a_newer_format_is_refused_in_words),
        cmocka_unit_test(
            a_campaign_has_65535_actions_and_finds_them_after_a_restart),
        cmocka_unit_test(an_action_has_256_gates_each_counted_apart),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
