/* test_people -- supporters from a seed number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/people/people.h"

#define MANY 5000

static json_t *roles, *regions;

static int
make_words(void **state)
{
    (void)state;
    roles = json_pack("[s,s,s]", "care-worker", "family", "nurse");
    regions = json_pack("[s,s]", "wales", "london");
    return 0;
}

static int
drop_words(void **state)
{
    (void)state;
    json_decref(roles);
    json_decref(regions);
    return 0;
}

static json_t *
person_of(uint64_t seed, uint32_t index)
{
    const struct people people = {seed, roles, regions, "2"};
    return people_make(&people, index);
}

static void
the_same_seed_makes_the_same_people(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MANY; i += 97) {
        json_t *a = person_of(7, i), *b = person_of(7, i);
        assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
    }
}

static void
no_two_people_share_an_address_or_a_number(void **state)
{
    (void)state;
    json_t *seen = json_object();
    for (uint32_t i = 0; i < MANY; i++) {
        json_t *person = person_of(7, i);
        const char *email = field_text(person, "email");
        const char *phone = field_text(person, "phone");
        assert_null(json_object_get(seen, email));
        assert_null(json_object_get(seen, phone));
        json_set_bool(seen, email, true);
        if (*phone != '\0') {
            json_set_bool(seen, phone, true);
        }
        json_decref(person);
    }
    json_decref(seen);
}

static void
every_way_to_reach_them_is_one_that_reaches_nobody(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MANY; i += 13) {
        json_t *person = person_of(i, i);
        const char *email = field_text(person, "email");
        char text[EMAIL_TEXT_SIZE], number[PHONE_TEXT_SIZE];
        const char *why = "";
        assert_int_equal(contact_email(email, text, &why), ERR_NONE);
        assert_string_equal(strchr(email, '@'), "@example.org");
        if (i < PEOPLE_WITH_PHONE) {
            const char *phone = field_text(person, "phone");
            assert_int_equal(contact_phone(phone, true, number, &why),
                             ERR_NONE);
            assert_memory_equal(number, "+447700900", 10);
        } else {
            assert_null(json_object_get(person, "phone"));
        }
        json_decref(person);
    }
}

/* The same number and the same name would be the same person, who is not
 * counted again. */
static void
with_another_seed_a_number_is_somebody_elses(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 200; seed += 7) {
        json_t *a = person_of(seed, 5), *b = person_of(seed + 1, 5);
        assert_string_equal(field_text(a, "phone"), field_text(b, "phone"));
        assert_string_not_equal(field_text(a, "name"), field_text(b, "name"));
        assert_string_not_equal(field_text(a, "email"), field_text(b, "email"));
        json_decref(a);
        json_decref(b);
    }
}

static void
roles_and_regions_are_all_used_and_only_those(void **state)
{
    (void)state;
    int counts[3] = {0};
    for (uint32_t i = 0; i < 300; i++) {
        json_t *person = person_of(3, i);
        for (size_t role = 0; role < 3; role++) {
            counts[role] +=
                strcmp(field_text(person, "role"),
                       json_string_value(json_array_get(roles, role))) == 0;
        }
        json_decref(person);
    }
    assert_int_equal(counts[0] + counts[1] + counts[2], 300);
    assert_true(counts[0] > 50 && counts[1] > 50 && counts[2] > 50);
}

static void
a_campaign_without_roles_has_people_without_roles(void **state)
{
    (void)state;
    const struct people people = {1, NULL, NULL, NULL};
    json_t *person = people_make(&people, 5);
    assert_null(json_object_get(person, "role"));
    assert_null(json_object_get(person, "region"));
    json_decref(person);
}

static void
nobody_says_yes_to_words_that_nobody_named(void **state)
{
    (void)state;
    const struct people people = {1, NULL, NULL, NULL};
    for (uint32_t i = 0; i < 50; i++) {
        json_t *person = people_make(&people, i);
        assert_null(json_object_get(person, "consent_sms"));
        assert_null(json_object_get(person, "consent_email"));
        assert_null(json_object_get(person, "consent_version"));
        json_decref(person);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_makes_the_same_people),
        cmocka_unit_test(no_two_people_share_an_address_or_a_number),
        cmocka_unit_test(every_way_to_reach_them_is_one_that_reaches_nobody),
        cmocka_unit_test(with_another_seed_a_number_is_somebody_elses),
        cmocka_unit_test(roles_and_regions_are_all_used_and_only_those),
        cmocka_unit_test(a_campaign_without_roles_has_people_without_roles),
        cmocka_unit_test(nobody_says_yes_to_words_that_nobody_named),
    };
    return cmocka_run_group_tests(tests, make_words, drop_words);
}
