/* test_report -- a courier remembers the highest grant it has heard of, and
 * says whom it has begun when the planner's store has gone back in time;
 * between scripted peers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/courier_rig.h"

#define HTTP_ROUTE                                                             \
    "[route.to]\nchannel = sms\nprovider = http\n"                             \
    "url = http://127.0.0.1:%d/send\ntimeout_ms = 8000\n"

static void
send_lease(struct courier_rig *rig, struct rig_lease lease)
{
    courier_rig_wait_final(rig, courier_rig_lease(rig, lease));
}

static bool
has_said(void *arg)
{
    const struct courier_rig *rig = arg;
    return rig->said.era == rig->fence.era &&
           rig->said.granted == rig->fence.granted;
}

static bool
has_reported(void *arg)
{
    const struct courier_rig *rig = arg;
    return rig->reports_ended > 0;
}

/* Orders it, and waits until it has. */
static void
order(struct courier_rig *rig, uint64_t era)
{
    rig->reports = rig->reports_ended = 0;
    memset(rig->reported, 0, sizeof(rig->reported));
    rig->order_era = era;
    courier_rig_wait(rig, has_reported, rig);
    rig->order_era = 0;
    assert_int_equal(rig->reported_era, era);
}

static void
it_remembers_the_highest_grant_after_a_kill(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    rig->fence = (struct rig_fence){3, 900};
    courier_rig_wait(rig, has_said, rig);
    uint64_t place = rig->place;
    assert_true(place != 0);
    process_kill(&rig->courier);
    rig->fence.granted = 800; /* the store has gone back */
    rig->said = (struct rig_fence){0, 0};
    rig->place = 0;
    courier_rig_start(rig);
    send_lease(rig, (struct rig_lease){.count = 1});
    assert_true(rig->said.era == 3 && rig->said.granted == 900);
    assert_true(rig->place == place);
    courier_rig_free(&rig);
}

static void
a_new_directory_is_another_place(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    char *path = temp_path(rig->dir, "journal/begun/fences");
    (void)state;
    rig->fence = (struct rig_fence){1, 5};
    courier_rig_start(rig);
    courier_rig_wait(rig, has_said, rig);
    uint64_t place = rig->place;
    process_kill(&rig->courier);
    assert_int_equal(remove(path), 0);
    rig->said = (struct rig_fence){0, 0};
    courier_rig_start(rig);
    courier_rig_wait(rig, has_said, rig);
    assert_true(rig->place != 0 && rig->place != place);
    place = rig->place;
    process_kill(&rig->courier);
    file_write(path, "no such thing"); /* nor does it end the start */
    rig->said = (struct rig_fence){0, 0};
    courier_rig_start(rig);
    courier_rig_wait(rig, has_said, rig);
    assert_true(rig->place != 0 && rig->place != place);
    free(path);
    courier_rig_free(&rig);
}

static void
it_reports_whom_it_has_begun(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    rig->fence = (struct rig_fence){0, 100};
    send_lease(rig, (struct rig_lease){.first = 3, .count = 4});
    send_lease(rig,
               (struct rig_lease){.first = 8, .count = 1, .broadcast = "b3"});
    rig->fence = (struct rig_fence){1, 50};
    rig->reports_to_fail = 2;
    order(rig, 1);
    assert_int_equal(rig->reports, 2); /* b1, and that this was all */
    assert_int_equal(rig->reported[0][0], 0x78);
    assert_int_equal(rig->reported[1][0], 0);
    courier_rig_wait(rig, has_said, rig); /* the new era's are heard now */
    courier_rig_free(&rig);
}

static void
until_it_has_reported_it_hears_nothing_of_a_new_era(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    rig->fence = (struct rig_fence){0, 100};
    courier_rig_wait(rig, has_said, rig);
    rig->fence = (struct rig_fence){1, 200};
    send_lease(rig, (struct rig_lease){.count = 1});
    assert_true(rig->said.era == 0 && rig->said.granted == 100);
    order(rig, 1);
    courier_rig_wait(rig, has_said, rig);
    courier_rig_free(&rig);
}

static void
of_an_idempotent_route_it_reports_nobody(void **state)
{
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "is_idempotent = yes\n", NULL);
    (void)state;
    courier_rig_start(rig);
    send_lease(rig, (struct rig_lease){.count = 4});
    order(rig, 1);
    assert_int_equal(rig->reports, 1);
    courier_rig_free(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_remembers_the_highest_grant_after_a_kill),
        cmocka_unit_test(a_new_directory_is_another_place),
        cmocka_unit_test(it_reports_whom_it_has_begun),
        cmocka_unit_test(until_it_has_reported_it_hears_nothing_of_a_new_era),
        cmocka_unit_test(of_an_idempotent_route_it_reports_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
