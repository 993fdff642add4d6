/* test_limits -- a bucket empties, refills steadily, and is one's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/gateway/door/limits.h"

#define MINUTE_MS 60000

struct fixture {
    struct conf *conf;
    struct limits *limits;
    int64_t now_ms;
};

static int
set_up(void **state)
{
    static struct fixture f;
    crypto_init();
    (void)setenv("MUSTER_GATEWAY_SIGNUPS_PER_MINUTE", "6", 1);
    f.now_ms = 1000000;
    clock_set_for_test(0, f.now_ms);
    f.conf = conf_open(NULL);
    f.limits = limits_new(f.conf);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    limits_free(&f->limits);
    conf_close(&f->conf);
    clock_set_for_test(-1, -1);
    return 0;
}

static int
take_all(struct fixture *f, const char *name)
{
    int taken = 0;
    uint64_t who = limits_name(f->limits, name);
    while (taken < 1000 && limits_take(f->limits, LIMIT_SIGNUP, who)) {
        taken++;
    }
    return taken;
}

static bool
has(struct fixture *f, enum limit limit, const char *name)
{
    return limits_has(f->limits, limit, limits_name(f->limits, name));
}

static void
wait_ms(struct fixture *f, int64_t ms)
{
    f->now_ms += ms;
    clock_set_for_test(0, f->now_ms);
}

static void
a_full_bucket_gives_what_it_holds_and_refills_steadily(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(take_all(f, "192.0.2.1"), 6);
    assert_false(has(f, LIMIT_SIGNUP, "192.0.2.1"));
    wait_ms(f, MINUTE_MS / 6);
    assert_true(has(f, LIMIT_SIGNUP, "192.0.2.1"));
    assert_int_equal(take_all(f, "192.0.2.1"), 1);
    wait_ms(f, 100LL * MINUTE_MS);
    assert_int_equal(take_all(f, "192.0.2.1"), 6);
}

static void
asking_whether_one_is_left_takes_none(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++) {
        assert_true(has(f, LIMIT_SIGNUP, "192.0.2.1"));
    }
    assert_int_equal(take_all(f, "192.0.2.1"), 6);
}

static void
callers_and_limits_do_not_share_a_bucket(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(take_all(f, "192.0.2.1"), 6);
    assert_int_equal(take_all(f, "192.0.2.2"), 6);
    assert_true(has(f, LIMIT_LOGIN, "192.0.2.1"));
}

static void
a_crowd_of_callers_never_frees_the_newest(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100000; i++) {
        char who[32];
        (void)snprintf(who, sizeof(who), "10.%d.%d", i / 1000, i % 1000);
        wait_ms(f, 1);
        assert_int_equal(take_all(f, who), 6);
        assert_false(has(f, LIMIT_SIGNUP, who));
    }
}

/* What was too much is paid off before the next is let in. */
static void
what_is_charged_beyond_the_limit_is_owed(void **state)
{
    struct fixture *f = *state;
    uint64_t campaign = 32;
    for (int i = 0; i < 75; i++) {
        limits_charge(f->limits, LIMIT_CODES, campaign);
    }
    assert_false(limits_has(f->limits, LIMIT_CODES, campaign));
    wait_ms(f, 1900); /* 25 were there; 50 are owed, at 25 a second */
    assert_false(limits_has(f->limits, LIMIT_CODES, campaign));
    wait_ms(f, 200);
    assert_true(limits_has(f->limits, LIMIT_CODES, campaign));
    assert_true(limits_has(f->limits, LIMIT_CODES, campaign + 1));
}

static uint32_t
charge_all(struct fixture *f, enum limit limit, int seconds)
{
    uint32_t charged = 0;
    for (int i = 0; i < seconds * 100; i++) {
        while (limits_has(f->limits, limit, 7)) {
            limits_charge(f->limits, limit, 7);
            charged++;
        }
        wait_ms(f, 10);
    }
    return charged;
}

/* The sum of guesses.h rests on it: 30 a second, whatever is asked. */
static void
wrong_codes_of_a_campaign_are_thirty_a_second_in_all(void **state)
{
    struct fixture *f = *state;
    uint32_t most = charge_all(f, LIMIT_CODES, 100),
             kept = charge_all(f, LIMIT_CODES_KEPT, 100);
    assert_in_range(most, 25 * 100, 25 * 101);
    assert_in_range(kept, 5 * 100, 5 * 101);
}

static void
eight_names_of_one_contact_are_taken_a_day(void **state)
{
    struct fixture *f = *state;
    uint64_t who = limits_name(f->limits, "spring/+447700900123");
    for (int i = 0; i < 8; i++) {
        assert_true(limits_take(f->limits, LIMIT_NAMES, who));
    }
    assert_false(limits_take(f->limits, LIMIT_NAMES, who));
    wait_ms(f, 24 * 60 * (int64_t)MINUTE_MS);
    assert_true(limits_take(f->limits, LIMIT_NAMES, who));
}

/* Who guesses a password may not have us forget it by signing people up. */
static void
a_crowd_of_names_frees_nobody_who_guesses(void **state)
{
    struct fixture *f = *state;
    uint64_t guesser = limits_name(f->limits, "spring/admin");
    while (limits_take(f->limits, LIMIT_LOGIN_FAILURE, guesser)) {
    }
    for (int i = 0; i < 100000; i++) {
        char who[32];
        (void)snprintf(who, sizeof(who), "name %d", i);
        uint64_t name = limits_name(f->limits, who);
        assert_true(limits_take(f->limits, LIMIT_NAMES, name));
        assert_true(limits_take(f->limits, LIMIT_SAME_NAME, name));
    }
    assert_false(limits_has(f->limits, LIMIT_LOGIN_FAILURE, guesser));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_full_bucket_gives_what_it_holds_and_refills_steadily),
        TEST(asking_whether_one_is_left_takes_none),
        TEST(callers_and_limits_do_not_share_a_bucket),
        TEST(a_crowd_of_callers_never_frees_the_newest),
        TEST(what_is_charged_beyond_the_limit_is_owed),
        TEST(wrong_codes_of_a_campaign_are_thirty_a_second_in_all),
        TEST(eight_names_of_one_contact_are_taken_a_day),
        TEST(a_crowd_of_names_frees_nobody_who_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
