/* test_pasted -- characters one by one: what they are, and written anew. */
#include "common/text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LAST 0x10ffffu

static bool
is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c < 0xe000;
}

static void
every_character_is_written_as_it_is_read(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= LAST; c++) {
        char bytes[UTF8_BYTES_MAX + 1];
        const char *at = bytes;
        size_t len = utf8_put(c, bytes);
        bytes[len] = '\0';
        uint32_t want = is_surrogate(c) ? UTF8_REPLACEMENT : c;
        if (utf8_next(&at) != want || (!is_surrogate(c) && *at != '\0')) {
            fail_msg("U+%04X is not read back", (unsigned)c);
        }
    }
}

static void
every_character_has_its_kind(void **state)
{
    (void)state;
    static const struct {
        uint32_t c;
        enum pasted_kind kind;
    } rows[] = {
        {'a', PASTED_PLAIN},      {' ', PASTED_BLANK},
        {'\t', PASTED_BLANK},     {'\n', PASTED_CONTROL},
        {0x7f, PASTED_CONTROL},   {0x85, PASTED_CONTROL},
        {0xa0, PASTED_BLANK},     {0xad, PASTED_NOTHING},
        {0xe9, PASTED_PLAIN},     {0x301, PASTED_PART},
        {0x34f, PASTED_PART},     {0x200b, PASTED_NOTHING},
        {0x200c, PASTED_JOINER},  {0x200d, PASTED_JOINER},
        {0x2011, PASTED_PLAIN},   {0x2028, PASTED_CONTROL},
        {0x202a, PASTED_NOTHING}, {0x202e, PASTED_NOTHING},
        {0x202f, PASTED_BLANK},   {0x2066, PASTED_NOTHING},
        {0x2069, PASTED_NOTHING}, {0x2800, PASTED_BLANK},
        {0x3164, PASTED_BLANK},   {0x738b, PASTED_PLAIN},
        {0xfe0f, PASTED_PART},    {0xfeff, PASTED_NOTHING},
        {0xfffd, PASTED_PLAIN},   {0x1f642, PASTED_PLAIN},
        {0xe007f, PASTED_PART},   {0x10ffff, PASTED_PLAIN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (pasted_kind_of(rows[i].c) != rows[i].kind) {
            fail_msg("U+%04X is of kind %d, want %d", (unsigned)rows[i].c,
                     (int)pasted_kind_of(rows[i].c), (int)rows[i].kind);
        }
    }
}

/* Whatever it is, it is never longer than it was, and clean stays clean. */
static void
cleaning_twice_is_cleaning_once(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= LAST; c++) {
        char typed[3 * UTF8_BYTES_MAX + 1] = "a", once[16], twice[16];
        size_t len = 1 + utf8_put(c, typed + 1);
        typed[len++] = 'b';
        typed[len] = '\0';
        for (int use = PASTED_ADDRESS; use <= PASTED_DIGITS; use++) {
            assert_true(pasted_clean(typed, (enum pasted_use)use, once, 16));
            assert_true(pasted_clean(once, (enum pasted_use)use, twice, 16));
            if (strcmp(once, twice) != 0 ||
                (strlen(once) > len && !is_surrogate(c))) {
                fail_msg("U+%04X is cleaned to \"%s\", that to \"%s\"",
                         (unsigned)c, once, twice);
            }
        }
    }
}

static void
what_does_not_fit_is_not_cut(void **state)
{
    (void)state;
    char out[4];
    assert_true(pasted_clean("\u200babc", PASTED_ADDRESS, out, sizeof(out)));
    assert_string_equal(out, "abc");
    assert_false(pasted_clean("abcd", PASTED_ADDRESS, out, sizeof(out)));
    assert_false(pasted_clean("ab\u00e9", PASTED_ADDRESS, out, sizeof(out)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_written_as_it_is_read),
        cmocka_unit_test(every_character_has_its_kind),
        cmocka_unit_test(cleaning_twice_is_cleaning_once),
        cmocka_unit_test(what_does_not_fit_is_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
