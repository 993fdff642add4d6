/* test_attendance -- counts become the published number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/checkin/attendance/attendance.h"

static struct directory directory;
static struct action *rally;
static struct counts counts;
static struct attendance attendance;

static void
put_campaign(struct campaign *campaign)
{
    char *roles[] = {"care-worker", "family"};
    Signup__Campaign record = SIGNUP__CAMPAIGN__INIT;
    struct buf packed;
    record.id = "c";
    record.name = "Campaign";
    record.roles = roles;
    record.n_roles = 2;
    buf_init(&packed, 0);
    wire_pack(&record, &packed);
    assert_true(campaign_put_record(campaign, packed.data, packed.len));
    buf_fini(&packed);
}

static void
put_action(struct campaign *campaign, const char *gates)
{
    Signup__Gate west = SIGNUP__GATE__INIT, north = SIGNUP__GATE__INIT;
    Signup__Gate *list[] = {&west, &north};
    Signup__Action record = SIGNUP__ACTION__INIT;
    struct buf packed;
    west.id = "west";
    west.name = "West gate";
    north.id = "north";
    north.name = "North gate";
    record.id = "rally";
    record.name = "Rally";
    record.kind = WORDS__ACTION_KIND__KIND_RALLY;
    record.has_number = true;
    record.number = 3;
    record.starts_at_ms = record.ends_at_ms = 1;
    record.gates = list;
    record.n_gates = 2;
    buf_init(&packed, 0);
    wire_pack(&record, &packed);
    assert_true(campaign_put_action(campaign, packed.data, packed.len, gates));
    buf_fini(&packed);
}

static int
make_action(void **state)
{
    (void)state;
    struct campaign *campaign = directory_add(&directory, "c");
    put_campaign(campaign);
    put_action(campaign, "north\nold\nwest\n");
    rally = directory_action_by_id(campaign, "rally");
    assert_non_null(rally);
    return 0;
}

static int
reset(void **state)
{
    (void)state;
    memset(&counts, 0, sizeof(counts));
    memset(&attendance, 0, sizeof(attendance));
    return 0;
}

static int
drop(void **state)
{
    (void)state;
    directory_fini(&directory);
    return 0;
}

static void
fields_of_the_counts_land_where_they_belong(void **state)
{
    (void)state;
    const struct {
        const char *field;
        const uint32_t *at;
    } rows[] = {{"s", &counts.signed_up},
                {"i", &counts.inside},
                {"a", &counts.arrived},
                {"gi0", &counts.gates_inside[0]},
                {"ga31", &counts.gates_arrived[31]},
                {"ri255", &counts.roles_inside[255]},
                {"ra1", &counts.roles_arrived[1]},
                {"rs2", &counts.roles_signed_up[2]}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        counts_set(&counts, rows[i].field, 100 + (int64_t)i);
        if (*rows[i].at != 100 + i) {
            fail_msg("%s: got %u, want %zu", rows[i].field, *rows[i].at,
                     100 + i);
        }
    }
    counts_set(&counts, "v", 5000000000);
    assert_int_equal(counts.revision, 5000000000);
}

static void
fields_not_known_and_counts_below_zero_do_no_harm(void **state)
{
    (void)state;
    struct counts none = {0};
    const char *const fields[] = {
        "",     "x",   "g",    "gi",  "gi256",
        "gi-1", "gx1", "ri1x", "zz9", "gi99999999999"};
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        counts_set(&counts, fields[i], 7);
    }
    counts_set(&counts, "i", -1);
    assert_memory_equal(&counts, &none, sizeof(counts));
}

static void
gates_come_in_the_actions_order_by_their_index(void **state)
{
    (void)state;
    counts_set(&counts, "gi0", 10); /* north */
    counts_set(&counts, "ga2", 5);  /* west */
    attendance_fill(rally, &counts, 99, &attendance);
    assert_int_equal(attendance.message.n_gates, 2);
    assert_string_equal(attendance.message.gates[0]->gate, "west");
    assert_string_equal(attendance.message.gates[0]->name, "West gate");
    assert_int_equal(attendance.message.gates[0]->arrived, 5);
    assert_int_equal(attendance.message.gates[1]->inside, 10);
}

static void
a_gate_that_was_removed_still_shows_what_it_counted(void **state)
{
    (void)state;
    counts_set(&counts, "ga1", 4);
    attendance_fill(rally, &counts, 99, &attendance);
    assert_int_equal(attendance.message.n_gates, 3);
    assert_string_equal(attendance.message.gates[2]->gate, "old");
    assert_int_equal(attendance.message.gates[2]->arrived, 4);
}

static void
people_without_a_role_are_shown_when_there_are_any(void **state)
{
    (void)state;
    counts_set(&counts, "ri1", 3);
    attendance_fill(rally, &counts, 99, &attendance);
    assert_int_equal(attendance.message.n_roles, 2);
    assert_string_equal(attendance.message.roles[0]->role, "care-worker");
    assert_int_equal(attendance.message.roles[0]->inside, 3);
    counts_set(&counts, "ra0", 1);
    attendance_fill(rally, &counts, 99, &attendance);
    assert_int_equal(attendance.message.n_roles, 3);
    assert_string_equal(attendance.message.roles[2]->role, "not-said");
}

static void
minutes_run_without_a_gap_from_the_first_arrival_to_the_last(void **state)
{
    (void)state;
    counts.minute_first = 1000;
    counts.minutes[10] = 5;
    counts.minutes[13] = 2;
    attendance_fill(rally, &counts, 99, &attendance);
    assert_int_equal(attendance.message.n_minutes, 4);
    assert_int_equal(attendance.message.minutes[0]->at_ms, 1010 * 60000);
    assert_int_equal(attendance.message.minutes[0]->arrived, 5);
    assert_int_equal(attendance.message.minutes[1]->arrived, 0);
    assert_int_equal(attendance.message.minutes[3]->arrived, 2);
}

static void
the_message_of_an_empty_action_is_whole(void **state)
{
    (void)state;
    struct buf packed;
    buf_init(&packed, 0);
    attendance_fill(rally, &counts, 99, &attendance);
    wire_pack(&attendance.message, &packed);
    Checkin__Attendance *got = wire_unpack(&checkin__attendance__descriptor,
                                           packed.data, packed.len, 65536);
    assert_non_null(got);
    assert_string_equal(got->campaign, "c");
    assert_string_equal(got->action, "rally");
    assert_int_equal(got->as_of_ms, 99);
    assert_int_equal(got->n_minutes, 0);
    assert_true(strlen(got->method) > 20);
    wire_free(got);
    buf_fini(&packed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fields_of_the_counts_land_where_they_belong,
                               reset),
        cmocka_unit_test_setup(
            fields_not_known_and_counts_below_zero_do_no_harm, reset),
        cmocka_unit_test_setup(gates_come_in_the_actions_order_by_their_index,
                               reset),
        cmocka_unit_test_setup(
            a_gate_that_was_removed_still_shows_what_it_counted, reset),
        cmocka_unit_test_setup(
            people_without_a_role_are_shown_when_there_are_any, reset),
        cmocka_unit_test_setup(
            minutes_run_without_a_gap_from_the_first_arrival_to_the_last,
            reset),
        cmocka_unit_test_setup(the_message_of_an_empty_action_is_whole, reset),
    };
    return cmocka_run_group_tests(tests, make_action, drop);
}
