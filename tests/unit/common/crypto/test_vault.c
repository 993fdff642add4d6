/* test_vault -- what is sealed to a key opens with it, whole, or not at all. */
#include "common/crypto/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/crypto/crypto.h"

static struct vault_keys keys;

static int
make_keys(void **state)
{
    (void)state;
    crypto_init();
    vault_make_keys(&keys);
    return 0;
}

/* Bytes that differ from one another. */
static void
fill(struct buf *to, size_t len)
{
    buf_init(to, 0);
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)(i * 31 + i / 251);
        buf_add(to, &byte, 1);
    }
}

static FILE *
file_of(const void *bytes, size_t len)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    rewind(file);
    return file;
}

static void
take_all(FILE *file, struct buf *to)
{
    uint8_t bytes[4096];
    buf_init(to, 0);
    rewind(file);
    for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file)) > 0;) {
        buf_add(to, bytes, n);
    }
    (void)fclose(file);
}

static void
seal(const struct buf *plain, struct buf *sealed)
{
    FILE *from = file_of(buf_string(plain), plain->len), *to = tmpfile();
    assert_non_null(to);
    assert_true(vault_seal(from, to, keys.public_key));
    (void)fclose(from);
    take_all(to, sealed);
}

/* NULL: it opened, as got. */
static const char *
open_sealed(const void *bytes, size_t len, const struct vault_keys *by,
            struct buf *got)
{
    FILE *from = file_of(bytes, len), *to = tmpfile();
    assert_non_null(to);
    const char *why = vault_open(from, to, by);
    (void)fclose(from);
    take_all(to, got);
    return why;
}

static void
a_stream_of_any_length_comes_back(void **state)
{
    static const size_t lens[] = {
        0,
        1,
        VAULT_FRAME_BYTES - 1,
        VAULT_FRAME_BYTES,
        VAULT_FRAME_BYTES + 1,
        2 * VAULT_FRAME_BYTES,
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
        struct vault_keys alone = {.public_key = {0}};
        struct buf plain, sealed, got;
        fill(&plain, lens[i]);
        seal(&plain, &sealed);
        memcpy(alone.secret, keys.secret, sizeof(alone.secret));
        vault_set_public(&alone);
        assert_null(open_sealed(sealed.data, sealed.len, &alone, &got));
        assert_int_equal(got.len, plain.len);
        assert_memory_equal(buf_string(&got), buf_string(&plain), plain.len);
        buf_fini(&plain);
        buf_fini(&sealed);
        buf_fini(&got);
    }
}

static void
expect_refused(const void *bytes, size_t len, const struct vault_keys *by,
               const char *words)
{
    struct buf got;
    const char *why = open_sealed(bytes, len, by, &got);
    buf_fini(&got);
    if (why == NULL || strstr(why, words) == NULL) {
        fail_msg("%zu bytes: %s", len, why == NULL ? "opened" : why);
    }
}

static void
whatever_is_not_whole_is_refused_in_words(void **state)
{
    struct vault_keys others;
    struct buf plain, sealed;
    (void)state;
    fill(&plain, 2 * VAULT_FRAME_BYTES);
    seal(&plain, &sealed);
    vault_make_keys(&others);
    expect_refused(sealed.data, sealed.len, &others, "another key");
    expect_refused(plain.data, plain.len, &keys, "no backup");
    expect_refused("", 0, &keys, "no backup");
    for (size_t len = sizeof(VAULT_MAGIC) - 1; len < sealed.len;
         len += 1 + len / 7) {
        expect_refused(sealed.data, len, &keys, "cut off");
    }
    buf_add_string(&sealed, "x");
    expect_refused(sealed.data, sealed.len, &keys, "damaged");
    sealed.len--;
    for (size_t at = sizeof(VAULT_MAGIC) - 1; at < sealed.len;
         at += 1 + at / 3) {
        ((uint8_t *)sealed.data)[at] ^= 1;
        expect_refused(sealed.data, sealed.len, &keys, "");
        ((uint8_t *)sealed.data)[at] ^= 1;
    }
    buf_fini(&plain);
    buf_fini(&sealed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_of_any_length_comes_back),
        cmocka_unit_test(whatever_is_not_whole_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
