/* test_template -- fields merged, escaped, and refused. */
#include "common/text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct template_field fields[] = {
    {"name", "Ann <O'Hara> & \"co\""},
    {"first_name", "Ann"},
    {"evil", "a\r\nBcc: x\x7f\x01\tb\u2028c"},
    {"nested", "{{name}}"},
    {"empty", ""},
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

/* want NULL: refused, and the reason holds why. */
static const struct row {
    enum template_context context;
    const char *text, *want, *why;
} rows[] = {
    {TEMPLATE_TEXT, "Hello {{first_name}}!", "Hello Ann!", NULL},
    {TEMPLATE_TEXT, "{{ first_name }}{{first_name  }}", "AnnAnn", NULL},
    {TEMPLATE_TEXT, "no field", "no field", NULL},
    {TEMPLATE_TEXT, "", "", NULL},
    {TEMPLATE_TEXT, "one { and } and }} stay", "one { and } and }} stay", NULL},
    {TEMPLATE_TEXT, "[{{empty}}]", "[]", NULL},
    {TEMPLATE_TEXT, "{{name}}", "Ann <O'Hara> & \"co\"", NULL},
    {TEMPLATE_TEXT, "{{evil}}", "a\nBcc: xb\u2028c", NULL},
    {TEMPLATE_TEXT, "a\tb\nc", "ab\nc", NULL},
    {TEMPLATE_TEXT, "{{nested}}", "{{name}}", NULL},
    {TEMPLATE_HTML, "<b>{{name}}</b>",
     "<b>Ann &lt;O&#39;Hara&gt; &amp; &quot;co&quot;</b>", NULL},
    {TEMPLATE_HEADER, "To {{evil}}", "To a Bcc: x b c", NULL},
    {TEMPLATE_HEADER, "two\r\nlines", "two lines", NULL},
    {TEMPLATE_HEADER, "D\u0175r", "D\u0175r", NULL},
    {TEMPLATE_JSON, "{\"a\":\"{{name}}\"}",
     "{\"a\":\"Ann <O'Hara> & \\\"co\\\"\"}", NULL},
    {TEMPLATE_JSON, "\"{{evil}}\"",
     "\"a\\u000d\\nBcc: x\\u007f\\u0001\\u0009b\u2028c\"", NULL},
    {TEMPLATE_URL, "to={{name}}&x={{first_name}}",
     "to=Ann%20%3CO%27Hara%3E%20%26%20%22co%22&x=Ann", NULL},
    {TEMPLATE_URL, "{{evil}}", "a%0D%0ABcc%3A%20x%7F%01%09b%E2%80%A8c", NULL},
    {TEMPLATE_TEXT, "Hello {{nmae}}", NULL, "{{nmae}}"},
    {TEMPLATE_TEXT, "Hello {{first_nam}}", NULL, "{{first_nam}}"},
    {TEMPLATE_TEXT, "Hello {{first_name", NULL, "{{first_nam"},
    {TEMPLATE_TEXT, "Hello {{", NULL, "{{"},
    {TEMPLATE_TEXT, "Hello {{}}", NULL, "1 to 40"},
    {TEMPLATE_TEXT, "Hello {{First}}", NULL, "small letters"},
    {TEMPLATE_TEXT, "Hello {{first name}}", NULL, "small letters"},
    {TEMPLATE_TEXT, "{{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}", NULL,
     "1 to 40"},
};

static void
merge_row(const struct row *row)
{
    struct buf got;
    char *why = NULL;
    buf_init(&got, 0);
    enum err err = template_merge(
        row->text, row->context, &(struct template_fields){fields, FIELD_COUNT},
        &got, &why);
    if (row->want != NULL) {
        if (err != ERR_NONE || strcmp(buf_string(&got), row->want) != 0) {
            fail_msg("\"%s\": got \"%s\" (%s), want \"%s\"", row->text,
                     buf_string(&got), why == NULL ? "" : why, row->want);
        }
    } else if (err != ERR_BAD_REQUEST || why == NULL ||
               strstr(why, row->why) == NULL) {
        fail_msg("\"%s\": got \"%s\", want a refusal with \"%s\"", row->text,
                 why == NULL ? "no refusal" : why, row->why);
    }
    free(why);
    buf_fini(&got);
}

static void
every_text_of_the_table_merges_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        merge_row(&rows[i]);
    }
}

static void
a_check_refuses_exactly_what_a_merge_would(void **state)
{
    (void)state;
    const char *names[FIELD_COUNT];
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        names[i] = fields[i].name;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *why = NULL;
        enum err err = template_check(rows[i].text, names, FIELD_COUNT, &why);
        if ((err == ERR_NONE) != (rows[i].want != NULL)) {
            fail_msg("\"%s\": got %s", rows[i].text, err_name(err));
        }
        assert_int_equal(err == ERR_NONE, why == NULL);
        free(why);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_table_merges_or_says_why_not),
        cmocka_unit_test(a_check_refuses_exactly_what_a_merge_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
