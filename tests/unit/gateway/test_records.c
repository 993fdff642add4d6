/* test_records -- records of before are read, ours say their format, newer
 * ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "gateway_rows.h"
#include "services/gateway/keep/records.h"

static void
fill(Gateway__TokenRecord *record)
{
    record->staff_id = "staff-1";
    record->name = "Ann";
    record->role = 32;
    record->made_at_ms = 1;
    record->is_session = true;
}

static enum err
read_back(const Gateway__TokenRecord *record, uint32_t *format_out)
{
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(record, &packed);
    const struct store_reply reply = {
        .type = STORE_STRING, .string = (char *)packed.data, .len = packed.len};
    Gateway__TokenRecord *read;
    enum err err = record_read_token(&reply, &read);
    assert_true((read != NULL) == (err == ERR_NONE));
    *format_out = read == NULL ? 0 : read->format;
    wire_free(read);
    buf_fini(&packed);
    return err;
}

static void
a_record_of_0_1_which_says_no_format_is_read(void **state)
{
    Gateway__TokenRecord record = GATEWAY__TOKEN_RECORD__INIT;
    uint32_t format;
    (void)state;
    fill(&record);
    assert_int_equal(read_back(&record, &format), ERR_NONE);
    assert_int_equal(format, 0);
}

static void
ours_says_its_format(void **state)
{
    Gateway__TokenRecord record;
    uint32_t format;
    (void)state;
    record_init_token(&record);
    fill(&record);
    assert_int_equal(read_back(&record, &format), ERR_NONE);
    assert_int_equal(format, GATEWAY_FORMAT);
}

static void
a_newer_one_is_refused_and_what_is_none_is_not_found(void **state)
{
    Gateway__TokenRecord record, *read;
    const struct store_reply nil = {.type = STORE_NIL};
    const struct store_reply noise = {
        .type = STORE_STRING, .string = "noise", .len = 5};
    uint32_t format;
    (void)state;
    record_init_token(&record);
    fill(&record);
    record.format = GATEWAY_FORMAT + 1;
    assert_int_equal(read_back(&record, &format), ERR_UNAVAILABLE);
    assert_int_equal(record_read_token(&nil, &read), ERR_NOT_FOUND);
    assert_null(read);
    assert_int_equal(record_read_token(&noise, &read), ERR_NOT_FOUND);
    assert_null(read);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_0_1_which_says_no_format_is_read),
        cmocka_unit_test(ours_says_its_format),
        cmocka_unit_test(a_newer_one_is_refused_and_what_is_none_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
