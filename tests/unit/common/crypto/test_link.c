/* test_link -- tokens read back, and nothing else does. */
#include "common/crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct crypto_key key = {{1, 2, 3}};
static const struct crypto_key other_key = {{1, 2, 4}};
static const struct link ann = {LINK_UNSUBSCRIBE_EMAIL, 65535, 16777215};

static void
a_token_reads_back_for_each_purpose(void **state)
{
    (void)state;
    for (int p = LINK_PREFERENCES; p <= LINK_UNSUBSCRIBE_EMAIL; p++) {
        struct link link = {(enum link_purpose)p, 258, 0x01020304}, got;
        char token[LINK_TOKEN_SIZE];
        link_write(&key, &link, token);
        assert_int_equal(strlen(token), LINK_TOKEN_SIZE - 1);
        assert_int_equal(link_read(&key, token, &got), ERR_NONE);
        assert_int_equal(got.purpose, link.purpose);
        assert_int_equal(got.campaign_number, link.campaign_number);
        assert_int_equal(got.number, link.number);
    }
}

static void
a_token_with_any_character_changed_is_nobodys(void **state)
{
    (void)state;
    char token[LINK_TOKEN_SIZE];
    struct link got;
    link_write(&key, &ann, token);
    for (size_t i = 0; i < LINK_TOKEN_SIZE - 1; i++) {
        char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
        token[i] = '%';
        assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
        token[i] = was;
    }
    assert_int_equal(link_read(&other_key, token, &got), ERR_NOT_FOUND);
    token[LINK_TOKEN_SIZE - 2] = '\0';
    assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
    assert_int_equal(link_read(&key, "", &got), ERR_NOT_FOUND);
}

/* The same key, another version in the upper four bits. */
static void
a_token_of_a_newer_version_is_nobodys(void **state)
{
    (void)state;
    struct link next = {(enum link_purpose)(LINK_PREFERENCES | 1 << 4), 258, 7};
    struct link got;
    char token[LINK_TOKEN_SIZE];
    link_write(&key, &next, token);
    assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
}

static void
a_path_says_what_the_link_does(void **state)
{
    (void)state;
    char path[LINK_PATH_SIZE], token[LINK_TOKEN_SIZE];
    link_write_path(&key, &ann, path);
    link_write(&key, &ann, token);
    assert_memory_equal(path, "/u/", 3);
    assert_string_equal(path + 3, token);
    link_write_path(&key, &(struct link){LINK_PREFERENCES, 1, 2}, path);
    assert_memory_equal(path, "/p/", 3);
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_reads_back_for_each_purpose),
        cmocka_unit_test(a_token_with_any_character_changed_is_nobodys),
        cmocka_unit_test(a_token_of_a_newer_version_is_nobodys),
        cmocka_unit_test(a_path_says_what_the_link_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
