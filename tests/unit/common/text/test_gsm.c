/* test_gsm -- the arithmetic of 3GPP TS 23.038, row by row. */
#include "common/text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"

/* The text is before, then each repeated, then after. */
static const struct row {
    const char *what, *before, *each;
    int times;
    const char *after;
    struct gsm_count want;
} rows[] = {
    {"empty", "", "", 0, "", {0, 0, false}},
    {"one letter", "a", "", 0, "", {1, 1, false}},
    {"160 letters are one part", "", "a", 160, "", {1, 160, false}},
    {"161 letters are two", "", "a", 161, "", {2, 161, false}},
    {"306 letters fill two", "", "a", 306, "", {2, 306, false}},
    {"307 letters are three", "", "a", 307, "", {3, 307, false}},
    {"459 letters fill three", "", "a", 459, "", {3, 459, false}},
    {"a line feed is one", "a\nb", "", 0, "", {1, 3, false}},
    {"a tab is not in GSM-7", "a\tb", "", 0, "", {1, 3, true}},
    {"a backtick is not in GSM-7", "`", "", 0, "", {1, 1, true}},
    {"the euro sign costs two", "\u20ac", "", 0, "", {1, 2, false}},
    {"each of the extension costs two", "^{}\\[]~|", "", 0, "", {1, 16, false}},
    {"80 euro signs are one part", "", "\u20ac", 80, "", {1, 160, false}},
    {"81 euro signs are two", "", "\u20ac", 81, "", {2, 162, false}},
    {"76 euro signs fill a part of 153 but one",
     "",
     "\u20ac",
     152,
     "",
     {2, 304, false}},
    {"an escape is not split: the 153rd septet stays empty",
     "",
     "\u20ac",
     153,
     "",
     {3, 306, false}},
    {"the same septets without a split fit",
     "a",
     "\u20ac",
     152,
     "a",
     {2, 306, false}},
    {"one euro in 160 makes 161", "", "a", 159, "\u20ac", {2, 161, false}},
    {"pound and accents are one each",
     "\u00a3\u00e9\u00e8\u00e0\u00f1\u00df",
     "",
     0,
     "",
     {1, 6, false}},
    {"capital E acute is in, capital E grave is not",
     "\u00c8",
     "",
     0,
     "",
     {1, 1, true}},
    {"capital C cedilla is in, the small one is not",
     "\u00c7",
     "",
     0,
     "",
     {1, 1, false}},
    {"small c cedilla forces UCS-2", "\u00e7", "", 0, "", {1, 1, true}},
    {"Greek capitals of the table are in",
     "\u0394\u03a9",
     "",
     0,
     "",
     {1, 2, false}},
    {"Welsh w circumflex forces UCS-2", "d\u0175r", "", 0, "", {1, 3, true}},
    {"Welsh y circumflex forces UCS-2", "t\u0177", "", 0, "", {1, 2, true}},
    {"a curly quote forces UCS-2", "it\u2019s", "", 0, "", {1, 4, true}},
    {"70 units are one part", "\u0175", "a", 69, "", {1, 70, true}},
    {"71 units are two", "\u0175", "a", 70, "", {2, 71, true}},
    {"134 units fill two", "\u0175", "a", 133, "", {2, 134, true}},
    {"135 units are three", "\u0175", "a", 134, "", {3, 135, true}},
    {"the euro costs one in UCS-2", "\u0175", "\u20ac", 69, "", {1, 70, true}},
    {"an emoji is two units", "\U0001f389", "", 0, "", {1, 2, true}},
    {"35 emoji are one part", "", "\U0001f389", 35, "", {1, 70, true}},
    {"66 emoji fill two parts of 66", "", "\U0001f389", 66, "", {2, 132, true}},
    {"a surrogate pair is not split: 67 emoji are three",
     "",
     "\U0001f389",
     67,
     "",
     {3, 134, true}},
    {"with a letter at each end they fit two",
     "a",
     "\U0001f389",
     66,
     "a",
     {2, 134, true}},
    {"an invalid byte counts as one replacement",
     "a\xff",
     "",
     0,
     "b",
     {1, 3, true}},
    {"a cut sequence counts byte by byte", "\xe2\x82", "", 0, "", {1, 2, true}},
    {"an overlong form is invalid", "\xc0\xaf", "", 0, "", {1, 2, true}},
    {"a lone surrogate is invalid", "\xed\xa0\x80", "", 0, "", {1, 3, true}},
};

static void
count_row(const struct row *row)
{
    struct buf text;
    buf_init(&text, 0);
    buf_add_string(&text, row->before);
    for (int i = 0; i < row->times; i++) {
        buf_add_string(&text, row->each);
    }
    buf_add_string(&text, row->after);
    struct gsm_count got = gsm_count(buf_string(&text));
    if (got.parts != row->want.parts || got.units != row->want.units ||
        got.is_ucs2 != row->want.is_ucs2) {
        fail_msg("%s: got %u parts, %u units, %s; want %u, %u, %s", row->what,
                 got.parts, got.units, got.is_ucs2 ? "UCS-2" : "GSM-7",
                 row->want.parts, row->want.units,
                 row->want.is_ucs2 ? "UCS-2" : "GSM-7");
    }
    buf_fini(&text);
}

static void
every_text_of_the_table_needs_its_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        count_row(&rows[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_table_needs_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
