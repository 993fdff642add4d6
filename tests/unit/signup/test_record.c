/* test_record -- what is kept of one supporter: sealed, opened, changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "services/signup/people/address.h"
#include "services/signup/people/record.h"
#include "services/signup/people/rules.h"

#define PLAIN_ROOM 200

static struct record_keys keys = {.count = 1,
                                  .list = {{RECORD_KEY_FIRST, {{1, 2, 3}}}}};

static struct record
ann(void)
{
    struct record record = {.name = "Ann Smith",
                            .phone = 447700900123,
                            .email = "ann@example.org",
                            .given_count = 2};
    record.given[0] = (struct record_given){4, 1700000000000, false, 0};
    record.given[1] = (struct record_given){5, 1700000000001, true, 0};
    return record;
}

static void
a_record_unseals_as_it_was_sealed(void **state)
{
    (void)state;
    struct record want = ann(), got;
    struct buf sealed;
    buf_init(&sealed, 0);
    record_seal(&keys, "care", &want, &sealed);
    memset(&got, 0xaa, sizeof(got));
    assert_true(
        record_unseal(&keys, "care", bytes_of(sealed.data, sealed.len), &got));
    assert_string_equal(got.name, want.name);
    assert_true(got.phone == want.phone);
    assert_string_equal(got.email, want.email);
    assert_int_equal(got.given_count, 2);
    assert_int_equal(got.given[1].evidence, 5);
    assert_true(got.given[1].at_ms == 1700000000001);
    assert_true(got.given[1].is_withdrawn);
    assert_int_equal(got.salts[0], 0);
    assert_false(got.is_merged);
    buf_fini(&sealed);
}

static void
salts_proofs_and_a_merge_unseal_as_they_were_sealed(void **state)
{
    (void)state;
    struct record want = ann(), got;
    struct buf sealed;
    buf_init(&sealed, 0);
    want.salts[0] = 1;
    want.salts[1] = RECORD_SALT_MAX;
    want.proved_at_ms[1] = 1700000000002;
    want.given[0].proved_at_ms = 1700000000003;
    want.confirms_by = WORDS__CHANNEL__CHANNEL_EMAIL;
    want.is_for_other = want.is_merged = true;
    want.into = 7;
    want.flags_before = UINT32_MAX;
    want.moved_count = 2;
    want.moved[1] = 65535;
    record_seal(&keys, "care", &want, &sealed);
    memset(&got, 0xaa, sizeof(got));
    assert_true(
        record_unseal(&keys, "care", bytes_of(sealed.data, sealed.len), &got));
    assert_int_equal(got.salts[0], 1);
    assert_int_equal(got.salts[1], RECORD_SALT_MAX);
    assert_true(got.proved_at_ms[0] == 0);
    assert_true(got.proved_at_ms[1] == 1700000000002);
    assert_true(got.given[0].proved_at_ms == 1700000000003);
    assert_int_equal(got.confirms_by, WORDS__CHANNEL__CHANNEL_EMAIL);
    assert_true(got.is_for_other && got.is_merged);
    assert_int_equal(got.into, 7);
    assert_true(got.flags_before == UINT32_MAX);
    assert_int_equal(got.moved_count, 2);
    assert_int_equal(got.moved[1], 65535);
    buf_fini(&sealed);
}

/* A byte before the seal names the key. */
static void
each_of_several_keys_unseals_its_own(void **state)
{
    (void)state;
    struct record_keys both = keys;
    both.list[both.count++] = (struct record_key){7, {{9}}};
    struct record want = ann(), got;
    struct buf old, new;
    buf_init(&old, 0);
    buf_init(&new, 0);
    record_seal(&keys, "care", &want, &old);
    record_seal(&both, "care", &want, &new);
    assert_int_equal((uint8_t)old.data[0], RECORD_KEY_FIRST);
    assert_int_equal((uint8_t) new.data[0], 7);
    assert_true(
        record_unseal(&both, "care", bytes_of(old.data, old.len), &got));
    assert_true(
        record_unseal(&both, "care", bytes_of(new.data, new.len), &got));
    assert_false(
        record_unseal(&keys, "care", bytes_of(new.data, new.len), &got));
    buf_fini(&old);
    buf_fini(&new);
}

/* As 0.1 sealed: the same without the byte. Some begin with a key's name by
 * chance. */
static void
a_record_of_the_first_format_unseals(void **state)
{
    (void)state;
    struct record want = ann(), got;
    bool has_met_a_name = false;
    for (int i = 0; i < 5000; i++) {
        struct buf sealed;
        buf_init(&sealed, 0);
        record_seal(&keys, "care", &want, &sealed);
        struct bytes old = bytes_of(sealed.data + 1, sealed.len - 1);
        has_met_a_name |= sealed.data[1] == RECORD_KEY_FIRST;
        assert_true(record_unseal(&keys, "care", old, &got));
        assert_string_equal(got.name, want.name);
        buf_fini(&sealed);
    }
    assert_true(has_met_a_name);
}

/* A later version's field of a record, written again by this one. */
static void
a_field_that_only_a_later_version_knows_stays(void **state)
{
    (void)state;
    static const uint8_t plain[] = "\x0a\x03"
                                   "Ann"
                                   "\xa2\x06\x05"
                                   "later";
    uint8_t sealed[1 + sizeof(plain) - 1 + CRYPTO_SEAL_EXTRA_BYTES] = {
        RECORD_KEY_FIRST};
    uint8_t opened[PLAIN_ROOM] = {0};
    struct bytes campaign = bytes_of_string("care");
    crypto_seal(&keys.list[0].key, bytes_of(plain, sizeof(plain) - 1), campaign,
                sealed + 1);
    struct record record;
    assert_true(record_unseal(&keys, "care", bytes_of(sealed, sizeof(sealed)),
                              &record));
    assert_string_equal(record.name, "Ann");
    record.phone = 447700900123;
    struct buf again;
    buf_init(&again, 0);
    record_seal(&keys, "care", &record, &again);
    assert_true(crypto_unseal(&keys.list[0].key,
                              bytes_of(again.data + 1, again.len - 1), campaign,
                              opened));
    assert_non_null(memmem(opened, sizeof(opened),
                           "\xa2\x06\x05"
                           "later",
                           7));
    buf_fini(&again);
}

static void
the_longest_record_there_can_be_opens(void **state)
{
    (void)state;
    struct record want = {.phone = 999999999999999,
                          .given_count = RECORD_GIVEN_MAX},
                  got;
    memset(want.name, 'n', NAME_BYTES_MAX);
    memset(want.email, 'e', EMAIL_TEXT_SIZE - 1);
    for (size_t i = 0; i < RECORD_GIVEN_MAX; i++) {
        want.given[i] = (struct record_given){UINT32_MAX, INT64_MAX, true, 0};
    }
    struct buf sealed;
    buf_init(&sealed, 0);
    record_seal(&keys, "care", &want, &sealed);
    assert_true(
        record_unseal(&keys, "care", bytes_of(sealed.data, sealed.len), &got));
    assert_string_equal(got.name, want.name);
    assert_string_equal(got.email, want.email);
    buf_fini(&sealed);
}

static void
a_record_unseals_with_its_key_in_its_campaign_unchanged_alone(void **state)
{
    (void)state;
    struct record record = ann(), got;
    struct record_keys other = {.count = 1,
                                .list = {{RECORD_KEY_FIRST, {{1, 2, 4}}}}};
    struct buf sealed;
    buf_init(&sealed, 0);
    record_seal(&keys, "care", &record, &sealed);
    struct bytes bytes = bytes_of(sealed.data, sealed.len);
    assert_true(record_unseal(&keys, "care", bytes, &got));
    assert_false(record_unseal(&other, "care", bytes, &got));
    assert_false(record_unseal(&keys, "cares", bytes, &got));
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.data[i] ^= 1;
        assert_false(record_unseal(&keys, "care", bytes, &got));
        sealed.data[i] ^= 1;
        assert_false(
            record_unseal(&keys, "care", bytes_of(sealed.data, i), &got));
    }
    buf_fini(&sealed);
}

static void
a_sealed_record_shows_nothing_and_is_never_the_same_twice(void **state)
{
    (void)state;
    struct record record = ann();
    struct buf one, two;
    buf_init(&one, 0);
    buf_init(&two, 0);
    record_seal(&keys, "care", &record, &one);
    record_seal(&keys, "care", &record, &two);
    assert_null(memmem(one.data, one.len, "Ann", 3));
    assert_null(memmem(one.data, one.len, "example", 7));
    assert_memory_not_equal(one.data, two.data, RECORD_VERSION_BYTES);
    buf_fini(&one);
    buf_fini(&two);
}

/* ---- consents ---- */

#define SMS 0
#define GIVE false
#define WITHDRAW true

static void
a_consent_changes_what_it_says_anew(void **state)
{
    (void)state;
    const struct {
        uint32_t flags; /* before */
        bool is_withdrawn, is_import;
        int64_t at_ms; /* 100 is known */
        bool want;
        uint32_t want_flags;
    } rows[] = {
        {0, GIVE, false, 200, true, FLAG_SMS_GIVEN},
        {0, GIVE, true, 200, true, FLAG_SMS_GIVEN},
        {FLAG_SMS_GIVEN, GIVE, false, 200, false, FLAG_SMS_GIVEN},
        {FLAG_SMS_GIVEN, WITHDRAW, false, 200, true, FLAG_SMS_WITHDRAWN},
        {0, WITHDRAW, false, 200, true, FLAG_SMS_WITHDRAWN},
        {FLAG_SMS_WITHDRAWN, WITHDRAW, false, 200, false, FLAG_SMS_WITHDRAWN},
        {FLAG_SMS_WITHDRAWN, GIVE, false, 200, true, FLAG_SMS_GIVEN},
        {FLAG_SMS_WITHDRAWN, GIVE, true, 200, false, FLAG_SMS_WITHDRAWN},
        /* older words, come late */
        {FLAG_SMS_WITHDRAWN, GIVE, false, 99, false, FLAG_SMS_WITHDRAWN},
        {FLAG_SMS_GIVEN, WITHDRAW, false, 99, false, FLAG_SMS_GIVEN},
        /* the other channel's flags stay */
        {FLAG_EMAIL_GIVEN, WITHDRAW, false, 200, true,
         FLAG_SMS_WITHDRAWN | FLAG_EMAIL_GIVEN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct record record = {.given_count = 1};
        record.given[0] = (struct record_given){SMS, 100, false, 0};
        uint32_t flags = rows[i].flags;
        struct record_given given = {SMS, rows[i].at_ms, rows[i].is_withdrawn,
                                     0};
        bool got =
            record_apply_consent(&record, &flags, &given, rows[i].is_import);
        if (got != rows[i].want || flags != rows[i].want_flags ||
            record.given_count != (got ? 2U : 1U)) {
            fail_msg("row %zu: changed %d, flags %02x, %zu kept", i, got, flags,
                     record.given_count);
        }
    }
}

static void
a_full_record_keeps_the_first_consent_and_the_newest(void **state)
{
    (void)state;
    struct record record = {.given_count = 0};
    uint32_t flags = 0;
    for (int i = 0; i < RECORD_GIVEN_MAX + 5; i++) {
        struct record_given given = {SMS, 100 + i, i % 2 == 1, 0};
        assert_true(record_apply_consent(&record, &flags, &given, false));
    }
    assert_int_equal(record.given_count, RECORD_GIVEN_MAX);
    assert_int_equal(record.given[0].at_ms, 100);
    assert_int_equal(record.given[1].at_ms, 106);
    assert_int_equal(record.given[RECORD_GIVEN_MAX - 1].at_ms,
                     100 + RECORD_GIVEN_MAX + 4);
}

/* ---- addresses ---- */

static void
a_blind_index_depends_on_key_campaign_kind_and_address(void **state)
{
    (void)state;
    struct address_keys ours, others;
    struct crypto_key one = {{1, 2, 3}}, other = {{9}};
    address_keys_derive(&one, &ours);
    address_keys_derive(&other, &others);
    uint8_t a[ADDRESS_HASH_BYTES], b[ADDRESS_HASH_BYTES];
    address_hash_phone(&ours, "care", 447700900123, a);
    address_hash_phone(&ours, "care", 447700900123, b);
    assert_memory_equal(a, b, sizeof(a));
    address_hash_phone(&ours, "care", 447700900124, b);
    assert_memory_not_equal(a, b, sizeof(a));
    address_hash_phone(&ours, "carf", 447700900123, b);
    assert_memory_not_equal(a, b, sizeof(a));
    address_hash_phone(&others, "care", 447700900123, b);
    assert_memory_not_equal(a, b, sizeof(a));
    address_hash_email(&ours, "care", "+447700900123", b);
    assert_memory_not_equal(a, b, sizeof(a));
    address_hash_email(&ours, "care", "ann@example.org", a);
    address_hash_email(&ours, "care", "ANN@example.org", b);
    assert_memory_equal(a, b, sizeof(a));
}

static void
a_hint_is_enough_for_its_owner_alone(void **state)
{
    (void)state;
    char hint[ADDRESS_HINT_SIZE], phone[PHONE_TEXT_SIZE];
    address_hint_phone(447700900007, hint);
    assert_string_equal(hint, "…007");
    address_hint_email("ann@example.org", hint);
    assert_string_equal(hint, "a…@example.org");
    assert_true(address_phone_digits("+447700900123") == 447700900123);
    address_phone_text(447700900123, phone);
    assert_string_equal(phone, "+447700900123");
}

int
main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_unseals_as_it_was_sealed),
        cmocka_unit_test(salts_proofs_and_a_merge_unseal_as_they_were_sealed),
        cmocka_unit_test(each_of_several_keys_unseals_its_own),
        cmocka_unit_test(a_record_of_the_first_format_unseals),
        cmocka_unit_test(a_field_that_only_a_later_version_knows_stays),
        cmocka_unit_test(the_longest_record_there_can_be_opens),
        cmocka_unit_test(
            a_record_unseals_with_its_key_in_its_campaign_unchanged_alone),
        cmocka_unit_test(
            a_sealed_record_shows_nothing_and_is_never_the_same_twice),
        cmocka_unit_test(a_consent_changes_what_it_says_anew),
        cmocka_unit_test(a_full_record_keeps_the_first_consent_and_the_newest),
        cmocka_unit_test(
            a_blind_index_depends_on_key_campaign_kind_and_address),
        cmocka_unit_test(a_hint_is_enough_for_its_owner_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
