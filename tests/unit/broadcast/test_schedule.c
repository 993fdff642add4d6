/* test_schedule -- pacing, circuits, lanes, lease sizes, lost leases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/broadcast/schedule/lease.h"
#include "services/broadcast/schedule/planner.h"

#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define SECOND INT64_C(1000000)
#define PLENTY 1000000

static struct planner planner;

static int
init_planner(void **state)
{
    (void)state;
    planner_init(&planner);
    return 0;
}

static int
fini_planner(void **state)
{
    (void)state;
    planner_fini(&planner);
    return 0;
}

static int
add_route(const char *name, double rate, int priority)
{
    struct route route = {.channel = SMS,
                          .rate = rate,
                          .priority = priority,
                          .cost_micros = priority * 10,
                          .timeout_ms = 1000};
    strcpy(route.name, name);
    return planner_add_route(&planner, &route, 0);
}

static struct work
work_of(Words__Class lane)
{
    return (struct work){
        .channel = SMS, .lane = lane, .pending = PLENTY, .is_open = true};
}

/* How many are granted from `from` until `to`, asking all the time. */
static uint32_t
granted_between(int64_t from, int64_t to)
{
    uint32_t granted = 0;
    for (int64_t now = from; now < to; now += 1000) {
        struct choice choice = planner_choose(&planner, SMS, now);
        if (choice.work != NULL) {
            granted += choice.size;
            planner_granted(&planner, &choice, choice.size, now);
        }
    }
    return granted;
}

/* ---- pacing ---- */

static void
a_bucket_gives_its_rate_and_at_most_its_burst(void **state)
{
    struct pacing pacing;
    (void)state;
    pacing_init(&pacing, 400, 0);
    assert_int_equal(pacing_tokens(&pacing, 0), 100);
    pacing_take(&pacing, 100);
    assert_int_equal(pacing_tokens(&pacing, SECOND / 100), 4);
    assert_int_equal(pacing_tokens(&pacing, 3600 * SECOND), 100);
    assert_int_equal(pacing_tokens(&pacing, 0), 100); /* the clock went back */
    pacing_take(&pacing, 150);
    assert_int_equal(pacing_tokens(&pacing, 0), 0);
    assert_int_equal(pacing_wait_us(&pacing, 50, 0), 250001);
    pacing_give_back(&pacing, 1000);
    assert_int_equal(pacing_tokens(&pacing, 0), 100);
}

static void
a_slow_sender_sends_one_every_ten_seconds(void **state)
{
    (void)state;
    (void)add_route("name-sender", 0.1, 1);
    struct work work = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &work);
    struct choice first = planner_choose(&planner, SMS, 0);
    assert_int_equal(first.size, 1);
    struct choice none = planner_choose(&planner, SMS, 0);
    assert_null(none.work);
    assert_int_equal(none.wait_ms, PLANNER_WAIT_MS_MAX);
    assert_null(planner_choose(&planner, SMS, 9 * SECOND).work);
    assert_int_equal(planner_choose(&planner, SMS, 10 * SECOND).size, 1);
}

static void
leases_of_a_route_add_up_to_its_rate(void **state)
{
    (void)state;
    (void)add_route("a", 500, 1);
    struct work work = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &work);
    uint32_t granted = granted_between(0, 10 * SECOND);
    assert_in_range(granted, 4990, 5126);
}

static void
a_tenth_of_the_rate_is_kept_free_for_safety(void **state)
{
    (void)state;
    (void)add_route("a", 1000, 1);
    struct work campaign = work_of(WORDS__CLASS__CLASS_CAMPAIGN);
    struct work safety = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &campaign);
    uint32_t granted = granted_between(0, 10 * SECOND);
    assert_in_range(granted, 8980, 9250);
    /* In the middle of it all, safety finds its share at once. */
    planner_add_work(&planner, &safety);
    struct choice choice = planner_choose(&planner, SMS, 10 * SECOND);
    assert_ptr_equal(choice.work, &safety);
    assert_true(choice.size >= 24);
}

static void
several_planners_share_a_route(void **state)
{
    (void)state;
    (void)add_route("a", 1000, 1);
    struct work work = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &work);
    planner_share(&planner, 2, 0);
    assert_in_range(granted_between(0, 10 * SECOND), 4990, 5130);
}

/* ---- lanes ---- */

static void
safety_goes_before_notes_before_service_before_campaign(void **state)
{
    static const Words__Class order[] = {
        WORDS__CLASS__CLASS_SAFETY, WORDS__CLASS__CLASS_NOTE,
        WORDS__CLASS__CLASS_SERVICE, WORDS__CLASS__CLASS_CONFIRMATION,
        WORDS__CLASS__CLASS_CAMPAIGN};
    enum { LANES = sizeof(order) / sizeof(*order) };
    struct work works[LANES];
    (void)state;
    (void)add_route("a", 100000, 1);
    for (int i = LANES - 1; i >= 0; i--) { /* the least is there first */
        works[i] = work_of(order[i]);
        works[i].pending = 10;
        works[i].turn = (uint64_t)i; /* the confirmation's is not the first */
        planner_add_work(&planner, &works[i]);
    }
    for (int i = 0; i < LANES; i++) {
        assert_ptr_equal(planner_choose(&planner, SMS, 0).work, &works[i]);
    }
}

/* A code behind a million: whatever the others have taken, its token is
 * there, and it is the next lease. */
static void
a_note_is_the_next_lease_behind_a_million(void **state)
{
    (void)state;
    (void)add_route("a", 100, 1);
    struct work campaign = work_of(WORDS__CLASS__CLASS_CAMPAIGN);
    struct work service = work_of(WORDS__CLASS__CLASS_SERVICE);
    struct work note = work_of(WORDS__CLASS__CLASS_NOTE);
    note.pending = 0;
    planner_add_work(&planner, &campaign);
    planner_add_work(&planner, &service);
    planner_add_work(&planner, &note);
    for (int code = 1; code <= 200; code++) {
        int64_t now = code * SECOND;
        (void)granted_between(now - SECOND, now);
        note.pending = 1;
        struct choice choice = planner_choose(&planner, SMS, now);
        if (choice.work != &note) {
            fail_msg("code %d waits for %u ms", code, choice.wait_ms);
        }
        planner_granted(&planner, &choice, 1, now);
    }
    assert_true(campaign.pending + service.pending < 2 * PLENTY - 17000);
}

/* On a route of one message in two seconds a code waits for the message
 * before it, and no more. */
static void
a_note_on_a_slow_route_waits_for_one_message_at_most(void **state)
{
    (void)state;
    (void)add_route("a", 0.5, 1);
    struct work campaign = work_of(WORDS__CLASS__CLASS_CAMPAIGN);
    struct work note = work_of(WORDS__CLASS__CLASS_NOTE);
    note.pending = 0;
    planner_add_work(&planner, &campaign);
    planner_add_work(&planner, &note);
    (void)granted_between(0, 60 * SECOND);
    note.pending = 1;
    uint32_t before = campaign.pending;
    (void)granted_between(60 * SECOND, 62 * SECOND);
    assert_int_equal(note.pending, 0);
    assert_in_range(campaign.pending, before - 1, before);
}

static void
a_flood_of_notes_leaves_a_twentieth_for_safety(void **state)
{
    (void)state;
    (void)add_route("a", 1000, 1);
    struct work notes = work_of(WORDS__CLASS__CLASS_NOTE);
    struct work safety = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &notes);
    assert_in_range(granted_between(0, 10 * SECOND), 9480, 9750);
    planner_add_work(&planner, &safety);
    struct choice choice = planner_choose(&planner, SMS, 10 * SECOND);
    assert_ptr_equal(choice.work, &safety);
    assert_true(choice.size >= 12);
}

static void
after_the_notes_the_others_go_on_at_their_rate(void **state)
{
    (void)state;
    (void)add_route("a", 1000, 1);
    struct work notes = work_of(WORDS__CLASS__CLASS_NOTE);
    struct work campaign = work_of(WORDS__CLASS__CLASS_CAMPAIGN);
    notes.pending = 5000;
    planner_add_work(&planner, &notes);
    planner_add_work(&planner, &campaign);
    (void)granted_between(0, 6 * SECOND);
    assert_int_equal(notes.pending, 0);
    assert_in_range(granted_between(6 * SECOND, 16 * SECOND), 8980, 9250);
}

static void
two_of_one_lane_take_turns(void **state)
{
    (void)state;
    (void)add_route("a", 100000, 1);
    struct work a = work_of(WORDS__CLASS__CLASS_CAMPAIGN), b = a;
    planner_add_work(&planner, &a);
    planner_add_work(&planner, &b);
    for (int i = 0; i < 6; i++) {
        struct choice choice = planner_choose(&planner, SMS, i * SECOND);
        assert_ptr_equal(choice.work, i % 2 == 0 ? &a : &b);
    }
}

static void
closed_or_empty_works_and_other_channels_get_nothing(void **state)
{
    (void)state;
    (void)add_route("a", 1000, 1);
    struct work closed = work_of(WORDS__CLASS__CLASS_SAFETY);
    struct work empty = closed, email = closed;
    closed.is_open = false;
    empty.pending = 0;
    email.channel = EMAIL;
    planner_add_work(&planner, &closed);
    planner_add_work(&planner, &empty);
    planner_add_work(&planner, &email);
    assert_null(planner_choose(&planner, SMS, 0).work);
    assert_null(planner_choose(&planner, EMAIL, 0).work); /* no route */
    planner_remove_work(&planner, &email);
    assert_int_equal(planner.work_count, 2);
}

/* ---- sizes ---- */

static void
a_lease_is_a_quarter_second_of_work_and_at_most_a_thousand(void **state)
{
    (void)state;
    assert_int_equal(lease_size(0.1), 1);
    assert_int_equal(lease_size(500), 125);
    assert_int_equal(lease_size(4000), 1000);
    assert_int_equal(lease_size(900000), LEASE_NUMBERS_MAX);
}

static void
leases_that_come_back_unbegun_grow_smaller_and_then_again_larger(void **state)
{
    (void)state;
    int a = add_route("a", 400, 1);
    struct outcome_counts unbegun = {.unbegun = 90, .good = 10};
    struct outcome_counts good = {.good = 10};
    for (int i = 0; i < 20; i++) {
        planner_hear(&planner, a, false, &unbegun, 0);
    }
    assert_int_equal(planner.routes[a].size, 1);
    for (int i = 0; i < 200; i++) {
        planner_hear(&planner, a, false, &good, 0);
    }
    assert_int_equal(planner.routes[a].size, 100);
}

static void
what_a_grant_did_not_use_goes_back_into_the_bucket(void **state)
{
    (void)state;
    int a = add_route("a", 400, 1);
    struct work work = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &work);
    struct choice choice = planner_choose(&planner, SMS, 0);
    assert_int_equal(choice.size, 100);
    assert_null(planner_choose(&planner, SMS, 0).work);
    planner_granted(&planner, &choice, 10, 0);
    assert_int_equal(pacing_tokens(&planner.routes[a].buckets[0], 0), 90);
    assert_int_equal(work.pending, PLENTY - 10);
}

/* ---- circuits and fail-over ---- */

static void
fail_outcomes(int route, uint32_t bad, int64_t now_us)
{
    struct outcome_counts counts = {.bad = bad};
    planner_hear(&planner, route, false, &counts, now_us);
}

static void
a_failing_route_is_left_and_probed_and_taken_back(void **state)
{
    (void)state;
    int a = add_route("a", 1000, 1), b = add_route("b", 1000, 2);
    struct work work = work_of(WORDS__CLASS__CLASS_SAFETY);
    planner_add_work(&planner, &work);
    assert_int_equal(planner_choose(&planner, SMS, 0).route, a);
    fail_outcomes(a, 19, 0); /* too few to judge */
    assert_int_equal(planner_choose(&planner, SMS, SECOND).route, a);
    fail_outcomes(a, 1, SECOND);
    assert_int_equal(planner_choose(&planner, SMS, SECOND).route, b);
    struct choice probe = planner_choose(&planner, SMS, 2 * SECOND);
    assert_int_equal(probe.route, a);
    assert_true(probe.is_probe);
    assert_int_equal(probe.size, 1);
    planner_granted(&planner, &probe, 1, 2 * SECOND);
    /* One probe at a time. */
    assert_int_equal(planner_choose(&planner, SMS, 20 * SECOND).route, b);
    struct outcome_counts good = {.good = 1};
    planner_hear(&planner, a, true, &good, 20 * SECOND);
    assert_int_equal(planner_choose(&planner, SMS, 21 * SECOND).route, a);
}

static void
a_failed_probe_waits_longer_and_a_probe_unbegun_does_not(void **state)
{
    struct circuit circuit = {0};
    (void)state;
    circuit_hear(&circuit, 0, 20, false, 0);
    assert_int_equal(circuit_ask(&circuit, 999), CIRCUIT_STOP);
    assert_int_equal(circuit_ask(&circuit, 1000), CIRCUIT_PROBE);
    circuit_probe_granted(&circuit);
    circuit_hear(&circuit, 0, 1, true, 1000);
    assert_int_equal(circuit_ask(&circuit, 2999), CIRCUIT_STOP);
    assert_int_equal(circuit_ask(&circuit, 3000), CIRCUIT_PROBE);
    circuit_probe_granted(&circuit);
    assert_int_equal(circuit_ask(&circuit, 3000), CIRCUIT_STOP);
    circuit_hear(&circuit, 0, 0, true, 3000);
    assert_int_equal(circuit_ask(&circuit, 3000), CIRCUIT_PROBE);
    for (int i = 0; i < 20; i++) { /* at most half a minute */
        circuit_probe_granted(&circuit);
        circuit_hear(&circuit, 0, 1, true, 3000);
    }
    assert_int_equal(circuit_ask(&circuit, 3000 + CIRCUIT_COOL_MS_MAX),
                     CIRCUIT_PROBE);
}

static void
old_failures_are_forgotten(void **state)
{
    struct circuit circuit = {0};
    (void)state;
    circuit_hear(&circuit, 0, 15, false, 1000);
    circuit_hear(&circuit, 0, 15, false, 1000 + 3 * CIRCUIT_HALF_WINDOW_MS);
    assert_int_equal(circuit.state, CIRCUIT_CLOSED);
    circuit_hear(&circuit, 0, 5, false, 1001 + 3 * CIRCUIT_HALF_WINDOW_MS);
    assert_int_equal(circuit.state, CIRCUIT_OPEN);
}

static void
a_route_that_mostly_works_stays_open_for_business(void **state)
{
    struct circuit circuit = {0};
    (void)state;
    for (int i = 0; i < 100; i++) {
        circuit_hear(&circuit, 6, 5, false, i * 100);
    }
    assert_int_equal(circuit.state, CIRCUIT_CLOSED);
}

static void
a_forecast_goes_by_the_best_routes_together(void **state)
{
    int64_t cost;
    (void)state;
    (void)add_route("spare", 1000, 3);
    (void)add_route("a", 100, 1);
    (void)add_route("b", 50, 1);
    double rate =
        planner_channel_rate(&planner, SMS, WORDS__CLASS__CLASS_SAFETY, &cost);
    assert_int_equal((int)rate, 150);
    assert_int_equal(cost, 10);
    rate = planner_channel_rate(&planner, SMS, WORDS__CLASS__CLASS_CAMPAIGN,
                                &cost);
    assert_int_equal((int)rate, 135);
    rate = planner_channel_rate(&planner, EMAIL, WORDS__CLASS__CLASS_SAFETY,
                                &cost);
    assert_int_equal((int)rate, 0);
}

/* ---- leases ---- */

static void
a_lease_begins_nothing_after_a_second_and_lapses_after_its_route(void **state)
{
    struct lease lease = {0};
    (void)state;
    lease_start(&lease, 10000, 500);
    assert_true(lease_time_left_ms(&lease, 500) < 1000);
    assert_int_equal(lease_time_left_ms(&lease, 500 + LEASE_BEGIN_MS), 0);
    assert_int_equal(lease_time_left_ms(&lease, 90000), 0);
    assert_int_equal(lease_time_left_ms(&lease, 0), LEASE_BEGIN_MS);
    assert_true(lease.lapse_at_ms >= 500 + LEASE_BEGIN_MS + 10000);
    lease_adopt(&lease, 10000, 20000);
    assert_int_equal(lease_time_left_ms(&lease, 20000), 0);
    assert_true(lease.lapse_at_ms >= 20000 + LEASE_BEGIN_MS + 10000);
}

static void
a_lease_is_lost_only_when_its_couriers_words_prove_it(void **state)
{
    static const struct {
        const char *courier;
        uint64_t boot, done_below;
        bool holds_it, want;
    } rows[] = {
        {"courier.0", 7, 4, false, true},  /* answered before, and not held */
        {"courier.0", 7, 4, true, false},  /* held */
        {"courier.0", 7, 3, false, false}, /* may still be on its way */
        {"courier.0", 8, 0, false, true},  /* an earlier life's */
        {"courier.0", 8, 0, true, false},  /* and its journal has it */
        {"courier.0", 6, 9, false, false}, /* an old ask, overtaken */
        {"courier.1", 7, 4, false, false}, /* another's */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct lease lease = {.id = 42, .boot = 7, .request = 3};
        strcpy(lease.courier, "courier.0");
        uint64_t held[] = {41, rows[i].holds_it ? 42 : 43};
        struct lease_asker asker = {.courier = rows[i].courier,
                                    .boot = rows[i].boot,
                                    .request = 9,
                                    .done_below = rows[i].done_below,
                                    .held = held,
                                    .held_count = 2};
        if (lease_is_lost(&lease, &asker) != rows[i].want) {
            fail_msg("row %zu", i);
        }
    }
}

static void
the_table_finds_what_is_asked_again_due_or_too_old(void **state)
{
    struct lease_table table = {0};
    struct lease_asker asker = {.courier = "c", .boot = 1, .request = 2};
    (void)state;
    struct lease *lease = lease_table_add(&table, 5);
    strcpy(lease->courier, "c");
    lease->boot = 1;
    lease->request = 2;
    lease->lapse_at_ms = 100;
    assert_ptr_equal(lease_find_ask(&table, &asker), lease);
    assert_null(lease_find_due(&table, 99));
    assert_ptr_equal(lease_find_due(&table, 100), lease);
    lease->is_busy = true;
    assert_null(lease_find_due(&table, 100));
    lease->is_busy = false;
    lease_table_lapse(&table, lease);
    assert_null(lease_find_due(&table, 100));
    assert_null(lease_find_ask(&table, &asker)); /* not given again */
    assert_int_equal(table.late, 1);
    assert_null(lease_find_surplus(&table));
    for (uint64_t id = 10; id < 10 + LEASE_LATE_MAX; id++) {
        lease_table_lapse(&table, lease_table_add(&table, id));
    }
    assert_ptr_equal(lease_find_surplus(&table), lease);
    lease_table_remove(&table, lease);
    assert_null(lease_find_surplus(&table));
    assert_null(lease_find(&table, 5));
    assert_int_equal(table.open, 0);
    lease_table_fini(&table);
}

#define ON_PLANNER(test)                                                       \
    cmocka_unit_test_setup_teardown(test, init_planner, fini_planner)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_its_rate_and_at_most_its_burst),
        ON_PLANNER(a_slow_sender_sends_one_every_ten_seconds),
        ON_PLANNER(leases_of_a_route_add_up_to_its_rate),
        ON_PLANNER(a_tenth_of_the_rate_is_kept_free_for_safety),
        ON_PLANNER(several_planners_share_a_route),
        ON_PLANNER(safety_goes_before_notes_before_service_before_campaign),
        ON_PLANNER(a_note_is_the_next_lease_behind_a_million),
        ON_PLANNER(a_note_on_a_slow_route_waits_for_one_message_at_most),
        ON_PLANNER(a_flood_of_notes_leaves_a_twentieth_for_safety),
        ON_PLANNER(after_the_notes_the_others_go_on_at_their_rate),
        ON_PLANNER(two_of_one_lane_take_turns),
        ON_PLANNER(closed_or_empty_works_and_other_channels_get_nothing),
        cmocka_unit_test(
            a_lease_is_a_quarter_second_of_work_and_at_most_a_thousand),
        ON_PLANNER(
            leases_that_come_back_unbegun_grow_smaller_and_then_again_larger),
        ON_PLANNER(what_a_grant_did_not_use_goes_back_into_the_bucket),
        ON_PLANNER(a_failing_route_is_left_and_probed_and_taken_back),
        cmocka_unit_test(
            a_failed_probe_waits_longer_and_a_probe_unbegun_does_not),
        cmocka_unit_test(old_failures_are_forgotten),
        cmocka_unit_test(a_route_that_mostly_works_stays_open_for_business),
        ON_PLANNER(a_forecast_goes_by_the_best_routes_together),
        cmocka_unit_test(
            a_lease_begins_nothing_after_a_second_and_lapses_after_its_route),
        cmocka_unit_test(a_lease_is_lost_only_when_its_couriers_words_prove_it),
        cmocka_unit_test(the_table_finds_what_is_asked_again_due_or_too_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
