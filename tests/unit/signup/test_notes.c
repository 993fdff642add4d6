/* test_notes -- a note, sealed and opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/notes/note.h"
#include "services/signup/people/address.h"
#include "services/signup/signup.h"

static struct address_keys keys;
static struct signup signup = {.keys = &keys};
static Signup__Campaign definition = SIGNUP__CAMPAIGN__INIT;
static struct campaign care = {
    .signup = &signup, .id = "care", .definition = &definition};
static struct campaign other = {
    .signup = &signup, .id = "other", .definition = &definition};

static int
make_keys(void **state)
{
    (void)state;
    crypto_init();
    struct crypto_key key = {{7}};
    address_keys_derive(&key, &keys);
    definition.name = "Care";
    return 0;
}

/* Its row; item.sealed is borrowed from to. */
static struct note_item_row
pack(const struct campaign *campaign, const struct note *note, struct buf *to)
{
    struct note_item_row item;
    buf_reset(to);
    note_pack(campaign, note, to);
    struct bytes bytes = bytes_of(to->data, to->len);
    assert_true(note_item_row_read(&bytes, &item));
    return item;
}

static const struct note changed = {.channel = WORDS__CHANNEL__CHANNEL_SMS,
                                    .address = "+447700900123",
                                    .text = "Care: your number was changed.",
                                    .key = "changed:7",
                                    .expires_at_ms = 1800000000000};

static void
a_note_opens_with_its_own_campaign_alone(void **state)
{
    (void)state;
    struct buf packed;
    buf_init(&packed, 0);
    struct note_item_row item = pack(&care, &changed, &packed);
    struct note_words words;
    assert_true(note_open(&care, item.sealed, &words));
    assert_string_equal(words.address, "+447700900123");
    assert_string_equal(words.subject, "Care");
    assert_string_equal(words.text, changed.text);
    assert_false(note_open(&other, item.sealed, &words));
    assert_null(memmem(packed.data, packed.len, "7700900123", 10));
    assert_null(memmem(packed.data, packed.len, "changed", 7));
    item.sealed.len = 3;
    assert_false(note_open(&care, item.sealed, &words));
    buf_fini(&packed);
}

static void
what_its_maker_calls_it_is_its_key(void **state)
{
    (void)state;
    struct buf packed;
    buf_init(&packed, 0);
    struct note_item_row first = pack(&care, &changed, &packed);
    struct note again = changed;
    again.text = "Other words";
    struct note_item_row second = pack(&care, &again, &packed);
    assert_memory_equal(first.key, second.key, sizeof(first.key));
    again.key = "changed:8";
    second = pack(&care, &again, &packed);
    assert_memory_not_equal(first.key, second.key, sizeof(first.key));
    buf_fini(&packed);
}

static void
what_is_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    char text[NOTE_TEXT_BYTES_MAX + 2], subject[NOTE_SUBJECT_BYTES_MAX + 3];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memset(subject, 's', sizeof(subject) - 1);
    memcpy(subject + NOTE_SUBJECT_BYTES_MAX - 1, "\xe2\x80\xa6", 4);
    struct note note = changed;
    note.text = text;
    note.subject = subject;
    struct buf packed;
    buf_init(&packed, 0);
    struct note_item_row item = pack(&care, &note, &packed);
    struct note_words words;
    assert_true(note_open(&care, item.sealed, &words));
    assert_int_equal(strlen(words.text), NOTE_TEXT_BYTES_MAX);
    assert_int_equal(strlen(words.subject), NOTE_SUBJECT_BYTES_MAX - 1);
    buf_fini(&packed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_opens_with_its_own_campaign_alone),
        cmocka_unit_test(what_its_maker_calls_it_is_its_key),
        cmocka_unit_test(what_is_too_long_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
