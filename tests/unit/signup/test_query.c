/* test_query -- the text of an audience question, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "services/signup/audience/query.h"

static struct query query;
static char why[QUERY_WHY_SIZE];

static void
a_query_is_terms_with_values_and_nots(void **state)
{
    (void)state;
    const char *text = "  role:care-worker,nurse\t-region:wales all\n";
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    assert_int_equal(query.term_count, 3);
    assert_int_equal(query.terms[0].kind, QUERY_ATTRIBUTES + ATTRIBUTE_role);
    assert_int_equal(query.terms[0].value_count, 2);
    assert_string_equal(query.terms[0].values[0], "care-worker");
    assert_string_equal(query.terms[0].values[1], "nurse");
    assert_false(query.terms[0].is_not);
    assert_int_equal(query.terms[1].kind, QUERY_ATTRIBUTES + ATTRIBUTE_region);
    assert_true(query.terms[1].is_not);
    assert_int_equal(query.terms[2].kind, QUERY_ALL);
}

static void
every_kind_of_term_is_known_by_its_name(void **state)
{
    (void)state;
    for (int kind = QUERY_ALL + 1; kind < QUERY_KIND_COUNT; kind++) {
        char text[64] = "";
        strcat(text, query_kind_name((enum query_kind)kind));
        strcat(text, ":x");
        assert_int_equal(query_parse(text, &query, why), ERR_NONE);
        assert_int_equal(query.terms[0].kind, kind);
    }
}

static void
a_wrong_query_says_which_term_and_what_is_allowed(void **state)
{
    (void)state;
    const struct {
        const char *text, *part;
    } rows[] = {
        {"", "say all"},
        {" \t\n", "say all"},
        {"role", "colon"},
        {"all role:", "term 2, \"role:\": a value is missing"},
        {"role:a,,b", "a value is missing"},
        {"role:,", "a value is missing"},
        {"rol:a", "use role:, region:"},
        {":a", "use role:"},
        {"-", "use role:"},
        {"--all", "use role:"},
        {"all:x", "all takes no value"},
        {"ROLE:a", "use role:"},
        {"role:Nurse", "a-z, 0-9 and -"},
        {"role:a:b", "a-z, 0-9 and -"},
        {"role:caf\xc3\xa9", "a-z, 0-9 and -"},
        {"role:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "40 letters"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum err err = query_parse(rows[i].text, &query, why);
        if (err != ERR_BAD_REQUEST || strstr(why, rows[i].part) == NULL) {
            fail_msg("\"%s\": got %s, \"%s\"", rows[i].text, err_name(err),
                     why);
        }
    }
}

static void
repeat(char *to, const char *piece, int count)
{
    *to = '\0';
    for (int i = 0; i < count; i++) {
        strcat(to, piece);
    }
}

static void
every_limit_holds_on_both_sides(void **state)
{
    (void)state;
    char text[QUERY_BYTES_MAX + 64];
    repeat(text, "all ", QUERY_TERMS_MAX);
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    repeat(text, "all ", QUERY_TERMS_MAX + 1);
    assert_int_equal(query_parse(text, &query, why), ERR_BAD_REQUEST);
    assert_non_null(strstr(why, "32 terms"));
    repeat(text, "role:a", 1);
    repeat(text + 6, ",b", QUERY_VALUES_MAX - 1);
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    assert_int_equal(query.terms[0].value_count, QUERY_VALUES_MAX);
    strcat(text, ",c");
    assert_int_equal(query_parse(text, &query, why), ERR_BAD_REQUEST);
    assert_non_null(strstr(why, "32 values"));
    repeat(text, "role:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1);
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    memset(text, ' ', sizeof(text));
    memcpy(text, "all", 3);
    text[QUERY_BYTES_MAX] = '\0';
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    text[QUERY_BYTES_MAX] = ' ';
    text[QUERY_BYTES_MAX + 1] = '\0';
    assert_int_equal(query_parse(text, &query, why), ERR_BAD_REQUEST);
    assert_non_null(strstr(why, "1000 bytes"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_terms_with_values_and_nots),
        cmocka_unit_test(every_kind_of_term_is_known_by_its_name),
        cmocka_unit_test(a_wrong_query_says_which_term_and_what_is_allowed),
        cmocka_unit_test(every_limit_holds_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
