/* test_crypto -- known answers where standards give them. */
#include "common/crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"

static struct crypto_key
key_of(uint8_t first)
{
    struct crypto_key key;
    for (size_t i = 0; i < sizeof(key.bytes); i++) {
        key.bytes[i] = (uint8_t)(first + i);
    }
    return key;
}

static void
assert_hex(const void *bytes, size_t len, const char *want)
{
    struct buf got;
    buf_init(&got, 0);
    crypto_add_hex(&got, bytes, len);
    assert_string_equal(buf_string(&got), want);
    buf_fini(&got);
}

/* RFC 7693, appendix A. */
static void
blake2b_of_abc_is_that_of_rfc_7693(void **state)
{
    (void)state;
    uint8_t got[64];
    crypto_digest(NULL, "abc", 3, got, sizeof(got));
    assert_hex(got, 64,
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2"
               "d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd400"
               "9923");
}

static void
a_key_changes_the_digest_and_a_short_one_begins_the_one_of_16(void **state)
{
    (void)state;
    struct crypto_key a = key_of(0), b = key_of(1);
    uint8_t of_a[16], of_b[16], brief[8];
    crypto_digest(&a, "x", 1, of_a, 16);
    crypto_digest(&b, "x", 1, of_b, 16);
    crypto_digest(&a, "x", 1, brief, 8);
    assert_memory_not_equal(of_a, of_b, 16);
    assert_memory_equal(of_a, brief, 8);
}

/* The SipHash paper's test vector: key 00..0f, input 00..0e. */
static void
mac64_is_siphash_2_4(void **state)
{
    (void)state;
    struct crypto_key key = key_of(0);
    uint8_t in[15];
    for (uint8_t i = 0; i < sizeof(in); i++) {
        in[i] = i;
    }
    assert_true(crypto_mac64(&key, in, sizeof(in)) == 0xa129ca6149be45e5ULL);
}

/* RFC 8032, 7.1, test 2. */
static void
signatures_are_those_of_rfc_8032(void **state)
{
    (void)state;
    struct crypto_key seed;
    uint8_t public_key[32], signature[64];
    const char *text =
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    assert_int_equal(crypto_read_hex(text, 64, seed.bytes, 32), 32);
    crypto_public_of(&seed, public_key);
    assert_hex(
        public_key, 32,
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    crypto_make_signature(&seed, "\x72", 1, signature);
    assert_hex(signature, 64,
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69"
               "da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb"
               "0c00");
    assert_true(crypto_verify(public_key, "\x72", 1, signature));
    assert_false(crypto_verify(public_key, "\x73", 1, signature));
    signature[0] ^= 1;
    assert_false(crypto_verify(public_key, "\x72", 1, signature));
}

static void
what_is_sealed_opens_only_whole_with_its_key_and_context(void **state)
{
    (void)state;
    struct crypto_key key = key_of(7), other = key_of(8);
    const char plain[] = "+447700900123";
    uint8_t sealed[sizeof(plain) + CRYPTO_SEAL_EXTRA_BYTES];
    uint8_t open[sizeof(plain)];
    crypto_seal(&key, bytes_of(plain, sizeof(plain)), bytes_of_string("su:1"),
                sealed);
    assert_true(crypto_unseal(&key, bytes_of(sealed, sizeof(sealed)),
                              bytes_of_string("su:1"), open));
    assert_string_equal((char *)open, plain);
    assert_false(crypto_unseal(&other, bytes_of(sealed, sizeof(sealed)),
                               bytes_of_string("su:1"), open));
    assert_false(crypto_unseal(&key, bytes_of(sealed, sizeof(sealed)),
                               bytes_of_string("su:2"), open));
    assert_false(crypto_unseal(&key, bytes_of(sealed, 39),
                               bytes_of_string("su:1"), open));
    for (size_t i = 0; i < sizeof(sealed); i++) {
        sealed[i] ^= 1;
        assert_false(crypto_unseal(&key, bytes_of(sealed, sizeof(sealed)),
                                   bytes_of_string("su:1"), open));
        sealed[i] ^= 1;
    }
}

static void
each_purpose_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct crypto_key from = key_of(1), a, b, again;
    crypto_key_derive(&from, "email-index", &a);
    crypto_key_derive(&from, "phone-index", &b);
    crypto_key_derive(&from, "email-index", &again);
    assert_memory_not_equal(&a, &b, sizeof(a));
    assert_memory_equal(&a, &again, sizeof(a));
}

static void
a_password_is_verified_against_its_hash_alone(void **state)
{
    (void)state;
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    assert_true(crypto_password_hash("march", hash));
    assert_non_null(strstr(hash, "$argon2id$"));
    assert_true(crypto_password_verify(hash, "march"));
    assert_false(crypto_password_verify(hash, "March"));
    assert_false(crypto_password_verify("", "march"));
}

static void
text_forms_read_back_and_refuse_what_is_not_theirs(void **state)
{
    (void)state;
    uint8_t out[8];
    /* RFC 4648, 10, without padding. */
    static const struct {
        const char *plain, *text;
    } rows[] = {{"", ""},
                {"f", "Zg"},
                {"fo", "Zm8"},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg"},
                {"fooba", "Zm9vYmE"},
                {"foobar", "Zm9vYmFy"},
                {"\xff\xfe", "__4"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf got;
        buf_init(&got, 0);
        crypto_add_base64url(&got, rows[i].plain, strlen(rows[i].plain));
        assert_string_equal(buf_string(&got), rows[i].text);
        long n = crypto_read_base64url(rows[i].text, strlen(rows[i].text), out,
                                       sizeof(out));
        assert_int_equal(n, strlen(rows[i].plain));
        assert_memory_equal(out, rows[i].plain, (size_t)n);
        buf_fini(&got);
    }
    static const char *const bad64[] = {"Zg==", "Z",     "Zh",
                                        "Zm+v", "Zm9v ", "Zm9vYmFyZm9v"};
    for (size_t i = 0; i < sizeof(bad64) / sizeof(bad64[0]); i++) {
        assert_int_equal(
            crypto_read_base64url(bad64[i], strlen(bad64[i]), out, 8), -1);
    }
    assert_int_equal(crypto_read_hex("00fF", 4, out, 8), 2);
    assert_int_equal(out[1], 0xff);
    assert_int_equal(crypto_read_hex("0", 1, out, 8), -1);
    assert_int_equal(crypto_read_hex("0g", 2, out, 8), -1);
    assert_int_equal(crypto_read_hex("001122334455667788", 18, out, 8), -1);
}

/* ---- key files ---- */

static char *
make_dir(void)
{
    char *dir = mem_copy_string("/tmp/muster-crypto-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return dir;
}

static void
a_missing_key_file_is_made_private_and_then_kept(void **state)
{
    (void)state;
    char *dir = make_dir(), *path = mem_format("%s/x.key", dir);
    struct crypto_key first, second;
    struct stat stat_buf;
    crypto_key_load(path, true, &first);
    crypto_key_load(path, true, &second);
    assert_memory_equal(&first, &second, sizeof(first));
    assert_int_equal(stat(path, &stat_buf), 0);
    assert_int_equal(stat_buf.st_mode & 0777, 0600);
    (void)unlink(path);
    (void)rmdir(dir); /* fails if a draft was left behind */
    assert_int_equal(access(dir, F_OK), -1);
    free(path);
    free(dir);
}

/* What a child that loads path ends with. */
static int
status_of_loading(const char *path, bool may_create)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct crypto_key key;
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(2);
        }
        crypto_key_load(path, may_create, &key);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void
a_key_file_that_is_open_short_or_missing_ends_the_start(void **state)
{
    (void)state;
    char *dir = make_dir(), *path = mem_format("%s/x.key", dir);
    assert_int_equal(status_of_loading(path, false), 1);
    assert_int_equal(status_of_loading(path, true), 0);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(status_of_loading(path, true), 1);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(status_of_loading(path, true), 1);
    (void)unlink(path);
    (void)rmdir(dir);
    free(path);
    free(dir);
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blake2b_of_abc_is_that_of_rfc_7693),
        cmocka_unit_test(
            a_key_changes_the_digest_and_a_short_one_begins_the_one_of_16),
        cmocka_unit_test(mac64_is_siphash_2_4),
        cmocka_unit_test(signatures_are_those_of_rfc_8032),
        cmocka_unit_test(
            what_is_sealed_opens_only_whole_with_its_key_and_context),
        cmocka_unit_test(each_purpose_has_a_key_of_its_own),
        cmocka_unit_test(a_password_is_verified_against_its_hash_alone),
        cmocka_unit_test(text_forms_read_back_and_refuse_what_is_not_theirs),
        cmocka_unit_test(a_missing_key_file_is_made_private_and_then_kept),
        cmocka_unit_test(
            a_key_file_that_is_open_short_or_missing_ends_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
