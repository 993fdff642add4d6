/* test_wire -- what protobuf-c accepts and we do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "feed.pb-c.h"
#include "wire.pb-c.h"

#define ANY_LEN ((size_t)1 << 20)

static struct buf
pack(const void *message)
{
    struct buf b;
    buf_init(&b, 0);
    wire_pack(message, &b);
    return b;
}

static void
assert_refused(const ProtobufCMessageDescriptor *type, const void *bytes,
               size_t len)
{
    assert_null(wire_unpack(type, bytes, len, ANY_LEN));
}

static Checkin__Mark
a_mark(void)
{
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    mark.campaign = "roundtables";
    mark.action = "panel";
    mark.gate = "door";
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.scan_id = "scan-0001";
    mark.device = "phone";
    return mark;
}

static void
a_message_comes_back_as_it_was(void **state)
{
    (void)state;
    Checkin__Mark mark = a_mark();
    mark.gate = "Gât \xe2\x82\xac \xf0\x9f\x8e\xaa";
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    struct buf b = pack(&request);
    Checkin__Request *got =
        wire_unpack(&checkin__request__descriptor, b.data, b.len, ANY_LEN);
    assert_non_null(got);
    assert_int_equal(got->is_case, CHECKIN__REQUEST__IS_MARK);
    assert_string_equal(got->mark->gate, mark.gate);
    assert_string_equal(got->mark->scan_id, "scan-0001");
    wire_free(got);
    buf_fini(&b);
}

static void
pages_of_a_thousand_entries_come_back_as_they_were(void **state)
{
    (void)state;
    Feed__Page page = FEED__PAGE__INIT;
    Feed__Entry entries[1000];
    Feed__Entry *pointers[1000];
    ProtobufCBinaryData event = {5, (uint8_t *)"event"};
    ProtobufCBinaryData two[] = {event, event};
    for (size_t i = 0; i < 1000; i++) {
        feed__entry__init(&entries[i]);
        entries[i].seq = i + 1;
        entries[i].n_events = i % 3;
        entries[i].events = two;
        pointers[i] = &entries[i];
    }
    page.end = 1000;
    page.n_entries = 1000;
    page.entries = pointers;
    struct buf b = pack(&page);
    Feed__Page *got =
        wire_unpack(&feed__page__descriptor, b.data, b.len, ANY_LEN);
    assert_non_null(got);
    assert_int_equal(got->n_entries, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(got->entries[i]->seq, i + 1);
        assert_int_equal(got->entries[i]->n_events, i % 3);
    }
    wire_free(got);
    buf_fini(&b);
}

static void
a_missing_required_field_is_refused(void **state)
{
    (void)state;
    assert_refused(&feed__since__descriptor, "", 0);
    assert_refused(&wire__ask__descriptor, "\x10\x05", 2);
}

static void
a_field_with_the_number_0_is_refused(void **state)
{
    (void)state;
    assert_refused(&checkin__request__descriptor, "\x82\x00\x00", 3);
}

/* Since{campaign = 3 bytes at bytes[2]}. */
static void
strings_that_are_not_utf8_without_nul_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x0a\x03"
        "a\0b\x10\x01", /* NUL inside */
        "\x0a\x03"
        "ab\0\x10\x01",                 /* NUL at the end */
        "\x0a\x03\xff\xfe\xfd\x10\x01", /* no lead byte */
        "\x0a\x03"
        "a\xc0\xaf\x10\x01",            /* overlong */
        "\x0a\x03\xed\xa0\x80\x10\x01", /* surrogate */
        "\x0a\x03"
        "a\xe2\x82\x10\x01", /* cut short */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (wire_unpack(&feed__since__descriptor, bad[i], 7, ANY_LEN)) {
            fail_msg("row %zu was accepted", i);
        }
    }
    assert_refused(&feed__since__descriptor, "\x0a\x04\xf4\x90\x80\x80\x10\x01",
                   8);
}

static void
an_enum_value_without_a_name_is_refused_at_any_depth(void **state)
{
    (void)state;
    Checkin__Mark mark = a_mark();
    mark.kind = (Checkin__MarkKind)77;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    request.is_case = CHECKIN__REQUEST__IS_MARK;
    request.mark = &mark;
    struct buf b = pack(&request);
    assert_refused(&checkin__request__descriptor, b.data, b.len);
    buf_fini(&b);
}

static void
every_cut_of_a_message_is_refused_or_valid(void **state)
{
    (void)state;
    Checkin__Mark mark = a_mark();
    struct buf b = pack(&mark);
    for (size_t len = 0; len < b.len; len++) {
        char *cut = mem_copy(b.data, len); /* so that a sanitizer sees past */
        assert_refused(&checkin__mark__descriptor, cut, len);
        free(cut);
    }
    buf_fini(&b);
}

static void
a_message_above_its_limit_is_refused(void **state)
{
    (void)state;
    Checkin__Mark mark = a_mark();
    struct buf b = pack(&mark);
    assert_null(
        wire_unpack(&checkin__mark__descriptor, b.data, b.len, b.len - 1));
    void *got = wire_unpack(&checkin__mark__descriptor, b.data, b.len, b.len);
    assert_non_null(got);
    wire_free(got);
    buf_fini(&b);
}

/* Entry{seq = 1} is four bytes here and more than a hundred in memory. */
static void
a_message_that_swells_is_refused_by_its_budget(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    buf_add(&b, "\x08\x01", 2);
    for (size_t i = 0; i < 250000; i++) {
        buf_add(&b, "\x12\x02\x08\x01", 4);
    }
    assert_refused(&feed__page__descriptor, b.data, b.len);
    void *few = wire_unpack(&feed__page__descriptor, b.data, 2 + 400, ANY_LEN);
    assert_non_null(few);
    wire_free(few);
    buf_fini(&b);
}

static void
the_last_of_two_wins_and_nothing_is_lost(void **state)
{
    (void)state;
    Feed__Since one = FEED__SINCE__INIT, two = FEED__SINCE__INIT;
    one.campaign = "first";
    one.after = 7;
    two.campaign = "second";
    two.after = 9;
    struct buf b = pack(&one);
    wire_pack(&two, &b);
    Feed__Since *got =
        wire_unpack(&feed__since__descriptor, b.data, b.len, ANY_LEN);
    assert_non_null(got);
    assert_string_equal(got->campaign, "second");
    assert_int_equal(got->after, 9);
    wire_free(got);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_back_as_it_was),
        cmocka_unit_test(pages_of_a_thousand_entries_come_back_as_they_were),
        cmocka_unit_test(a_missing_required_field_is_refused),
        cmocka_unit_test(a_field_with_the_number_0_is_refused),
        cmocka_unit_test(strings_that_are_not_utf8_without_nul_are_refused),
        cmocka_unit_test(an_enum_value_without_a_name_is_refused_at_any_depth),
        cmocka_unit_test(every_cut_of_a_message_is_refused_or_valid),
        cmocka_unit_test(a_message_above_its_limit_is_refused),
        cmocka_unit_test(a_message_that_swells_is_refused_by_its_budget),
        cmocka_unit_test(the_last_of_two_wins_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
