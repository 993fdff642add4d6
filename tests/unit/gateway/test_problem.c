/* test_problem -- each way of failing has a type of its own, that is found
 * again and explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/door/problem.h"

static void
every_error_has_a_problem_of_its_status(void **state)
{
    (void)state;
    for (int err = ERR_NONE + 1; err < ERR_COUNT; err++) {
        const struct problem *p = problem_of_err((enum err)err, "");
        assert_int_equal(p->status, err_http_status((enum err)err));
        assert_ptr_equal(problem_find(p->slug), p);
        assert_true(strlen(p->about) > 10 && strlen(p->advice) > 10);
    }
    assert_string_equal(problem_of_err(ERR_UNKNOWN, "")->slug,
                        "outcome-unknown");
    assert_string_equal(problem_of_err(ERR_TIMEOUT, "")->slug, "no-answer");
}

static void
what_a_service_says_counts_when_it_fits_its_error(void **state)
{
    static const struct {
        enum err err;
        const char *type, *want;
    } rows[] = {
        {ERR_BAD_REQUEST, "invalid-field", "invalid-field"},
        {ERR_BAD_REQUEST, "not-found", "bad-request"}, /* another status */
        {ERR_BAD_REQUEST, "no-such-slug", "bad-request"},
        {ERR_UNAVAILABLE, "outcome-unknown", "outcome-unknown"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(problem_of_err(rows[i].err, rows[i].type)->slug,
                            rows[i].want);
    }
}

static void
statuses_nobody_planned_have_a_problem_too(void **state)
{
    (void)state;
    assert_string_equal(problem_of_status(400)->slug, "bad-request");
    assert_string_equal(problem_of_status(417)->slug, "bad-request");
    assert_string_equal(problem_of_status(505)->slug, "internal");
    assert_null(problem_find("nothing"));
}

static void
the_document_says_type_field_and_instance(void **state)
{
    json_t *p =
        problem_to_json(problem_of_fields(), "phone is odd", "phone", 0xabcULL);
    (void)state;
    assert_string_equal(json_string_value(json_object_get(p, "type")),
                        "/problems/invalid-field");
    assert_string_equal(json_string_value(json_object_get(p, "field")),
                        "phone");
    assert_string_equal(json_string_value(json_object_get(p, "instance")),
                        "urn:muster:trace:0000000000000abc");
    json_decref(p);
    p = problem_to_json(problem_of_status(404), "", "", 1);
    assert_null(json_object_get(p, "field"));
    assert_null(json_object_get(p, "detail"));
    json_decref(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_problem_of_its_status),
        cmocka_unit_test(what_a_service_says_counts_when_it_fits_its_error),
        cmocka_unit_test(statuses_nobody_planned_have_a_problem_too),
        cmocka_unit_test(the_document_says_type_field_and_instance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
