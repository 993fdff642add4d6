/* test_consents -- a campaign's wording is asked for once, told later always,
 * and never that of another campaign. Signup is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/client/signup.h"
#include "services/gateway/api/signup/consents.h"
#include "services/gateway/gateway.h"

static signup_answer_cb *open_cb;
static void *open_arg;
static int asked;

void
signup_ask(struct bus_peer *peer, int instance, const Signup__Request *request,
           signup_answer_cb *cb, void *arg)
{
    (void)peer;
    (void)instance;
    assert_int_equal(request->is_case, SIGNUP__REQUEST__IS_LIST_ACTIONS);
    open_cb = cb;
    open_arg = arg;
    asked++;
}

static const struct route row = {.path = "/c/{c}", .scope = SCOPE_CAMPAIGN};
static struct gateway gateway;
static int told;
static enum err told_err;
static char told_wording[32];

static void
on_wording(struct exchange *x, enum err err, const char *detail,
           const char *wording, const char *version)
{
    (void)x;
    (void)detail;
    (void)version;
    told++;
    told_err = err;
    (void)snprintf(told_wording, sizeof(told_wording), "%s", wording);
}

static struct exchange
exchange_of(const char *campaign)
{
    struct exchange x = {.gateway = &gateway, .route = &row};
    (void)snprintf(x.params[0], PARAM_SIZE, "%s", campaign);
    return x;
}

static void
answer(enum err err, char *wording)
{
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    Signup__Actions about = SIGNUP__ACTIONS__INIT;
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.consent_wording = wording;
    about.campaign = &campaign;
    reply.list_actions = &about;
    open_cb(open_arg, err, "", err == ERR_NONE ? &reply : NULL);
}

static int
set_up(void **state)
{
    (void)state;
    asked = told = 0;
    clock_set_for_test(0, 1000000);
    gateway.service.loop = loop_new();
    gateway.consents = consents_new(&gateway);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    consents_free(&gateway.consents);
    loop_free(&gateway.service.loop);
    clock_set_for_test(-1, -1);
    return 0;
}

static void
who_comes_meanwhile_waits_for_the_same_ask(void **state)
{
    struct exchange one = exchange_of("spring"), two = exchange_of("spring");
    (void)state;
    consents_get(&one, NULL, on_wording);
    consents_get(&two, NULL, on_wording);
    assert_int_equal(asked, 1);
    assert_int_equal(told, 0);
    answer(ERR_NONE, "Yes to spring");
    assert_int_equal(told, 2);
    assert_string_equal(told_wording, "Yes to spring");
}

static void
what_is_known_is_told_later_too(void **state)
{
    struct exchange x = exchange_of("spring");
    (void)state;
    consents_get(&x, NULL, on_wording);
    answer(ERR_NONE, "Yes to spring");
    consents_get(&x, NULL, on_wording);
    assert_int_equal(told, 1); /* before it has returned: never */
    loop_turn(gateway.service.loop, 10);
    assert_int_equal(told, 2);
    assert_int_equal(asked, 1);
    assert_string_equal(told_wording, "Yes to spring");
}

static void
a_place_taken_over_meanwhile_changes_nothing_that_was_promised(void **state)
{
    struct exchange x = exchange_of("spring");
    (void)state;
    consents_get(&x, NULL, on_wording);
    answer(ERR_NONE, "Yes to spring");
    consents_get(&x, NULL, on_wording);
    for (int i = 0; i < CONSENTS_CAMPAIGNS_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "other-%d", i);
        struct exchange other = exchange_of(name);
        consents_get(&other, NULL, on_wording);
        answer(ERR_NONE, "Yes to others");
    }
    told = 0;
    loop_turn(gateway.service.loop, 10);
    assert_int_equal(told, 1);
    assert_string_equal(told_wording, "Yes to spring");
}

static void
a_failure_is_told_and_asked_again(void **state)
{
    struct exchange x = exchange_of("spring");
    (void)state;
    consents_get(&x, NULL, on_wording);
    answer(ERR_NOT_FOUND, NULL);
    assert_int_equal(told_err, ERR_NOT_FOUND);
    consents_get(&x, NULL, on_wording);
    assert_int_equal(asked, 2);
    answer(ERR_NONE, "Yes to spring");
    assert_string_equal(told_wording, "Yes to spring");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_comes_meanwhile_waits_for_the_same_ask),
        TEST(what_is_known_is_told_later_too),
        TEST(a_place_taken_over_meanwhile_changes_nothing_that_was_promised),
        TEST(a_failure_is_told_and_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
