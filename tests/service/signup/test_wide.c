/* test_wide -- columns of two bytes, flags of 32 bits, values nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_rig.h"

#define REGIONS 4096

static struct signup_rig rig;
static char region_names[REGIONS][16], *regions[REGIONS];

static void
put_regions(void)
{
    char *roles[] = {"care-worker", "nurse", "family"};
    regions[0] = "north-west";
    regions[1] = "wales";
    for (int i = 2; i < REGIONS; i++) {
        (void)snprintf(region_names[i], sizeof(region_names[i]), "area-%d", i);
        regions[i] = region_names[i];
    }
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.id = "care";
    campaign.name = "Care";
    campaign.n_roles = 3;
    campaign.roles = roles;
    campaign.n_regions = REGIONS;
    campaign.regions = regions;
    campaign.has_allows_drama_numbers = true;
    campaign.allows_drama_numbers = true;
    Signup__PutCampaign put = SIGNUP__PUT_CAMPAIGN__INIT;
    put.campaign = &campaign;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_CAMPAIGN;
    request.put_campaign = &put;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", 1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

static unsigned
sign_up(int i, const char *region)
{
    char phone[16];
    (void)snprintf(phone, sizeof(phone), "07700900%03d", i);
    return signup_rig_number(&rig,
                             &(struct signup_rig_person){.name = "Ann Smith",
                                                         .phone = phone,
                                                         .region = region,
                                                         .action = "rally",
                                                         .consents_sms = true});
}

static void
region_is(unsigned number, const char *want)
{
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = "care";
    get.number = number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_SUPPORTER;
    request.get_supporter = &get;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    assert_string_equal(got.reply->get_supporter->region, want);
    signup_rig_free(&got);
}

static unsigned
count(const char *query)
{
    struct signup_answer got =
        signup_rig_preview(&rig, WORDS__CLASS__CLASS_CAMPAIGN, query, NULL);
    if (got.err != ERR_NONE) {
        fail_msg("%s: %s", query, got.detail);
    }
    unsigned people = got.reply->preview->people;
    signup_rig_free(&got);
    return people;
}

/* The region in the last event of the feed but one: of the place. */
static unsigned
last_region(void)
{
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SINCE;
    request.since = &since;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    const Feed__Page *page = got.reply->since;
    const Feed__Entry *entry = page->entries[page->n_entries - 1];
    const ProtobufCBinaryData *bytes = &entry->events[entry->n_events - 2];
    Signup__Event *event = wire_unpack(&signup__event__descriptor, bytes->data,
                                       bytes->len, BUS_BODY_BYTES_MAX);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_PLACE_CHANGED);
    unsigned region = event->place_changed->region;
    wire_free(event);
    signup_rig_free(&got);
    return region;
}

static void
each_of_4096_regions_is_kept_asked_for_and_told(void **state)
{
    (void)state;
    (void)sign_up(1, "wales"); /* before there is a second byte */
    put_regions();
    region_is(0, "wales");
    const int some[] = {1, 254, 255, 256, 257, REGIONS - 1};
    const size_t n = sizeof(some) / sizeof(some[0]);
    for (size_t i = 0; i < n; i++) {
        unsigned number = sign_up(10 + (int)i, regions[some[i]]);
        region_is(number, regions[some[i]]);
        assert_int_equal(last_region(), some[i] + 1);
    }
    region_is(0, "wales");
    assert_int_equal(count("region:wales"), 2);
    assert_int_equal(count("region:area-256,area-4095"), 2);
    assert_int_equal(count("-region:area-254,area-257"), n - 1);
    assert_int_equal(count("all"), n + 1);
}

/* A later version's flags, in the two higher bytes. */
static void
flags_above_those_that_are_known_stay(void **state)
{
    (void)state;
    unsigned number = sign_up(1, NULL);
    free(redis_do(rig.redis, "SETRANGE {care}:su:c:flags.2:0 0 @"));
    free(redis_do(rig.redis, "SETRANGE {care}:su:c:flags.3:0 0 \\xf0"));
    char *before = redis_do(rig.redis, "GET {care}:su:c:flags.3:0");
    struct signup_answer got =
        signup_rig_consent(&rig, number, WORDS__CHANNEL__CHANNEL_SMS, true);
    assert_int_equal(got.err, ERR_NONE);
    assert_true(got.reply->set_consent->is_changed);
    signup_rig_free(&got);
    char *after = redis_do(rig.redis, "GET {care}:su:c:flags.3:0");
    assert_string_equal(after, before);
    free(after);
    free(before);
    after = redis_do(rig.redis, "GET {care}:su:c:flags.2:0");
    assert_string_equal(after, "@");
    free(after);
    got = signup_rig_resolve(&rig, WORDS__CLASS__CLASS_SERVICE,
                             WORDS__CHANNEL__CHANNEL_SMS, "rally", number);
    assert_int_equal(got.reply->resolve->contacts[0]->withheld, 0);
    signup_rig_free(&got);
}

static void
entries_go_on_at_sixteen_million(void **state)
{
    (void)state;
    free(redis_do(rig.redis, "HSET {care}:su:m people 16000000"));
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(sign_up(1, "wales"), 16000000 + i);
        region_is(16000000 + i, "wales");
    }
}

static void
is_refused(struct signup_answer got)
{
    assert_int_equal(got.err, ERR_BAD_REQUEST);
    assert_non_null(strstr(got.detail, "not a request to signup"));
    signup_rig_free(&got);
}

static void
an_enum_value_that_nobody_knows_is_refused(void **state)
{
    (void)state;
    struct signup_rig_request to;
    signup_rig_fill(&to, &(struct signup_rig_person){.name = "Ann",
                                                     .phone = "07700900001",
                                                     .consents_sms = true});
    to.sign_up.has_format = true;
    to.sign_up.format = (Words__Format)77;
    is_refused(signup_rig_insist(&rig, &to.request));
    to.sign_up.has_format = false;
    to.consents[0].channel = (Words__Channel)77;
    is_refused(signup_rig_insist(&rig, &to.request));
    is_refused(signup_rig_preview(&rig, (Words__Class)77, "all", "rally"));
    is_refused(signup_rig_resolve(&rig, WORDS__CLASS__CLASS_SERVICE,
                                  (Words__Channel)77, "rally", 0));
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(each_of_4096_regions_is_kept_asked_for_and_told),
        IN_RIG(flags_above_those_that_are_known_stay),
        IN_RIG(entries_go_on_at_sixteen_million),
        IN_RIG(an_enum_value_that_nobody_knows_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
