/* test_reference -- a reference reads back, and nothing else does. */
#include "common/crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "words.pb-c.h"

static const struct crypto_key key = {{1, 2, 3}};
static const struct crypto_key other_key = {{1, 2, 4}};
#define LONGEST "a123456789b123456789c123456789d123456789"

static void
a_reference_reads_back(void **state)
{
    static const struct reference rows[] = {
        {"a", "b1", 0, WORDS__CHANNEL__CHANNEL_SMS},
        {"providers-unite", "b42", 4999, WORDS__CHANNEL__CHANNEL_EMAIL},
        {LONGEST, LONGEST, UINT32_MAX, WORDS__CHANNEL__CHANNEL_EMAIL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[REFERENCE_TEXT_SIZE];
        struct reference got;
        reference_write(&key, &rows[i], text);
        assert_int_equal(reference_read(&key, text, &got), ERR_NONE);
        assert_string_equal(got.campaign, rows[i].campaign);
        assert_string_equal(got.broadcast, rows[i].broadcast);
        assert_int_equal(got.number, rows[i].number);
        assert_int_equal(got.channel, rows[i].channel);
        assert_int_equal(reference_read(&other_key, text, &got), ERR_NOT_FOUND);
    }
}

static void
a_changed_reference_is_nobodys(void **state)
{
    char text[REFERENCE_TEXT_SIZE];
    struct reference got;
    (void)state;
    reference_write(
        &key,
        &(struct reference){"mine", "b1", 71, WORDS__CHANNEL__CHANNEL_SMS},
        text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        char was = text[i];
        text[i] = was == '1' ? '2' : '1';
        assert_int_equal(reference_read(&key, text, &got), ERR_NOT_FOUND);
        text[i] = was;
    }
    static const char *const rows[] = {
        "",       ".",           "mine.b1.71.s.",      "mine.b1.071.s.x",
        "mine",   "mine.b1.71.", "Mine.b1.71.s.AAAAA", LONGEST "x.b1.7.s.AAA",
        "a.b..s."};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(reference_read(&key, rows[i], &got), ERR_NOT_FOUND);
    }
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_reads_back),
        cmocka_unit_test(a_changed_reference_is_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
