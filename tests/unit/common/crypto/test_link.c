/* test_link -- tokens read back, and nothing else does. */
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
static const struct link ann = {LINK_UNSUBSCRIBE_EMAIL, 65535, 16777215,
                                WORDS__CHANNEL__CHANNEL_EMAIL, LINK_SALT_MAX};

static void
assert_same(const struct link *got, const struct link *want)
{
    assert_int_equal(got->purpose, want->purpose);
    assert_int_equal(got->campaign_number, want->campaign_number);
    assert_int_equal(got->number, want->number);
    assert_int_equal(got->channel, want->channel);
    assert_int_equal(got->salt, want->salt);
}

static void
assert_reads_back(const struct link *link)
{
    struct link got;
    char token[LINK_TOKEN_SIZE];
    link_write(&key, link, token);
    assert_int_equal(strlen(token), LINK_TOKEN_CHARS);
    assert_int_equal(link_read(&key, token, &got), ERR_NONE);
    assert_same(&got, link);
}

static void
a_token_reads_back_for_each_purpose(void **state)
{
    (void)state;
    for (int p = LINK_PREFERENCES; p <= LINK_SESSION; p++) {
        struct link link = {(enum link_purpose)p, 258, 0x010203,
                            WORDS__CHANNEL__CHANNEL_SMS, 0x4321};
        assert_reads_back(&link);
        link.channel = WORDS__CHANNEL__CHANNEL_EMAIL;
        assert_reads_back(&link);
        link.salt = 0;
        assert_reads_back(&link);
    }
    assert_reads_back(&ann);
}

/* Written by 0.2 under this key. */
static void
a_link_of_before_reads_still_with_its_channel_by_purpose(void **state)
{
    static const struct {
        const char *token;
        struct link link;
    } rows[] = {
        {"AQECAQIDBFHxulAvDpi5", {LINK_PREFERENCES, 258, 0x01020304, 0, 0}},
        {"AgECAQIDBFO32NJiGlfl",
         {LINK_UNSUBSCRIBE_SMS, 258, 0x01020304, WORDS__CHANNEL__CHANNEL_SMS,
          0}},
        {"A___AP___2HixAvcbtG1",
         {LINK_UNSUBSCRIBE_EMAIL, 65535, 0xffffff,
          WORDS__CHANNEL__CHANNEL_EMAIL, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct link got;
        assert_int_equal(link_read(&key, rows[i].token, &got), ERR_NONE);
        assert_same(&got, &rows[i].link);
    }
}

static void
a_link_of_no_contact_is_as_those_of_before(void **state)
{
    struct link link = {.purpose = LINK_PREFERENCES,
                        .campaign_number = 258,
                        .number = 0x01020304};
    struct link got;
    char token[LINK_TOKEN_SIZE];
    (void)state;
    link_write(&key, &link, token);
    assert_string_equal(token, "AQECAQIDBFHxulAvDpi5");
    assert_int_equal(link_read(&key, token, &got), ERR_NONE);
    assert_same(&got, &link);
}

static void
a_link_to_another_contact_is_another(void **state)
{
    struct link other = ann;
    char token[LINK_TOKEN_SIZE], others[LINK_TOKEN_SIZE];
    (void)state;
    link_write(&key, &ann, token);
    other.salt--;
    link_write(&key, &other, others);
    assert_string_not_equal(token, others);
    other = ann;
    other.channel = WORDS__CHANNEL__CHANNEL_SMS;
    link_write(&key, &other, others);
    assert_string_not_equal(token, others);
}

static void
a_token_with_any_character_changed_is_nobodys(void **state)
{
    (void)state;
    char token[LINK_TOKEN_SIZE];
    struct link got;
    link_write(&key, &ann, token);
    for (size_t i = 0; i < LINK_TOKEN_CHARS; i++) {
        char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
        token[i] = '%';
        assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
        token[i] = was;
    }
    assert_int_equal(link_read(&other_key, token, &got), ERR_NOT_FOUND);
    token[LINK_TOKEN_CHARS - 1] = '\0';
    assert_int_equal(link_read(&key, token, &got), ERR_NOT_FOUND);
    assert_int_equal(link_read(&key, "", &got), ERR_NOT_FOUND);
}

/* The same key, another version in the upper four bits. */
static void
a_token_of_a_newer_version_is_nobodys(void **state)
{
    (void)state;
    struct link next = {(enum link_purpose)(LINK_PREFERENCES | 3 << 4), 258, 7,
                        WORDS__CHANNEL__CHANNEL_SMS, 1};
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
    link_write_path(&key, &(struct link){LINK_PREFERENCES, 1, 2, 0, 0}, path);
    assert_memory_equal(path, "/p/", 3);
    link_write_path(
        &key,
        &(struct link){LINK_CONTACT, 1, 2, WORDS__CHANNEL__CHANNEL_SMS, 3},
        path);
    assert_memory_equal(path, "/y/", 3);
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_reads_back_for_each_purpose),
        cmocka_unit_test(
            a_link_of_before_reads_still_with_its_channel_by_purpose),
        cmocka_unit_test(a_link_of_no_contact_is_as_those_of_before),
        cmocka_unit_test(a_link_to_another_contact_is_another),
        cmocka_unit_test(a_token_with_any_character_changed_is_nobodys),
        cmocka_unit_test(a_token_of_a_newer_version_is_nobodys),
        cmocka_unit_test(a_path_says_what_the_link_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
