/* test_identity -- names that can be one person's, and who a sign-up is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/text/text.h"
#include "services/signup/people/identity.h"
#include "services/signup/people/names.h"

static void
names_of_one_person_do_not_clearly_differ(void **state)
{
    (void)state;
    const char *rows[][2] = {
        {"Ann Smith", "Ann Smith"},
        {"Ann Smith", "ann  SMITH"},
        {"Ann Smith", "A. Smith"},
        {"Ann Smith", "Smith, Ann"},
        {"Ann Smith", "Ms Ann Smith"},
        {"Ann Smith", "Ann Jones"},
        {"Ann Smith", "Ann"},
        {"Mary Ann Jones", "Ann Jones"},
        {"Zoë Bell", "Zoe Bell"},
        {"Siân Wŷn", "Sian Wyn"},
        {"Rob Hill", "Robert Hill"},
        {"Jonathan", "Jonathon"},
        {"Catherine", "Katherine"},
        {"D'Arcy", "DArcy"},
        {"Dr", "Bob"},
        {"", "Bob"},
        {"Fatima", "Fatimah"},
        {"王芳", "王芳"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (names_clearly_differ(rows[i][0], rows[i][1]) ||
            names_clearly_differ(rows[i][1], rows[i][0])) {
            fail_msg("\"%s\" and \"%s\" differ", rows[i][0], rows[i][1]);
        }
    }
}

static void
another_first_name_is_another_person(void **state)
{
    (void)state;
    const char *rows[][2] = {
        {"Ann Smith", "Bob Smith"},
        {"Mr Bob Smith", "Mrs Ann Smith"},
        {"Tom", "Tim"},
        {"Ian Hill", "Zoë Hill"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!names_clearly_differ(rows[i][0], rows[i][1]) ||
            !names_clearly_differ(rows[i][1], rows[i][0])) {
            fail_msg("\"%s\" and \"%s\" do not differ", rows[i][0], rows[i][1]);
        }
    }
}

static void
a_name_is_tidied_or_refused(void **state)
{
    (void)state;
    char out[NAME_BYTES_MAX + 1], text[NAME_BYTES_MAX + 8];
    assert_true(names_tidy("  Ann \t  Smith ", out));
    assert_string_equal(out, "Ann Smith");
    assert_true(names_tidy("Siân ŵ 王芳", out));
    assert_string_equal(out, "Siân ŵ 王芳");
    const char *bad[] = {"",
                         " \t",
                         "\u200b",
                         "\u00a0",
                         "\u2800",
                         "\u3164",
                         "\u200d",
                         "\u200b \u00a0\u200d\ufeff\u2060\u00ad\u3000",
                         "\u115f\u1160\ufe0f\u034f",
                         "\u202e",
                         "Amy\xc2\x85"
                         "Jones",
                         "Amy\u2028Jones",
                         "Amy\u2029Jones",
                         "Amy\vJones",
                         "Amy\xff",
                         "A\nB",
                         "A\x7f",
                         "A\x01"
                         "B",
                         "A\xc2\x85"
                         "B",
                         "A\xe2\x80\xa8"
                         "B"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (names_tidy(bad[i], out)) {
            fail_msg("row %zu is taken", i);
        }
    }
    memset(text, 'a', NAME_LETTERS_MAX);
    text[NAME_LETTERS_MAX] = '\0';
    assert_true(names_tidy(text, out));
    strcat(text, " ");
    assert_true(names_tidy(text, out));
    strcat(text, "a");
    assert_false(names_tidy(text, out));
    text[0] = '\0';
    for (int i = 0; i < NAME_LETTERS_MAX; i++) {
        strcat(text, "\xf0\x9f\x99\x82"); /* 100 letters of four bytes */
    }
    assert_true(names_tidy(text, out));
    strcat(text, "a");
    assert_false(names_tidy(text, out));
}

static void
what_is_pasted_with_a_name_is_passed_over(void **state)
{
    (void)state;
    const char *rows[][2] = {
        {"Amy\u00a0Jones", "Amy Jones"},
        {"\u00a0Amy\u2003 \u202fJones\u3000", "Amy Jones"},
        {"Amy \u202eevil", "Amy evil"},
        {"\u202dAmy\u202c \u2066Jones\u2069", "Amy Jones"},
        {"\u200eAmy\u200f \u061cJones", "Amy Jones"},
        {"\ufeffAmy\u200b Jo\u00adnes\n", "Amy Jones"},
        {"\r\nAmy Jones\t", "Amy Jones"},
        {"\u200dAmy \u200dJones\u200d", "Amy Jones"},
        {"Anne\u2011Marie", "Anne-Marie"},
        {"Jose\u0301", "Jose\u0301"},
        /* joiners between letters are part of how it is written */
        {"\u0d28\u0d4d\u200d\u0d28", "\u0d28\u0d4d\u200d\u0d28"},
        {"\u0645\u200c\u0646", "\u0645\u200c\u0646"},
        {"O\u2019Brien", "O\u2019Brien"},
        {"Amy \u2764\ufe0f", "Amy \u2764\ufe0f"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[NAME_BYTES_MAX + 1] = "";
        if (!names_tidy(rows[i][0], out) || strcmp(out, rows[i][1]) != 0) {
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, out, rows[i][1]);
        }
    }
}

/* A space that does not break is not in GSM-7: it would cost half the text. */
static void
a_pasted_name_is_greeted_in_gsm(void **state)
{
    (void)state;
    char name[NAME_BYTES_MAX + 1], first[NAME_BYTES_MAX + 1];
    char text[NAME_BYTES_MAX + 8];
    assert_true(names_tidy("Amy\u00a0Jones", name));
    names_first(name, first);
    (void)snprintf(text, sizeof(text), "Hi %s", first);
    assert_string_equal(text, "Hi Amy");
    assert_false(gsm_count(text).is_ucs2);
    names_first("Amy\u00a0Jones", first); /* kept since before it was tidied */
    assert_string_equal(first, "Amy");
}

static void
the_first_name_is_past_the_title(void **state)
{
    (void)state;
    const char *rows[][2] = {{"Ann Smith", "Ann"},
                             {"Dr Bob Jones", "Bob"},
                             {"Prof. Dr. Cai", "Cai"},
                             {"Siân", "Siân"},
                             {"Mr", "Mr"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[NAME_BYTES_MAX + 1];
        names_first(rows[i][0], out);
        assert_string_equal(out, rows[i][1]);
    }
}

/* ---- who it is ---- */

static const struct identity known[] = {
    {"Ann Smith", 1, "ann@example.org"},
    {"Bob Smith", 1, "bob@example.org"}, /* shares Ann's phone */
    {"Cai Evans", 2, NULL},
    {"Dee Ray", 0, "dee@example.org"},
    {"Eve Ray", 3, "dee@example.org"}, /* shares Dee's address */
};

static void
a_sign_up_belongs_to_whom_it_should(void **state)
{
    (void)state;
    const struct {
        struct identity asked;
        int want;
    } rows[] = {
        {{"Ann Smith", 1, "ann@example.org"}, 0},
        {{"Ann Smith", 1, NULL}, 0},
        {{"Bob Smith", 1, NULL}, 1},
        {{"B Smith", 1, "new@example.org"}, 1},
        {{"Zed Smith", 1, NULL}, 0}, /* nothing but a name to tell by */
        {{"Zed Smith", 1, "zed@example.org"}, IDENTITY_NEW},
        {{"Cai Evans", 2, "cai@example.org"}, 2},
        {{"Fay Evans", 2, "fay@example.org"}, IDENTITY_NEW},
        {{"Fay Evans", 2, NULL}, 2},
        {{"Dee Ray", 9, "DEE@example.org"}, 3},
        {{"Eve Ray", 0, "dee@example.org"}, 4},
        {{"Guy Ray", 9, "dee@example.org"}, IDENTITY_NEW},
        {{"Hal", 9, "hal@example.org"}, IDENTITY_NEW},
        /* torn: the phone is Cai's, the address Ann's */
        {{"Cai Evans", 2, "ann@example.org"}, 2},
        {{"Ann Smith", 2, "ann@example.org"}, 0},
        {{"Ida Jones", 2, "ann@example.org"}, IDENTITY_NEW},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int got = identity_choose(&rows[i].asked, known, 5);
        if (got != rows[i].want) {
            fail_msg("row %zu, %s: got %d, want %d", i, rows[i].asked.name, got,
                     rows[i].want);
        }
    }
}

/* The same name on both: the phone wins. */
static void
torn_between_two_of_one_name_the_phone_wins(void **state)
{
    (void)state;
    const struct identity two[] = {{"Ann Smith", 0, "ann@example.org"},
                                   {"Ann Smith", 7, NULL}};
    const struct identity asked = {"Ann Smith", 7, "ann@example.org"};
    assert_int_equal(identity_choose(&asked, two, 2), 1);
}

static void
nobody_known_is_a_new_supporter(void **state)
{
    (void)state;
    const struct identity asked = {"Ann Smith", 1, NULL};
    assert_int_equal(identity_choose(&asked, NULL, 0), IDENTITY_NEW);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_one_person_do_not_clearly_differ),
        cmocka_unit_test(another_first_name_is_another_person),
        cmocka_unit_test(a_name_is_tidied_or_refused),
        cmocka_unit_test(what_is_pasted_with_a_name_is_passed_over),
        cmocka_unit_test(a_pasted_name_is_greeted_in_gsm),
        cmocka_unit_test(the_first_name_is_past_the_title),
        cmocka_unit_test(a_sign_up_belongs_to_whom_it_should),
        cmocka_unit_test(torn_between_two_of_one_name_the_phone_wins),
        cmocka_unit_test(nobody_known_is_a_new_supporter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
