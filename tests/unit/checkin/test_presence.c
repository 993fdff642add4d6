/* test_presence -- the same marks in any order make the same presence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkin.pb-c.h"
#include "services/checkin/marks/presence.h"

#define MARKS 12

static uint32_t seed;

static uint32_t
random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* Few times and devices, so that ties are common. */
static struct presence_stamp
random_stamp(void)
{
    return (struct presence_stamp){.at_ms = 1000 + random_below(4),
                                   .device = random_below(3),
                                   .kind = random_below(2)
                                               ? CHECKIN__MARK_KIND__ARRIVED
                                               : CHECKIN__MARK_KIND__LEFT,
                                   .gate = (uint8_t)random_below(3)};
}

static struct presence
merge_all(const struct presence_stamp *stamps, const int *order)
{
    struct presence presence = {0};
    for (int i = 0; i < MARKS; i++) {
        presence_merge(&presence, &stamps[order[i]]);
    }
    return presence;
}

static void
shuffle(int *order)
{
    for (int i = MARKS - 1; i > 0; i--) {
        int j = (int)random_below((uint32_t)i + 1);
        int was = order[i];
        order[i] = order[j];
        order[j] = was;
    }
}

static void
assert_same(const struct presence *a, const struct presence *b)
{
    assert_int_equal(a->has_arrived, b->has_arrived);
    assert_int_equal(presence_compare(&a->latest, &b->latest), 0);
    if (a->has_arrived) {
        assert_int_equal(presence_compare(&a->first, &b->first), 0);
    }
}

static void
marks_in_any_order_merge_to_the_same_presence(void **state)
{
    (void)state;
    for (seed = 1; seed < 4000; seed += 2) {
        struct presence_stamp stamps[MARKS];
        int order[MARKS];
        uint32_t kept = seed;
        for (int i = 0; i < MARKS; i++) {
            stamps[i] = random_stamp();
            order[i] = i;
        }
        struct presence want = merge_all(stamps, order);
        shuffle(order);
        struct presence got = merge_all(stamps, order);
        assert_same(&got, &want);
        seed = kept;
    }
}

static void
a_mark_heard_twice_changes_nothing(void **state)
{
    (void)state;
    struct presence_stamp in = {1000, 7, CHECKIN__MARK_KIND__ARRIVED, 1};
    struct presence presence = {0};
    presence_merge(&presence, &in);
    struct presence once = presence;
    presence_merge(&presence, &in);
    assert_same(&presence, &once);
}

static void
the_later_event_wins_though_it_is_heard_first(void **state)
{
    (void)state;
    struct presence_stamp in = {1000, 7, CHECKIN__MARK_KIND__ARRIVED, 1};
    struct presence_stamp out = {2000, 3, CHECKIN__MARK_KIND__LEFT, 0};
    struct presence presence = {0};
    presence_merge(&presence, &out);
    assert_false(presence.has_arrived);
    presence_merge(&presence, &in);
    assert_false(presence_is_inside(&presence));
    assert_true(presence.has_arrived);
    assert_int_equal(presence.first.at_ms, 1000);
}

static void
of_two_marks_at_the_same_time_the_greater_device_wins(void **state)
{
    (void)state;
    struct presence_stamp in = {1000, 7, CHECKIN__MARK_KIND__ARRIVED, 1};
    struct presence_stamp out = {1000, 8, CHECKIN__MARK_KIND__LEFT, 1};
    struct presence presence = {0};
    presence_merge(&presence, &out);
    presence_merge(&presence, &in);
    assert_false(presence_is_inside(&presence));
}

static void
tails_read_back_and_compare_as_stamps_do(void **state)
{
    (void)state;
    const struct presence_stamp stamps[] = {
        {0, 0, CHECKIN__MARK_KIND__ARRIVED, 0},
        {0, 0, CHECKIN__MARK_KIND__ARRIVED, 255},
        {0, UINT32_MAX, CHECKIN__MARK_KIND__ARRIVED, 0},
        {255, 0, CHECKIN__MARK_KIND__LEFT, 9},
        {256, 1, CHECKIN__MARK_KIND__ARRIVED, 0},
        {1764000000000, 5, CHECKIN__MARK_KIND__LEFT, 1},
        {281474976710655, 5, CHECKIN__MARK_KIND__LEFT, 1}};
    for (size_t i = 0; i < sizeof(stamps) / sizeof(*stamps); i++) {
        struct presence_stamp got =
            presence_of(stamps[i].at_ms, presence_tail(&stamps[i]));
        assert_int_equal(got.at_ms, stamps[i].at_ms);
        assert_int_equal(got.device, stamps[i].device);
        assert_int_equal(got.kind, stamps[i].kind);
        assert_int_equal(got.gate, stamps[i].gate);
        for (size_t j = 0; j < i; j++) {
            assert_true(presence_compare(&stamps[j], &stamps[i]) < 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_in_any_order_merge_to_the_same_presence),
        cmocka_unit_test(a_mark_heard_twice_changes_nothing),
        cmocka_unit_test(the_later_event_wins_though_it_is_heard_first),
        cmocka_unit_test(of_two_marks_at_the_same_time_the_greater_device_wins),
        cmocka_unit_test(tails_read_back_and_compare_as_stamps_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
