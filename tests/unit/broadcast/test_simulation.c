/* test_simulation -- thousands of broadcasts among crashing, freezing,
 * forgetful peers: see tests/support/sim/broadcast_sim.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/sim/broadcast_sim.h"

/* MUSTER_SEEDS asks for more, MUSTER_SEED for one alone. The sanitized build,
 * many times slower, gets fewer: the logic is the same. */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS 1000
#else
#define SEEDS 5000
#endif
#define BUG_SEEDS 300

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* A simulation without trouble would prove nothing. */
static void
assert_trouble(const struct sim_result *sum)
{
    assert_true(sum->crashes > 0 && sum->lapses > 0 && sum->lost > 0);
    assert_true(sum->repeats > 0 && sum->stops > 0);
    assert_true(sum->counts[WORDS__RECIPIENT_STATE__IN_DOUBT] > 0);
    assert_true(sum->counts[WORDS__RECIPIENT_STATE__ACCEPTED] >
                sum->counts[WORDS__RECIPIENT_STATE__IN_DOUBT]);
}

static void
nobody_gets_it_twice_and_nobody_is_forgotten(void **state)
{
    struct sim_result sum = {0};
    uint64_t events = 0, one = number_of("MUSTER_SEED", 0);
    uint64_t last = one != 0 ? one : number_of("MUSTER_SEEDS", SEEDS);
    (void)state;
    for (uint64_t seed = one != 0 ? one : 1; seed <= last; seed++) {
        struct sim_result result = sim_run(seed, BUG_NONE);
        if (result.fault != NULL) {
            fail_msg("seed %llu: %s (number %u)", (unsigned long long)seed,
                     result.fault, result.number);
        }
        events += result.events;
        sum.crashes += result.crashes;
        sum.lapses += result.lapses;
        sum.lost += result.lost;
        sum.repeats += result.repeats;
        sum.stops += result.stops;
        for (int i = 0; i < LEDGER_STATES; i++) {
            sum.counts[i] += result.counts[i];
        }
    }
    print_message("%llu events: %u crashes, %u lapses, %u lost leases, %u "
                  "repeated asks, %u stops; accepted %u failed %u withheld %u "
                  "in doubt %u stopped %u\n",
                  (unsigned long long)events, sum.crashes, sum.lapses, sum.lost,
                  sum.repeats, sum.stops,
                  sum.counts[WORDS__RECIPIENT_STATE__ACCEPTED],
                  sum.counts[WORDS__RECIPIENT_STATE__FAILED],
                  sum.counts[WORDS__RECIPIENT_STATE__WITHHELD],
                  sum.counts[WORDS__RECIPIENT_STATE__IN_DOUBT],
                  sum.counts[WORDS__RECIPIENT_STATE__STOPPED]);
    if (one == 0) {
        assert_trouble(&sum);
    }
}

static void
the_same_seed_gives_the_same_trace(void **state)
{
    (void)state;
    uint64_t before = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sim_result once = sim_run(seed, BUG_NONE);
        struct sim_result again = sim_run(seed, BUG_NONE);
        assert_true(once.trace == again.trace);
        assert_true(once.events == again.events);
        assert_true(once.trace != before);
        before = once.trace;
    }
}

static void
a_planted_bug_is_found(void **state)
{
    static const char *const names[BUG_COUNT] = {
        [BUG_LAPSE_RETURNS] = "a lapse gives back what may have been sent",
        [BUG_COUNTS_TWICE] = "a settle counts again what was settled",
        [BUG_FORGETS] = "a new planner does not read the leases",
        [BUG_TAKES_HELD] = "a lease that is held is taken back",
        [BUG_BEGINS_LATE] = "a courier begins after the deadline",
    };
    (void)state;
    for (int bug = BUG_NONE + 1; bug < BUG_COUNT; bug++) {
        const char *fault = NULL;
        uint64_t seed = 0;
        while (fault == NULL && seed < BUG_SEEDS) {
            fault = sim_run(++seed, (enum model_bug)bug).fault;
        }
        if (fault == NULL) {
            fail_msg("not found in %d seeds: %s", BUG_SEEDS, names[bug]);
        }
        print_message("%s: found by seed %llu: %s\n", names[bug],
                      (unsigned long long)seed, fault);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_trace),
        cmocka_unit_test(a_planted_bug_is_found),
        cmocka_unit_test(nobody_gets_it_twice_and_nobody_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
