/* test_json -- what is refused on the way in, and that all mistakes are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static json_t *
read_text(const char *text)
{
    char why[JSON_WHY_SIZE] = "";
    json_t *value = json_read(text, strlen(text), why);
    if (value == NULL) {
        fail_msg("%s: %s", text, why);
    }
    return value;
}

static void
what_is_not_strict_json_is_refused_without_quoting_it(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "ends too early"},
        {"{\"secret\":1", "ends too early"},
        {"{\"a\":1,\"a\":2}", "twice"},
        {"{\"a\":1} {\"secret\":2}", "behind the end"},
        {"{secret:1}", "not JSON"},
        {"{\"a\":'secret'}", "not JSON"},
        {"{\"a\":1,}", "not JSON"},
        {"[1,2,]", "not JSON"},
        {"{\"a\":01}", "not JSON"},
        {"{\"a\":NaN}", "not JSON"},
        {"{\"a\":99999999999999999999}", "too large"},
        {"{\"a\":\"\\u0000\"}", "NUL"},
        {"{\"a\\u0000b\":1}", "NUL"},
        {"{\"a\":\"\xff\"}", "UTF-8"},
        {"{\"a\":\"\xc0\xaf\"}", "UTF-8"},
        {"{\"a\":\"secret\n\"}", "not JSON"},
        {"\"secret\"", "not JSON"},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "levels"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[JSON_WHY_SIZE] = "";
        json_t *value = json_read(rows[i].text, strlen(rows[i].text), why);
        if (value != NULL || strstr(why, rows[i].why) == NULL ||
            strstr(why, "secret") != NULL) {
            fail_msg("%s: got \"%s\", want \"%s\"", rows[i].text, why,
                     rows[i].why);
        }
    }
}

static void
a_refusal_says_where(void **state)
{
    char why[JSON_WHY_SIZE];
    const char text[] = "{\n  \"a\": x\n}";
    (void)state;
    assert_null(json_read(text, strlen(text), why));
    assert_non_null(strstr(why, "line 2"));
}

static void
brackets_inside_texts_are_no_levels(void **state)
{
    (void)state;
    json_t *value = read_text("{\"a\":\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}");
    json_decref(value);
    value = read_text("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"); /* 16 */
    json_decref(value);
}

static void
typed_fields_are_read(void **state)
{
    static const struct json_word words[] = {{"red", 7}, {NULL, 0}};
    struct json_errors errors = {0};
    struct json_fields f;
    int64_t number = 0, at = 0;
    (void)state;
    json_t *value = read_text(
        "{\"text\":\"\xc3\xa9t\xc3\xa9\",\"yes\":true,\"n\":5,\"at\":"
        "\"2026-02-25T11:00:00+01:00\",\"colour\":\"red\",\"list\":[1,2],"
        "\"none\":null}");
    json_fields_init(&f, value, "", &errors);
    assert_string_equal(json_text(&f, "text", JSON_REQUIRED, 3),
                        "\xc3\xa9t\xc3\xa9");
    assert_true(json_bool(&f, "yes", false));
    assert_true(
        json_whole(&f, "n", JSON_REQUIRED, (struct json_range){1, 5}, &number));
    assert_int_equal(number, 5);
    assert_true(json_time(&f, "at", JSON_REQUIRED, &at));
    assert_int_equal(at, 1772013600000);
    assert_int_equal(json_choice(&f, "colour", JSON_REQUIRED, words, 0), 7);
    assert_int_equal(json_array_size(json_list(&f, "list", 0, 2)), 2);
    assert_null(json_text(&f, "none", JSON_OPTIONAL, 10));
    assert_null(json_text(&f, "absent", JSON_OPTIONAL, 10));
    assert_true(json_fields_end(&f));
    json_decref(value);
}

static const char *
detail_of(const struct json_errors *errors, const char *field)
{
    for (size_t i = 0; i < errors->count; i++) {
        if (strcmp(errors->items[i].field, field) == 0) {
            return errors->items[i].detail;
        }
    }
    return "(no error)";
}

/* Of what was pasted only what no clipboard adds is a mistake. */
static void
ends_of_lines_are_for_who_reads_what_was_pasted(void **state)
{
    struct json_errors errors = {0};
    struct json_fields f;
    (void)state;
    json_t *value = read_text("{\"ends\":\"\\ta\\tb\\r\\n\\r\","
                              "\"bell\":\"a\\u0007\",\"plain\":\"a\\n\","
                              "\"lines\":\"a\\rb\"}");
    json_fields_init(&f, value, "", &errors);
    assert_string_equal(json_text(&f, "ends", JSON_PASTED, 10), "\ta\tb\r\n\r");
    assert_null(json_text(&f, "bell", JSON_PASTED, 10));
    assert_null(json_text(&f, "plain", JSON_OPTIONAL, 10));
    assert_null(json_text(&f, "lines", JSON_MULTILINE, 10));
    assert_false(json_fields_end(&f));
    assert_int_equal(errors.count, 3);
    json_decref(value);
}

static void
every_mistake_is_told_by_its_field(void **state)
{
    static const struct json_word words[] = {
        {"red", 1}, {"blue", 2}, {NULL, 0}};
    struct json_errors errors = {0};
    struct json_fields f;
    int64_t unused;
    (void)state;
    json_t *value = read_text(
        "{\"long\":\"abcd\",\"empty\":\"\",\"control\":\"a\\u0007\",\"n\":6,"
        "\"real\":1.5,\"yes\":\"true\",\"at\":\"tomorrow\",\"colour\":"
        "\"green\",\"list\":[1,2,3],\"type\":5,\"extra\":1,\"<b>\":2}");
    json_fields_init(&f, value, "x.", &errors);
    (void)json_text(&f, "long", 0, 3);
    (void)json_text(&f, "empty", 0, 3);
    (void)json_text(&f, "control", 0, 3);
    (void)json_text(&f, "type", 0, 3);
    (void)json_text(&f, "missing", JSON_REQUIRED, 3);
    (void)json_whole(&f, "n", 0, (struct json_range){1, 5}, &unused);
    (void)json_whole(&f, "real", 0, (struct json_range){1, 5}, &unused);
    (void)json_bool(&f, "yes", false);
    (void)json_time(&f, "at", 0, &unused);
    (void)json_choice(&f, "colour", 0, words, 0);
    (void)json_list(&f, "list", 0, 2);
    assert_false(json_fields_end(&f));
    assert_int_equal(errors.count, 13);
    assert_string_equal(detail_of(&errors, "x.long"),
                        "is longer than 3 characters");
    assert_string_equal(detail_of(&errors, "x.empty"), "is empty");
    assert_string_equal(detail_of(&errors, "x.control"),
                        "holds a control character");
    assert_string_equal(detail_of(&errors, "x.missing"), "is missing");
    assert_string_equal(detail_of(&errors, "x.colour"),
                        "must be one of: red blue");
    assert_string_equal(detail_of(&errors, "x.extra"),
                        "is not a field that is known here");
    assert_string_equal(detail_of(&errors, "x.(another)"),
                        "is not a field that is known here");
    json_decref(value);
}

static void
more_mistakes_than_there_is_room_for_are_counted(void **state)
{
    struct json_errors errors = {0};
    (void)state;
    for (int i = 0; i < JSON_ERRORS_MAX + 5; i++) {
        json_errors_add(&errors, "field", "is wrong");
    }
    assert_int_equal(errors.count, JSON_ERRORS_MAX + 5);
}

static void
lines_and_tabs_are_fine_where_a_text_may_have_them(void **state)
{
    struct json_errors errors = {0};
    struct json_fields f;
    (void)state;
    json_t *value = read_text("{\"a\":\"x\\n\\ty\\r\\nz\",\"b\":\"x\\ry\"}");
    json_fields_init(&f, value, "", &errors);
    assert_non_null(json_text(&f, "a", JSON_MULTILINE, 20));
    assert_null(json_text(&f, "b", JSON_MULTILINE, 20));
    json_decref(value);
}

static void
something_that_is_no_object_has_one_mistake(void **state)
{
    struct json_errors errors = {0};
    struct json_fields f;
    (void)state;
    json_t *value = read_text("[1]");
    json_fields_init(&f, value, "", &errors);
    assert_null(json_text(&f, "a", JSON_REQUIRED, 20));
    assert_false(json_fields_end(&f));
    assert_int_equal(errors.count, 1);
    json_decref(value);
}

static void
what_is_written_is_compact_and_escaped(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 0);
    json_t *object = json_object();
    json_set_text(object, "a", "x\"\n");
    json_set_text(object, "b", NULL);
    json_set_whole(object, "c", -1);
    json_set_bool(object, "d", true);
    json_set_time(object, "e", 0);
    json_set_time(object, "f", -1);
    json_write(object, &text);
    assert_string_equal(buf_string(&text),
                        "{\"a\":\"x\\\"\\n\",\"b\":null,\"c\":-1,\"d\":true,"
                        "\"e\":\"1970-01-01T00:00:00.000Z\",\"f\":null}");
    json_decref(object);
    buf_fini(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_strict_json_is_refused_without_quoting_it),
        cmocka_unit_test(a_refusal_says_where),
        cmocka_unit_test(brackets_inside_texts_are_no_levels),
        cmocka_unit_test(typed_fields_are_read),
        cmocka_unit_test(ends_of_lines_are_for_who_reads_what_was_pasted),
        cmocka_unit_test(every_mistake_is_told_by_its_field),
        cmocka_unit_test(more_mistakes_than_there_is_room_for_are_counted),
        cmocka_unit_test(lines_and_tabs_are_fine_where_a_text_may_have_them),
        cmocka_unit_test(something_that_is_no_object_has_one_mistake),
        cmocka_unit_test(what_is_written_is_compact_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
