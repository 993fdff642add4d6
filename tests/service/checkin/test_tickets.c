/* test_tickets -- tickets issued and read through the bus, and what a scanned
 * one brings with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "tests/support/rigs/checkin_rig.h"

#define CAMPAIGN "tickets"
#define BEARERS_MAX 1000 /* as ticket_flow.c */

static struct checkin_rig *rig;

static int
open_rig(void **state)
{
    (void)state;
    rig = checkin_rig_new(1);
    struct rig_campaign *campaign = rig_put_campaign(rig, CAMPAIGN);
    rig_put_action(rig, campaign, "rally", 1, "north");
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

struct wish {
    uint32_t campaign, action, number, role;
    size_t count;
    bool codes_only;
};

static struct rig_answer
issue(const struct wish *wish)
{
    Checkin__IssueTickets issue = CHECKIN__ISSUE_TICKETS__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    Checkin__Bearer *bearers = mem_new_array(wish->count + 1, sizeof(*bearers));
    Checkin__Bearer **list =
        mem_new_array(wish->count + 1, sizeof(Checkin__Bearer *));
    for (size_t i = 0; i < wish->count; i++) {
        checkin__bearer__init(&bearers[i]);
        bearers[i].number = wish->number + (uint32_t)i;
        bearers[i].has_role = true;
        bearers[i].role = wish->role;
        list[i] = &bearers[i];
    }
    issue.campaign_number = wish->campaign;
    issue.action_number = wish->action;
    issue.bearers = list;
    issue.n_bearers = wish->count;
    issue.has_codes_only = true;
    issue.codes_only = wish->codes_only;
    request.is_case = CHECKIN__REQUEST__IS_ISSUE;
    request.issue = &issue;
    struct rig_answer answer = rig_ask(rig, 0, &request);
    free(bearers);
    free(list);
    return answer;
}

static struct rig_answer
read_ticket(char *code, char *scanned)
{
    Checkin__ReadTicket read = CHECKIN__READ_TICKET__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    read.code = code;
    read.scanned = scanned;
    request.is_case = CHECKIN__REQUEST__IS_READ;
    request.read = &read;
    return rig_ask(rig, 0, &request);
}

static void
assert_refused(struct rig_answer answer, enum err err)
{
    assert_int_equal(answer.err, err);
    assert_true(strlen(answer.detail) > 10);
    rig_answer_clear(&answer);
}

/* ---- tests ---- */

static void
tickets_come_in_the_order_asked_and_the_same_each_time(void **state)
{
    (void)state;
    const struct wish wish = {1, 1, 70, 2, 50, false};
    struct rig_answer a = issue(&wish), b = issue(&wish);
    assert_int_equal(a.err, ERR_NONE);
    assert_int_equal(a.reply->issue->n_tickets, 50);
    for (size_t i = 0; i < 50; i++) {
        const Checkin__Ticket *ticket = a.reply->issue->tickets[i];
        assert_int_equal(ticket->number, 70 + i);
        assert_string_equal(ticket->code, b.reply->issue->tickets[i]->code);
        assert_string_equal(ticket->scanned,
                            b.reply->issue->tickets[i]->scanned);
    }
    rig_answer_clear(&a);
    rig_answer_clear(&b);
}

static void
at_most_a_thousand_at_once_and_codes_alone_when_asked(void **state)
{
    (void)state;
    struct rig_answer answer =
        issue(&(struct wish){1, 1, 0, 1, BEARERS_MAX, true});
    assert_int_equal(answer.err, ERR_NONE);
    assert_int_equal(answer.reply->issue->n_tickets, BEARERS_MAX);
    assert_null(answer.reply->issue->tickets[999]->scanned);
    assert_int_equal(strlen(answer.reply->issue->tickets[999]->code), 20);
    rig_answer_clear(&answer);
    assert_refused(issue(&(struct wish){1, 1, 0, 1, BEARERS_MAX + 1, true}),
                   ERR_BAD_REQUEST);
}

static void
numbers_that_do_not_fit_a_code_are_refused(void **state)
{
    (void)state;
    const struct wish wishes[] = {{1024, 1, 0, 1, 1, false},
                                  {1, 65536, 0, 1, 1, false},
                                  {1, 1, 1 << 24, 1, 1, false},
                                  {1, 1, 0, 256, 1, false}};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++) {
        assert_refused(issue(&wishes[i]), ERR_BAD_REQUEST);
    }
    struct rig_answer answer =
        issue(&(struct wish){1023, 65535, (1 << 24) - 1, 255, 1, false});
    assert_int_equal(answer.err, ERR_NONE);
    rig_answer_clear(&answer);
}

static void
what_was_issued_reads_back_by_code_and_by_scan(void **state)
{
    (void)state;
    struct rig_answer issued = issue(&(struct wish){1, 1, 5, 2, 1, false});
    Checkin__Ticket *ticket = issued.reply->issue->tickets[0];
    struct rig_answer typed = read_ticket(ticket->code, NULL);
    struct rig_answer scanned = read_ticket(NULL, ticket->scanned);
    assert_int_equal(typed.reply->read->number, 5);
    assert_false(typed.reply->read->has_role);
    assert_null(typed.reply->read->scanned);
    assert_int_equal(scanned.reply->read->role, 2);
    assert_string_equal(scanned.reply->read->scanned, ticket->scanned);
    assert_string_equal(scanned.reply->read->code, ticket->code);
    assert_refused(read_ticket(ticket->code, ticket->scanned), ERR_BAD_REQUEST);
    assert_refused(read_ticket(NULL, NULL), ERR_BAD_REQUEST);
    ticket->code[3] = ticket->code[3] == 'A' ? 'B' : 'A';
    assert_refused(read_ticket(ticket->code, NULL), ERR_NOT_FOUND);
    rig_answer_clear(&issued);
    rig_answer_clear(&typed);
    rig_answer_clear(&scanned);
}

static void
the_public_key_given_verifies_what_was_issued(void **state)
{
    (void)state;
    Checkin__GetKeys get = CHECKIN__GET_KEYS__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    request.is_case = CHECKIN__REQUEST__IS_KEYS;
    request.keys = &get;
    struct rig_answer keys = rig_ask(rig, 0, &request);
    struct rig_answer issued = issue(&(struct wish){1, 1, 5, 2, 1, false});
    const char *text = issued.reply->issue->tickets[0]->scanned;
    uint8_t all[88];
    assert_int_equal(
        crypto_read_base64url(text + 4, strlen(text) - 4, all, sizeof(all)),
        sizeof(all));
    assert_int_equal(keys.reply->keys->public_key.len, CRYPTO_PUBLIC_BYTES);
    assert_true(
        crypto_verify(keys.reply->keys->public_key.data, all, 16, all + 24));
    rig_answer_clear(&keys);
    rig_answer_clear(&issued);
}

static Checkin__Mark
mark_of(char *scanned, char *scan_id, char *device)
{
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    mark.campaign = CAMPAIGN;
    mark.action = "rally";
    mark.gate = "north";
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.scanned = scanned;
    mark.scan_id = scan_id;
    mark.device = device;
    return mark;
}

static void
a_scanned_ticket_brings_its_role_before_the_sign_up_is_seen(void **state)
{
    (void)state;
    struct rig_answer issued = issue(&(struct wish){1, 1, 300, 2, 1, false});
    Checkin__Mark mark = mark_of(issued.reply->issue->tickets[0]->scanned,
                                 "scan-role-1", "gate-1");
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    struct rig_answer answer = rig_ask(rig, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    assert_int_equal(answer.reply->mark->role, 2);
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_string_equal(now->roles[1]->role, "family");
    assert_int_equal(now->roles[1]->inside, 1);
    wire_free(now);
    rig_answer_clear(&answer);
    rig_answer_clear(&issued);
}

static void
a_device_not_heard_of_for_five_minutes_is_counted_as_silent(void **state)
{
    (void)state;
    Checkin__Attendance *now = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_int_equal(now->devices, 1);
    assert_int_equal(now->devices_silent, 0);
    wire_free(now);
    char *command = mem_format("ZADD '{%s}:ci:1:d' %lld 12345", CAMPAIGN,
                               (long long)clock_wall_ms() - 301000);
    free(redis_do(rig->redis, command));
    free(command);
    now = rig_attendance(rig, 0, CAMPAIGN, "rally");
    assert_int_equal(now->devices, 2);
    assert_int_equal(now->devices_silent, 1);
    wire_free(now);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            tickets_come_in_the_order_asked_and_the_same_each_time),
        cmocka_unit_test(at_most_a_thousand_at_once_and_codes_alone_when_asked),
        cmocka_unit_test(numbers_that_do_not_fit_a_code_are_refused),
        cmocka_unit_test(what_was_issued_reads_back_by_code_and_by_scan),
        cmocka_unit_test(the_public_key_given_verifies_what_was_issued),
        cmocka_unit_test(
            a_scanned_ticket_brings_its_role_before_the_sign_up_is_seen),
        cmocka_unit_test(
            a_device_not_heard_of_for_five_minutes_is_counted_as_silent),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
